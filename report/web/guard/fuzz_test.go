package guard

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"lcshealth/report/web/auth"
)

// FuzzBearer: what is taken for a token is one in form, and alone.
func FuzzBearer(f *testing.F) {
	f.Add("Bearer lch_"+strings.Repeat("A", 52), "")
	f.Add("Bearer", "Bearer lch_")
	f.Add("Bearer lch_"+strings.Repeat("A", 52), "Bearer lch_"+strings.Repeat("B", 52))
	f.Add("Basic a2lt", "")
	f.Add("bearer  lch_"+strings.Repeat("7", 52)+" ", "")
	f.Fuzz(func(t *testing.T, first, second string) {
		h := http.Header{"Authorization": {first}}
		if second != "" {
			h.Add("Authorization", second)
		}
		token, err := bearer(h)
		if (err == nil) != (token != "") {
			t.Errorf("%q: %q, %v", first, token, err)
		}
		if err == nil && (second != "" || auth.ParseToken(token) != nil || !strings.HasSuffix(first, token)) {
			t.Errorf("%q, %q: %q", first, second, token)
		}
	})
}

// FuzzCookie: an id is found only if the browser sent one, and one alone.
func FuzzCookie(f *testing.F) {
	f.Add("lcshealth=" + strings.Repeat("A", 52))
	f.Add("lcshealth=a; lcshealth=b")
	f.Add(`a=b; lcshealth="a"; ;=`)
	f.Add("__Host-lcshealth=a; lcshealth=b")
	f.Fuzz(func(t *testing.T, cookies string) {
		req := &http.Request{Header: http.Header{"Cookie": {cookies}}}
		for _, name := range []string{plainCookie, secureCookie} {
			id, ok := sessionID(req, name)
			if ok != (id != "") || ok && !strings.Contains(cookies, name) || strings.ContainsAny(id, ";\r\n") {
				t.Errorf("%q: %q, %v", cookies, id, ok)
			}
			req.Header.Add("Cookie", name+"=x")
			if id, ok := sessionID(req, name); ok && id != "x" {
				t.Errorf("%q: %q counts beside another", cookies, id)
			}
			req.Header["Cookie"] = []string{cookies}
		}
	})
}

// FuzzSafeNext: a browser at https://localhost stays there.
func FuzzSafeNext(f *testing.F) {
	f.Add("/runs?page=2")
	f.Add("//fabrikam.com")
	f.Add(`/\fabrikam.com`)
	f.Add("/%2e%2e//fabrikam.com")
	base := &url.URL{Scheme: "https", Host: "localhost", Path: "/sign-in"}
	f.Fuzz(func(t *testing.T, next string) {
		got := SafeNext(next)
		u, err := base.Parse(got)
		if err != nil || u.Host != "localhost" || u.Scheme != "https" || u.User != nil {
			t.Errorf("%q leads to %v, %v", next, u, err)
		}
		if got != "/" && (got != next || strings.ContainsAny(got, "\r\n\t\\") || strings.HasPrefix(got, "//")) {
			t.Errorf("%q: %q", next, got)
		}
	})
}

// FuzzHostname: a name that is compared is compared in one form.
func FuzzHostname(f *testing.F) {
	for _, s := range []string{"localhost", "LOCALHOST.:80", "[::1]:80", "[::ffff:127.0.0.1]", "[fe80::1%eth0]:1", "a:b:c", "[", "]:1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, ok := hostname(s)
		if !ok {
			return
		}
		if again, ok := hostname(name); !strings.HasSuffix(name, ".") && (!ok || again != name) {
			t.Errorf("%q: %q, then %q", s, name, again)
		}
		if strings.ContainsAny(name, " /@\\\r\n") || name != strings.ToLower(name) {
			t.Errorf("%q: %q", s, name)
		}
	})
}
