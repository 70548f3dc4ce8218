package html_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/internal/reporttest"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
)

// exact are the commands of a report that can be run as they stand.
func exact(r *report.Report) []string {
	var out []string
	for _, f := range r.Findings {
		for _, s := range f.Remedy {
			if s.Command != "" && report.Clean(s.Command) == s.Command {
				out = append(out, s.Command)
			}
		}
	}
	slices.Sort(out)
	return out
}

// Each button copies its command, octet for octet. Commands that are not shown
// as they are have none.
func TestCopy(t *testing.T) {
	t.Parallel()
	r := reporttest.Sample()
	want := exact(r)
	grant := func(name string) chromedp.Action[chromedp.Void] {
		return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.CallBrowser(ctx, cdpbrowser.SetPermission, cdpbrowser.SetPermissionParams{
				Permission: &cdpbrowser.PermissionDescriptor{Name: name}, Setting: cdpbrowser.PermissionSettingGranted,
				BrowserContextID: chromedp.FromContext(ctx).BrowserContextID,
			})
			return err
		})
	}
	tab := browser.Open(t, render(t, r), "", grant("clipboard-read"), grant("clipboard-write"))
	tab.Click("[data-do=unfold]")
	tab.Until("!document.querySelector('.consequences:not([open])')")
	var got []string
	for i := range tab.Count(".copy") {
		tab.Do(chromedp.Click(chromedp.JSPath(fmt.Sprintf("document.querySelectorAll('.copy')[%d]", i))))
		tab.Until(fmt.Sprintf("document.querySelectorAll('.copy')[%d].innerText === 'Copied'", i))
		text := reporttest.Eval[string](tab, "navigator.clipboard.readText()")
		if said := reporttest.Eval[string](tab, "document.querySelector('#said[role=status]').textContent"); said != "Copied: "+text {
			t.Errorf("it says %q", said)
		}
		if label := reporttest.Eval[string](tab, fmt.Sprintf("document.querySelectorAll('.copy')[%d].ariaLabel", i)); label != "Copy the command "+text {
			t.Errorf("the button is called %q", label)
		}
		got = append(got, text)
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("commands, -report +clipboard:\n%s", diff)
	}
	if n := reporttest.Eval[int](tab, "document.querySelectorAll('.remedy li:has(.warning) .copy').length"); n != 0 {
		t.Errorf("%d commands that are not exact can be copied", n)
	}
}

// Without a clipboard to write to, as where a page is neither a file nor came
// over HTTPS, the browser is asked in the older way; if it refuses, the command
// is selected.
func TestCopyOlder(t *testing.T) {
	t.Parallel()
	without := reporttest.Command(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `Object.defineProperty(navigator, "clipboard", {value: undefined});
			addEventListener("copy", event => { window.copied = event.clipboardData.getData("text/plain"); });`,
	})
	tab := browser.Open(t, render(t, reporttest.Sample()), "", without)
	tab.Click(".copy")
	tab.UntilText(".copy", "Copied")
	if got := reporttest.Eval[string](tab, "window.copied"); got != "net start mssql$rtc" {
		t.Errorf("what was copied is %q", got)
	}
	if got := reporttest.Eval[string](tab, "getSelection().toString() + document.activeElement.textContent"); got != "Copied" {
		t.Errorf("the selection or the focus has changed: %q", got)
	}
	tab = browser.Open(t, render(t, reporttest.Sample()), "", without)
	reporttest.Eval[any](tab, "document.execCommand = () => false")
	tab.Click(".copy")
	tab.Until("document.getElementById('said').textContent.includes('is selected')")
	if got := reporttest.Eval[string](tab, "getSelection().toString()"); got != "net start mssql$rtc" {
		t.Errorf("what is selected is %q", got)
	}
}

// manyUsers is a report of a finding that names many users, hostile ones among
// them.
func manyUsers(n int) *report.Report {
	f := checks.Finding{
		ID: "user-sid-invalid/Nürnberg\u202e_01 ☃/" + reporttest.Script, Cause: "user-sid-invalid", Title: "SIDs", Verdict: checks.Present, Severity: checks.Major,
		Subject: checks.Subject{Kind: checks.UsersSubject, Name: "users"}, Affected: &checks.Affected{Count: n + 700},
	}
	for i := range n {
		f.Affected.Users = append(f.Affected.Users, fmt.Sprintf("user%04d@contoso.com", i))
	}
	f.Affected.Users[30] = reporttest.Override
	f.Affected.Users[31] = reporttest.Script
	f.Affected.Users[32] = "नमस्ते\u200dक@contoso.com"
	return report.New(report.Run{}, []checks.Finding{f}, nil)
}

// The users beyond the first come from the report that the page holds, in
// pages, as text.
func TestUsersOnDemand(t *testing.T) {
	t.Parallel()
	for _, n := range []int{5000, 60_000} { // the larger report is packed
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			written := render(t, manyUsers(n))
			if packed := strings.Contains(string(written), `id="report">"`); packed != (n > 5000) {
				t.Fatalf("packed: %t", packed)
			}
			tab := browser.Open(t, written, "")
			names := func() []string {
				return reporttest.Eval[[]string](tab, "[...document.querySelectorAll('.names bdi')].filter(e => e.checkVisibility()).map(e => e.textContent)")
			}
			if got := names(); len(got) != 20 || got[19] != "user0019@contoso.com" {
				t.Errorf("at first there are %d users: %q", len(got), got)
			}
			const show = ".affected > button"
			all := grouped(n)
			tab.UntilText(show, "Show all "+all+" that are named")
			if got := tab.Text(".affected > .muted:not([hidden])"); got != "and 700 others, not listed" {
				t.Errorf("of the others it says %q", got)
			}
			tab.Click(show)
			tab.UntilText(".users [role=status]", "1–200 of "+all)
			got := names()
			if len(got) != 200 || got[199] != "user0199@contoso.com" {
				t.Errorf("the first page has %d users, the last %q", len(got), got[len(got)-1])
			}
			if diff := cmp.Diff([]string{report.Clean(reporttest.Override), reporttest.Script, "नमस्ते\u200dक@contoso.com"}, got[30:33]); diff != "" {
				t.Errorf("hostile and other names, -want +got:\n%s", diff)
			}
			if focus := reporttest.Eval[string](tab, "document.activeElement.type"); focus != "search" {
				t.Errorf("the focus is on %q", focus)
			}
			tab.Do(chromedp.Click(chromedp.CSS(".pages button:last-child")))
			tab.UntilText(".users [role=status]", "201–400 of "+all)
			tab.Do(chromedp.Focus(chromedp.CSS(".users input")))
			tab.Insert(fmt.Sprint("USER", n-1))
			tab.UntilText(".users [role=status]", "1–1 of 1 found among "+all)
			if got := names(); !slices.Equal(got, []string{fmt.Sprintf("user%d@contoso.com", n-1)}) {
				t.Errorf("found %q", got)
			}
			tab.Insert("x")
			tab.UntilText(".users [role=status]", "No such user")
			tab.Click(show)
			tab.UntilText(show, "Show all "+all+" that are named")
			if got := names(); len(got) != 20 {
				t.Errorf("folded again there are %d users", len(got))
			}
		})
	}
}

func grouped(n int) string { return fmt.Sprintf("%d,%03d", n/1000, n%1000) }

// Everything folded opens and closes together; a link into a folded part opens
// it.
func TestFolding(t *testing.T) {
	t.Parallel()
	r := reporttest.Sample()
	tab := browser.Open(t, render(t, r), "#f-messenger-on-server_2flcs02_2econtoso_2ecom")
	tab.Until("document.querySelector(':target').checkVisibility()")
	closed := func() int {
		return reporttest.Eval[int](tab, "document.querySelectorAll('main details:not([open])').length")
	}
	before := closed()
	tab.Click("[data-do=unfold]")
	tab.Until(fmt.Sprintf("document.getElementById('said').textContent === '%d parts unfolded'", before))
	if before < 5 || closed() != 0 {
		t.Errorf("%d parts were closed, %d still are", before, closed())
	}
	tab.Click("[data-do=fold]")
	tab.Until("!document.querySelector('main details[open]')")

	// Paper shows what is folded, and afterwards it is folded again.
	reporttest.Eval[any](tab, "dispatchEvent(new Event('beforeprint'))")
	if n := closed(); n != 0 {
		t.Errorf("%d parts are closed on paper", n)
	}
	reporttest.Eval[any](tab, "dispatchEvent(new Event('afterprint'))")
	if n := closed(); n != before+1 {
		t.Errorf("%d parts are closed after printing, want %d", n, before+1)
	}
}
