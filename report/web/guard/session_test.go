package guard

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lcshealth/report/web/auth"
)

func TestCookie(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		s := newSite(t, settings{tls: secure})
		a := s.do("POST", "/sign-in", "name=kim&password=correct+horse+battery")
		got := a.Header.Get("Set-Cookie")
		id, rest, _ := strings.Cut(got, ";")
		want := " Path=/; HttpOnly; SameSite=Strict"
		if secure {
			want = " Path=/; HttpOnly; Secure; SameSite=Strict"
		}
		if name, _, _ := strings.Cut(id, "="); rest != want || (name == "__Host-lcshealth") != secure {
			t.Errorf("TLS %v: %s", secure, got)
		}
		if secure { // the name without prefix is anybody's
			_, value, _ := strings.Cut(id, "=")
			s.do("GET", "/", "", "Cookie", "lcshealth="+value).want(t, "name without prefix", 303)
			s.do("GET", "/", "", "Cookie", id).want(t, "name with prefix", 200)
		}
	}
}

func TestFixation(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	planted := "lcshealth=" + strings.Repeat("A", 52)
	a := s.do("POST", "/sign-in", "name=kim&password=correct+horse+battery", "Cookie", planted)
	a.want(t, "sign in", 303)
	own := "lcshealth=" + a.Cookies()[0].Value
	if own == planted {
		t.Fatal("the session has the id that somebody else chose")
	}
	s.do("GET", "/", "", "Cookie", planted).want(t, "the planted id", 303)
	s.do("GET", "/", "", "Cookie", own).want(t, "the new id", 200)
	s.do("GET", "/", "", "Cookie", own+"; "+planted).want(t, "two ids", 303)
	s.do("GET", "/", "", "Cookie", planted+"; "+own).want(t, "two ids", 303)
	// Signing in again ends what was before.
	a = s.do("POST", "/sign-in", "name=lee&password=correct+horse+battery", "Cookie", own)
	s.do("GET", "/", "", "Cookie", own).want(t, "the earlier session", 303)
	s.do("GET", "/", "", "Cookie", "lcshealth="+a.Cookies()[0].Value).want(t, "the later one", 200)
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	kim := s.signIn("kim")
	s.do("POST", "/sign-out", "", "Cookie", kim.cookie).want(t, "another site signs out", 403)
	a := s.do("POST", "/sign-out", "csrf="+kim.csrf, "Cookie", kim.cookie)
	a.want(t, "sign out", 200)
	if c := a.Cookies(); len(c) != 1 || c[0].MaxAge >= 0 || c[0].Value != "" {
		t.Errorf("cookies %v", c)
	}
	s.do("GET", "/", "", "Cookie", kim.cookie).want(t, "afterwards", 303)
}

// Rights that are taken away are gone with the next request.
func TestRightsTakenAway(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	kim, lee := s.signIn("kim"), s.signIn("lee")
	token := []string{"Authorization", "Bearer " + s.tokens["kim-admin"]}
	s.do("POST", "/api/runs", "", token...).want(t, "before", 200)
	s.check(auth.Update(t.Context(), s.users, func(f *auth.File) error {
		for i := range f.Users {
			f.Users[i].Role = auth.Viewer
		}
		return nil
	}))
	s.do("GET", "/settings", "", "Cookie", kim.cookie).want(t, "a session of before", 303)
	s.do("POST", "/api/runs", "", token...).want(t, "a token", 403)
	s.do("GET", "/api/runs", "", token...).want(t, "a token", 200)
	s.do("GET", "/", "", "Cookie", lee.cookie).want(t, "a user who is as before", 200)
	s.check(auth.Update(t.Context(), s.users, func(f *auth.File) error { *f = auth.File{}; return nil }))
	s.do("GET", "/", "", "Cookie", lee.cookie).want(t, "removed", 303)
	s.do("GET", "/api/runs", "", token...).want(t, "removed", 401)
}

func TestBruteForce(t *testing.T) {
	t.Parallel()
	start := time.Now()
	s := newSite(t, settings{now: func() time.Time { return start }}) // a clock that stands still
	limited := 0
	for i := range 15 {
		from := "192.0.2." + strconv.Itoa(i)
		a := s.do("POST", "/sign-in", "name=kim&password=wrong", "X-Forwarded-For", from, "X-Real-Ip", from, "Forwarded", "for="+from)
		if len(a.Cookies()) != 0 {
			t.Error("a cookie is set")
		}
		if a.StatusCode != http.StatusTooManyRequests {
			a.want(t, "a guess", http.StatusUnauthorized)
			continue
		}
		limited++
		if a.Header.Get("Retry-After") != "6" {
			t.Errorf("Retry-After %q", a.Header.Get("Retry-After"))
		}
	}
	if limited != 5 {
		t.Errorf("%d of 15 guesses were limited", limited)
	}
	s.do("POST", "/sign-in", "name=lee&password=correct+horse+battery", "X-Forwarded-For", "192.0.2.77").want(t, "another user from there", 429)
}

func TestUsersFileGone(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	kim := s.signIn("kim")
	s.check(auth.Update(t.Context(), s.users, func(*auth.File) error { return nil }))
	s.check(writeOver(s.users, "users: nonsense"))
	s.do("GET", "/", "", "Cookie", kim.cookie).want(t, "a page", 503)
	s.do("GET", "/api/runs", "", "Authorization", "Bearer "+s.tokens["kim-read"]).want(t, "the API", 503)
	s.do("POST", "/sign-in", "name=kim&password=correct+horse+battery").want(t, "sign in", 503)
	s.do("GET", "/sign-in", "").want(t, "a public page", 200)
	if !strings.Contains(s.log.String(), "cannot unmarshal") {
		t.Error("the log does not say why")
	}
}

// Many with sessions of their own at once, while the file changes.
func TestConcurrentSessions(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	kim, lee := s.signIn("kim"), s.signIn("lee")
	var wg sync.WaitGroup
	for _, who := range []struct {
		session
		name string
	}{{kim, "kim"}, {lee, "lee"}} {
		for range 4 {
			wg.Go(func() {
				for range 25 {
					a := s.do("GET", "/runs/7", "", "Cookie", who.cookie)
					if a.StatusCode != http.StatusOK || !strings.Contains(a.text, " "+who.name+" ") {
						t.Errorf("%s gets %d %s", who.name, a.StatusCode, a.text)
					}
				}
			})
		}
	}
	for i := range 5 {
		s.check(auth.Update(t.Context(), s.users, func(f *auth.File) error {
			f.Users = append(f.Users, auth.User{Name: "new" + strconv.Itoa(i), Password: f.Users[0].Password, Role: auth.Viewer})
			return nil
		}))
	}
	wg.Wait()
}
