package text

import (
	"fmt"
	"strings"

	"lcshealth/checks"
	"lcshealth/report/view"
)

// How much is listed when the report is not verbose.
const (
	mostEvidence = 8
	mostUsers    = 5
)

func (p *page) present(v *view.View, verbose bool) {
	n := v.Total(checks.Present)
	if n == 0 {
		return
	}
	p.heading(fmt.Sprintf("Present (%d)", n))
	for i, f := range v.Present {
		if i > 0 {
			p.blank()
		}
		p.finding(f, verbose)
	}
}

// finding writes a finding and, indented, what follows from it. A consequence
// is told without its evidence and remedy unless everything was asked for: the
// remedy above is the one to try.
func (p *page) finding(f *view.Finding, verbose bool) {
	indent := 2 * min(f.Depth, 6)
	lead := view.SeverityShape(f.Severity) + " " + strings.ToUpper(string(f.Severity)) + "  "
	p.para(indent, lead, severityStyle(f.Severity), f.Title, bold)
	indent += 2
	p.field(indent, "About", f.About())
	p.field(indent, "Codes", codes(f))
	if f.Waived != nil {
		p.field(indent, "Waived", view.WaivedWords(f.Waived))
	}
	if f.Reason != "" {
		p.field(indent, "Reason", f.Reason)
	}
	if f.Affected != nil {
		p.field(indent, "Affected", affected(f.Affected, verbose))
	}
	whole := f.Depth == 0 || verbose
	if whole {
		p.evidence(indent, f.Evidence, verbose)
		p.remedy(indent, f.Steps)
	}
	p.settle(indent, f.Settle)
	p.field(indent, "Id", f.ID)
	if len(f.Consequences) == 0 {
		return
	}
	p.blank()
	if f.Depth == 0 {
		p.para(indent, "", plain, fmt.Sprintf("Consequences of the above, which should go away with it (%d):", f.Consequent()), plain)
	}
	for i, c := range f.Consequences {
		if i > 0 {
			p.blank()
		}
		p.finding(c, verbose)
	}
}

func (p *page) evidence(indent int, list []checks.Evidence, verbose bool) {
	label := "Evidence"
	for i, e := range list {
		if i == mostEvidence && !verbose && len(list) > mostEvidence+1 {
			p.field(indent, "", fmt.Sprintf("and %d more", len(list)-i))
			return
		}
		p.field(indent, label, e.Observed)
		label = ""
		if e.Expected != "" {
			p.para(indent+labelWidth, "expected: ", faint, e.Expected, plain)
		}
		if i+1 == len(list) || origin(list[i+1]) != origin(e) {
			p.para(indent+labelWidth, "", plain, origin(e), faint)
		}
	}
}

// origin says who saw evidence, where and when.
func origin(e checks.Evidence) string {
	parts := []string{"seen by " + e.Source}
	if e.Host != "" {
		parts = append(parts, e.Host)
	}
	if at := view.Stamp(e.At); at != "" {
		parts = append(parts, at)
	}
	return strings.Join(parts, ", ")
}

// remedy writes the steps. A command stands on a line of its own that is never
// broken, so that it can be copied.
func (p *page) remedy(indent int, steps []view.Step) {
	for i, s := range steps {
		label := ""
		if i == 0 {
			label = "Remedy"
		}
		lead := fmt.Sprintf("%s%d. ", cells.FillRight(label, labelWidth), i+1)
		text := s.Text
		if s.Host != "" {
			text += " On " + s.Host
			if s.Command != "" {
				text += ":"
			}
		}
		p.para(indent, lead, faint, text, plain)
		if s.Command == "" {
			continue
		}
		p.line(strings.Repeat(" ", indent+cells.StringWidth(lead)) + p.paint(bold, s.Command))
		if s.Inexact {
			p.para(indent+labelWidth+3, "! ", yellow, "This command holds characters that cannot be shown. Do not run it as it stands.", plain)
		}
	}
}

// affected names the first users.
func affected(a *checks.Affected, verbose bool) string {
	users := a.Users
	if len(users) > mostUsers && !verbose {
		users = users[:mostUsers]
	}
	out := view.Count(a.Count, "user", "users")
	if len(users) > 0 {
		out += ": " + strings.Join(users, ", ")
	}
	if rest := a.Count - len(users); rest > 0 && len(users) > 0 {
		out += fmt.Sprintf(" and %d more", rest)
	}
	return out
}

// codes gives a finding's SIP codes and the article that documents them.
func codes(f *view.Finding) string {
	words := make([]string, len(f.Codes))
	for i, code := range f.Codes {
		words[i] = view.CodeWords(code)
	}
	out := strings.Join(words, ", ")
	if out == "" {
		out = "no SIP code"
	}
	if f.Article != "" {
		out += "; " + f.Article
	}
	return out
}
