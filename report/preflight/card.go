package preflight

import (
	"html/template"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/preflight"
	"lcshealth/report"
	"lcshealth/report/html"
	"lcshealth/report/view"
)

// card is what one check says with one verdict.
type card struct {
	Anchor, Check, Title string
	Verdict              preflight.Verdict
	Severity             checks.Severity
	About                string // how many lines
	Whole                bool   // it is about the plan as a whole
	Parts                []*part
	More                 int // parts that are not shown

	begin string // what to do first about it
}

// part is what is said of some lines, or of the plan as a whole.
type part struct {
	Reason           string
	Evidence, Remedy template.HTML
	Settle           []string
	Above            bool // it is about the same lines as the part above
	Table            *table
}

func cardOf(g *group, prefix string) (*card, error) {
	c := &card{
		Check: report.Clean(g.check), Title: g.title(), Verdict: g.verdict, Severity: g.severity,
		About: "the plan as a whole", Whole: g.lines == 0,
	}
	c.Anchor = prefix + string(g.verdict) + "-" + strings.ReplaceAll(c.Check, " ", "-")
	if !c.Whole {
		c.About = counted(g.lines)
	}
	blocks := g.blocks()
	shown := blocks[:min(len(blocks), mostOpen)]
	c.More = len(blocks) - len(shown)
	for i := range shown {
		b := &shown[i]
		p, err := partOf(b)
		if err != nil {
			return nil, err
		}
		if p.Reason == c.Title || capital(p.Reason) == c.Title {
			p.Reason = ""
		}
		if p.Above = i > 0 && p.Table != nil && b.sameLines(&shown[i-1]); p.Above {
			p.Table = nil
		}
		c.Parts = append(c.Parts, p)
	}
	c.begin = beginOf(g.told[0].issue)
	return c, nil
}

// beginOf is the first thing to do about an issue, or nothing.
func beginOf(i *preflight.Issue) string {
	switch {
	case len(i.Remedy) > 0:
		return report.Clean(i.Remedy[0].Text)
	case len(i.Settle) > 0:
		return "What would settle it: " + view.Stopped(report.Clean(i.Settle[0]))
	}
	return ""
}

func partOf(b *block) (*part, error) {
	first := b.told[0].issue
	p := &part{}
	own := ownCommands(b)
	var err error
	if b.same.evidence {
		if p.Evidence, err = html.Evidence(first.Evidence); err != nil {
			return nil, err
		}
	}
	switch {
	case b.same.remedy:
		p.Remedy, err = html.Remedy(first.Remedy)
	case own != nil:
		p.Remedy, err = html.Remedy(common(first.Remedy, own))
	}
	if err != nil {
		return nil, err
	}
	if b.same.reason {
		p.Reason = report.Clean(first.Reason)
	}
	if b.same.settle {
		for _, s := range first.Settle {
			p.Settle = append(p.Settle, report.Clean(s))
		}
	}
	if b.told[0].line != nil {
		p.Table = tableOf(b, own)
	}
	return p, nil
}

// ownCommands tells by step where each line has a command of its own, if the
// remedies differ in nothing else; else it is nil.
func ownCommands(b *block) []bool {
	if b.same.remedy || !b.commands {
		return nil
	}
	first := b.told[0].issue.Remedy
	own := make([]bool, len(first))
	for _, t := range b.told[1:] {
		for i := range first {
			own[i] = own[i] || t.issue.Remedy[i].Command != first[i].Command
		}
	}
	return own
}

// common are the steps of a remedy without the commands of single lines.
func common(steps []checks.Step, own []bool) []checks.Step {
	out := make([]checks.Step, len(steps))
	for i, s := range steps {
		if out[i] = s; own[i] {
			out[i].Text += " (The command is in the line's own row.)"
			out[i].Command = ""
		}
	}
	return out
}
