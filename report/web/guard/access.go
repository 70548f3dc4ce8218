package guard

import (
	"fmt"

	"lcshealth/report/web/auth"
)

// Access says who may use a route. The zero value is none, and a route with it
// is refused.
type Access struct {
	kind   kind
	role   auth.Role
	scope  auth.Scope
	stream bool
}

type kind int

const (
	undeclared kind = iota
	open
	page
	api
)

// Public is for everybody: the page to sign in, styles and scripts, liveness.
// Who is signed in is known on it, too. Its bodies are small.
func Public() Access { return Access{kind: open} }

// Require is for pages: a session whose user has the role, or one that includes
// it. API tokens open no pages.
func Require(r auth.Role) Access { return Access{kind: page, role: r} }

// RequireScope is for the API: a token with the scope, or a session whose role
// grants it. Requests of a session that change something carry its CSRF token
// in the header X-CSRF-Token.
func RequireScope(s auth.Scope) Access { return Access{kind: api, scope: s} }

// Stream is for answers that go on, such as server-sent events. Each write has
// a deadline of its own instead of the answer, and the stream ends when who
// reads it signs out or loses the right, or the server stops.
func (a Access) Stream() Access { a.stream = true; return a }

// IsPublic reports whether everybody has access.
func (a Access) IsPublic() bool { return a.kind == open }

// Role returns the role that a page requires, or nothing.
func (a Access) Role() auth.Role { return a.role }

// Scope returns the scope that the API requires, or nothing.
func (a Access) Scope() auth.Scope { return a.scope }

// String says who has access, as "public", "page for viewer" or "API with read".
func (a Access) String() string {
	switch a.kind {
	case open:
		return "public"
	case page:
		return "page for " + string(a.role)
	case api:
		return "API with " + string(a.scope)
	}
	return "undeclared"
}

func (a Access) validate() error {
	switch {
	case a.kind == undeclared:
		return fmt.Errorf("it is not declared who has access")
	case a.kind == page && !a.role.Valid():
		return fmt.Errorf("there is no role %q", a.role)
	case a.kind == api && !a.scope.Valid():
		return fmt.Errorf("there is no scope %q", a.scope)
	}
	return nil
}

// allows reports whether an identity has access.
func (a Access) allows(who auth.Identity) bool {
	switch a.kind {
	case open:
		return true
	case page:
		return who.Token == "" && who.Role.Includes(a.role)
	case api:
		return who.Has(a.scope)
	}
	return false
}
