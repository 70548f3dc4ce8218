package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Bounds of a password: in characters at least, in octets at most.
const (
	MinPassword = 12
	MaxPassword = 1024
)

// CheckPassword refuses a new password that is too short or too long, is the
// user's name, or holds what cannot be typed into a form. The error does not
// quote it.
func CheckPassword(name, password string) error {
	switch {
	case !utf8.ValidString(password):
		return errors.New("the password is not in UTF-8")
	case strings.ContainsFunc(password, unicode.IsControl):
		return errors.New("the password has control characters")
	case utf8.RuneCountInString(norm.NFC.String(password)) < MinPassword:
		return fmt.Errorf("the password has less than %d characters", MinPassword)
	case len(password) > MaxPassword:
		return fmt.Errorf("the password has more than %d octets", MaxPassword)
	case strings.EqualFold(strings.TrimSpace(password), name):
		return errors.New("the password is the user's name")
	}
	return nil
}

// hashesAtOnce bounds the memory that people who are signing in can take, which
// is that many times [Params].Memory. More would not be faster, either.
const hashesAtOnce = 2

// Hasher hashes passwords, no more than two at once, whoever asks.
type Hasher struct {
	params Params
	slots  chan struct{}
}

// NewHasher returns a hasher that makes hashes of the given costs. It verifies
// those of any.
func NewHasher(p Params) (*Hasher, error) {
	if err := p.validate(); err != nil {
		return nil, err
	}
	return &Hasher{params: p, slots: make(chan struct{}, hashesAtOnce)}, nil
}

// Hash hashes a password with a new salt. It waits until fewer than two others
// are at it, or ctx ends.
func (h *Hasher) Hash(ctx context.Context, password string) (PHC, error) {
	p := PHC{Params: h.params, Salt: make([]byte, newSaltBytes)}
	_, _ = rand.Read(p.Salt) // never fails, as crypto/rand says
	key, err := h.key(ctx, p, newKeyBytes, password)
	p.Key = key
	return p, err
}

// Verify reports whether the password is the hashed one. It waits as
// [Hasher.Hash] does.
func (h *Hasher) Verify(ctx context.Context, p PHC, password string) (bool, error) {
	key, err := h.key(ctx, p, uint32(len(p.Key)), password) //nolint:gosec // at most maxBytes
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(key, p.Key) == 1, nil
}

// key computes a hash. Passwords are compared in Unicode's form C, as RFC 8265,
// section 4.2.2 has it, since keyboards differ in how they compose letters.
func (h *Hasher) key(ctx context.Context, p PHC, length uint32, password string) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
	defer func() { <-h.slots }()
	if err := ctx.Err(); err != nil { // both were ready
		return nil, fmt.Errorf("wait to hash a password: %w", err)
	}
	return argon2.IDKey(norm.NFC.Bytes([]byte(password)), p.Salt, p.Passes, p.Memory, p.Threads, length), nil
}
