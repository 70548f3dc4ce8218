package preflight_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"lcshealth/checks/preflight"
	"lcshealth/report/internal/reporttest"
	report "lcshealth/report/preflight"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var browser reporttest.Browser

func TestMain(m *testing.M) { os.Exit(browser.Main(m)) }

// busy is a report of which every part is folded, and few lines are go.
func busy() *report.Report {
	r := whole(1100)
	goes := 0
	r.Lines = slices.DeleteFunc(r.Lines, func(l preflight.Line) bool {
		if l.Verdict == preflight.Go {
			goes++
		}
		return l.Verdict == preflight.Go && goes > 40
	})
	return r
}

const unfold = "document.querySelectorAll('details').forEach(d => d.open = true)"

// Programs that look for what keeps people from reading find nothing, and the
// page is no wider than its screen, with everything unfolded.
func TestAxe(t *testing.T) {
	axe := reporttest.Axe(t)
	t.Parallel()
	page := []byte(pageOf(t, busy()))
	for _, width := range []int64{1280, 390, 320} {
		for _, theme := range []string{"light", "dark"} {
			t.Run(fmt.Sprintf("%s %d", theme, width), func(t *testing.T) {
				t.Parallel()
				tab := browser.Open(t, page, "", reporttest.Screen(width, 900, width < 600), reporttest.Medium("screen", theme))
				reporttest.Eval[any](tab, unfold)
				for _, v := range tab.Violations(axe) {
					t.Error(v)
				}
				if wider := reporttest.Eval[int](tab, "document.documentElement.scrollWidth - innerWidth"); wider > 0 {
					t.Errorf("the page is %d wider than its screen", wider)
				}
			})
		}
	}
}

// What comes from outside stays text, and the page asks for nothing but itself,
// not even if something was planted in it.
func TestHostile(t *testing.T) {
	t.Parallel()
	page := []byte(pageOf(t, whole(100)))
	tab := browser.Open(t, page, "")
	reporttest.Eval[any](tab, unfold)
	reporttest.Eval[any](tab, "document.querySelectorAll('a[href]').forEach(a => a.click())")
	if got := tab.Requests(); slices.ContainsFunc(got, func(address string) bool {
		before, _, _ := strings.Cut(address, "#")
		return before != tab.Address
	}) {
		t.Errorf("the page asked for %q", got)
	}
	if got := slices.Concat(tab.Dialogs(), tab.Console()); len(got) > 0 {
		t.Errorf("dialogs and console: %q", got)
	}
	for selector, want := range map[string]int{
		"script, img, iframe, link, [src], [style], [href^='javascript' i]": 0, "style": 1,
		"#no-go-address-in-use": 1,
	} {
		if got := tab.Count(selector); got != want {
			t.Errorf("%s: %d, want %d", selector, got, want)
		}
	}
	if !strings.Contains(tab.Text("#no-go-address-in-use"), "<script>alert(1)</script>") {
		t.Error("what was hostile is not shown as text")
	}
	if reporttest.Eval[bool](tab, `/[\u001b\u202a-\u202e\u2066-\u2069]/.test(document.body.textContent)`) {
		t.Error("the text holds what reorders it or acts on a terminal")
	}
	if got := reporttest.Eval[int](tab, "document.styleSheets.length"); got != 1 {
		t.Errorf("%d styles apply: the policy refuses the page's own", got)
	}

	planted := bytes.Replace(page, []byte("</main>"), []byte(reporttest.Script+`<img src="https://192.0.2.1/x"></main>`), 1)
	tab = browser.Open(t, planted, "")
	if got := reporttest.Eval[string](tab, "document.title"); got == "owned" {
		t.Error("the policy did not stop a planted script")
	}
	if got := strings.Join(tab.Console(), "\n"); !strings.Contains(got, "Content Security Policy") {
		t.Errorf("the browser does not say that it refused what was planted, so this shows nothing: %s", got)
	}
}

// Everything can be reached and unfolded from the keyboard, without scripts.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	tab := browser.Open(t, []byte(pageOf(t, busy())), "", reporttest.Screen(1280, 900, false))
	reporttest.Eval[any](tab, "document.body.focus()")
	tab.Press(kb.Tab)
	if got := reporttest.Eval[string](tab, "document.activeElement.className"); got != "skip" {
		t.Errorf("Tab first leads to %q", got)
	}
	tab.Press(kb.Enter)
	tab.Until("location.hash === '#answer'")

	const folded = "#no-go-address-taken details"
	reporttest.Eval[any](tab, "document.querySelector('"+folded+" summary').focus()")
	tab.Press(kb.Enter)
	tab.Until("document.querySelector('" + folded + "').open")
	tab.Press(kb.Tab) // into the box that scrolls
	at := reporttest.Eval[string](tab, "(e => e.getAttribute('role') + ' ' + e.getAttribute('aria-label') + ' ' + (e.closest('"+folded+"') !== null))(document.activeElement)")
	if at != "region More lines: Somebody else has the SIP URI true" {
		t.Errorf("from the summary Tab leads to %q", at)
	}
	if visible := reporttest.Eval[bool](tab, "parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2"); !visible {
		t.Error("the focus cannot be seen")
	}

	// Every box that scrolls can have the focus.
	reporttest.Eval[any](tab, unfold)
	if n := reporttest.Eval[int](tab, `[...document.querySelectorAll("*")].filter(e => /auto|scroll/.test(getComputedStyle(e).overflowY) && e.scrollHeight > e.clientHeight && e.tabIndex < 0 && e !== document.documentElement && e !== document.body).length`); n > 0 {
		t.Errorf("%d boxes scroll and cannot have the focus", n)
	}
}

// Paper has what is folded, and no boxes that scroll.
func TestPrint(t *testing.T) {
	t.Parallel()
	tab := browser.Open(t, []byte(pageOf(t, busy())), "")
	if pdf := reporttest.Run(tab, chromedp.PrintToPDF()); !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Fatal("no PDF")
	}
	tab.Do(reporttest.Medium("print", "light"))
	for selector, want := range map[string]bool{
		"#no-go-address-taken details tbody tr:last-child": true, "#go li:last-child": true, "[data-effect=unchanged] details tr:last-child": true,
		"nav.jump": false, ".skip": false,
	} {
		if got := reporttest.Eval[bool](tab, fmt.Sprintf("[...document.querySelectorAll(%q)].some(e => e.getBoundingClientRect().height > 0)", selector)); got != want {
			t.Errorf("%s is on paper: %t, want %t", selector, got, want)
		}
	}
	if n := reporttest.Eval[int](tab, `[...document.querySelectorAll(".tall")].filter(e => e.scrollHeight > e.clientHeight + 1 || getComputedStyle(e).overflowY !== "visible").length`); n > 0 {
		t.Errorf("%d boxes are cut off on paper", n)
	}
}

// The page of a roll-out of 100,000 users stays one that a browser can show.
func TestLargePage(t *testing.T) {
	t.Parallel()
	page := pageOf(t, rollout(planLines))
	t.Logf("the page has %d octets", len(page))
	if len(page) >= aimSize {
		t.Errorf("the page has %d octets, want fewer than %d", len(page), aimSize)
	}
	tab := browser.Open(t, []byte(page), "")
	for selector, want := range map[string]string{
		"#go summary":                          "90,000 lines against which nothing speaks",
		"#no-go-address-taken .facts":          "2,000 lines address-taken",
		"#no-go-address-taken caption":         "The first 20 of 2,000 lines of the plan",
		"#no-go-address-taken details summary": "480 more",
	} {
		if got := tab.Text(selector); got != want {
			t.Errorf("%s is %q, want %q", selector, got, want)
		}
	}
	if got := tab.Count("#no-go-address-taken tbody tr"); got != 500 {
		t.Errorf("%d lines are in the page, want 500", got)
	}
}
