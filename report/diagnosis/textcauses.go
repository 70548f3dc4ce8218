package diagnosis

import (
	"fmt"
	"strings"

	"lcshealth/checks"
	"lcshealth/report/view"
)

// causesTitle is the heading of the causes.
func (d *Diagnosis) causesTitle() string {
	switch f := &d.Failure; f.Kind {
	case Asked:
		return "Causes"
	case Pending:
		return "Causes of a pending invitation"
	case Unanswered:
		return "Causes of no answer"
	case Challenged:
		return "Causes of 401"
	default:
		return "Causes of " + code(f.Code, f.Phrase)
	}
}

// with are the candidates of a standing.
func (d *Diagnosis) with(s Standing) (out []*Candidate) {
	for i := range d.Causes {
		if d.Causes[i].Standing == s {
			out = append(out, &d.Causes[i])
		}
	}
	return out
}

// present are the findings that are present of a candidate, for people.
func (c *Candidate) present() (out []*view.Finding) { return c.findings(checks.Present) }

func (c *Candidate) findings(v checks.Verdict) (out []*view.Finding) {
	for i := range c.Findings {
		if c.Findings[i].Verdict == v {
			out = append(out, view.FindingOf(&c.Findings[i]))
		}
	}
	return out
}

func (p *page) causes() {
	if len(p.Causes) == 0 && len(p.Basis.Notes) == 0 {
		return
	}
	p.Heading(fmt.Sprintf("%s (%d)", p.causesTitle(), len(p.Causes)))
	for _, n := range p.Basis.Notes {
		p.Para(2, "", n)
	}
	for i, c := range p.with(Present) {
		if i > 0 || len(p.Basis.Notes) > 0 {
			p.Line("")
		}
		if len(c.Explains) > 0 {
			p.Para(2, "", c.ID+" explains "+strings.Join(c.Explains, ", ")+".")
		}
		for i, f := range c.present() {
			if i > 0 {
				p.Line("")
			}
			p.Finding(f)
		}
		p.elsewhere(c)
	}
	p.undetermined()
	if n := len(p.with(Present)) + len(p.with(Undetermined)); n > 0 && n < len(p.Causes) {
		p.Line("")
	}
	for _, c := range p.with(Unchecked) {
		p.Para(2, "- ", c.ID+": "+c.Title+". "+c.Article)
	}
	p.quiet("Absent", p.with(Absent))
	p.quiet("Not applicable", p.with(NotApplicable))
}

// undetermined tells what could not be seen and what would settle it.
func (p *page) undetermined() {
	for i, c := range p.with(Undetermined) {
		if i > 0 || len(p.with(Present)) > 0 {
			p.Line("")
		}
		p.Strong(0, view.ShapeOpen+" ", "Undetermined: "+c.Title)
		p.Field(2, "Id", c.ID)
		var reasons, settle []string
		for _, f := range c.findings(checks.Undetermined) {
			reasons = append(reasons, f.Reason)
			settle = append(settle, f.Settle...)
		}
		for i, reason := range unique(reasons) {
			p.Field(2, labelled(i, "Reason"), reason)
		}
		p.Settle(2, unique(settle))
		p.elsewhere(c)
	}
}

func labelled(i int, label string) string {
	if i > 0 {
		return ""
	}
	return label
}

func (p *page) elsewhere(c *Candidate) {
	if len(c.Elsewhere) > 0 {
		p.Field(2, "Elsewhere", c.elsewhere())
	}
}

// elsewhere says where a cause is present that is none here.
func (c *Candidate) elsewhere() string {
	return c.ID + " is present on " + view.List(c.Elsewhere, mostOthers) + ", which this sign-in did not meet"
}

func (p *page) quiet(title string, list []*Candidate) {
	if len(list) == 0 {
		return
	}
	ids := make([]string, len(list))
	for i, c := range list {
		ids[i] = c.ID
	}
	p.Para(2, title+": ", strings.Join(ids, ", "))
	for _, c := range list {
		p.elsewhere(c)
	}
}

func (p *page) besides() {
	if len(p.Besides) == 0 {
		return
	}
	p.Heading(fmt.Sprintf("Present besides (%d)", len(p.Besides)))
	p.Para(2, "", "Documented for other codes, but on the way of this user.")
	for _, b := range p.Besides {
		p.Para(2, "- ", b.words())
	}
}

func (b *Besides) words() string {
	text := fmt.Sprintf("%s: %s (%s)", b.ID, b.Title, b.About)
	switch {
	case b.Reason != "":
		text += ": " + b.Reason
	case len(b.Remedy) > 0:
		text += ". " + b.Remedy[0].Text
	}
	return text
}

func (p *page) server() {
	if p.Server == nil {
		return
	}
	p.Heading("Server side")
	p.Field(2, "Checked", p.Server.From+", as of "+view.Stamp(p.Server.CollectedAt))
	if len(p.Server.Servers) > 0 {
		p.Field(2, "Servers", strings.Join(p.Server.Servers, ", "))
	}
	if len(p.Server.Home) > 0 {
		p.Field(2, "Home", strings.Join(p.Server.Home, ", "))
	}
	for i, n := range p.Server.Notes {
		p.Field(2, labelled(i, "Note"), n)
	}
	for _, s := range p.Server.Sources {
		if s.Status == "ok" && !p.verbose {
			continue
		}
		p.Para(2, view.StatusShape(s.Status)+" ", strings.TrimSpace(s.Name+" "+s.Target)+": "+strings.TrimSuffix(string(s.Status)+", "+s.Message, ", "))
	}
}

func (p *page) next() {
	if len(p.Next) == 0 {
		return
	}
	p.Heading("What to run")
	for _, c := range p.Next {
		p.Para(2, "", c.Why)
		p.Command(4, c.Command)
	}
}
