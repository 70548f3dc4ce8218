package web_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"lcshealth/checks/facts"
	"lcshealth/report/history"
	"lcshealth/report/web"
	"lcshealth/report/web/runner"
)

// newStepped returns a site whose audits wait for a test.
func newStepped(t testing.TB) *stepped {
	a := &stepped{step: make(chan func(runner.Watcher))}
	a.site = newSite(t, settings{options: func(s *site, o *web.Options) { o.Start = func() runner.Start { a.site = s; return a.start }() }})
	return a
}

// An operator starts an audit, and its events tell how it gets on until it has
// ended; the run is then in the history.
func TestEvents(t *testing.T) {
	t.Parallel()
	s := newStepped(t)
	kim := s.signIn("kim")
	form := url.Values{"scope": {"default"}, "csrf": {kim.csrf}}
	a := s.do("POST", "/runs", form.Encode(), kim.cookie...).want(t, "start", http.StatusSeeOther)
	if got := a.Header.Get("Location"); got != "/progress?scope=default" {
		t.Errorf("it leads to %s", got)
	}
	s.do("POST", "/runs", form.Encode(), kim.cookie...).want(t, "start another", http.StatusConflict)

	req := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/api/v1/progress/events?scope=default", nil))
	req.Header.Set("Authorization", "Bearer "+s.tokens["lee-read"])
	resp := must[*http.Response](t)(s.client.Do(req)) //nolint:bodyclose // it is, below
	defer resp.Body.Close()
	if got := resp.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/event-stream") {
		t.Errorf("the events are %s", got)
	}
	events := readEvents(t, bufio.NewScanner(resp.Body))
	wait := func(what string, done func(name string, p runner.Progress) bool) {
		t.Helper()
		for name, p := range events {
			if done(name, p) {
				return
			}
		}
		t.Fatalf("the events end before %s", what)
	}
	wait("it begins", func(_ string, p runner.Progress) bool { return p.State == runner.Running && p.By == "kim" })
	s.step <- func(w runner.Watcher) { w.Step("directory", "dc01.contoso.com", "accounts", 1200) }
	wait("it reads", func(_ string, p runner.Progress) bool { return len(p.Sources) == 1 && p.Sources[0].Read == 1200 })
	page := s.get("/progress?scope=default", kim.cookie...).want(t, "page", http.StatusOK)
	if !strings.Contains(page.text, "1200 accounts") || !strings.Contains(page.text, `http-equiv="refresh"`) {
		t.Error("the page without script does not show the progress, or is not loaded again")
	}
	s.step <- func(w runner.Watcher) { w.Finished(source("directory", "dc01.contoso.com", facts.Failed)) }
	wait("a source ends", func(_ string, p runner.Progress) bool { return p.Sources[0].Status == facts.Failed })
	close(s.step)
	wait("the end", func(name string, p runner.Progress) bool {
		return name == "end" && p.State == runner.Done && p.RunID != ""
	})
	for name := range events {
		t.Errorf("after the end comes %s", name)
	}
	state, text, _ := s.progress()
	if state != "done" || !strings.Contains(text, "audit-of-") {
		t.Errorf("it ended as %s", text)
	}
	s.get("/runs/audit-of-", kim.cookie...).want(t, "the run", http.StatusOK)
}

// readEvents yields events as a browser would see them.
func readEvents(t testing.TB, lines *bufio.Scanner) func(func(string, runner.Progress) bool) {
	t.Helper()
	return func(yield func(string, runner.Progress) bool) {
		name := ""
		for lines.Scan() {
			if word, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				name = word
			}
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			if !ok {
				continue
			}
			var p runner.Progress
			if err := json.Unmarshal([]byte(data), &p); err != nil {
				t.Fatalf("%s: %v", data, err)
			}
			if !yield(name, p) {
				return
			}
		}
	}
}

// A server that stops in the midst of an audit ends its streams, and says in
// the history that the audit was interrupted.
func TestShutdown(t *testing.T) {
	t.Parallel()
	s := newStepped(t)
	s.do("POST", "/api/v1/runs", `{"scope": "default"}`, s.token("kim-run")...).want(t, "start", http.StatusAccepted)
	s.step <- func(w runner.Watcher) { w.Step("directory", "", "accounts", 1) }
	req := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/api/v1/progress/events?scope=default", nil))
	req.Header.Set("Authorization", "Bearer "+s.tokens["lee-read"])
	resp := must[*http.Response](t)(s.client.Do(req)) //nolint:bodyclose // it is, below
	defer resp.Body.Close()
	s.stop()
	for range readEvents(t, bufio.NewScanner(resp.Body)) { // else this never ends
	}
	<-s.ended
	scopes := must[[]history.Scope](t)(s.store.Scopes(t.Context()))
	if m := scopes[0].Trouble; scopes[0].Name != "default" || m == nil || m.State != history.Interrupted || m.Reason != runner.ErrStopped.Error() {
		t.Errorf("the history has %+v", m)
	}
}

// An operator waives a finding, in his name, and only once.
func TestWaive(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	kim, lee := s.signIn("kim"), s.signIn("lee")
	finding := "messenger-on-server/lcs01.contoso.com"
	form := url.Values{"csrf": {kim.csrf}, "run": {laterID}, "finding": {finding}, "reason": {"the kiosk <b>in</b> the hall"}, "until": {"2026-05-31"}}
	if page := s.get("/runs/"+laterID, kim.cookie...); !strings.Contains(page.text, "/waivers/new?run="+laterID) {
		t.Error("an operator is not offered to waive")
	}
	if page := s.get("/runs/"+laterID, lee.cookie...); strings.Contains(page.text, "/waivers/new") {
		t.Error("a viewer is offered to waive")
	}
	late := url.Values{"csrf": {kim.csrf}, "run": {laterID}, "finding": {finding}, "reason": {"x"}, "until": {"2026-01-31"}}
	if a := s.do("POST", "/waivers", late.Encode(), kim.cookie...).want(t, "a day that has passed", http.StatusUnprocessableEntity); !strings.Contains(a.text, "The last day of the waiver has passed") {
		t.Errorf("%s", a.text)
	}
	a := s.do("POST", "/waivers", form.Encode(), kim.cookie...).want(t, "waive", http.StatusSeeOther)
	page := s.get(a.Header.Get("Location"), kim.cookie...).want(t, "waivers", http.StatusOK)
	for _, want := range []string{"messenger-on-server", "the kiosk &lt;b&gt;in&lt;/b&gt; the hall", "<bdi>kim</bdi>", "takes effect with the next audit"} {
		if !strings.Contains(page.text, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	s.do("POST", "/waivers", form.Encode(), kim.cookie...).want(t, "again", http.StatusUnprocessableEntity)
	if text := string(must[[]byte](t)(os.ReadFile(s.waivers))); strings.Count(text, "cause:") != 1 || !strings.Contains(text, "owner: kim") {
		t.Errorf("the file is\n%s", text)
	}
}

// The test of a channel says what happened.
func TestTryChannel(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	kim := s.signIn("kim")
	form := url.Values{"csrf": {kim.csrf}, "channel": {"operators"}}
	a := s.do("POST", "/notifications/test", form.Encode(), kim.cookie...).want(t, "test", http.StatusOK)
	if !strings.Contains(a.text, "took the test message") || !strings.Contains(<-s.posted, `"occasion":"test"`) {
		t.Errorf("%s", a.text)
	}
}

// An empty history says what to do.
func TestEmpty(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{empty: true, options: func(_ *site, o *web.Options) { o.Lookup, o.Waivers, o.Scopes, o.Auditor.Channels = nil, "", nil, nil }})
	kim := s.signIn("kim").cookie
	for path, want := range map[string]string{
		"/": "serve.audits", "/runs": "There is no run yet", "/causes/sql-service-stopped": "Nothing has been audited yet", "/sources": "No run in that time",
		"/lookup": "Nothing has been audited yet", "/waivers": "serve.waivers", "/notifications": "notify.mail", "/causes": "not judged yet", "/progress": "does not audit it",
	} {
		if a := s.get(path, kim...).want(t, path, http.StatusOK); !strings.Contains(a.text, want) {
			t.Errorf("%s does not say %s", path, want)
		}
	}
	s.get("/metrics", s.token("lee-read")...).want(t, "metrics", http.StatusOK)
}
