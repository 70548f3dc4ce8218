package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"lcshealth/checks/catalog"
	"lcshealth/report/internal/reporttest"
)

var (
	sampleID = reporttest.Sample().Run.ID
	laterID  = reporttest.Later().Run.ID
)

// pages are all pages with something on them.
func pages() map[string]string {
	return map[string]string{
		"overview":      "/",
		"runs":          "/runs",
		"runs of scope": "/runs?scope=" + url.QueryEscape(hostile),
		"run":           "/runs/" + laterID,
		"first run":     "/runs/" + sampleID,
		"report":        "/runs/" + laterID + "/report",
		"comparison":    "/compare?before=" + sampleID + "&after=" + laterID,
		"causes":        "/causes",
		"cause":         "/causes/sql-service-stopped",
		"sources":       "/sources?scope=" + url.QueryEscape(hostile),
		"look-up":       "/lookup?scope=default&user=sip:kim@contoso.com",
		"look-up empty": "/lookup",
		"waivers":       "/waivers",
		"new waiver":    "/waivers/new?run=" + laterID + "&finding=" + url.QueryEscape("messenger-on-server/lcs01.contoso.com"),
		"notifications": "/notifications",
		"progress":      "/progress?scope=default",
	}
}

// Every page is there, and what is hostile in it stays text.
func TestPages(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	kim := s.signIn("kim")
	for name, path := range pages() {
		a := s.get(path, kim.cookie...).want(t, name, http.StatusOK)
		if strings.Contains(a.text, reporttest.Script) || strings.Contains(a.text, "\x1b") || strings.Contains(a.text, "\u202e") {
			t.Errorf("%s: what is hostile is not escaped", name)
		}
		if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") || !strings.HasPrefix(a.Header.Get("Content-Security-Policy"), "default-src 'none'; ") {
			t.Errorf("%s: %v", name, a.Header)
		}
		if strings.Contains(a.text, "ZgotmplZ") {
			t.Errorf("%s: the template's package refused something", name)
		}
	}
	for _, c := range catalog.All() {
		s.get("/causes/"+c.ID, kim.cookie...).want(t, c.ID, http.StatusOK)
	}
}
