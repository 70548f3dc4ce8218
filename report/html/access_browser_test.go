package html_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/internal/reporttest"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Without scripts the page shows everything, and nothing that does nothing.
func TestWithoutScripts(t *testing.T) {
	t.Parallel()
	r := manyUsers(100)
	r.Findings = append(r.Findings, reporttest.Sample().Findings...)
	r = report.New(r.Run, r.Findings, nil)
	page := render(t, r)
	tab := browser.Open(t, page, "", reporttest.WithoutScripts())
	doc := document(t, []byte(reporttest.Run(tab, chromedp.OuterHTML(chromedp.CSS("html")))))
	want(t, doc, "#filters[hidden]", 1)
	want(t, doc, "button:not(#filters *), .users, #said", 0)
	want(t, doc, "[data-finding]", len(r.Findings))
	if got := words(doc.Find(".held:not([hidden])")); got != "and 80 more, in the JSON that this page holds" {
		t.Errorf("of the other users it says %q", got)
	}
	if got := tab.Console(); len(got) > 0 {
		t.Errorf("console: %q", got)
	}
}

// walk presses Tab until the focus leaves the page and returns what had it.
func walk(tab *reporttest.Tab) []string {
	var seen []string
	for range 400 {
		tab.Press(kb.Tab)
		at := reporttest.Eval[string](tab, `(e => {
			if (e === document.body) return "";
			const style = getComputedStyle(e), box = e.getBoundingClientRect();
			const visible = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.width > 0
				&& box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
			return (visible ? "" : "not visible: ") + (e.className === "skip" ? "skip" : e.name || e.dataset.do || e.className || e.localName);
		})(document.activeElement)`)
		if at == "" {
			break
		}
		seen = append(seen, at)
	}
	return seen
}

// Everything that can be done can be done from the keyboard, in the order in
// which it is read, with a focus that can be seen.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	tab := browser.Open(t, render(t, reporttest.Sample()), "", reporttest.Screen(1280, 900, false))
	tab.Until("!document.getElementById('filters').hidden")
	reporttest.Eval[any](tab, "document.body.focus()")
	seen := walk(tab)
	if seen[0] != "skip" {
		t.Errorf("Tab first leads to %s", seen[0])
	}
	at := 0
	for _, want := range []string{"skip", "a", "q", "code", "severity", "verdict", "server", "clear", "unfold", "fold", "shortcut", "copy", "summary", "summary"} {
		i := slices.Index(seen[at:], want)
		if i < 0 {
			t.Errorf("after %q Tab does not lead to %s: %q", seen[:at], want, seen[at:])
			break
		}
		at += i + 1
	}
	for _, element := range seen {
		if strings.HasPrefix(element, "not visible") {
			t.Errorf("the focus cannot be seen: %s", element)
		}
	}

	// The skip link, a summary and a button do what they say.
	reporttest.Eval[any](tab, "document.querySelector('.skip').focus()")
	tab.Press(kb.Enter)
	tab.Until("location.hash === '#answer'")
	reporttest.Eval[any](tab, "document.querySelector('.consequences > summary').focus()")
	tab.Press(kb.Enter)
	tab.Until("document.querySelector('.consequences').open")

	// Shortcuts.
	focus := func() string { return reporttest.Eval[string](tab, "document.activeElement.name ?? ''") }
	reporttest.Eval[any](tab, "document.querySelector('.copy').focus()")
	tab.Press("/")
	if focus() != "q" {
		t.Errorf("/ leads to %q", focus())
	}
	tab.Press("a/b")
	if got := reporttest.Eval[string](tab, "document.activeElement.value"); got != "a/b" {
		t.Errorf("in the field / types %q", got)
	}
	n := len(reporttest.Sample().Findings)
	tab.Until("document.querySelector('#filters [role=status]').innerText.startsWith('0 of')")
	reporttest.Eval[any](tab, "document.querySelector('[name=code]').focus()")
	tab.Press(kb.Escape)
	tab.UntilText(statusLine, fmt.Sprintf("All %d checks shown", n))
	if got := reporttest.Eval[string](tab, "document.querySelector('[name=q]').value"); got != "" {
		t.Errorf("Escape leaves %q", got)
	}
	// The letter can be switched off (WCAG 2.2, 2.1.4).
	tab.Click("[name=shortcut]")
	reporttest.Eval[any](tab, "document.querySelector('.copy').focus()")
	tab.Press("/")
	if focus() == "q" {
		t.Error("/ cannot be switched off")
	}
}

// Paper has all that is not filtered out, unfolded, and says what it was
// filtered by.
func TestPrint(t *testing.T) {
	t.Parallel()
	for anchor, keep := range map[string]func(*checks.Finding) bool{
		"":                 func(*checks.Finding) bool { return true },
		"#?verdict=absent": func(f *checks.Finding) bool { return f.Verdict == checks.Absent },
	} {
		r := reporttest.Sample()
		tab := browser.Open(t, render(t, r), anchor)
		tab.Until("document.querySelector('#filters [role=status]').innerText")
		pdf := reporttest.Run(tab, chromedp.PrintToPDF())
		if !bytes.HasPrefix(pdf, []byte("%PDF-")) {
			t.Fatal("no PDF")
		}
		file := filepath.Join(t.TempDir(), "page.pdf")
		if err := os.WriteFile(file, pdf, 0o600); err != nil {
			t.Fatal(err)
		}
		// What the medium shows is told by the layout: what takes no room is
		// not on paper.
		tab.Do(reporttest.Medium("print", "light"))
		for i := range r.Findings {
			f := &r.Findings[i]
			visible := reporttest.Eval[bool](tab, fmt.Sprintf(`[...document.querySelectorAll("[data-finding]")].some(e =>
				e.dataset.finding === %q && e.getBoundingClientRect().height > 10 && e.closest("[data-verdict]").dataset.verdict === %q)`, report.Clean(f.ID), f.Verdict))
			if visible != keep(f) {
				t.Errorf("%q: %s %s is on paper: %t", anchor, f.Verdict, f.ID, visible)
			}
		}
		for _, selector := range []string{".controls", "button", "nav.jump"} {
			if reporttest.Eval[bool](tab, fmt.Sprintf("[...document.querySelectorAll(%q)].some(e => e.getBoundingClientRect().height > 0)", selector)) {
				t.Errorf("%s is on paper", selector)
			}
		}
		said := tab.Text("#filters")
		if visible := reporttest.Eval[bool](tab, "document.getElementById('filters').checkVisibility()"); visible != (anchor != "") {
			t.Errorf("%q: paper says what is filtered by: %t", anchor, visible)
		}
		if want := status(len(those(r, keep)), len(r.Findings)) + " Filtered by verdict absent"; anchor != "" && said != want {
			t.Errorf("paper says %q, want %q", said, want)
		}
	}
}

// Programs that look for what keeps people from reading find nothing.
func TestAxe(t *testing.T) {
	axe := reporttest.Axe(t)
	t.Parallel()
	for name, before := range map[string][]chromedp.Action[chromedp.Void]{
		"desktop":    {reporttest.Screen(1280, 900, false), reporttest.Medium("screen", "light")},
		"dark":       {reporttest.Screen(1280, 900, false), reporttest.Medium("screen", "dark")},
		"phone":      {reporttest.Screen(390, 844, true), reporttest.Medium("screen", "light")},
		"dark phone": {reporttest.Screen(320, 640, true), reporttest.Medium("screen", "dark")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := reporttest.Later()
			r.Findings = append(r.Findings, manyUsers(300).Findings...)
			tab := browser.Open(t, render(t, report.New(r.Run, r.Findings, r.Sources)), "", before...)
			tab.Until("!document.getElementById('filters').hidden")
			look := func(when string) {
				t.Helper()
				for _, v := range tab.Violations(axe) {
					t.Errorf("%s: %s", when, v)
				}
			}
			reporttest.Eval[any](tab, "document.querySelector('.affected > button').click()")
			tab.Until("document.querySelector('.users')")
			reporttest.Eval[any](tab, "document.querySelector('[data-do=unfold]').click()")
			look("unfolded")
			tab.Choose("[name=code]", "404")
			tab.Until("document.querySelector('#filters.active')")
			look("filtered")
			if width := reporttest.Eval[int](tab, "document.documentElement.scrollWidth - innerWidth"); width > 0 {
				t.Errorf("the page is %d wider than its screen", width)
			}
		})
	}
	t.Run("without the page's script", func(t *testing.T) {
		t.Parallel()
		page := string(render(t, reporttest.Sample()))
		begin, end := strings.Index(page, "<script>"), strings.Index(page, "</script>")
		tab := browser.Open(t, []byte(page[:begin]+page[end+len("</script>"):]), "")
		for _, v := range tab.Violations(axe) {
			t.Error(v)
		}
	})
	// The rules would say if there were something.
	tab := browser.Open(t, []byte(`<!DOCTYPE html><title>x</title><input><img src="data:,"><p style="color:#ddd">cannot be read`), "")
	if got := strings.Join(tab.Violations(axe), "\n"); !strings.Contains(got, "label") || !strings.Contains(got, "color-contrast") {
		t.Errorf("axe-core finds in a bad page only:\n%s", got)
	}
}
