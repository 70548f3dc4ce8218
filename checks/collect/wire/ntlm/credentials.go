package ntlm

import (
	"fmt"
	"io"
	"unicode/utf8"
)

// Password is a password in UTF-8. Whatever formats, marshals or logs it, and a
// value that holds it, gets a placeholder. It is octets and no string so that
// [Password.Wipe] can overwrite it.
type Password []byte

const hidden = "(hidden)"

// Format writes the placeholder for every verb. (fmt does not ask for %p, which
// go vet refuses for such a value.)
func (Password) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, hidden) }

// String returns the placeholder.
func (Password) String() string { return hidden }

// MarshalText returns the placeholder.
func (Password) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Wipe overwrites the password.
func (p Password) Wipe() { clear(p) }

// Credentials say who signs in. Domain is the NetBIOS name of the account's
// domain, or its DNS name; it is empty when User is a user principal name
// (alice@contoso.com).
type Credentials struct {
	Domain, User string
	Password     Password
}

// check finds what would only be an attempt that fails.
func (c Credentials) check() error {
	switch {
	case c.User == "":
		return fmt.Errorf("%w: no user is named", ErrCredentials)
	case len(c.Password) == 0:
		return fmt.Errorf("%w: the password of %q is empty", ErrCredentials, c.User)
	case !utf8.ValidString(c.User) || !utf8.ValidString(c.Domain):
		return fmt.Errorf("%w: the name %+q is not UTF-8", ErrCredentials, c.Domain+`\`+c.User)
	case !utf8.Valid(c.Password):
		return fmt.Errorf("%w: the password of %q is not UTF-8", ErrCredentials, c.User)
	}
	_, err := upper(c.User)
	return err
}

// responseKey is NTOWFv2 ([MS-NLMP] 3.3.2). Whoever has it can sign in.
// The credentials have passed their check.
func (c Credentials) responseKey() key {
	user, _ := upper(c.User)
	password := encodeUTF16(c.Password)
	defer clear(password)
	hash := md4Sum(password)
	defer clear(hash[:])
	return hmacMD5(hash[:], encodeUTF16([]byte(user+c.Domain)))
}
