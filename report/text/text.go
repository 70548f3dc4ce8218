// Package text writes a report for a terminal: the answer first, then what is
// present with its remedy, what could not be decided grouped by its reason,
// and what is not there in few lines.
package text

import (
	"fmt"
	"io"
	"strings"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/view"
)

// Options say how the text looks.
type Options struct {
	Width   int  // of the terminal, in cells; 0 means 80, and less than 40 means 40
	Color   bool // severities also carry a word and a shape
	Verbose bool // everything, also of consequences and of what is absent or not applicable
}

// Write writes the report as text. Only commands are longer than a line.
func Write(w io.Writer, r *report.Report, o Options) error {
	if o.Width == 0 {
		o.Width = 80
	}
	p := &page{width: max(o.Width, 40), color: o.Color}
	v := view.Of(r)
	p.answer(v)
	p.summary(v)
	p.signIns(v.SignIns)
	p.present(v, o.Verbose)
	p.undetermined(v.Undetermined, o.Verbose)
	p.quiet("Not applicable", v.NotApplicable, o.Verbose)
	p.quiet("Absent", v.Absent, o.Verbose)
	p.waivers(v.Waivers)
	p.sources(v.Sources, o.Verbose)
	p.run(v.Run)
	if _, err := io.WriteString(w, p.out.String()); err != nil {
		return fmt.Errorf("write the report as text: %w", err)
	}
	return nil
}

func (p *page) answer(v *view.View) {
	s := toneStyle(v.Answer.Tone)
	p.para(0, v.Answer.Tone.Shape()+" ", s, v.Answer.Sentence(), bold)
	if begin := v.Answer.Begin(); begin != "" {
		p.para(2, "", plain, "Begin with: "+begin, plain)
	}
	for _, sentence := range v.Answer.More {
		p.para(2, "", plain, sentence, plain)
	}
}

func (p *page) summary(v *view.View) {
	p.heading("Summary")
	var verdicts, severities []string
	for _, c := range v.Verdicts {
		verdicts = append(verdicts, fmt.Sprintf("%d %s", c.Count, view.VerdictWords(c.Verdict)))
	}
	for _, c := range v.Severities {
		severities = append(severities, fmt.Sprintf("%s %d %s", view.SeverityShape(c.Severity), c.Count, c.Severity))
	}
	p.field(2, "Checks", strings.Join(verdicts, ", "))
	p.field(2, "Present", strings.Join(severities, ", "))
	if n := v.WaivedCount; n > 0 {
		p.field(2, "Waived", view.Count(n, "finding present", "findings present"))
	}
	label := "SIP codes"
	for _, c := range v.Codes {
		p.field(2, label, view.CodeWords(c.Code)+": "+view.Count(c.Count, "cause present", "causes present"))
		label = ""
	}
}

func toneStyle(t view.Tone) style {
	switch t {
	case view.Broken:
		return red
	case view.Risk:
		return cyan
	case view.Unsure:
		return purple
	case view.Clear:
		return green
	default:
		return faint
	}
}

func severityStyle(s checks.Severity) style {
	return [...]style{red, yellow, cyan, blue}[s.Rank()]
}
