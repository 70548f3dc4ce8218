package guard

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"lcshealth/report/web/auth"
)

// Everybody, against every route that there is: nothing without sign-in, and
// nobody where only others may go.
func TestEveryRoute(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	kim, lee := s.signIn("kim"), s.signIn("lee")
	people := map[string]struct {
		headers []string
		role    auth.Role  // of pages
		scope   auth.Scope // of the API
	}{
		"nobody":            {},
		"a wrong cookie":    {headers: []string{"Cookie", "lcshealth=" + strings.Repeat("A", 52)}},
		"a wrong token":     {headers: []string{"Authorization", "Bearer lch_" + strings.Repeat("A", 52)}},
		"a password":        {headers: []string{"Authorization", "Basic a2ltOmNvcnJlY3QgaG9yc2UgYmF0dGVyeQ=="}},
		"viewer":            {[]string{"Cookie", lee.cookie, "X-CSRF-Token", lee.csrf}, auth.Viewer, auth.Read},
		"operator":          {[]string{"Cookie", kim.cookie, "X-CSRF-Token", kim.csrf}, auth.Operator, auth.Admin},
		"operator, no CSRF": {[]string{"Cookie", kim.cookie}, "reads", "reads"},
		"other's CSRF":      {[]string{"Cookie", kim.cookie, "X-CSRF-Token", lee.csrf}, "reads", "reads"},
		"token read":        {[]string{"Authorization", "Bearer " + s.tokens["kim-read"]}, "", auth.Read},
		"token run":         {[]string{"Authorization", "bearer " + s.tokens["kim-run"]}, "", auth.Run},
		"token admin":       {[]string{"Authorization", "Bearer " + s.tokens["kim-admin"]}, "", auth.Admin},
		"viewer's admin":    {[]string{"Authorization", "Bearer " + s.tokens["lee-admin"]}, "", auth.Read},
		"wrong token with cookie": {headers: []string{"Authorization", "Bearer lch_", "Cookie", kim.cookie, "X-CSRF-Token", kim.csrf},
			role: auth.Operator},
	}
	rank := map[auth.Scope]int{"": 0, auth.Read: 1, auth.Run: 2, auth.Admin: 3}
	routes := s.router.Routes()
	if len(routes) != 11 {
		t.Fatalf("%d routes", len(routes))
	}
	for _, route := range routes {
		if route.Path == "/sign-out" {
			continue // it would end the sessions; see TestSignOut
		}
		path := strings.NewReplacer("{id}", "7", "{$}", "").Replace(route.Path)
		for name, p := range people {
			what := name + ", " + route.Method + " " + path
			a := s.do(route.Method, path, "", p.headers...)
			pageMay, apiMay := p.role.Includes(route.Access.Role()), rank[p.scope] >= rank[route.Access.Scope()]
			if p.role == "reads" {
				pageMay, apiMay = route.Method == http.MethodGet, route.Method == http.MethodGet
			}
			switch {
			case route.Access.IsPublic() && route.Method == http.MethodPost:
				if a.StatusCode != http.StatusUnauthorized && a.StatusCode != http.StatusTooManyRequests { // a form without a name
					t.Errorf("%s: status %d", what, a.StatusCode)
				}
			case route.Access.IsPublic(), route.Access.Role() != "" && pageMay, route.Access.Scope() != "" && apiMay:
				a.want(t, what, http.StatusOK)
			case len(p.headers) == 0, strings.HasPrefix(name, "a "), strings.HasPrefix(name, "wrong"):
				if route.Access.Scope() == "" && route.Method == http.MethodGet {
					a.want(t, what, http.StatusSeeOther)
				} else {
					a.want(t, what, http.StatusUnauthorized)
				}
			case route.Access.Role() != "" && strings.Contains(p.headers[0], "Authorization"): // a token opens no page
				if a.StatusCode != http.StatusSeeOther && a.StatusCode != http.StatusUnauthorized {
					t.Errorf("%s: status %d", what, a.StatusCode)
				}
			default:
				a.want(t, what, http.StatusForbidden)
			}
			if a.StatusCode != http.StatusOK && strings.Contains(a.text, route.Path) {
				t.Errorf("%s: the handler was reached", what)
			}
			if !route.Access.IsPublic() && a.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: Cache-Control %q", what, a.Header.Get("Cache-Control"))
			}
		}
	}
	s.do("GET", "/nowhere", "").want(t, "no such page", http.StatusNotFound)
	a := s.do("DELETE", "/runs", "", "Cookie", kim.cookie)
	a.want(t, "no such method", http.StatusMethodNotAllowed)
	if a.Header.Get("Allow") != "POST" {
		t.Errorf("Allow %q", a.Header.Get("Allow"))
	}
	if a := s.do("GET", "/runs/7?page=2", ""); a.Header.Get("Location") != "/sign-in?next="+url.QueryEscape("/runs/7?page=2") {
		t.Errorf("sent to %q", a.Header.Get("Location"))
	}
	if a := s.do("GET", "/api/runs", ""); a.Header.Get("WWW-Authenticate") == "" || !strings.HasPrefix(a.text, `{"error":`) {
		t.Errorf("the API says %q", a.text)
	}
}

// Without sign-in everybody reads and nobody changes anything.
func TestNoSignIn(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{noSignIn: true})
	for _, route := range s.router.Routes() {
		path := strings.NewReplacer("{id}", "7", "{$}", "").Replace(route.Path)
		want := http.StatusForbidden
		switch {
		case route.Path == "/sign-in" && route.Method == http.MethodPost:
			want = http.StatusNotFound
		case route.Method == http.MethodGet && route.Access.Role() != auth.Operator:
			want = http.StatusOK
		}
		s.do(route.Method, path, "").want(t, route.Method+" "+path, want)
	}
}

// A route without access cannot be.
func TestRoutesThatCannotBe(t *testing.T) {
	t.Parallel()
	h := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	for what, add := range map[string]func(*Router){
		"access":   func(r *Router) { r.Handle("GET /", Access{}, h) },
		"stream":   func(r *Router) { r.Handle("GET /", Access{}.Stream(), h) },
		"role":     func(r *Router) { r.Handle("GET /", Require("root"), h) },
		"no role":  func(r *Router) { r.Handle("GET /", Require(""), h) },
		"scope":    func(r *Router) { r.Handle("GET /", RequireScope("write"), h) },
		"method":   func(r *Router) { r.Handle("/", Public(), h) },
		"TRACE":    func(r *Router) { r.Handle("TRACE /", Public(), h) },
		"host":     func(r *Router) { r.Handle("GET contoso.com/", Public(), h) },
		"pattern":  func(r *Router) { r.Handle("GET /{", Public(), h) },
		"nil":      func(r *Router) { r.Handle("GET /", Public(), nil) },
		"nil func": func(r *Router) { r.HandleFunc("GET /", Public(), nil) },
		"twice":    func(r *Router) { r.Handle("GET /", Public(), h); r.Handle("GET /", Public(), h) },
	} {
		r, err := NewRouter(Options{Hosts: []string{"localhost"}})
		if err != nil {
			t.Fatal(err)
		}
		add(r)
		if _, err := r.Handler(); err == nil {
			t.Errorf("%s: it is served", what)
		}
	}
	for what, o := range map[string]Options{
		"no hosts":  {},
		"bad host":  {Hosts: []string{"http://localhost"}},
		"bad style": {Hosts: []string{"localhost"}, Styles: []string{"'none'; script-src *"}},
	} {
		if _, err := NewRouter(o); err == nil {
			t.Errorf("%s: it is taken", what)
		}
	}
}
