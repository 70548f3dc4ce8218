package web_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lcshealth/checks/facts"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/web/runner"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// visit opens an address of a site in a browser of its own.
func (s *site) visit(path string, before ...chromedp.Action[chromedp.Void]) *reporttest.Tab {
	s.Helper()
	tab := browser.Open(s, []byte(`<!DOCTYPE html><html lang="en"><title>x</title>`), "", before...)
	tab.Do(chromedp.Navigate(s.url + path))
	return tab
}

// enter signs in through the form.
func (s *site) enter(tab *reporttest.Tab, name string) {
	s.Helper()
	tab.Do(chromedp.Navigate(s.url + "/sign-in"))
	at(tab, "[name=name]:focus") // which the page gives it; else the browser says that it could not
	for field, value := range map[string]string{"name": name, "password": rightPassword} {
		reporttest.Eval[any](tab, fmt.Sprintf("document.querySelector('[name=%s]').focus()", field))
		tab.Insert(value)
	}
	tab.Click("button.main")
	at(tab, ".who")
}

// at waits for what only the next page has.
func at(tab *reporttest.Tab, selector string) { tab.Do(chromedp.WaitVisible(chromedp.CSS(selector))) }

// An operator's way through the pages, as people go it.
func TestWalk(t *testing.T) {
	t.Parallel()
	s := newStepped(t)
	tab := s.visit("/runs")
	at(tab, "[name=password]")
	s.enter(tab, "kim")

	// An audit is started and watched; the page follows it by itself.
	tab.Click("form[action='/runs'] button")
	at(tab, "#progress")
	s.step <- func(w runner.Watcher) { w.Step("directory", "dc01.contoso.com", "accounts "+reporttest.Script, 1200) }
	tab.Until("document.querySelector('#progress .steps')?.innerText.includes('1200 accounts')")
	s.step <- func(w runner.Watcher) { w.Finished(source("directory", "dc01.contoso.com", facts.OK)) }
	tab.Until("document.querySelector('#progress .steps .is-clear')")
	close(s.step)
	tab.Until("document.querySelector('#progress [data-state=done]')")
	if got := reporttest.Eval[string](tab, "document.title"); got != "Audit of default – lcshealth" {
		t.Errorf("the title is %q: a script ran", got)
	}

	// Its report is the page that the report has for itself, script and all.
	tab.Click("#progress .actions .button")
	at(tab, "#filters")
	tab.Click("nav[aria-label=Back] a:last-child")
	at(tab, ".findings")

	// Two runs are compared.
	tab.Click(".site a[href='/runs']")
	at(tab, ".runs")
	if n := tab.Count(".runs tbody tr"); n != 3 {
		t.Errorf("%d runs are listed", n)
	}
	tab.Click("form[action='/compare'] button.main")
	at(tab, "nav[aria-label='Parts of the comparison']")
	if got := reporttest.Eval[int](tab, "document.styleSheets.length"); got != 1 {
		t.Errorf("the comparison has %d styles: its policy refuses its own", got)
	}

	// A finding is waived.
	tab.Click("nav[aria-label=Back] a:last-child")
	at(tab, ".findings")
	tab.Click(".findings a.button")
	at(tab, "[name=reason]")
	reporttest.Eval[any](tab, "document.querySelector('[name=reason]').focus()")
	tab.Insert("it is replaced in May " + reporttest.Script)
	tab.Click("button.main")
	at(tab, ".waivers")
	if got := tab.Text(".waivers tbody tr"); !strings.Contains(got, "it is replaced in May <script>") || !strings.Contains(got, "kim") {
		t.Errorf("the waiver is %q", got)
	}

	tab.Click(".who button")
	at(tab, "[name=password]")
	tab.Do(chromedp.Navigate(s.url + "/runs"))
	at(tab, "[name=password]")
	for _, line := range tab.Console() {
		t.Errorf("the console says: %s", line)
	}
	if got := tab.Dialogs(); len(got) > 0 {
		t.Errorf("dialogs %q", got)
	}
}

// Without scripts everything works as well, but that progress comes with the
// page's being loaded again.
func TestWithoutScript(t *testing.T) {
	t.Parallel()
	s := newStepped(t)
	tab := s.visit("/", reporttest.WithoutScripts())
	s.enterPlain(tab, "kim")
	form := reporttest.Run(tab, chromedp.OuterHTML(chromedp.CSS("form[action='/runs']")))
	if !strings.Contains(form, "Audit now") {
		t.Fatalf("there is no way to start an audit: %s", form)
	}
	tab.Click("form[action='/runs'] button")
	s.step <- func(w runner.Watcher) { w.Finished(source("directory", "dc01.contoso.com", facts.OK)) }
	close(s.step)
	at(tab, "[data-state=done]")
}

// With the keyboard alone the content is a key away, and an audit is started
// and its report opened.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	tab := s.visit("/sign-in")
	tab.Until("document.activeElement.name === 'name'") // by itself, once the page is drawn
	tab.Insert("kim")
	tab.Press(kb.Tab)
	tab.Insert(rightPassword)
	tab.Press(kb.Enter)
	at(tab, ".who")
	tab.Press(kb.Tab)
	if got := reporttest.Eval[string](tab, "document.activeElement.className"); got != "skip" {
		t.Errorf("the first stop is %q", got)
	}
	tab.Press(kb.Enter)
	tab.Until("document.activeElement.id === 'main'")
	for range 20 {
		tab.Press(kb.Tab)
		if reporttest.Eval[string](tab, "document.activeElement.innerText") == "Audit now" {
			break
		}
	}
	if got := reporttest.Eval[string](tab, "document.activeElement.innerText"); got != "Audit now" {
		t.Fatalf("twenty stops on, the focus is on %q", got)
	}
	tab.Press(kb.Enter)
	at(tab, "#progress [data-state=done]")
}

func (s *site) enterPlain(tab *reporttest.Tab, name string) {
	s.Helper()
	tab.Do(chromedp.WaitVisible(chromedp.CSS("[name=name]")), chromedp.SendKeys(chromedp.CSS("[name=name]"), name),
		chromedp.SendKeys(chromedp.CSS("[name=password]"), rightPassword))
	tab.Click("button.main")
	at(tab, ".who")
}

// Programs that look for what keeps people from reading find nothing, on any
// page, on any screen; and no page is wider than its screen.
func TestAxe(t *testing.T) {
	axe := reporttest.Axe(t)
	t.Parallel()
	for name, before := range map[string][]chromedp.Action[chromedp.Void]{
		"desktop": {reporttest.Screen(1280, 900, false), reporttest.Medium("screen", "light")},
		"dark":    {reporttest.Screen(1280, 900, false), reporttest.Medium("screen", "dark")},
		"phone":   {reporttest.Screen(390, 844, true), reporttest.Medium("screen", "light")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, settings{})
			look := func(tab *reporttest.Tab, page string) {
				t.Helper()
				for _, v := range tab.Violations(axe) {
					t.Errorf("%s: %s", page, v)
				}
				if width := reporttest.Eval[int](tab, "document.documentElement.scrollWidth - innerWidth"); width > 0 {
					t.Errorf("%s is %d wider than its screen", page, width)
				}
				s.shoot(tab, name+"-"+page)
			}
			tab := s.visit("/sign-in", before...)
			look(tab, "sign-in")
			s.enter(tab, "kim")
			for page, path := range pages() {
				if page == "report" || page == "comparison" {
					continue // package html looks at these
				}
				tab.Do(chromedp.Navigate(s.url + path))
				look(tab, page)
			}
			s.do("POST", "/api/v1/runs", `{"scope": "default"}`, s.token("kim-run")...)
			s.until("the audit ends", func() bool { state, _, _ := s.progress(); return state == "done" })
			for page, path := range map[string]string{"ended": "/progress?scope=default", "error": "/runs/nonesuch"} {
				tab.Do(chromedp.Navigate(s.url + path))
				look(tab, page)
			}
		})
	}
}

// shoot takes a picture of a page for people to look at, if they say with
// LCSHEALTH_SCREENSHOTS where to.
func (s *site) shoot(tab *reporttest.Tab, name string) {
	s.Helper()
	folder := os.Getenv("LCSHEALTH_SCREENSHOTS")
	if folder == "" {
		return
	}
	picture := reporttest.Run(tab, chromedp.FullScreenshot(100))
	if err := os.WriteFile(filepath.Join(folder, strings.ReplaceAll(name, " ", "-")+".png"), picture, 0o600); err != nil {
		s.Fatal(err)
	}
}
