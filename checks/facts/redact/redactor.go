package redact

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"strings"
	"sync"
)

// MinKey is how many octets a key has at least. With a short one, names could
// be found by trying.
const MinKey = 16

// Redactor replaces names by pseudonyms. It may be used by several goroutines,
// but for [Redactor.Learn] and [Redactor.Deployment], which come first.
type Redactor struct {
	id    string
	macs  sync.Pool
	plans plans

	mu     sync.Mutex
	recent map[part][sha256.Size]byte // digests: most names come again,
	whole  map[part]string            // and hosts and home servers as a whole

	known    dictionary // names that are looked for in prose
	learning bool       // names that are met go into known
	seen     findings   // what the deployment shows
}

// part is what a digest is of.
type part struct{ what, text string }

// How many digests are remembered, and of texts of how many octets at most.
const (
	mostRecent = 16 << 10
	longest    = 256
)

// New returns a redactor with the given key.
func New(key []byte) (*Redactor, error) {
	if len(key) < MinKey {
		return nil, errors.New("a key for pseudonyms has at least 16 characters")
	}
	key = append([]byte(nil), key...)
	r := &Redactor{macs: sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}, known: newDictionary()}
	sum := r.digest("key id", "")
	r.id = hex.EncodeToString(sum[:4])
	r.plans = r.compile()
	return r, nil
}

// ID tells keys apart: redacted facts and reports have it, and pseudonyms of
// different keys cannot be compared. It says nothing of the key itself.
func (r *Redactor) ID() string { return r.id }

// digest is the keyed digest of a text. What it is of keeps digests of
// different things apart.
func (r *Redactor) digest(what, text string) (sum [sha256.Size]byte) {
	r.mu.Lock()
	sum, known := r.recent[part{what, text}]
	r.mu.Unlock()
	if known {
		return sum
	}
	mac := r.macs.Get().(hash.Hash)
	mac.Reset()
	_, _ = mac.Write([]byte(what)) // a hash never fails
	_, _ = mac.Write([]byte{0})
	_, _ = mac.Write([]byte(text))
	mac.Sum(sum[:0])
	r.macs.Put(mac)
	if len(text) > longest {
		return sum
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.recent == nil || len(r.recent) >= mostRecent {
		r.recent = make(map[part][sha256.Size]byte, mostRecent)
	}
	r.recent[part{what, strings.Clone(text)}] = sum
	return sum
}

// octets gives n octets that stand for some data.
func (r *Redactor) octets(what string, data []byte, n int) []byte {
	out := make([]byte, 0, n+sha256.Size)
	for seed := string(data); len(out) < n; {
		sum := r.digest(what, seed)
		out = append(out, sum[:]...)
		seed = string(sum[:])
	}
	return out[:n]
}

// again remembers what became of a text that many users have in common.
func (r *Redactor) again(what, text string, replace func(string) string) string {
	if r.learning || len(text) > longest {
		return replace(text)
	}
	r.mu.Lock()
	out, known := r.whole[part{what, text}]
	r.mu.Unlock()
	if known {
		return out
	}
	out = replace(text)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.whole == nil || len(r.whole) >= mostRecent {
		r.whole = map[part]string{}
	}
	r.whole[part{what, strings.Clone(text)}] = out
	return out
}

// The form of a pseudonym. That of a name has 60 bits, so that a million users
// of one domain keep names of their own. That of a label of a DNS name is the
// beginning of it, since a host name is made of several and is read often.
const (
	prefix   = "n-"
	long     = 12
	short    = 8
	alphabet = "abcdefghijkmnpqrstuvwxyz23456789" // none that look alike
)

// name is the pseudonym of a name, whatever its case. A pseudonym stays.
func (r *Redactor) name(s string) string { return r.pseudonym(s, long) }

func (r *Redactor) pseudonym(s string, letters int) string {
	s = strings.ToLower(s)
	if isPseudonym(s) {
		return s
	}
	out := prefix + r.letters("name", s)[:letters]
	if r.learning {
		r.known.add(s, out)
	}
	return out
}

func (r *Redactor) letters(what, s string) string {
	sum := r.digest(what, s)
	var out [long]byte
	for i := range out {
		out[i] = alphabet[sum[i]&31]
	}
	return string(out[:])
}

func isPseudonym(s string) bool {
	return (len(s) == len(prefix)+long || len(s) == len(prefix)+short) && strings.HasPrefix(s, prefix) && strings.Trim(s[len(prefix):], alphabet) == ""
}
