package guard

import (
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkPath refuses paths that may mean another file or page to somebody
// further on than they do to the router: with . or .. as a segment, however
// encoded, and with characters that no name has.
func (r *Router) checkPath(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if !plainPath(req.URL.Path) {
			r.fail(w, req, Failure{Status: http.StatusBadRequest, Text: "the path is not a plain one"})
			return
		}
		next.ServeHTTP(w, req)
	})
}

// plainPath looks at a decoded path.
func plainPath(p string) bool {
	if !utf8.ValidString(p) || strings.ContainsFunc(p, unicode.IsControl) {
		return false
	}
	for segment := range strings.FieldsFuncSeq(p, func(r rune) bool { return r == '/' || r == '\\' }) {
		if segment == "." || segment == ".." {
			return false
		}
	}
	return true
}

// longestNext bounds the page that somebody is sent back to.
const longestNext = 2048

// SafeNext returns s if it is a path of this server, with or without query, and
// else "/": the parameter next must not send who signed in to another site.
func SafeNext(s string) string {
	u, err := url.Parse(s)
	if err != nil || len(s) > longestNext || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") ||
		u.Scheme != "" || u.Host != "" || u.User != nil || strings.HasPrefix(u.Path, "//") || !plainPath(u.Path) ||
		strings.ContainsFunc(s, func(r rune) bool { return r == '\\' || r <= ' ' || r > '~' }) {
		return "/"
	}
	return s
}

// toSignIn is where a page sends who has not signed in.
func (r *Router) toSignIn(req *http.Request) string {
	if next := SafeNext(req.URL.RequestURI()); next != "/" {
		return r.options.SignInPath + "?next=" + url.QueryEscape(next)
	}
	return r.options.SignInPath
}
