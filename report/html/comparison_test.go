package html_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"lcshealth/report/compare"
	"lcshealth/report/html"
	"lcshealth/report/internal/reporttest"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

func comparisonPage(t *testing.T, c *compare.Comparison) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := html.WriteComparison(&out, c); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestComparisonPage(t *testing.T) {
	c := compare.Compare(reporttest.Sample(), reporttest.Later())
	page := comparisonPage(t, c)
	doc := document(t, page)

	var listed, shown []string
	for _, change := range c.Changes {
		listed = append(listed, fmt.Sprint(change.Kind, " ", change.Finding.ID))
	}
	doc.Find("[data-change]").Each(func(_ int, s *goquery.Selection) {
		shown = append(shown, s.AttrOr("data-change", "")+" "+s.AttrOr("data-finding", ""))
		if s.Closest("section").AttrOr("id", "") != s.AttrOr("data-change", "") {
			t.Errorf("%s is in another section", shown[len(shown)-1])
		}
	})
	slices.Sort(listed)
	slices.Sort(shown)
	if diff := cmp.Diff(listed, shown); diff != "" {
		t.Errorf("changes, -comparison +page:\n%s", diff)
	}
	for selector, text := range map[string]string{
		"#new article[data-cause=user-sid-invalid] > .reason":               "Before: undetermined: rtcdb lcs03.contoso.com: connect to 192.0.2.13:1433: connection refused",
		"#changed article[data-cause=user-not-enabled] .waived b":           "Waived",
		"#changed article[data-cause=stale-user-entry] .differs tbody tr":   "Severity minor major",
		"#changed article[data-cause=static-route-invalid] .differs td bdi": "wire",
		"#lost li[data-finding^=directory-connector-errors] .muted":         "Present, now undetermined: host lcs01.contoso.com: no answer�red�",
		"#sources tr[data-source=rtcdb] td[data-label=Now]":                 "ok",
	} {
		if got := words(doc.Find(selector).First()); got != text {
			t.Errorf("%s is %q, want %q", selector, got, text)
		}
	}
	for _, none := range []string{"script", "link", "img", "iframe", "form", "[src]", "[style]", "[onclick]"} {
		want(t, doc, none, 0)
	}
	ids := map[string]bool{}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id, _ := s.Attr("id")
		if ids[id] {
			t.Errorf("id %q is there twice", id)
		}
		ids[id] = true
	})
	doc.Find("a[href^='#']").Each(func(_ int, a *goquery.Selection) {
		if href, _ := a.Attr("href"); !ids[strings.TrimPrefix(href, "#")] {
			t.Errorf("%s leads nowhere", href)
		}
	})
	if bytes.ContainsAny(page, "\x1b\u202e") {
		t.Error("the page holds escape sequences or overrides")
	}
}

// A real browser shows the comparison, and nothing of it breaks its policy.
func TestBrowserComparison(t *testing.T) {
	page := comparisonPage(t, compare.Compare(reporttest.Sample(), reporttest.Later()))
	dom, console := reporttest.Chromium(t, page)
	doc := document(t, []byte(dom))
	if got, want := doc.Find("title").Text(), document(t, page).Find("title").Text(); got != want {
		t.Errorf("the title is %q, want %q: a script ran", got, want)
	}
	want(t, doc, "#new article", 2)
	if strings.Contains(console, "Content Security Policy") {
		t.Errorf("the page breaks its own policy:\n%s", console)
	}
	frames := `<!DOCTYPE html><title>not measured</title><iframe width="320" height="800" srcdoc="` + strings.NewReplacer("&", "&amp;", `"`, "&quot;").Replace(string(page)) + `"></iframe>
	<script>onload = () => document.title = document.querySelector("iframe").contentDocument.documentElement.scrollWidth</script>`
	dom, _ = reporttest.Chromium(t, []byte(frames))
	if got := document(t, []byte(dom)).Find("title").First().Text(); got != "320" {
		t.Errorf("on a screen 320 wide the page is %s wide", got)
	}
}

func TestWaivedPage(t *testing.T) {
	doc := document(t, render(t, reporttest.Later()))
	if got, text := words(want(t, doc, "article[data-cause=user-not-enabled] .waived", 1)), "Waived by Kim Akers until 2026-12-31: they have left the company "+reporttest.Script; got != text {
		t.Errorf("the waived finding says %q, want %q", got, text)
	}
	want(t, doc, "#waivers li", 3)
	if got := words(doc.Find("#waivers li[data-waiver=expired] p:nth-child(2)")); got != "Expired on 2026-02-28: 1 finding counts again." {
		t.Errorf("the expired waiver says %q", got)
	}
	if got := words(doc.Find("#summary .card:first-child > .muted")); got != "1 of them waived" {
		t.Errorf("the summary says %q", got)
	}
	want(t, document(t, render(t, reporttest.Sample())), "#waivers, .waived", 0)
}

func TestComparisonWriteError(t *testing.T) {
	err := html.WriteComparison(full{}, compare.Compare(reporttest.Sample(), reporttest.Later()))
	if got := fmt.Sprint(err); got != "write the comparison as HTML: disk full" {
		t.Errorf("error is %s", got)
	}
}
