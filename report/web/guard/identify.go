package guard

import (
	"errors"
	"net"
	"net/http"
	"strings"

	"lcshealth/report/web/auth"
)

// Names of the session's cookie. The prefix makes browsers refuse it unless it
// came over TLS from this very host (RFC 6265bis, section 4.1.3.2).
const (
	secureCookie = "__Host-lcshealth"
	plainCookie  = "lcshealth" // on a loopback address without TLS
)

func (r *Router) cookieName() string {
	if r.options.TLS {
		return secureCookie
	}
	return plainCookie
}

// sessionID returns the id in the session's cookie. If there are two of them,
// somebody else has set one, and neither counts.
func sessionID(req *http.Request, name string) (string, bool) {
	cookies := req.CookiesNamed(name)
	if len(cookies) != 1 || cookies[0].Value == "" {
		return "", false
	}
	return cookies[0].Value, true
}

var errAuthorization = errors.New("the header Authorization is not one Bearer and an API token")

// bearer returns the API token of a request (RFC 6750, section 2.1). Without
// the header it returns nothing.
func bearer(h http.Header) (string, error) {
	values := h.Values("Authorization")
	if len(values) == 0 {
		return "", nil
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	token = strings.TrimLeft(token, " ")
	if len(values) > 1 || !strings.EqualFold(scheme, "Bearer") || auth.ParseToken(token) != nil {
		return "", errAuthorization
	}
	return token, nil
}

// identify says who makes a request for a route. Pages do not look at API
// tokens. In the API a token counts instead of a session, also if it is wrong:
// who sends one means it.
func (r *Router) identify(req *http.Request, a Access) (auth.Identity, error) {
	if r.options.Auth == nil {
		// Should somebody serve what is meant for this host alone elsewhere.
		if local, ok := req.Context().Value(http.LocalAddrContextKey).(net.Addr); ok && !isLoopback(local) {
			return auth.Identity{}, auth.ErrNoSession
		}
		return auth.Anonymous(), nil
	}
	if a.kind == api {
		switch token, err := bearer(req.Header); {
		case err != nil:
			return auth.Identity{}, auth.ErrToken
		case token != "":
			return r.options.Auth.Token(token)
		}
	}
	id, ok := sessionID(req, r.cookieName())
	if !ok {
		return auth.Identity{}, auth.ErrNoSession
	}
	return r.options.Auth.Session(id)
}

// still reports whether who made a request may go on to read its answer.
func (r *Router) still(req *http.Request, a Access) bool {
	if r.options.Auth == nil {
		return true
	}
	if a.kind == api {
		if token, err := bearer(req.Header); err == nil && token != "" {
			who, err := r.options.Auth.Token(token)
			return err == nil && a.allows(who)
		}
	}
	id, _ := sessionID(req, r.cookieName())
	who, err := r.options.Auth.Peek(id)
	return err == nil && a.allows(who)
}
