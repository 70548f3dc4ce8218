package guard

import (
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"lcshealth/report/web/auth"
)

func TestHeaders(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		s := newSite(t, settings{tls: secure, options: func(o *Options) { o.Styles = []string{"'sha256-abc='"} }})
		for path, status := range map[string]int{"/sign-in": 200, "/": 303, "/nowhere": 404, "/api/runs": 401, "/a/%2e%2e": 400} {
			a := s.do("GET", path, "")
			a.want(t, path, status)
			for name, want := range map[string]string{
				"Content-Security-Policy": "default-src 'none'; style-src 'self' 'sha256-abc='; script-src 'self'; img-src 'self'; connect-src 'self'; " +
					"form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
				"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
				"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
				"Strict-Transport-Security": map[bool]string{true: "max-age=31536000"}[secure],
			} {
				if got := a.Header.Get(name); got != want {
					t.Errorf("TLS %v, %s: %s is %q", secure, path, name, got)
				}
			}
			if !strings.Contains(a.Header.Get("Permissions-Policy"), "camera=()") {
				t.Errorf("%s: no Permissions-Policy", path)
			}
		}
		if a := s.do("GET", "/", "", "Host", "fabrikam.com"); a.Header.Get("Content-Security-Policy") == "" {
			t.Error("an answer to another host has no headers")
		}
	}
}

// A handler of a page cannot make it be stored; one of a public file can.
func TestCaching(t *testing.T) {
	t.Parallel()
	cached := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=3600")
		_, _ = io.WriteString(w, "text")
	}
	s := newSite(t, settings{routes: func(s *site) {
		s.router.HandleFunc("GET /style.css", Public(), cached)
		s.router.HandleFunc("GET /page", Require(auth.Viewer), cached)
	}})
	kim := s.signIn("kim")
	if a := s.do("GET", "/style.css", "", "Cookie", kim.cookie); a.Header.Get("Cache-Control") != "public, max-age=3600" {
		t.Error(a.Header)
	}
	if a := s.do("GET", "/page", "", "Cookie", kim.cookie); a.Header.Get("Cache-Control") != "no-store" {
		t.Error(a.Header)
	}
}

func TestPanics(t *testing.T) {
	t.Parallel()
	const secret = "a password that the handler panics with"
	s := newSite(t, settings{routes: func(s *site) {
		s.router.HandleFunc("GET /panic", Public(), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Disposition", "attachment")
			http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
			panic(secret)
		})
		s.router.HandleFunc("GET /api/panic", RequireScope(auth.Read), func(http.ResponseWriter, *http.Request) {
			var none []int
			_ = none[len(s.users)]
		})
		s.router.HandleFunc("GET /begun", Public(), func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "half of ")
			_ = http.NewResponseController(w).Flush()
			panic(errors.New(secret))
		})
	}})
	a := s.do("GET", "/panic?password=inthequery", "")
	a.want(t, "a panic", 500)
	id := regexp.MustCompile(`\(([A-Z2-7]{10})\)`).FindStringSubmatch(a.text)
	if id == nil || !strings.Contains(s.log.String(), "id="+id[1]) || strings.Contains(a.text, secret) {
		t.Errorf("%s\n%s", a.text, s.log)
	}
	if a.Header.Get("Content-Disposition") != "" || len(a.Cookies()) != 0 {
		t.Errorf("%v", a.Header)
	}
	a = s.do("GET", "/api/panic", "", "Authorization", "Bearer "+s.tokens["kim-read"])
	a.want(t, "a panic of the API", 500)
	if !regexp.MustCompile(`^\{"error":"internal error; the log says more","id":"[A-Z2-7]{10}"\}`).MatchString(a.text) ||
		!strings.Contains(s.log.String(), "index out of range") {
		t.Errorf("%s\n%s", a.text, s.log)
	}
	resp, err := s.client.Get(s.url + "/begun")
	s.check(err)
	defer resp.Body.Close()
	if text, err := io.ReadAll(resp.Body); err == nil {
		t.Errorf("%q looks whole", text)
	}
	for _, not := range []string{secret, "inthequery", s.tokens["kim-read"]} {
		if strings.Contains(s.log.String(), not) {
			t.Errorf("the log has %q:\n%s", not, s.log)
		}
	}
	s.do("GET", "/sign-in", "").want(t, "afterwards", 200)
}

func TestRequestLog(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	kim := s.signIn("kim")
	s.do("GET", "/runs/7?key=inthequery", "", "Cookie", kim.cookie, "Referer", "http://localhost/secretreferer")
	s.do("POST", "/runs", "csrf="+kim.csrf+"&reason=inthebody", "Cookie", kim.cookie)
	s.do("GET", "/api/runs", "", "Authorization", "Bearer "+s.tokens["lee-read"])
	s.do("GET", "/"+strings.Repeat("a", 5000)+"%1b", "")
	s.do("GET", "/%1b%5b31m", "")
	log := s.log.String()
	for _, want := range []string{
		`method=GET path=/runs/7 status=200 duration=`, `method=POST path=/runs status=200`, `user=kim`, `user="lee by token lee-read"`,
		`method=POST path=/sign-in status=303`, `status=400`,
	} {
		if !strings.Contains(log, want) {
			t.Errorf("the log has no %s:\n%s", want, log)
		}
	}
	for _, not := range []string{"inthequery", "inthebody", "secretreferer", kim.csrf, strings.TrimPrefix(kim.cookie, "lcshealth="), "lch_", rightPassword, "\x1b", strings.Repeat("a", 300)} {
		if strings.Contains(log, not) {
			t.Errorf("the log has %q:\n%s", not, log)
		}
	}
}
