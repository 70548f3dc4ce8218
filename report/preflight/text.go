package preflight

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/preflight"
	"lcshealth/report"
	"lcshealth/report/text"
	"lcshealth/report/view"
)

// TextOptions say how the text looks.
type TextOptions struct {
	Width   int  // of the terminal; 0 means 80
	Verbose bool // every line with all that is told of it; else of many alike the first
}

// mostAlike is how many lines with the same issue are listed.
const mostAlike = 5

// WriteText writes the report for a terminal: the answer first, then what speaks
// against the plan with the lines that it is about, then what the plan changes.
func WriteText(w io.Writer, r *Report, o TextOptions) error {
	if o.Width == 0 {
		o.Width = 80
	}
	p := &page{out: bufio.NewWriter(w), width: max(o.Width, 40)}
	p.answer(r)
	for _, v := range preflight.Verdicts() {
		p.issues(r, v, o.Verbose)
	}
	p.changes(r)
	p.para(0, "", fmt.Sprintf("lcshealth %s, catalogue %s; facts of %s; plan %s", r.Run.Version, r.Run.Catalog, view.Stamp(r.Run.CollectedAt), report.Clean(r.Run.Plan)))
	if err := p.out.Flush(); err != nil {
		return fmt.Errorf("write the preflight report as text: %w", err)
	}
	return nil
}

type page struct {
	out   *bufio.Writer
	width int
}

// para writes text with a lead-in; its errors are those of the last flush.
func (p *page) para(indent int, lead, s string) {
	margin := indent + len([]rune(lead))
	for i, l := range text.Wrap(report.Clean(s), p.width-margin) {
		if i > 0 {
			lead = strings.Repeat(" ", margin-indent)
		}
		fmt.Fprintf(p.out, "%s%s%s\n", strings.Repeat(" ", indent), lead, l)
	}
}

func (p *page) heading(s string) { fmt.Fprintf(p.out, "\n%s\n", s) }

func (p *page) answer(r *Report) {
	words := strings.ToUpper(VerdictWords(r.Verdict))
	if r.Run.After {
		words = "AFTER THE ROLL-OUT: " + afterWords(r)
	}
	p.para(0, "", words)
	c := r.Counts
	p.para(2, "", fmt.Sprintf("%s: %d go, %d with risks, %d no go, %d cannot be told", view.Count(len(r.Lines), "line", "lines"), c.Go, c.Risk, c.NoGo, c.CannotTell))
	if len(r.Besides) > 0 {
		p.heading("Beside the plan")
	}
	for i := range r.Besides {
		p.para(2, "", fmt.Sprintf("%s: %s", VerdictWords(r.Besides[i].Verdict), r.Besides[i].Check))
		p.issue(4, &r.Besides[i])
	}
}

// afterWords are the answer after a roll-out.
func afterWords(r *Report) string {
	switch r.Verdict {
	case preflight.Go:
		return "DONE, AND SOUND"
	case preflight.NoGo:
		return "NOT AS PLANNED"
	case preflight.Risk:
		return "DONE, WITH RISKS"
	}
	return "CANNOT TELL"
}

// alike are lines with an issue of one kind.
type alike struct {
	issue *preflight.Issue
	lines []*preflight.Line
	told  []*preflight.Issue
}

// issues lists what has a verdict, kind by kind.
func (p *page) issues(r *Report, v preflight.Verdict, verbose bool) {
	var groups []*alike
	by := map[string]*alike{}
	for i := range r.Lines {
		l := &r.Lines[i]
		for k := range l.Issues {
			issue := &l.Issues[k]
			if issue.Verdict != v {
				continue
			}
			g := by[issue.Check]
			if g == nil {
				g = &alike{issue: issue}
				by[issue.Check] = g
				groups = append(groups, g)
			}
			g.lines, g.told = append(g.lines, l), append(g.told, issue)
		}
	}
	if len(groups) == 0 {
		return
	}
	p.heading(map[preflight.Verdict]string{preflight.NoGo: "No go", preflight.Risk: "Risks", preflight.CannotTell: "Cannot be told"}[v])
	for _, g := range groups {
		p.group(g, verbose)
	}
}

func (p *page) group(g *alike, verbose bool) {
	p.para(2, "", fmt.Sprintf("%s (%s)", g.issue.Check, view.Count(len(g.lines), "line", "lines")))
	shown := len(g.lines)
	if !verbose {
		shown = min(shown, mostAlike)
	}
	for i := range shown {
		l, issue := g.lines[i], g.told[i]
		what := KindWords(l.Kind) + " " + l.Name + arrow(l)
		if l.Done != "" {
			what += ": " + DoneWords(l.Done)
		}
		p.para(4, l.At.String()+"  ", what)
		if i > 0 && issue.Reason == g.told[i-1].Reason {
			continue // as above
		}
		p.issue(6, issue)
	}
	if more := len(g.lines) - shown; more > 0 {
		p.para(4, "", fmt.Sprintf("and %s more; --verbose lists them, and so do the other formats", view.Count(more, "line", "lines")))
	}
}

func (p *page) issue(indent int, i *preflight.Issue) {
	p.para(indent, "", i.Reason)
	for _, e := range i.Evidence[:min(len(i.Evidence), 3)] {
		p.para(indent, "seen:   ", evidence(&e))
	}
	for _, s := range i.Remedy {
		p.para(indent, "remedy: ", s.Text+where(&s))
		if s.Command != "" {
			fmt.Fprintf(p.out, "%s%s\n", strings.Repeat(" ", indent+8), report.Clean(s.Command))
		}
	}
	for _, s := range i.Settle {
		p.para(indent, "settle: ", s)
	}
}

func evidence(e *checks.Evidence) string {
	s := e.Observed
	if e.Expected != "" {
		s += "; expected: " + e.Expected
	}
	if e.Source != "" {
		s += " (" + strings.TrimSpace(e.Source+" "+e.Host) + ")"
	}
	return s
}

func where(s *checks.Step) string {
	if s.Host == "" {
		return ""
	}
	return " [" + s.Host + "]"
}

// changes tells what the plan does to the causes of the catalogue.
func (p *page) changes(r *Report) {
	if len(r.Changes) == 0 {
		p.heading("No cause of the catalogue is present now, and none would be.")
		return
	}
	p.heading("Causes of the catalogue")
	for i := range r.Changes {
		c := &r.Changes[i]
		f := &c.Finding
		about := f.Subject.Name
		if f.Affected != nil {
			about += ", " + view.Count(f.Affected.Count, "user", "users")
		}
		p.para(2, fmt.Sprintf("%-11s", EffectWords(c.Effect, r.Run.After)), fmt.Sprintf("%s, %s: %s (%s)", f.Cause, f.Severity, f.Title, about))
	}
	fmt.Fprintln(p.out)
}

// EffectWords name an effect.
func EffectWords(e preflight.Effect, after bool) string {
	switch e {
	case preflight.Introduced:
		if after {
			return "broken"
		}
		return "introduced"
	case preflight.Cured:
		return "cured"
	case preflight.PresentNow:
		return "present"
	}
	return "unchanged"
}
