package guard

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"lcshealth/report/web/auth"
)

// signInWait is how long somebody may wait for others who are signing in.
const signInWait = 10 * time.Second

var errNobodySignsIn = errors.New("nobody has to sign in here")

// SignIn signs in who sent a form with the fields name and password, for the
// handler of a POST on a [Public] route. The session is a new one, and that
// which the browser had ends. The caller answers, an error with [SignInStatus];
// Retry-After is set where it belongs.
func (r *Router) SignIn(w http.ResponseWriter, req *http.Request) (auth.Identity, error) {
	if r.options.Auth == nil {
		return auth.Identity{}, errNobodySignsIn
	}
	ctx, cancel := context.WithTimeout(req.Context(), signInWait)
	defer cancel()
	id, who, err := r.options.Auth.SignIn(ctx, client(req), req.PostFormValue("name"), req.PostFormValue("password"))
	if err != nil {
		if limit, ok := errors.AsType[*auth.LimitError](err); ok {
			w.Header().Set("Retry-After", strconv.Itoa(int(limit.RetryAfter/time.Second)))
		} else if !errors.Is(err, auth.ErrCredentials) {
			w.Header().Set("Retry-After", strconv.Itoa(int(signInWait/time.Second)))
			r.options.Log.LogAttrs(req.Context(), slog.LevelError, "cannot sign anybody in", slog.String("error", err.Error()))
		}
		return auth.Identity{}, err
	}
	if old, ok := sessionID(req, r.cookieName()); ok {
		r.options.Auth.SignOut(old)
	}
	if n := noteOf(req); n != nil {
		n.user = who.Name
	}
	http.SetCookie(w, r.cookie(id))
	return who, nil
}

// SignInStatus is the status that answers an error of [Router.SignIn].
func SignInStatus(err error) int {
	if _, ok := errors.AsType[*auth.LimitError](err); ok {
		return http.StatusTooManyRequests
	}
	switch {
	case errors.Is(err, auth.ErrCredentials):
		return http.StatusUnauthorized
	case errors.Is(err, errNobodySignsIn):
		return http.StatusNotFound
	}
	return http.StatusServiceUnavailable
}

// SignOut ends the session of a request and takes its cookie back, for the
// handler of a POST on a route that requires a role.
func (r *Router) SignOut(w http.ResponseWriter, req *http.Request) {
	if id, ok := sessionID(req, r.cookieName()); ok && r.options.Auth != nil {
		r.options.Auth.SignOut(id)
	}
	gone := r.cookie("")
	gone.MaxAge = -1
	http.SetCookie(w, gone)
}

// cookie is that of a session. It ends with the browser; how long the session
// lasts, the server knows.
func (r *Router) cookie(id string) *http.Cookie {
	return &http.Cookie{
		Name: r.cookieName(), Value: id, Path: "/",
		Secure: r.options.TLS, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	}
}

// client is where the connection comes from. What headers say of it, anybody
// can write.
func client(req *http.Request) netip.Addr {
	a, err := netip.ParseAddrPort(req.RemoteAddr)
	if err != nil {
		return netip.Addr{} // no TCP; all such clients are one
	}
	return a.Addr()
}
