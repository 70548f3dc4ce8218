package markdown

import (
	"fmt"
	"strings"

	"lcshealth/checks"
	"lcshealth/report/internal/prose"
	"lcshealth/report/view"
)

// How much is listed; the other formats have everything.
const (
	mostEvidence = 5
	mostUsers    = 5
)

func (p *page) present(v *view.View) {
	n := v.Total(checks.Present)
	if n == 0 {
		return
	}
	p.heading(2, fmt.Sprintf("Present (%d)", n))
	for _, f := range v.Present {
		p.heading(3, lead(f)+escape(f.Title))
		p.list(about(f))
		p.evidence(f)
		p.remedy(f)
		p.consequences(f)
	}
}

// lead is the severity as it stands before a title.
func lead(f *view.Finding) string {
	return view.SeverityShape(f.Severity) + " " + strings.ToUpper(string(f.Severity)) + ": "
}

// about are the facts of a finding.
func about(f *view.Finding) []string {
	codes := prose.Codes(f.Codes)
	if f.Article != "" {
		codes += "; " + f.Article
	}
	out := []string{escape(f.About()) + ", " + escape(codes)}
	if f.Reason != "" {
		out = append(out, escape(f.Reason))
	}
	if f.Affected != nil {
		out = append(out, "Affected: "+escape(prose.Affected(f.Affected, mostUsers)))
	}
	if f.Waived != nil {
		out = append(out, "Waived "+escape(view.WaivedWords(f.Waived)))
	}
	for _, s := range f.Settle {
		out = append(out, "To settle: "+escape(s))
	}
	return append(out, "Id: "+code(f.ID))
}

func (p *page) evidence(f *view.Finding) {
	if len(f.Evidence) == 0 {
		return
	}
	rows := [][]string{{"Observed", "Expected", "Seen by"}}
	for i := range f.Evidence {
		if i == mostEvidence && len(f.Evidence) > mostEvidence+1 {
			rows = append(rows, []string{fmt.Sprintf("and %d more", len(f.Evidence)-i), "", ""})
			break
		}
		e := &f.Evidence[i]
		rows = append(rows, []string{escape(e.Observed), escape(e.Expected), escape(strings.TrimSpace(e.Source + " " + e.Host))})
	}
	p.table(rows)
}

// remedy lists the steps. A command stands in a block of its own below its
// step, indented by as much as the number takes.
func (p *page) remedy(f *view.Finding) {
	for i, s := range f.Steps {
		number := fmt.Sprintf("%d. ", i+1)
		text := escape(s.Text)
		if s.Host != "" {
			text += " On " + escape(s.Host)
		}
		if s.Inexact {
			text += " (This command holds characters that cannot be shown. Do not run it as it stands.)"
		}
		p.out.WriteString(number + text + "\n")
		if s.Command == "" {
			continue
		}
		indent := strings.Repeat(" ", len(number))
		for line := range strings.Lines(block(s.Command)) {
			p.out.WriteString(indent + line)
		}
		p.out.WriteString("\n")
	}
	if len(f.Steps) > 0 {
		p.out.WriteString("\n")
	}
}

// consequences are listed without their remedies: the one above is the one to
// try.
func (p *page) consequences(f *view.Finding) {
	if len(f.Consequences) == 0 {
		return
	}
	p.para(fmt.Sprintf("Consequences of the above, which should go away with it (%d):", f.Consequent()))
	var items []string
	for c := range view.All(f.Consequences) {
		items = append(items, lead(c)+escape(c.Title)+"; "+strings.Join(about(c), "; "))
	}
	p.list(items)
}

func (p *page) undetermined(v *view.View) {
	n := v.Total(checks.Undetermined)
	if n == 0 {
		return
	}
	p.heading(2, fmt.Sprintf("Undetermined (%d)", n))
	rows := [][]string{{"Reason", "Checks", "At worst", "Causes", "To settle"}}
	for _, g := range v.Undetermined {
		var causes, settle []string
		for _, o := range g.Open {
			for _, c := range o.Causes {
				causes = append(causes, escape(c.ID))
			}
		}
		for _, s := range g.Settle {
			settle = append(settle, escape(s))
		}
		rows = append(rows, []string{escape(g.Reason), fmt.Sprint(len(g.Findings)), string(g.Worst), strings.Join(causes, ", "), strings.Join(settle, "; ")})
	}
	p.table(rows)
}
