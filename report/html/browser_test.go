package html_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"strings"
	"testing"

	"lcshealth/report/internal/reporttest"
)

// A real browser renders the page, applies its style, and runs no script but
// the page's own: not the ones planted in names, and not even one that found
// its way into the page.
func TestBrowser(t *testing.T) {
	page := render(t, reporttest.Sample())
	planted := bytes.Replace(page, []byte("</main>"), []byte(reporttest.Script+`<p style="color:red">x</p></main>`), 1)

	dom, console := reporttest.Chromium(t, page)
	doc := document(t, []byte(dom))
	if got, want := doc.Find("title").Text(), document(t, page).Find("title").Text(); got != want {
		t.Errorf("the title is %q, want %q: a script ran", got, want)
	}
	want(t, doc, "#summary [data-severity=critical]", 1)
	want(t, doc, "#present article", 7)
	want(t, doc, "#undetermined .group", 4)
	want(t, doc, "#sources tbody tr", 6)
	want(t, doc, "script", 2)
	if data := want(t, doc, "script#report", 1).Text(); !json.Valid([]byte(data)) {
		t.Error("the browser does not see the report's data as they are")
	}
	if strings.Contains(console, "Content Security Policy") {
		t.Errorf("the page breaks its own policy:\n%s", console)
	}

	dom, console = reporttest.Chromium(t, planted)
	if got := document(t, []byte(dom)).Find("title").Text(); got == "owned" {
		t.Error("the policy did not stop a planted script")
	}
	if !strings.Contains(console, "Content Security Policy") {
		t.Errorf("the browser does not say that it refused the planted script and style, so this test shows nothing:\n%s", console)
	}
}

// Nothing is wider than its screen, however narrow, and both themes are
// applied.
func TestBrowserLayout(t *testing.T) {
	// Browsers do not make their own window as narrow as a phone's, so the
	// page is shown in frames.
	page := template.HTMLEscapeString(string(render(t, reporttest.Sample())))
	var frames strings.Builder
	widths := []int{320, 390, 768, 1280}
	for _, width := range widths {
		fmt.Fprintf(&frames, `<iframe width="%d" height="800" srcdoc="%s"></iframe>`, width, page)
	}
	outer := `<!DOCTYPE html><title>not measured</title>` + frames.String() + `<script>
		onload = () => document.title = Array.from(document.querySelectorAll("iframe"), frame => {
			const inner = frame.contentDocument;
			inner.querySelectorAll("details").forEach(d => d.open = true);
			return inner.documentElement.scrollWidth + " " + frame.contentWindow.getComputedStyle(inner.body).backgroundColor;
		}).join("; ");
	</script>`
	for theme, background := range map[string]string{"1": "rgb(245, 246, 247)", "0": "rgb(20, 23, 26)"} {
		dom, _ := reporttest.Chromium(t, []byte(outer), "--window-size=1400,900", "--blink-settings=preferredColorScheme="+theme)
		var wanted []string
		for _, width := range widths {
			wanted = append(wanted, fmt.Sprintf("%d %s", width, background))
		}
		if got, want := document(t, []byte(dom)).Find("title").First().Text(), strings.Join(wanted, "; "); got != want {
			t.Errorf("widths and backgrounds are\n%s, want\n%s", got, want)
		}
	}
}
