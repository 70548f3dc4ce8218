package auth

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"strings"
	"time"
)

// tokenPrefix lets people and secret scanners see what a token is for.
const tokenPrefix = "lch_"

// lastCharacters of a token are kept in clear, to recognise it. The others
// still have more than 200 bits.
const lastCharacters = 4

// Token is an API token as the file holds it: not the token itself, which
// cannot be found out from it.
type Token struct {
	Name    string    `yaml:"name"`
	Owner   string    `yaml:"owner"`  // a user; the token ends with him
	SHA256  string    `yaml:"sha256"` // of the token with its prefix, in hex
	Scope   Scope     `yaml:"scope"`
	Created time.Time `yaml:"created"`
	Expires time.Time `yaml:"expires"` // it is good before then
	Last    string    `yaml:"last"`    // its last characters
}

// NewToken makes a token. text is what its user has to present, and is not
// kept anywhere.
func NewToken(name, owner string, s Scope, created, expires time.Time) (t Token, text string) {
	text = tokenPrefix + newSecret()
	digest := sha256.Sum256([]byte(text))
	return Token{
		Name: name, Owner: owner, Scope: s, SHA256: hex.EncodeToString(digest[:]),
		Created: created.UTC().Truncate(time.Second), Expires: expires.UTC().Truncate(time.Second),
		Last: text[len(text)-lastCharacters:],
	}, text
}

// ParseToken reports whether s has the form of a token: lch_ and 52 characters
// of base32.
func ParseToken(s string) error {
	if rest, ok := strings.CutPrefix(s, tokenPrefix); !ok || !wellFormed(rest) {
		return errors.New("an API token is lch_ and 52 characters of A-Z and 2-7")
	}
	return nil
}

// findToken returns the token of that text. It looks at every one, in constant
// time, whether or not one fits.
func (f *File) findToken(text string) (Token, bool) {
	digest := sha256.Sum256([]byte(text))
	want := []byte(hex.EncodeToString(digest[:]))
	found := -1
	for i := range f.Tokens {
		same := subtle.ConstantTimeCompare([]byte(f.Tokens[i].SHA256), want)
		found = subtle.ConstantTimeSelect(same, i, found)
	}
	if found < 0 {
		return Token{}, false
	}
	return f.Tokens[found], true
}

// scopes returns what a token may do now: its scope, but no more than its
// owner may.
func (t Token) scopes(owner User) (granted []Scope) {
	for _, s := range t.Scope.included() {
		for _, may := range owner.Role.Scopes() {
			if s == may {
				granted = append(granted, s)
			}
		}
	}
	return granted
}
