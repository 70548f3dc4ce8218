package html_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/html"
	"lcshealth/report/internal/reporttest"

	"github.com/PuerkitoBio/goquery"
)

func render(t *testing.T, r *report.Report) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := html.Write(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func documentOf(page []byte) (*goquery.Document, error) {
	return goquery.NewDocumentFromReader(bytes.NewReader(page))
}

func document(t *testing.T, page []byte) *goquery.Document {
	t.Helper()
	doc, err := documentOf(page)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func want(t *testing.T, doc *goquery.Document, selector string, n int) *goquery.Selection {
	t.Helper()
	found := doc.Find(selector)
	if found.Length() != n {
		t.Errorf("%s: found %d, want %d", selector, found.Length(), n)
	}
	return found
}

func words(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }

func TestPage(t *testing.T) {
	doc := document(t, render(t, reporttest.Sample()))

	// Landmarks and headings.
	for _, one := range []string{"main", "nav[aria-label]", "body > header", "body > footer#run", "h1", "html[lang=en]", "meta[name=viewport]", ".skip[href='#answer']"} {
		want(t, doc, one, 1)
	}
	for _, part := range []string{"answer", "summary", "present", "undetermined", "not-applicable", "absent", "sources"} {
		section := want(t, doc, "main > section#"+part, 1)
		label, _ := section.Attr("aria-labelledby")
		want(t, doc, "#"+part+" #"+label, 1)
	}
	level := 1
	doc.Find("h1, h2, h3, h4").Each(func(_ int, h *goquery.Selection) {
		now := int(goquery.NodeName(h)[1] - '0')
		if now > level+1 {
			t.Errorf("heading %q jumps from level %d to %d", words(h), level, now)
		}
		level = now
	})

	// The answer, in the heading and the title.
	const answer = "Sign-in is broken on lcs01.contoso.com (503 Service Unavailable) and for at least 1342 users (403 Forbidden and 404 Not Found)."
	if got := words(doc.Find("h1 span").Last()); got != answer {
		t.Errorf("the answer is %q", got)
	}
	if got := doc.Find("head > title").Text(); got != answer+" – lcshealth" {
		t.Errorf("the title is %q", got)
	}

	// A finding in full.
	f := want(t, doc, "#present > article[data-cause=user-sid-invalid]", 1)
	for selector, text := range map[string]string{
		".badge":                 "▲ Major",
		"h3":                     "The database holds a SID that is not the account's",
		".affected .label":       "3 users affected",
		".names li:nth-child(3)": "山田太郎@contoso.com",
		".evidence tbody tr:nth-child(1) .origin": "rtcdb lcs02.contoso.com 2026-03-04 05:06:10 UTC",
		".remedy li:nth-child(2) pre":             `OSQL -S (local)\rtc -d rtc -E -Q "exec RtcDeleteResource N'o''hara@contoso.com'"`,
		".remedy li:nth-child(3) .warning":        "▲ This command holds characters that cannot be shown. Do not run it as it stands.",
	} {
		if got := words(f.Find(selector)); got != text {
			t.Errorf("%s is %q, want %q", selector, got, text)
		}
	}
	if got := f.Find(".remedy ol > li").Length(); got != 4 {
		t.Errorf("the remedy has %d steps, want 4", got)
	}

	// Consequences are folded under their cause, at both levels.
	want(t, doc, "#present > article", 5)
	want(t, doc, "[data-cause=sql-service-stopped] > details > [data-cause=directory-connector-errors] > details > [data-cause=user-missing-from-database]", 1)

	// One dead database is one group.
	want(t, doc, "#undetermined > .group", 4)
	group := want(t, doc, "#undetermined > .group[data-count='5']", 1)
	if got := words(group.Find("h3")); got != "rtcdb lcs03.contoso.com: connect to 192.0.2.13:1433: connection refused" {
		t.Errorf("the group is %q", got)
	}
	if got := group.Find(".open li").Length(); got != 1 {
		t.Errorf("what it leaves open takes %d lines, want 1", got)
	}

	// What another finding explains says so.
	if got := words(want(t, doc, "#undetermined .reason", 1)); got != "Explained by The database service MSSQL$RTC is stopped while Live Communications Server runs server lcs01.contoso.com" {
		t.Errorf("the explanation is %q", got)
	}
	if got := words(doc.Find("[data-cause=static-route-invalid] .part").Last()); got != "What would settle the rest let this computer reach TCP port 5061 of 198.51.100.7" {
		t.Errorf("what would settle the rest is %q", got)
	}

	want(t, doc, "#sources tbody tr", 6)
	if got := words(doc.Find("#sources tr[data-status=failed]")); got != "rtcdb lcs03.contoso.com ✗ failed unreachable 15.0 s connect to 192.0.2.13:1433: connection refused�red�Leaves 5 checks undetermined: user-sid-invalid, stale-user-entry, user-missing-from-database, user-entry-damaged and user-being-moved" {
		t.Errorf("the failed source is %q", got)
	}
	want(t, doc, "#run dl > div", 9)
}

// Anchors are unique, and every link within the page leads somewhere.
func TestAnchors(t *testing.T) {
	doc := document(t, render(t, reporttest.Sample()))
	ids := map[string]bool{}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id, _ := s.Attr("id")
		if ids[id] {
			t.Errorf("id %q is there twice", id)
		}
		ids[id] = true
	})
	doc.Find("a").Each(func(_ int, a *goquery.Selection) {
		href, _ := a.Attr("href")
		if target, within := strings.CutPrefix(href, "#"); within && !ids[target] {
			t.Errorf("%s leads nowhere", href)
		}
	})
	if !ids["f-user-sid-invalid_2fusers_20of_20lcs02_2econtoso_2ecom_2fforeign-sid"] {
		t.Error("the anchor of a finding is not the one made of its id")
	}
}

// The page loads nothing and runs nothing.
func TestSelfContained(t *testing.T) {
	page := render(t, reporttest.Sample())
	doc := document(t, page)
	want(t, doc, "script", 2)
	want(t, doc, "script[type='application/json']#report", 1) // which is data
	script := want(t, doc, "script:not([type])", 1).Text()
	for _, none := range []string{"link", "img", "iframe", "object", "embed", "form", "base", "[src]", "[srcset]", "[style]", "[background]", "meta[http-equiv=refresh]"} {
		want(t, doc, none, 0)
	}
	doc.Find("*").Each(func(_ int, s *goquery.Selection) {
		for _, a := range s.Get(0).Attr {
			if strings.HasPrefix(a.Key, "on") {
				t.Errorf("<%s> has a handler %s", goquery.NodeName(s), a.Key)
			}
		}
	})
	doc.Find("a").Each(func(_ int, a *goquery.Selection) {
		href, _ := a.Attr("href")
		rel, _ := a.Attr("rel")
		if !strings.HasPrefix(href, "#") && (rel != "noreferrer" || href != "https://learn.microsoft.com/example") {
			t.Errorf("link to %q, rel %q", href, rel)
		}
	})
	style := doc.Find("style").Text()
	if strings.Contains(style, "url(") || strings.Contains(style, "@import") {
		t.Error("the style loads something")
	}
	digest := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	// The policy comes first, so that there is nothing that it does not hold for.
	if first := doc.Find("head > *").Not("meta[charset]").First(); first.AttrOr("http-equiv", "") != "Content-Security-Policy" {
		t.Error("the policy is not at the beginning")
	}
	for _, sink := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "fetch(", "XMLHttpRequest", "WebSocket", "localStorage", "import("} {
		if strings.Contains(script, sink) {
			t.Errorf("the script uses %s", sink)
		}
	}
	policy, _ := want(t, doc, "meta[http-equiv=Content-Security-Policy]", 1).Attr("content")
	if wanted := "default-src 'none'; script-src " + digest(script) + "; style-src " + digest(style) + "; base-uri 'none'; form-action 'none'"; policy != wanted {
		t.Errorf("the policy is %q, want %q", policy, wanted)
	}
	if bytes.ContainsAny(page, "\x1b\u202e") {
		t.Error("the page holds escape sequences or overrides")
	}
}

// A page must stay small enough to open, whatever a report lists.
func TestManyUsersAndEvidence(t *testing.T) {
	f := checks.Finding{ID: "x", Title: "x", Verdict: checks.Present, Severity: checks.Major, Affected: &checks.Affected{Count: 5000}}
	for i := range 1000 {
		f.Affected.Users = append(f.Affected.Users, fmt.Sprintf("user%03d@contoso.com", i))
		f.Evidence = append(f.Evidence, checks.Evidence{Observed: "row " + strconv.Itoa(i), Source: "rtcdb"})
	}
	doc := document(t, render(t, report.New(report.Run{}, []checks.Finding{f}, nil)))
	want(t, doc, ".affected .names li", 20)
	if got := words(doc.Find(".affected > .muted")); got != "and 980 more, in the JSON that this page holdsand 4,000 others, not listed" {
		t.Errorf("the rest of the users: %q", got)
	}
	want(t, doc, ".evidence tbody tr", 100)
	if got := words(doc.Find(".evidence + .muted")); got != "and 900 more in the JSON report" {
		t.Errorf("the rest of the evidence: %q", got)
	}
}

func TestTones(t *testing.T) {
	for tone, keep := range map[string]func(*checks.Finding) bool{
		"broken": func(*checks.Finding) bool { return true },
		"risk": func(f *checks.Finding) bool {
			return f.Severity.Rank() >= checks.Minor.Rank() && f.Verdict == checks.Present
		},
		"unsure": func(f *checks.Finding) bool { return f.Verdict != checks.Present },
		"clear":  func(f *checks.Finding) bool { return f.Verdict == checks.Absent },
		"empty":  func(*checks.Finding) bool { return false },
	} {
		doc := document(t, render(t, reporttest.Only(keep)))
		want(t, doc, "#answer.tone-"+tone, 1)
		want(t, doc, "h1 .shape[aria-hidden]", 1)
	}
	want(t, document(t, render(t, &report.Report{Findings: []checks.Finding{{}}})), "h1", 1)
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriteError(t *testing.T) {
	err := html.Write(full{}, reporttest.Sample())
	if err == nil || err.Error() != "write the report as HTML: disk full" {
		t.Errorf("error is %v", err)
	}
}
