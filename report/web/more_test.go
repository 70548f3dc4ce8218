package web_test

import (
	"html"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"lcshealth/report/history"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/web"
	"lcshealth/report/web/auth"
)

var policy = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy" content="([^"]*)">`)

// A report's page comes under its own policy and nothing wider, and leads back.
func TestConfined(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	kim := s.signIn("kim")
	for _, path := range []string{"/runs/" + laterID + "/report", "/compare?before=" + laterID + "&after=" + sampleID} {
		a := s.get(path, kim.cookie...).want(t, path, http.StatusOK)
		m := policy.FindStringSubmatch(a.text)
		if m == nil || a.Header.Get("Content-Security-Policy") != html.UnescapeString(m[1]) || a.Header.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s: the policy of the answer is %q, that of the page %q", path, a.Header.Get("Content-Security-Policy"), m)
		}
		if !strings.Contains(a.text, `<a href="/runs/`+laterID+`">`) {
			t.Errorf("%s does not lead back", path)
		}
	}
	// The earlier run is the one that was stored first, whichever way they are named.
	a := s.get("/compare?before="+laterID+"&after="+sampleID, kim.cookie...)
	b := s.get("/compare?before="+sampleID+"&after="+laterID, kim.cookie...)
	if a.text != b.text {
		t.Error("the order of the runs in the address matters")
	}
}

// Every format is there as a file of its own.
func TestDownload(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	lee := s.signIn("lee")
	names := map[string]bool{}
	for _, format := range []string{"html", "text", "markdown", "csv", "json", "junit", "sarif", "nagios", "prometheus"} {
		a := s.get("/runs/"+laterID[:8]+"/download/"+format, lee.cookie...).want(t, format, http.StatusOK)
		name := a.Header.Get("Content-Disposition")
		if !strings.HasPrefix(name, "attachment; filename=lcshealth-"+laterID+".") || names[name] || len(a.text) < 40 {
			t.Errorf("%s: %s, %d octets", format, name, len(a.text))
		}
		names[name] = true
	}
}

// What is left of a run whose report was removed is shown, and what is gone is
// said to be.
func TestPruned(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	kim := s.signIn("kim")
	s.get("/runs/"+sampleID+"/report", kim.cookie...).want(t, "report", http.StatusOK)
	must[history.Pruned](t)(s.store.Prune(t.Context(), history.Policy{KeepReports: time.Hour}))
	if a := s.get("/runs/"+sampleID, kim.cookie...).want(t, "run", http.StatusOK); !strings.Contains(a.text, "The report of this run was removed") {
		t.Error("the page does not say that the report was removed")
	}
	for _, path := range []string{"/runs/" + sampleID + "/report", "/compare?before=" + sampleID + "&after=" + laterID, "/runs/" + sampleID + "/download/json"} {
		if a := s.get(path, kim.cookie...).want(t, path, http.StatusGone); a.Header.Get("Content-Disposition") != "" {
			t.Errorf("%s: the error is a file", path)
		}
	}
	if a := s.get("/", kim.cookie...).want(t, "overview", http.StatusOK); !strings.Contains(a.text, "the reports of that time were removed") {
		t.Error("the overview does not say when something changed")
	}
	s.get("/runs", kim.cookie...).want(t, "runs", http.StatusOK)
	s.get("/causes/sql-service-stopped", kim.cookie...).want(t, "cause", http.StatusOK)
}

// Who stops the server is told that it is not ready, and why, in general terms.
func TestReady(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{noSignIn: true})
	s.get("/healthz").want(t, "healthz", http.StatusOK)
	s.advance(time.Hour)
	s.until("the clock is looked at again", func() bool { return s.get("/readyz").StatusCode == http.StatusOK })
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
	if a := s.get("/readyz").want(t, "readyz", http.StatusServiceUnavailable); a.text != "the history cannot be reached\n" {
		t.Errorf("it says %q", a.text)
	}
	s.get("/healthz").want(t, "healthz", http.StatusOK)
	if a := s.get("/"); a.StatusCode < 500 || strings.Contains(a.text, "sql") {
		t.Errorf("the page says %d %s", a.StatusCode, a.text)
	}
}

// The style has no colours but those of the report's, which are tested for
// their contrast, and the page has nothing that its policy refuses.
func TestStyle(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{noSignIn: true})
	report := s.get("/static/report.css").want(t, "style of the report", http.StatusOK).text
	own := s.get("/static/web.css").want(t, "own style", http.StatusOK).text
	for _, m := range regexp.MustCompile(`var\((--[a-z-]+)\)`).FindAllStringSubmatch(own, -1) {
		if !strings.Contains(report, m[1]+":") {
			t.Errorf("there is no colour %s", m[1])
		}
	}
	if m := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|rgb|url\(`).FindString(own); m != "" {
		t.Errorf("the style has %s, which is no colour of the report's style", m)
	}
	page := s.get("/").text
	for _, m := range regexp.MustCompile(`/static/[a-z.]+\?[0-9a-f]+`).FindAllString(page, -1) {
		if a := s.get(m).want(t, m, http.StatusOK); !strings.Contains(a.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s is %s", m, a.Header.Get("Cache-Control"))
		}
	}
	for _, m := range []string{`style="`, `onclick`, `<style`, `javascript:`} {
		if strings.Contains(page, m) {
			t.Errorf("the page has %s, which its policy refuses", m)
		}
	}
}

// Facts that are not kept are a note, not an error.
func TestNoFacts(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{options: func(_ *site, o *web.Options) { o.Lookup = nil }})
	if a := s.get("/lookup?user=sip:kim@contoso.com", s.signIn("lee").cookie...).want(t, "look-up", http.StatusOK); !strings.Contains(a.text, "history.facts") {
		t.Error("the page does not say how facts are kept")
	}
	s.get("/api/v1/lookup?scope=default&user=sip:kim@contoso.com", s.token("lee-read")...).want(t, "API", http.StatusConflict)
}

// A file of waivers that is damaged is told of, and not written to.
func TestDamagedWaivers(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	if err := os.WriteFile(s.waivers, []byte("waivers: ["+reporttest.Script), 0o600); err != nil {
		t.Fatal(err)
	}
	if a := s.get("/waivers", s.signIn("lee").cookie...).want(t, "page", http.StatusOK); !strings.Contains(a.text, "The file cannot be used") {
		t.Error("the page does not say that the file cannot be used")
	}
	s.get("/api/v1/waivers", s.token("lee-read")...).want(t, "API", http.StatusConflict)
	body := `{"run": "` + laterID + `", "finding": "messenger-on-server/lcs01.contoso.com", "reason": "x", "until": "2026-05-31"}`
	s.do("POST", "/api/v1/waivers", body, s.token("kim-"+string(auth.Admin))...).want(t, "waive", http.StatusConflict)
}
