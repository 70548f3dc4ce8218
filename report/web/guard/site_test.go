package guard

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lcshealth/report/internal/reporttest"
	"lcshealth/report/web/auth"
)

const rightPassword = "correct horse battery"

// site is a server on a loopback address, with pages like those of a real one.
type site struct {
	*testing.T
	router *Router
	users  string // the file
	server *http.Server
	url    string
	addr   string
	client *http.Client
	log    *reporttest.Log
	tokens map[string]string // text by name
	stop   context.CancelFunc
}

// settings say how a site differs from the usual one.
type settings struct {
	tls      bool
	noSignIn bool
	now      func() time.Time // of the users; nil for time.Now
	options  func(*Options)
	routes   func(*site)
	server   func(*http.Server)
}

func newSite(t *testing.T, how settings) *site {
	t.Helper()
	s := &site{T: t, log: &reporttest.Log{}, tokens: map[string]string{}}
	log := slog.New(slog.NewTextHandler(s.log, nil))
	ctx, stop := context.WithCancel(t.Context())
	s.stop = stop
	o := Options{TLS: how.tls, Log: log, Stop: ctx.Done()}
	if !how.noSignIn {
		s.users = s.writeUsers()
		service, err := auth.New(auth.Options{Path: s.users, Log: log, Now: how.now, Params: auth.Params{Memory: 8, Passes: 1, Threads: 1}})
		s.check(err)
		o.Auth = service
	}
	l, err := Listen(ctx, Rules{Addr: "127.0.0.1:0", TLS: how.tls, Users: !how.noSignIn, NoSignIn: how.noSignIn})
	s.check(err)
	s.addr = l.Addr().String()
	var cert *Certificate
	transport := &http.Transport{ForceAttemptHTTP2: true}
	if how.tls {
		cert = s.certificate("lcs.contoso.com")
		roots := x509.NewCertPool()
		roots.AddCert(cert.Leaf())
		transport.TLSClientConfig = &tls.Config{RootCAs: roots, ServerName: "lcs.contoso.com", MinVersion: tls.VersionTLS12}
	}
	o.Hosts = Hosts(l.Addr(), nil, nil)
	if cert != nil {
		o.Hosts = Hosts(l.Addr(), nil, cert.Leaf())
	}
	if how.options != nil {
		how.options(&o)
	}
	s.router, err = NewRouter(o)
	s.check(err)
	s.addRoutes()
	if how.routes != nil {
		how.routes(s)
	}
	h, err := s.router.Handler()
	s.check(err)
	s.server = NewServer(h, cert, log)
	if how.server != nil {
		how.server(s.server)
	}
	s.url = "http://" + s.addr
	if how.tls {
		s.url = "https://" + s.addr
	}
	s.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, s.server, l) }()
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		stop()
		_ = s.server.Close() // also what tests left open
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s
}

// addRoutes adds one of each kind. The pages say who asks for them.
func (s *site) addRoutes() {
	hello := func(w http.ResponseWriter, req *http.Request) {
		who, _ := auth.FromContext(req.Context())
		fmt.Fprintf(w, "%s %s %s %s", req.Pattern, who.Name, who.Token, req.PathValue("id"))
	}
	r := s.router
	r.HandleFunc("GET /sign-in", Public(), hello)
	r.HandleFunc("POST /sign-in", Public(), func(w http.ResponseWriter, req *http.Request) {
		if _, err := r.SignIn(w, req); err != nil {
			r.Fail(w, req, Failure{Status: SignInStatus(err), Text: err.Error()})
			return
		}
		http.Redirect(w, req, SafeNext(req.PostFormValue("next")), http.StatusSeeOther)
	})
	r.HandleFunc("POST /sign-out", Require(auth.Viewer), func(w http.ResponseWriter, req *http.Request) {
		r.SignOut(w, req)
		hello(w, req)
	})
	r.HandleFunc("GET /{$}", Require(auth.Viewer), hello)
	r.HandleFunc("GET /runs/{id}", Require(auth.Viewer), hello)
	r.HandleFunc("POST /runs", Require(auth.Operator), hello)
	r.HandleFunc("GET /settings", Require(auth.Operator), hello)
	r.HandleFunc("GET /api/runs", RequireScope(auth.Read), hello)
	r.HandleFunc("POST /api/runs", RequireScope(auth.Run), hello)
	r.HandleFunc("PUT /api/waivers/{id}", RequireScope(auth.Admin), hello)
	r.HandleFunc("DELETE /api/waivers/{id}", RequireScope(auth.Admin), hello)
}

func (s *site) check(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// writeUsers writes kim, an operator, and lee, a viewer, with tokens.
func (s *site) writeUsers() string {
	hasher, err := auth.NewHasher(auth.Params{Memory: 8, Passes: 1, Threads: 1})
	s.check(err)
	hash, err := hasher.Hash(s.Context(), rightPassword)
	s.check(err)
	path := filepath.Join(s.TempDir(), "users.yaml")
	s.check(auth.Update(s.Context(), path, func(f *auth.File) error {
		for name, role := range map[string]auth.Role{"kim": auth.Operator, "lee": auth.Viewer} {
			f.Users = append(f.Users, auth.User{Name: name, Password: hash.String(), Role: role})
			for _, scope := range auth.Scopes() {
				token, text := auth.NewToken(name+"-"+string(scope), name, scope, time.Now(), time.Now().Add(time.Hour))
				f.Tokens = append(f.Tokens, token)
				s.tokens[token.Name] = text
			}
		}
		return nil
	}))
	return path
}

// answer is what a site said.
type answer struct {
	*http.Response
	text string
}

// do sends a request. Headers are given in pairs of name and value.
func (s *site) do(method, path, body string, headers ...string) answer {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), method, s.url+path, strings.NewReader(body))
	s.check(err)
	if body != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
			continue
		}
		req.Header[http.CanonicalHeaderKey(headers[i])] = []string{headers[i+1]}
	}
	resp, err := s.client.Do(req)
	s.check(err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	s.check(err)
	return answer{resp, string(text)}
}

// want checks the status of an answer.
func (a answer) want(t *testing.T, what string, status int) {
	t.Helper()
	if a.StatusCode != status {
		t.Errorf("%s: status %d, want %d: %.200s", what, a.StatusCode, status, a.text)
	}
}

// session is of somebody who signed in.
type session struct{ cookie, csrf string }

// signIn signs in and finds out the CSRF token, as a page would have it.
func (s *site) signIn(name string) session {
	s.Helper()
	a := s.do("POST", "/sign-in", "name="+name+"&password=correct+horse+battery")
	a.want(s.T, "sign in", http.StatusSeeOther)
	if len(a.Cookies()) != 1 {
		s.Fatalf("cookies %v", a.Cookies())
	}
	c := a.Cookies()[0]
	who, err := s.router.options.Auth.Peek(c.Value)
	s.check(err)
	return session{cookie: c.Name + "=" + c.Value, csrf: who.CSRF}
}
