package html

import (
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
	one := *f
	if a := f.Affected; a != nil && len(a.Users) > firstUsers { // the page holds no JSON with the others
		one.Affected = &checks.Affected{Count: a.Count, Users: slices.Clone(a.Users[:firstUsers])}
	}
	return part("finding.gohtml", &one)
}

// Evidence renders what was seen as a report does; it may be nothing.
func Evidence(list []checks.Evidence) (template.HTML, error) {
	if len(list) == 0 {
		return "", nil
	}
	return part("evidence.gohtml", view.FindingOf(&checks.Finding{Evidence: list}).Evidence)
}

// Remedy renders the steps of a remedy as a report does; it may be nothing.
func Remedy(steps []checks.Step) (template.HTML, error) {
	return part("remedy.gohtml", view.FindingOf(&checks.Finding{Remedy: steps}))
}

// Number writes a number with its thousands apart: "4,312".
func Number(n int) string { return grouped(n) }
