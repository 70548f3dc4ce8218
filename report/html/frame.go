package html

import (
	"bytes"
	"fmt"
	"html/template"
	"time"

	"lcshealth/report"
)

// Frame is what every page has around what it shows: its head with the style
// and the policy that holds the page to itself, a link that skips to the answer
// (an element with the id "answer"), and a line at the top.
type Frame struct {
	Title   string    // of the window
	Of      string    // what the page is about, such as "comparison"; empty for a report
	At      time.Time // when that began; may be zero
	Version string    // of lcshealth; may be empty
	Style   string    // begins with that of all pages, [Style] or [Sheet]

	script string
}

// Policy is the Content-Security-Policy of the page.
func (f Frame) Policy() string { return policy(f.Style, f.script) }

// Sheet is the page's style as its template takes it.
func (f Frame) Sheet() template.CSS { return template.CSS(f.Style) } //nolint:gosec // the program's own style

// Top renders the page down to the line at its top. After it come the main part
// and the end of the body.
func Top(f Frame) (template.HTML, error) {
	f.Title, f.Version = report.Clean(f.Title), report.Clean(f.Version)
	return part("top.gohtml", f)
}

// part renders one of the templates.
func part(name string, data any) (template.HTML, error) {
	out, err := fill(name, data)
	return template.HTML(bytes.TrimSpace(out)), err //nolint:gosec // made by the template
}

// PolicyOfReport is the Content-Security-Policy of the pages that [Write]
// writes, which is the same for all reports.
func PolicyOfReport() (string, error) {
	script, err := script()
	if err != nil {
		return "", fmt.Errorf("read the script of the report's page: %w", err)
	}
	return policy(style, script), nil
}

// PolicyOfComparison is that of the pages that [WriteComparison] writes.
func PolicyOfComparison() string { return policy(style, "") }
