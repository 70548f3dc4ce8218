package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"lcshealth/report/web/auth"
	"lcshealth/report/web/guard"
)

// example is an address of a route.
func example(r guard.Route) string {
	path := strings.NewReplacer("{$}", "", "{id}", laterID, "{format}", "json", "{file}", "web.css").Replace(r.Path)
	if strings.HasPrefix(r.Path, "/causes/") {
		path = "/causes/sql-service-stopped"
	}
	if r.Path == "/runs" {
		return path
	}
	if r.Method == http.MethodGet {
		path += "?scope=default&before=" + sampleID + "&after=" + laterID + "&run=" + laterID + "&of=x&user=sip:kim@contoso.com&cause=sql-service-stopped&finding=" +
			url.QueryEscape("messenger-on-server/lcs01.contoso.com")
	}
	return path
}

// What is open to everybody is a short list, and says nothing of the
// deployment.
func TestPublic(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	want := map[string]bool{
		"GET /sign-in": true, "POST /sign-in": true, "GET /static/{file}": true, "GET /healthz": true, "GET /readyz": true,
		"GET /api/v1/openapi.json": true, "GET /api/v1/report.schema.json": true,
	}
	for _, r := range s.web.Routes() {
		name := r.Method + " " + r.Path
		if r.Access.IsPublic() != want[name] {
			t.Errorf("%s is %s", name, r.Access)
		}
		a := s.do(r.Method, example(r), "")
		switch {
		case r.Access.IsPublic():
		case a.StatusCode == http.StatusSeeOther && strings.HasPrefix(a.Header.Get("Location"), "/sign-in"):
		case a.StatusCode == http.StatusUnauthorized:
		default:
			t.Errorf("%s without sign-in: status %d", name, a.StatusCode)
		}
		if strings.Contains(a.text, "dc01.contoso.com") || strings.Contains(a.text, "munich") || strings.Contains(a.text, "MSSQL") {
			t.Errorf("%s without sign-in tells of the deployment", name)
		}
	}
}

// Nobody does more than his role or the scope of his token allows.
func TestRights(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	lee := s.signIn("lee")
	for _, r := range s.web.Routes() {
		name, path := r.Method+" "+r.Path, example(r)
		if r.Access.Role() == auth.Operator {
			s.do(r.Method, path, "", append(lee.cookie, "X-Csrf-Token", lee.csrf)...).want(t, name+" as viewer", http.StatusForbidden)
		}
		if r.Access.Role() != "" {
			a := s.do(r.Method, path, "", s.token("kim-admin")...)
			if a.StatusCode != http.StatusSeeOther && a.StatusCode != http.StatusUnauthorized {
				t.Errorf("%s, a page, by token: status %d", name, a.StatusCode)
			}
		}
		switch r.Access.Scope() {
		case auth.Run:
			s.do(r.Method, path, "{}", s.token("kim-read")...).want(t, name+" with read", http.StatusForbidden)
			s.do(r.Method, path, "{}", s.token("lee-admin")...).want(t, name+" by token of a viewer", http.StatusForbidden)
		case auth.Admin:
			s.do(r.Method, path, "{}", s.token("kim-run")...).want(t, name+" with run", http.StatusForbidden)
			s.do(r.Method, path, "{}", s.token("lee-admin")...).want(t, name+" by token of a viewer", http.StatusForbidden)
		}
	}
}

// What changes something is only done by our own pages.
func TestForgery(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	kim := s.signIn("kim")
	for _, r := range s.web.Routes() {
		name, path := r.Method+" "+r.Path, example(r)
		s.do(r.Method, path, "", append(kim.cookie, "Host", "evil.example")...).want(t, name+" for another host", http.StatusMisdirectedRequest)
		if r.Method == http.MethodGet {
			continue
		}
		s.do(r.Method, path, "", append(kim.cookie, "X-Csrf-Token", kim.csrf, "Origin", "https://evil.example")...).want(t, name+" from another origin", http.StatusForbidden)
		s.do(r.Method, path, "", append(kim.cookie, "X-Csrf-Token", kim.csrf, "Sec-Fetch-Site", "cross-site")...).want(t, name+" from another site", http.StatusForbidden)
		if !r.Access.IsPublic() {
			s.do(r.Method, path, "", kim.cookie...).want(t, name+" without token of the form", http.StatusForbidden)
			s.do(r.Method, path, "", append(kim.cookie, "X-Csrf-Token", "x")...).want(t, name+" with a wrong one", http.StatusForbidden)
		}
	}
	if _, _, ok := s.progress(); ok {
		t.Error("an audit began")
	}
}

func (s *site) progress() (state, text string, ok bool) {
	a := s.get("/api/v1/progress?scope=default", s.token("kim-read")...)
	_, rest, _ := strings.Cut(a.text, `"state":"`)
	state, _, _ = strings.Cut(rest, `"`)
	return state, a.text, a.StatusCode == http.StatusOK
}

// Ids, formats and names of files lead nowhere else.
func TestTraversal(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	kim := s.signIn("kim")
	for _, bad := range []string{
		"..%2f..%2fetc%2fpasswd", "%2e%2e", "..", "..%5c..%5cwindows", "%00", "x%0d%0aSet-Cookie:%20a=b", "%ff", "'%20OR%201=1--", "%25", "_", "%F4%8F%BF%BF", strings.Repeat("a", 5000),
	} {
		for _, path := range []string{
			"/runs/" + bad, "/runs/" + bad + "/report", "/runs/" + laterID + "/download/" + bad, "/static/" + bad, "/causes/" + bad,
			"/compare?before=" + bad + "&after=" + bad, "/runs?scope=" + bad, "/sources?scope=" + bad, "/progress?scope=" + bad, "/runs?before=" + bad,
			"/waivers/new?run=" + bad + "&finding=" + bad, "/lookup?user=" + bad, "/progress/events?scope=" + bad,
			"/api/v1/runs/" + bad, "/api/v1/runs/" + laterID + "/report?format=" + bad, "/api/v1/trend?scope=default&cause=" + bad,
		} {
			a := s.get(path, kim.cookie...)
			if a.StatusCode < 300 || a.StatusCode >= 500 {
				t.Errorf("%.80s: status %d", path, a.StatusCode)
			}
			if a.Header.Get("Set-Cookie") != "" {
				t.Errorf("%.80s sets a cookie", path)
			}
		}
	}
	if strings.Contains(s.log.String(), "level=ERROR") {
		t.Errorf("the log has errors:\n%s", s.log)
	}
}

// Where nobody signs in, everybody reads, and nobody does more.
func TestNoSignIn(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{noSignIn: true})
	for _, r := range s.web.Routes() {
		name, path := r.Method+" "+r.Path, example(r)
		a := s.do(r.Method, path, "")
		switch {
		case r.Access.Role() == auth.Operator, r.Method != http.MethodGet && !r.Access.IsPublic():
			a.want(t, name, http.StatusForbidden)
		case r.Method == http.MethodGet && a.StatusCode >= 400 && !strings.Contains(r.Path, "progress"):
			t.Errorf("%s: status %d", name, a.StatusCode)
		}
	}
	if page := s.get("/"); strings.Contains(page.text, "Audit now") || strings.Contains(page.text, "Sign out") || !strings.Contains(page.text, "nobody signs in here") {
		t.Error("the page shows what nobody can do, or not that nobody signs in")
	}
}

// A page that is sent for sign-in comes back after it, and nowhere else.
func TestNext(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	a := s.get("/runs?scope=default").want(t, "runs", http.StatusSeeOther)
	if got := a.Header.Get("Location"); got != "/sign-in?next=%2Fruns%3Fscope%3Ddefault" {
		t.Errorf("it leads to %s", got)
	}
	for next, want := range map[string]string{"/runs?scope=default": "/runs?scope=default", "https://evil.example/": "/", "//evil.example": "/"} {
		form := url.Values{"name": {"lee"}, "password": {rightPassword}, "next": {next}}
		if got := s.do("POST", "/sign-in", form.Encode()).want(t, next, http.StatusSeeOther).Header.Get("Location"); got != want {
			t.Errorf("next %s leads to %s", next, got)
		}
	}
	wrong := s.do("POST", "/sign-in", "name=%3Cb%3Elee&password=wrong").want(t, "a wrong password", http.StatusUnauthorized)
	if !strings.Contains(wrong.text, "The name or the password is wrong") || strings.Contains(wrong.text, "<b>lee") {
		t.Errorf("%s", wrong.text)
	}
}

// What changes something is for operators, and in the API needs more than read.
func TestDeclared(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	want := map[string]string{
		"POST /sign-in": "public", "POST /sign-out": "page for viewer", "POST /runs": "page for operator", "POST /waivers": "page for operator",
		"GET /waivers/new": "page for operator", "POST /notifications/test": "page for operator", "GET /metrics": "API with read",
		"POST /api/v1/runs": "API with run", "POST /api/v1/waivers": "API with admin", "POST /api/v1/channels/test": "API with admin",
	}
	for _, r := range s.web.Routes() {
		name := r.Method + " " + r.Path
		access, listed := want[name]
		if listed && access != r.Access.String() || !listed && r.Method != http.MethodGet {
			t.Errorf("%s is %s, want %q", name, r.Access, access)
		}
		delete(want, name)
	}
	for name := range want {
		t.Errorf("there is no %s", name)
	}
}

// A session uses the API as a token does, with its CSRF token as a header.
func TestSessionInAPI(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	kim, lee := s.signIn("kim"), s.signIn("lee")
	s.get("/api/v1/runs", lee.cookie...).want(t, "read", http.StatusOK)
	s.do("POST", "/api/v1/runs", `{"scope": "default"}`, append(lee.cookie, "X-Csrf-Token", lee.csrf)...).want(t, "start as viewer", http.StatusForbidden)
	s.do("POST", "/api/v1/runs", `{"scope": "default"}`, append(kim.cookie, "X-Csrf-Token", kim.csrf)...).want(t, "start", http.StatusAccepted)
}
