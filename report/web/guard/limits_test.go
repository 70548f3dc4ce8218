package guard

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

func writeOver(path, text string) error { return os.WriteFile(path, []byte(text), 0o600) }

func TestServerHasDeadlines(t *testing.T) {
	t.Parallel()
	s := NewServer(http.NotFoundHandler(), nil, nil)
	for name, d := range map[string]time.Duration{
		"ReadHeaderTimeout": s.ReadHeaderTimeout, "ReadTimeout": s.ReadTimeout, "WriteTimeout": s.WriteTimeout, "IdleTimeout": s.IdleTimeout,
	} {
		if d <= 0 || d > 5*time.Minute {
			t.Errorf("%s is %s", name, d)
		}
	}
	if s.MaxHeaderBytes <= 0 || s.MaxHeaderBytes > 64<<10 || !s.DisableGeneralOptionsHandler || s.TLSConfig != nil {
		t.Errorf("%+v", s)
	}
}

// dial connects to a site and sends what may be no request at all.
func (s *site) dial(text string) net.Conn {
	s.Helper()
	conn, err := (&net.Dialer{}).DialContext(s.Context(), "tcp", s.addr)
	s.check(err)
	s.Cleanup(func() { conn.Close() })
	_, err = io.WriteString(conn, text)
	s.check(err)
	return conn
}

// raw sends a request as it is and returns the answer.
func (s *site) raw(text string) answer {
	s.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(s.dial(text)), nil)
	s.check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	s.check(err)
	return answer{resp, string(body)}
}

// Clients that send nothing, or half of a header or a body, hold up nobody
// else, and are let go of.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	stalled := []string{
		"", "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ",
		"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nname=",
	}
	patient := newSite(t, settings{}) // its deadlines are far off
	for range 20 {
		for _, text := range stalled {
			patient.dial(text)
		}
	}
	kim := patient.signIn("kim")
	patient.do("GET", "/", "", "Cookie", kim.cookie).want(t, "beside stalled clients", 200)

	s := newSite(t, settings{server: func(s *http.Server) { s.ReadHeaderTimeout, s.ReadTimeout = 200*time.Millisecond, 400*time.Millisecond }})
	for _, text := range stalled {
		got, _ := io.ReadAll(s.dial(text)) // ends when the server closes the connection, in whatever way
		if len(got) > 0 && !bytes.HasPrefix(got, []byte("HTTP/1.1 408 ")) {
			t.Errorf("%.40q is answered with %q", text, got)
		}
	}
}

func TestHeaderIsBounded(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	s.raw("GET / HTTP/1.1\r\nHost: localhost\r\nX-A: "+strings.Repeat("a", 32<<10)+"\r\n\r\n").want(t, "32 KB of header", 431)
}

func TestPaths(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	kim := s.signIn("kim")
	for path, want := range map[string]int{
		"/runs/../settings":        400,
		"/runs/..":                 400,
		"/runs/%2e%2e/settings":    400,
		"/runs/%2E%2E%2Fetc":       400,
		"/runs/..%2f..%2fetc":      400,
		`/runs/..%5c..%5cetc`:      400,
		"/runs/a%00b":              400,
		"/runs/a%0d%0aX-B:%20c":    400,
		"/runs/a%0ab":              400,
		"/runs/%ff":                400,
		"/./settings":              400,
		"//settings":               307, // to /settings
		"//www.fabrikam.com/runs/": 404,
		"/runs/a%2Fb":              200, // ids of findings have slashes
		"/runs/a..b":               200,
		"/settings":                200,
		"/Settings":                404,
		"/settings/":               404,
		"http://localhost/runs/7":  200,
		"http://fabrikam.com/":     421,
		"*":                        400,
	} {
		a := s.raw(fmt.Sprintf("GET %s HTTP/1.1\r\nHost: localhost\r\nCookie: %s\r\nConnection: close\r\n\r\n", path, kim.cookie))
		if path == "*" {
			if a.StatusCode == http.StatusOK {
				t.Error("* is a page")
			}
			continue
		}
		a.want(t, path, want)
		if to := a.Header.Get("Location"); strings.HasPrefix(to, "//") || strings.Contains(to, ":") {
			t.Errorf("%s is sent to %s", path, to)
		}
		if a.Header.Get("X-B") != "" {
			t.Errorf("%s sets a header", path)
		}
	}
	s.raw("OPTIONS * HTTP/1.1\r\nHost: fabrikam.com\r\n\r\n").want(t, "OPTIONS *", 421)
	s.raw("TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n").want(t, "TRACE", 405)
	s.raw("CONNECT localhost:1 HTTP/1.1\r\nHost: localhost:1\r\n\r\n").want(t, "CONNECT", 405)
}

func TestSafeNext(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"/runs/7?page=2#top":            "/runs/7?page=2#top",
		"/runs/a%2Fb":                   "/runs/a%2Fb",
		"/?q=https://fabrikam.com//a":   "/?q=https://fabrikam.com//a",
		"":                              "/",
		"runs":                          "/",
		"//fabrikam.com":                "/",
		"///fabrikam.com":               "/",
		`/\fabrikam.com`:                "/",
		`\\fabrikam.com`:                "/",
		"/%2Ffabrikam.com":              "/",
		"/\t/fabrikam.com":              "/",
		"/\r\nSet-Cookie: a=b":          "/",
		"/a b":                          "/",
		"/../a":                         "/",
		"https://fabrikam.com/":         "/",
		"javascript:alert(1)":           "/",
		"/" + strings.Repeat("a", 4000): "/",
	} {
		if got := SafeNext(s); got != want {
			t.Errorf("%.40q: %q", s, got)
		}
	}
}

// What a client sends does not become a header of the answer.
func TestHeaderInjection(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	a := s.do("POST", "/sign-in", "name=kim&password=correct+horse+battery&next=%2F%0d%0aX-B:+c")
	a.want(t, "sign in", 303)
	if a.Header.Get("Location") != "/" || a.Header.Get("X-B") != "" || len(a.Header.Values("Set-Cookie")) != 1 {
		t.Errorf("%v", a.Header)
	}
	s.do("POST", "/sign-in", "name=kim%0d%0aX-B:+c&password=x").want(t, "a name with line breaks", 401)
	if log := s.log.String(); strings.Contains(log, "X-B") {
		t.Errorf("the log has it:\n%s", log)
	}
}
