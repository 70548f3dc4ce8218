package html

import (
	"bytes"
	"fmt"
	"html/template"
	"slices"

	"lcshealth/checks"
	"lcshealth/report/view"
)

// Style is the style of every page, for one that is made of parts of a report,
// such as a diagnosis.
func Style() string { return basic }

// Policy is the Content-Security-Policy of a page that has this style, no
// script, and nothing from elsewhere.
func Policy(style string) string { return policy(style, "") }

// Finding renders a finding as a report does.
func Finding(f *view.Finding) (template.HTML, error) {
	t, err := parse()
	if err != nil {
		return "", fmt.Errorf("read the page's templates: %w", err)
	}
	one := *f
	if a := f.Affected; a != nil && len(a.Users) > firstUsers { // the page holds no JSON with the others
		one.Affected = &checks.Affected{Count: a.Count, Users: slices.Clone(a.Users[:firstUsers])}
	}
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, "finding.gohtml", &one); err != nil {
		return "", fmt.Errorf("fill in a finding: %w", err)
	}
	return template.HTML(out.String()), nil //nolint:gosec // made by the template
}
