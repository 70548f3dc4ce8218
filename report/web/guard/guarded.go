package guard

import (
	"errors"
	"log/slog"
	"net/http"

	"lcshealth/report/web/auth"
)

// guarded puts a route's access before its handler.
func (r *Router) guarded(route Route, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		n := noteOf(req)
		n.api = route.Access.kind == api
		if out, ok := w.(*recorder); ok {
			out.private = !route.Access.IsPublic()
		}
		who, err := r.identify(req, route.Access)
		if err != nil && !route.Access.IsPublic() {
			r.refuse(w, req, route, err)
			return
		}
		if err == nil {
			n.user = who.Name
			if who.Token != "" {
				n.user += " by token " + who.Token
			}
			req = req.WithContext(auth.NewContext(req.Context(), who))
		}
		if !route.Access.allows(who) {
			r.fail(w, req, Failure{Status: http.StatusForbidden, Text: "this needs more rights than " + holder(who) + " has: " + route.Access.String()})
			return
		}
		if changes(req.Method) {
			if f := r.takeBody(req, route.Access); f != nil {
				w.Header().Set("Connection", "close") // the rest of the body is not wanted
				r.fail(w, req, *f)
				return
			}
			if !r.intended(req, route.Access, who) {
				r.fail(w, req, Failure{Status: http.StatusForbidden, Text: "the form is no longer valid; load the page again"})
				return
			}
		} else {
			req.Body = http.NoBody // nothing reads one
		}
		if route.Access.stream {
			r.stream(w, req, route.Access, h)
			return
		}
		h.ServeHTTP(w, req)
	})
}

func holder(who auth.Identity) string {
	switch {
	case who.Token != "":
		return "the API token"
	case who.Name == "":
		return "somebody who has not signed in"
	}
	return "the user"
}

// changes reports whether a method may change something (RFC 9110, section
// 9.2.1).
func changes(method string) bool {
	return method != http.MethodGet && method != http.MethodHead
}

// refuse answers a request of nobody.
func (r *Router) refuse(w http.ResponseWriter, req *http.Request, route Route, err error) {
	switch isPage := route.Access.kind == page; {
	case errors.Is(err, auth.ErrNoSession) && isPage && !changes(req.Method) && !route.Access.stream:
		http.Redirect(w, req, r.toSignIn(req), http.StatusSeeOther)
	case errors.Is(err, auth.ErrNoSession):
		r.fail(w, req, Failure{Status: http.StatusUnauthorized, Text: "this needs to be signed in to"})
	case errors.Is(err, auth.ErrToken):
		r.fail(w, req, Failure{Status: http.StatusUnauthorized, Text: auth.ErrToken.Error()})
	default:
		r.options.Log.LogAttrs(req.Context(), slog.LevelError, "cannot tell who it is", slog.String("error", err.Error()))
		r.fail(w, req, Failure{Status: http.StatusServiceUnavailable, Text: "the users cannot be read at the moment; the log says why"})
	}
}
