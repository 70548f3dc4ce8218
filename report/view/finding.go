package view

import (
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/report"
)

// Finding is a finding with its consequences.
type Finding struct {
	checks.Finding
	Anchor       string     // an HTML id that is made of the finding's id
	Steps        []Step     // the remedy
	Consequences []*Finding // present findings that this one explains, worst first
	// Explanation is the present finding that explains this one, or nil.
	Explanation *Finding
	Depth       int // 0, or one more than the finding that it is folded under
}

// Step is a step of a remedy.
type Step struct {
	checks.Step
	// Inexact is set if the command holds characters that cannot be shown, so
	// that it must not be run as it stands.
	Inexact bool
}

// FindingOf arranges one finding for itself.
func FindingOf(f *checks.Finding) *Finding { return newFinding(f) }

func newFinding(f *checks.Finding) *Finding {
	clean := report.Clean
	out := &Finding{Finding: *f, Anchor: anchor(f.ID)}
	out.ID, out.Cause, out.Title, out.Article = clean(f.ID), clean(f.Cause), clean(f.Title), clean(f.Article)
	out.Reason, out.Shape = clean(f.Reason), clean(f.Shape)
	out.Settle = cleanAll(f.Settle)
	out.Subject.Name, out.Subject.Server = clean(f.Subject.Name), clean(f.Subject.Server)
	out.Codes = slices.Clone(f.Codes)
	out.Evidence = slices.Clone(f.Evidence)
	for i := range out.Evidence {
		e := &out.Evidence[i]
		e.Observed, e.Expected, e.Source, e.Host = clean(e.Observed), clean(e.Expected), clean(e.Source), clean(e.Host)
	}
	if f.Affected != nil {
		out.Affected = &checks.Affected{Count: f.Affected.Count, Users: cleanAll(f.Affected.Users)}
	}
	if w := f.Waived; w != nil {
		out.Waived = &checks.Waived{Reason: clean(w.Reason), Owner: clean(w.Owner), Until: clean(w.Until)}
	}
	out.Remedy = slices.Clone(f.Remedy)
	for i, s := range f.Remedy {
		out.Remedy[i] = checks.Step{Text: clean(s.Text), Command: clean(s.Command), Host: clean(s.Host)}
		out.Steps = append(out.Steps, Step{Step: out.Remedy[i], Inexact: out.Remedy[i].Command != s.Command})
	}
	return out
}

func cleanAll(list []string) []string {
	out := slices.Clone(list)
	for i := range out {
		out[i] = report.Clean(out[i])
	}
	return out
}

// anchor turns an id into one that HTML, CSS and URLs take as it is. Different
// ids give different anchors.
func anchor(id string) string {
	var b strings.Builder
	b.WriteString("f-")
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "_%02x", c)
		}
	}
	return b.String()
}

// About says in words what a finding is about: "server lcs01.contoso.com".
func (f *Finding) About() string {
	name := f.Subject.Name
	switch f.Subject.Kind {
	case checks.DeploymentSubject:
		if name == "" || name == string(checks.DeploymentSubject) {
			return "the deployment"
		}
		return "deployment " + name
	case checks.ServerSubject:
		return "server " + name
	}
	if server := f.Subject.Server; server != "" && !strings.Contains(name, server) {
		return name + " (" + server + ")"
	}
	return name
}

// ArticleURL is the address of the article if it is a document of the web.
func (f *Finding) ArticleURL() string {
	url, _, _ := strings.Cut(f.Article, ", ")
	if strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://") {
		return url
	}
	return ""
}
