package web_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/report"
	"lcshealth/report/audit"
	"lcshealth/report/web/runner"
)

// until waits for something that happens by itself.
func (s *site) until(what string, done func() bool) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), 30*time.Second)
	defer cancel()
	for !done() {
		select {
		case <-ctx.Done():
			s.Fatalf("waited in vain until %s; the log:\n%s", what, s.log)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// answer is what a site said.
type answer struct {
	*http.Response
	text string
}

// do sends a request. Headers are given in pairs of name and value.
func (s *site) do(method, path, body string, headers ...string) answer {
	s.Helper()
	req := must[*http.Request](s)(http.NewRequestWithContext(s.Context(), method, s.url+path, strings.NewReader(body)))
	if body != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if strings.HasPrefix(body, "{") {
			req.Header.Set("Content-Type", "application/json")
		}
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
			continue
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	resp := must[*http.Response](s)(s.client.Do(req)) //nolint:bodyclose // it is, below
	defer resp.Body.Close()
	return answer{resp, string(must[[]byte](s)(io.ReadAll(resp.Body)))}
}

func (s *site) get(path string, headers ...string) answer {
	s.Helper()
	return s.do(http.MethodGet, path, "", headers...)
}

// want checks the status of an answer.
func (a answer) want(t testing.TB, what string, status int) answer {
	t.Helper()
	if a.StatusCode != status {
		t.Errorf("%s: status %d, want %d: %.300s", what, a.StatusCode, status, a.text)
	}
	return a
}

// session is of somebody who signed in.
type session struct {
	cookie []string // as headers
	csrf   string
}

// signIn signs in and takes the CSRF token from the page.
func (s *site) signIn(name string) session {
	s.Helper()
	a := s.do("POST", "/sign-in", url.Values{"name": {name}, "password": {rightPassword}}.Encode()).want(s, "sign in", http.StatusSeeOther)
	if len(a.Cookies()) != 1 {
		s.Fatalf("cookies %v", a.Cookies())
	}
	out := session{cookie: []string{"Cookie", a.Cookies()[0].Name + "=" + a.Cookies()[0].Value}}
	page := s.get("/", out.cookie...).want(s, "overview", http.StatusOK)
	_, rest, _ := strings.Cut(page.text, `name="csrf" value="`)
	out.csrf, _, _ = strings.Cut(rest, `"`)
	if out.csrf == "" {
		s.Fatal("the page has no CSRF token")
	}
	return out
}

func (s *site) token(name string) []string {
	return []string{"Authorization", "Bearer " + s.tokens[name]}
}

// stepped is an audit whose steps a test takes.
type stepped struct {
	*site
	step chan func(runner.Watcher)
}

func (a *stepped) start(ctx context.Context, scope string, watch runner.Watcher) (*audit.Outcome, error) {
	for {
		select {
		case <-ctx.Done():
			return a.auditor.Run(ctx, audit.Job{Scope: scope, RunID: "cut-short", Make: func(ctx context.Context) (*report.Report, string, error) { return nil, "", ctx.Err() }})
		case do, more := <-a.step:
			if !more {
				return a.site.start(ctx, scope, watch)
			}
			do(watch)
		}
	}
}

func source(name, target string, status facts.Status) facts.Source {
	return facts.Source{Name: name, Target: target, Status: status, DurationMs: 12}
}
