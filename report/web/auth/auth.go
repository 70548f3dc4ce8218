// Package auth knows who may use the web page and its API: users with a
// password and a role, API tokens with a scope, both kept in one file, and the
// sessions of those who signed in, kept in memory.
//
// [Service] puts the parts together; package guard is its HTTP side. Nothing
// here can be asked for a password or a token in clear: the file holds
// Argon2id hashes (RFC 9106) of passwords and SHA-256 digests of tokens, which
// are random and long enough to need no slow hash.
package auth

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"slices"
)

// Role is what a user may do.
type Role string

// The roles, from least to most.
const (
	Viewer   Role = "viewer"   // reads reports
	Operator Role = "operator" // also starts runs, waives findings and sends notifications
)

// Roles lists every role, from least to most.
func Roles() []Role { return []Role{Viewer, Operator} }

// Valid reports whether r is a role.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

// Includes reports whether r may do all that other may. What is no role
// includes nothing and is included in nothing.
func (r Role) Includes(other Role) bool {
	have, want := slices.Index(Roles(), r), slices.Index(Roles(), other)
	return want >= 0 && have >= want
}

// Scopes returns what the API grants to the role.
func (r Role) Scopes() []Scope {
	switch r {
	case Viewer:
		return []Scope{Read}
	case Operator:
		return Scopes()
	}
	return nil
}

// Scope is what a token may do.
type Scope string

// The scopes, from least to most. Each includes those before it.
const (
	Read  Scope = "read"  // reads what a viewer reads
	Run   Scope = "run"   // also starts a run
	Admin Scope = "admin" // also waives findings and sends notifications: all that an operator does
)

// Scopes lists every scope, from least to most.
func Scopes() []Scope { return []Scope{Read, Run, Admin} }

// Valid reports whether s is a scope.
func (s Scope) Valid() bool { return slices.Contains(Scopes(), s) }

// included returns s and the scopes that it includes.
func (s Scope) included() []Scope { return Scopes()[:slices.Index(Scopes(), s)+1] }

// Identity is who makes a request.
type Identity struct {
	Name   string  // the user, or the owner of the token; empty if nobody has to sign in
	Role   Role    // of a session; empty for a token, which opens no pages
	Scopes []Scope // what the API grants; of a token, no more than its owner's role does
	CSRF   string  // what forms of the session carry as the field csrf; empty without a session
	Token  string  // the name of the token; empty for a session
}

// Has reports whether the API grants the scope.
func (i Identity) Has(s Scope) bool { return slices.Contains(i.Scopes, s) }

// Anonymous is who makes a request where nobody has to sign in: a viewer.
func Anonymous() Identity { return Identity{Role: Viewer, Scopes: Viewer.Scopes()} }

type contextKey struct{}

// NewContext returns a context that carries an identity.
func NewContext(ctx context.Context, i Identity) context.Context {
	return context.WithValue(ctx, contextKey{}, i)
}

// FromContext returns the identity of a request. Without one, ok is false: the
// request is for a route that is open to everybody, and nobody signed in.
func FromContext(ctx context.Context) (i Identity, ok bool) {
	i, ok = ctx.Value(contextKey{}).(Identity)
	return i, ok
}

// secretBytes is the length of session ids, CSRF tokens and API tokens: more
// than can be guessed or collide.
const secretBytes = 32

// secretLength is the length of [newSecret] in characters.
const secretLength = (secretBytes*8 + 4) / 5

var encoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// newSecret returns 256 random bits in base32 (RFC 4648), which pass through
// headers, cookies, forms and file names as they are.
func newSecret() string {
	var b [secretBytes]byte
	_, _ = rand.Read(b[:]) // never fails, as crypto/rand says
	return encoding.EncodeToString(b[:])
}

// wellFormed reports whether s may be a [newSecret]. It tells nothing about
// whether there is one such.
func wellFormed(s string) bool {
	if len(s) != secretLength {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '2' || c > '7') {
			return false
		}
	}
	return true
}
