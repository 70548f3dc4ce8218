package text

import (
	"fmt"
	"io"
	"strings"

	"lcshealth/report/compare"
	"lcshealth/report/view"
	"lcshealth/report/view/changes"
)

// WriteComparison writes what has changed between two reports: what is new with
// its evidence and remedy, what has changed and how, and the rest in a few
// lines each. Verbose adds the lines of what was not compared and of what is
// unchanged.
func WriteComparison(w io.Writer, c *compare.Comparison, o Options) error {
	if o.Width == 0 {
		o.Width = 80
	}
	p := &page{width: max(o.Width, 40), color: o.Color}
	v := changes.Of(c)
	p.para(0, v.Tone.Shape()+" ", toneStyle(v.Tone), v.Headline, bold)
	for _, sentence := range v.More {
		p.para(2, "", plain, sentence, plain)
	}
	for _, note := range v.Notes {
		p.para(2, "! ", yellow, note, plain)
	}
	for _, s := range v.Sections {
		p.section(&s, o.Verbose)
	}
	p.changedSources(v.Sources)
	p.heading("Reports")
	p.compared("Before", v.Before)
	p.compared("Now", v.After)
	if _, err := io.WriteString(w, p.out.String()); err != nil {
		return fmt.Errorf("write the comparison as text: %w", err)
	}
	return nil
}

func (p *page) section(s *changes.Section, verbose bool) {
	p.heading(fmt.Sprintf("%s (%d)", s.Title, len(s.Changes)))
	if !verbose && s.Kind == compare.Unchanged {
		var ids []string
		for _, c := range s.Changes {
			ids = append(ids, c.ID)
		}
		p.para(2, "", plain, strings.Join(ids, ", "), plain)
		return
	}
	if !s.Whole {
		p.para(2, "", plain, s.Lead, faint)
	}
	if !verbose && (s.Kind == compare.Lost || s.Kind == compare.Undetermined) {
		p.open(s)
		return
	}
	for i := range s.Changes {
		if i > 0 && s.Whole {
			p.blank()
		}
		p.change(s, &s.Changes[i], verbose)
	}
}

// open writes what cannot be decided any more once for each reason: one dead
// source is one reason, whatever it leaves open.
func (p *page) open(s *changes.Section) {
	var reasons []string
	by := map[string][]*changes.Change{}
	for i := range s.Changes {
		c := &s.Changes[i]
		if by[c.Why] == nil {
			reasons = append(reasons, c.Why)
		}
		by[c.Why] = append(by[c.Why], c)
	}
	for _, why := range reasons {
		p.para(0, view.ShapeOpen+" ", purple, why, bold)
		var causes []string
		about := map[string][]string{}
		for _, c := range by[why] {
			if s.Kind == compare.Lost { // each of these was a problem
				p.para(2, view.SeverityShape(c.Severity)+" ", severityStyle(c.Severity), c.Title+": "+c.About(), plain)
				continue
			}
			if about[c.Cause] == nil {
				causes = append(causes, c.Cause)
			}
			about[c.Cause] = append(about[c.Cause], c.About())
		}
		p.causes(causes, about)
	}
}

// causes lists causes by what they are about, so that those that are about the
// same share one line.
func (p *page) causes(causes []string, about map[string][]string) {
	var subjects []string
	of := map[string][]string{}
	for _, cause := range causes {
		key := view.List(about[cause], mostSubjects)
		if of[key] == nil {
			subjects = append(subjects, key)
		}
		of[key] = append(of[key], cause)
	}
	for _, key := range subjects {
		p.para(4, "", plain, strings.Join(of[key], ", ")+": "+key, plain)
	}
}

func (p *page) change(s *changes.Section, c *changes.Change, verbose bool) {
	lead := view.SeverityShape(c.Severity) + " "
	if !s.Whole && !verbose {
		p.para(0, lead, severityStyle(c.Severity), c.Title+": "+c.About(), plain)
		p.why(2, s.Kind, c)
		return
	}
	p.para(0, lead+strings.ToUpper(string(c.Severity))+"  ", severityStyle(c.Severity), c.Title, bold)
	p.field(2, "About", c.About())
	p.field(2, "Codes", codes(c.Finding))
	p.why(2, s.Kind, c)
	if c.Waived != nil && s.Kind != compare.Changed { // there it is what differs, or known
		p.field(2, "Waived", view.WaivedWords(c.Waived))
	}
	if s.Kind == compare.New {
		if c.Reason != "" {
			p.field(2, "Reason", c.Reason)
		}
		if c.Affected != nil {
			p.field(2, "Affected", affected(c.Affected, verbose))
		}
		p.evidence(2, c.Evidence, verbose)
		p.remedy(2, c.Steps)
	}
	for _, row := range c.Rows {
		p.row(2, row)
	}
	if c.Note != "" {
		p.field(2, "", c.Note)
	}
	p.field(2, "Id", c.ID)
}

// why says how the finding was judged where that is not what its section says.
func (p *page) why(indent int, kind compare.Kind, c *changes.Change) {
	switch {
	case kind == compare.New:
		p.field(indent, "Before", withWhy(c.Was, c.Why))
	case kind == compare.Resolved, kind == compare.Decided:
		p.field(indent, "Now", withWhy(c.Is, c.Why))
	case c.Why != "":
		p.field(indent, "Why", c.Why)
	}
}

func withWhy(verdict, why string) string {
	if why == "" {
		return verdict
	}
	return verdict + ": " + why
}

// row writes a difference: what was, and below it what is.
func (p *page) row(indent int, r changes.Row) {
	label := cells.FillRight(r.Label, labelWidth)
	switch r.Mark() {
	case "+":
		p.para(indent, label+"+ ", faint, r.After, plain)
	case "−":
		p.para(indent, label+"− ", faint, r.Before, plain)
	default:
		if cells.StringWidth(r.Before)+cells.StringWidth(r.After) < 40 {
			p.para(indent, label+"~ ", faint, r.Before+" → "+r.After, plain)
			break
		}
		p.para(indent, label+"− ", faint, r.Before, plain)
		p.para(indent, cells.FillRight("", labelWidth)+"+ ", faint, r.After, plain)
	}
	if r.Origin != "" {
		p.para(indent+labelWidth+2, "", plain, "seen by "+r.Origin, faint)
	}
}

func (p *page) changedSources(list []changes.Source) {
	if len(list) == 0 {
		return
	}
	p.heading("Sources that ended otherwise")
	for _, s := range list {
		p.para(2, "", plain, strings.TrimSpace(s.Name+" "+s.Target)+": "+s.Was+" → "+s.Is, plain)
		if s.Message != "" {
			p.para(6, "", plain, s.Message, plain)
		}
	}
}

func (p *page) compared(label string, r changes.Run) {
	parts := []string{view.Stamp(r.At), "run " + r.ID, "catalogue " + r.Catalog}
	if parts[0] == "" {
		parts = parts[1:]
	}
	if r.Limits != "" {
		parts = append(parts, "limited to "+r.Limits)
	}
	p.field(2, label, strings.Join(parts, ", "))
}
