package html_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/internal/reporttest"
)

// attacks are strings that somebody could put into a name, a certificate or a
// log. Each would change the title, open a dialog or ask for something.
var attacks = []string{
	reporttest.Script,
	`"><img src=x onerror="document.title='owned'">`,
	`'><svg onload="alert(1)">`,
	`</script><script>document.title="owned"</script>`,
	`<!--<script>document.title="owned"`,
	`</textarea></style></title><iframe src="https://192.0.2.1/">`,
	`javascript:document.title="owned"`,
	`${document.title="owned"}{{.}}`,
	reporttest.Override,
	"\u2066\u202eowned\u2069 \u200f",
}

// hostileReport has attacks wherever a string can be, with each verdict, and in
// more users than the page names at first.
func hostileReport() *report.Report {
	all := strings.Join(attacks, " ")
	var findings []checks.Finding
	for i, verdict := range checks.Verdicts() {
		for j, attack := range attacks {
			f := checks.Finding{
				ID: fmt.Sprint(verdict, j, "/", attack), Cause: fmt.Sprint("cause-", i, j) + attack, Title: attack, Codes: []int{404}, Article: attack,
				Severity: checks.Major, Verdict: verdict, Reason: all, Settle: []string{attack}, Shape: attack,
				Subject:  checks.Subject{Kind: checks.ServerSubject, Name: attack, Server: attack},
				Evidence: []checks.Evidence{{Observed: "CN=" + all, Expected: attack, Source: "host", Host: attack, At: time.Unix(0, 0)}},
			}
			if verdict == checks.Present {
				f.Affected = &checks.Affected{Count: 100, Users: slices.Repeat(attacks, 10)}
				f.Remedy = []checks.Step{{Text: attack, Command: attack, Host: attack}}
				f.Waived = &checks.Waived{Reason: "javascript:alert(1) " + attack, Owner: attack, Until: "2026-12-31"}
			}
			findings = append(findings, f)
		}
	}
	r := report.New(report.Run{ID: all, Version: attacks[1], Catalog: attacks[2], Config: all, Scope: report.Scope{User: all, Servers: attacks}}, findings, reporttest.Sample().Sources)
	r.Sources[0].Message, r.Sources[0].Details, r.Sources[0].Warnings = all, attacks, attacks
	for _, attack := range attacks {
		r.Waivers = append(r.Waivers, report.Waiver{Cause: attack, Subject: attack, Reason: "javascript:alert(1) " + attack, Owner: attack, Until: "2026-12-31", State: report.WaiverExpired})
	}
	return r
}

// What comes from outside stays text, whatever the page is asked to do with it,
// and the page asks for nothing but itself.
func TestHostile(t *testing.T) {
	t.Parallel()
	for _, anchor := range []string{"", "#?q=" + strings.Repeat("%3Cscript%3Ealert(1)%3C/script%3E", 2) + "&server=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E&code=%3Cb%3E", "#?q=owned", "#%E0%A4%A", "#%3Cscript%3E"} {
		t.Run(anchor, func(t *testing.T) {
			t.Parallel()
			page := render(t, hostileReport())
			title := document(t, page).Find("head title").Text()
			elements := document(t, page).Find("body *").Length()
			tab := browser.Open(t, page, anchor)
			tab.Until("document.querySelector('#filters [role=status]').innerText")
			reporttest.Eval[any](tab, "document.querySelectorAll('.affected > button').forEach(b => b.click())")
			tab.Until("document.querySelectorAll('.users').length === 10")
			tab.Click("[data-do=clear]")
			typed("<script> owned")(tab)
			tab.Choose("[name=server]", report.Clean(attacks[1]))
			tab.Click("[data-do=unfold]")
			reporttest.Eval[any](tab, "document.querySelectorAll('a[href]').forEach(a => a.getAttribute('href').startsWith('#') && a.click())")
			reporttest.Eval[any](tab, "dispatchEvent(new Event('beforeprint'))")

			if got := reporttest.Eval[string](tab, "document.title"); got != title {
				t.Errorf("the title is %q", got)
			}
			if got := tab.Dialogs(); len(got) > 0 {
				t.Errorf("dialogs: %q", got)
			}
			if got := tab.Console(); len(got) > 0 {
				t.Errorf("console: %q", got)
			}
			for _, address := range tab.Requests() {
				if before, _, _ := strings.Cut(address, "#"); before != tab.Address {
					t.Errorf("the page asked for %s", address)
				}
			}
			for selector, n := range map[string]int{
				"[href^='javascript' i]": 0, "script": 2, "img, svg[onload], iframe, [onerror], [onload], [src]": 0,
			} {
				if got := reporttest.Eval[int](tab, fmt.Sprintf("document.querySelectorAll(%q).length", selector)); got != n {
					t.Errorf("%s: %d, want %d", selector, got, n)
				}
			}
			// No text moves another: overrides are not in it, and users are
			// isolated.
			if got := reporttest.Eval[bool](tab, `/[\u202a-\u202e\u2066-\u2069\u200e\u200f]/.test(document.body.innerText)`); got {
				t.Error("the text holds what reorders it")
			}
			if got := reporttest.Eval[int](tab, "[...document.querySelectorAll('.names li')].filter(e => e.children.length !== 1 || e.firstChild.tagName !== 'BDI').length"); got != 0 {
				t.Errorf("%d users are not isolated", got)
			}
			if elements < 500 {
				t.Errorf("the page has only %d elements", elements)
			}
		})
	}
}

// A page that is only looked at asks for itself and writes nothing to the
// console, with its whole report; and so does one of a large report.
func TestBrowserSilent(t *testing.T) {
	t.Parallel()
	for _, r := range []*report.Report{reporttest.Sample(), reporttest.Later(), manyUsers(60_000)} {
		tab := browser.Open(t, render(t, r), "")
		tab.Until("document.querySelector('#filters [role=status]').innerText")
		if got := tab.Requests(); !slices.Equal(got, []string{tab.Address}) {
			t.Errorf("the page asked for %q", got)
		}
		if got := tab.Console(); len(got) > 0 {
			t.Errorf("console: %q", got)
		}
	}
}
