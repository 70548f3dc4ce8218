package html_test

import (
	"fmt"
	"net/url"
	"slices"
	"testing"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/internal/reporttest"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
)

// shown are the findings that the page does not hide, as "verdict id".
func shown(tab *reporttest.Tab) []string {
	list := reporttest.Eval[[]string](tab, `[...document.querySelectorAll("[data-finding], .lines > li[id]")]
		.filter(e => !e.closest("[hidden]") && !e.classList.contains("context"))
		.map(e => e.closest("[data-verdict]").dataset.verdict + " " + (e.dataset.finding ?? decodeURIComponent(e.id.slice(2).replaceAll("_", "%"))))`)
	slices.Sort(list)
	return list
}

// those are the findings of a report for which keep is true, in the same form.
func those(r *report.Report, keep func(*checks.Finding) bool) []string {
	list := []string{}
	for i := range r.Findings {
		if f := &r.Findings[i]; keep(f) {
			list = append(list, fmt.Sprintf("%s %s", f.Verdict, report.Clean(f.ID)))
		}
	}
	slices.Sort(list)
	return list
}

func status(keep, all int) string { return fmt.Sprintf("%d of %d checks shown", keep, all) }

const statusLine = "#filters [role=status]"

// Each filter, and several together, leave the findings that have what is asked
// for, whether they come from the address or are entered, and say how many.
func TestFilters(t *testing.T) {
	t.Parallel()
	r := reporttest.Sample()
	tab := browser.Open(t, render(t, r), "")
	open := func(f *checks.Finding) bool { return f.Verdict == checks.Present || f.Verdict == checks.Undetermined }
	for i, tt := range []struct {
		query string
		enter func(*reporttest.Tab)
		keep  func(*checks.Finding) bool
	}{
		{"code=404", func(tab *reporttest.Tab) { tab.Choose("[name=code]", "404") },
			func(f *checks.Finding) bool { return slices.Contains(f.Codes, 404) }},
		{"severity=major", func(tab *reporttest.Tab) { tab.Choose("[name=severity]", "major") },
			func(f *checks.Finding) bool { return f.Severity == checks.Major && open(f) }},
		{"verdict=undetermined", func(tab *reporttest.Tab) { tab.Choose("[name=verdict]", "undetermined") },
			func(f *checks.Finding) bool { return f.Verdict == checks.Undetermined }},
		{"server=lcs01.contoso.com", func(tab *reporttest.Tab) { tab.Choose("[name=server]", "lcs01.contoso.com") },
			func(f *checks.Finding) bool { return f.Subject.Server == "lcs01.contoso.com" }},
		{"q=DAMAGED", typed("DAMAGED"), // a cause
			func(f *checks.Finding) bool { return f.Cause == "user-entry-damaged" }},
		{"q=windows+messenger", typed("windows messenger"), // a title
			func(f *checks.Finding) bool { return f.Cause == "messenger-on-server" }},
		{"q=users+of+lcs03", typed("users of lcs03"), // a subject
			func(f *checks.Finding) bool { return f.Subject.Name == "users of lcs03.contoso.com" }},
		{"q=41+processes", typed("41 processes"), // evidence
			func(f *checks.Finding) bool { return f.Cause == "messenger-on-server" }},
		{"q=%E5%BC%A0%E4%BC%9F", typed("张伟"), // a user
			func(f *checks.Finding) bool {
				return f.Cause == "user-missing-from-database" && f.Verdict == checks.Present
			}},
		{"code=504&severity=major&verdict=present&server=lcs02.contoso.com&q=fabrikam", func(tab *reporttest.Tab) {
			tab.Choose("[name=code]", "504")
			tab.Choose("[name=severity]", "major")
			tab.Choose("[name=verdict]", "present")
			tab.Choose("[name=server]", "lcs02.contoso.com")
			typed("fabrikam")(tab)
		}, func(f *checks.Finding) bool { return f.Cause == "static-route-invalid" }},
		{"q=no+such+words+anywhere", typed("no such words anywhere"), func(*checks.Finding) bool { return false }},
		{"code=999", nil, func(*checks.Finding) bool { return false }}, // what the list does not have
	} {
		want := those(r, tt.keep)
		if len(want) == 0 && tt.query != "q=no+such+words+anywhere" && tt.query != "code=999" {
			t.Fatalf("%s: the sample has no such finding", tt.query)
		}
		says := status(len(want), len(r.Findings))

		tab.Do(chromedp.Navigate(fmt.Sprintf("%s?%d#?%s", tab.Address, i, tt.query))) // another page, as its address is another
		tab.UntilText(statusLine, says)
		if diff := cmp.Diff(want, shown(tab)); diff != "" {
			t.Errorf("%s from the address, -want +got:\n%s", tt.query, diff)
		}
		if got := reporttest.Eval[string](tab, "new URLSearchParams([...document.querySelectorAll('#filters [name]:not([type=checkbox])')].map(e => [e.name, e.value]).filter(([, v]) => v)).toString()"); !sameQuery(t, got, tt.query) {
			t.Errorf("%s: the bar says %q", tt.query, got)
		}
		if tt.enter == nil {
			continue
		}
		tab.Click("[data-do=clear]")
		tab.UntilText(statusLine, fmt.Sprintf("All %d checks shown", len(r.Findings)))
		tt.enter(tab)
		tab.UntilText(statusLine, says)
		if diff := cmp.Diff(want, shown(tab)); diff != "" {
			t.Errorf("%s entered, -want +got:\n%s", tt.query, diff)
		}
		if got := reporttest.Eval[string](tab, "location.hash.slice(2)"); !sameQuery(t, got, tt.query) {
			t.Errorf("%s: the address says %q", tt.query, got)
		}
	}
}

func typed(words string) func(*reporttest.Tab) {
	return func(tab *reporttest.Tab) {
		tab.Do(chromedp.Focus(chromedp.CSS("[name=q]")))
		tab.Insert(words)
	}
}

// A consequence that is wanted is shown within what it follows from, of which
// only the heading is left; a part in which nothing is left is gone.
func TestFilterContext(t *testing.T) {
	t.Parallel()
	tab := browser.Open(t, render(t, reporttest.Sample()), "#?q=beate")
	tab.UntilText(statusLine, status(1, len(reporttest.Sample().Findings)))
	for selector, n := range map[string]int{
		"#present": 1, "#undetermined": 0, "#not-applicable": 0, "#absent": 0, "#sources": 1, "#run": 1,
		"#present > article": 1, "article.context": 2, ".consequences[open]": 2,
	} {
		if got := tab.Count(selector); got != n {
			t.Errorf("%s: %d are shown, want %d", selector, got, n)
		}
	}
	if got, want := tab.Text("[data-cause=sql-service-stopped] > header h3"), "The database service MSSQL$RTC is stopped while Live Communications Server runs"; got != want {
		t.Errorf("the heading is %q", got)
	}
	if got := reporttest.Eval[bool](tab, "document.querySelector('[data-cause=sql-service-stopped] > .remedy').checkVisibility()"); got {
		t.Error("the remedy of what is not wanted is shown")
	}
	tab = browser.Open(t, render(t, reporttest.Sample()), "#?verdict=absent&server=lcs01.contoso.com")
	tab.UntilText(statusLine, status(1, len(reporttest.Sample().Findings)))
	if got := tab.Text(".bucket[data-cause=messenger-on-server] .count"); got != "1 of 2" {
		t.Errorf("the count is %q", got)
	}
}

// The way back and forth, links within the page, and clearing.
func TestFilterHistory(t *testing.T) {
	t.Parallel()
	r := reporttest.Sample()
	n := len(r.Findings)
	all := fmt.Sprintf("All %d checks shown", n)
	of := func(keep func(*checks.Finding) bool) string { return status(len(those(r, keep)), n) }
	code := of(func(f *checks.Finding) bool { return slices.Contains(f.Codes, 404) })
	both := of(func(f *checks.Finding) bool { return slices.Contains(f.Codes, 404) && f.Verdict == checks.Present })

	tab := browser.Open(t, render(t, r), "")
	tab.UntilText(statusLine, all)
	tab.Choose("[name=code]", "404")
	tab.UntilText(statusLine, code)
	tab.Choose("[name=verdict]", "present")
	tab.UntilText(statusLine, both)
	typed("database of")(tab) // two letters would do; all of it is one step back
	tab.UntilText(statusLine, status(1, n))
	back := func(want string) {
		t.Helper()
		reporttest.Eval[any](tab, "history.back()")
		tab.UntilText(statusLine, want)
	}
	back(both)
	back(code)
	if got := reporttest.Eval[string](tab, "location.hash + document.querySelector('[name=code]').value + document.querySelector('[name=verdict]').value"); got != "#?code=404404" {
		t.Errorf("after the way back: %q", got)
	}
	back(all)
	reporttest.Eval[any](tab, "history.forward()")
	tab.UntilText(statusLine, code)

	// A link to a part leaves the filters, and the way back from it too.
	tab.Click("nav.jump a[href='#present']")
	tab.Until("location.hash === '#present'")
	if got := tab.Text(statusLine); got != code {
		t.Errorf("after a link to a part: %q", got)
	}
	back(code)
	// A link to what is hidden, or of which only the heading is left, shows everything.
	follow := func(attributes string) {
		t.Helper()
		reporttest.Eval[any](tab, fmt.Sprintf("document.querySelector('main').insertAdjacentHTML('afterbegin', %q)", "<a id=try "+attributes+">x</a>"))
		tab.Click("#try")
		reporttest.Eval[any](tab, "document.getElementById('try').remove()")
	}
	for _, cause := range []string{"static-route-invalid", "sql-service-stopped"} {
		follow("href=#" + tab.Attribute("article[data-cause="+cause+"]", "id"))
		tab.UntilText(statusLine, all)
		tab.Until("document.querySelector(':target .remedy').checkVisibility()")
		back(code)
	}

	tab.Click("[data-do=clear]")
	tab.UntilText(statusLine, all)
	if got := reporttest.Eval[string](tab, "location.href + document.activeElement.name"); got != tab.Address+"q" {
		t.Errorf("after clearing: %q", got)
	}
	if diff := cmp.Diff(those(r, func(*checks.Finding) bool { return true }), shown(tab)); diff != "" {
		t.Errorf("after clearing, -want +got:\n%s", diff)
	}
	back(code)

	// Links that filter, of both kinds.
	for _, attributes := range []string{`href="#?verdict=absent"`, `href="#absent" data-filter="verdict=absent"`} {
		follow(attributes)
		tab.UntilText(statusLine, of(func(f *checks.Finding) bool { return f.Verdict == checks.Absent }))
		if got := reporttest.Eval[string](tab, "location.hash + document.activeElement.id"); got != "#?verdict=absentfilters-h" {
			t.Errorf("after following a link with %s: %q", attributes, got)
		}
		back(code)
	}
}

func sameQuery(t *testing.T, a, b string) bool {
	t.Helper()
	x, err := url.ParseQuery(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := url.ParseQuery(b)
	if err != nil {
		t.Fatal(err)
	}
	return cmp.Equal(x, y)
}
