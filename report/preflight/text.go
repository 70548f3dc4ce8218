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
	p.cures(r, o.Verbose)
	p.sources(r)
	fmt.Fprintln(p.out)
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
		p.issue(4, &r.Besides[i], parts{})
	}
}

// answerWords are the answer in a few words.
func answerWords(r *Report) string {
	if r.Run.After {
		return "After the roll-out: " + strings.ToLower(afterWords(r))
	}
	return capital(VerdictWords(r.Verdict))
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

// issues lists what has a verdict, check by check.
func (p *page) issues(r *Report, v preflight.Verdict, verbose bool) {
	groups := groupsOf(r, v)
	if len(groups) == 0 {
		return
	}
	p.heading(sectionWords(v))
	for _, g := range groups {
		p.para(2, "", fmt.Sprintf("%s (%s, %s)", g.title(), g.check, view.Count(g.lines, "line", "lines")))
		for _, b := range g.blocks() {
			b.title = g.title()
			p.block(&b, verbose)
		}
	}
}

// block lists lines with what is told of them, each thing once.
func (p *page) block(b *block, verbose bool) {
	shown := len(b.told)
	if !verbose {
		shown = min(shown, mostAlike)
	}
	var same parts
	for i, t := range b.told[:shown] {
		if i == 0 || t.line != b.told[i-1].line {
			p.line(t.line)
		}
		if i > 0 {
			same = compare(b.told[i-1].issue, t.issue) // said above
		}
		same.reason = same.reason || capital(t.issue.Reason) == b.title
		p.issue(6, t.issue, same)
	}
	if more := len(b.told) - shown; more > 0 {
		p.para(4, "", fmt.Sprintf("and %s more; --verbose lists them, and so do the other formats", view.Count(more, "line", "lines")))
	}
}

func (p *page) line(l *preflight.Line) {
	what := KindWords(l.Kind) + " " + l.Name + arrow(l)
	if l.Done != "" {
		what += ": " + DoneWords(l.Done)
	}
	p.para(4, l.At.String()+"  ", what)
}

// issue tells an issue but for the parts that have been told.
func (p *page) issue(indent int, i *preflight.Issue, but parts) {
	if !but.reason {
		p.para(indent, "", i.Reason)
	}
	if !but.evidence {
		for _, e := range i.Evidence[:min(len(i.Evidence), 3)] {
			p.para(indent, "seen:   ", evidence(&e))
		}
	}
	if !but.remedy {
		for _, s := range i.Remedy {
			p.para(indent, "remedy: ", s.Text+where(&s))
			if s.Command != "" {
				fmt.Fprintf(p.out, "%s%s\n", strings.Repeat(" ", indent+8), report.Clean(s.Command))
			}
		}
	}
	if !but.settle {
		for _, s := range i.Settle {
			p.para(indent, "settle: ", s)
		}
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
		p.heading("No cause of the catalogue was seen to be present, now or then.")
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
}

// cures tells which lines cure what: how many they are, or each if asked for.
func (p *page) cures(r *Report, verbose bool) {
	groups := curesOf(r)
	if len(groups) == 0 {
		return
	}
	p.heading("Cured by lines of the plan")
	for _, g := range groups {
		p.para(2, "", fmt.Sprintf("%s (%s)", g.Cause, view.Count(len(g.Lines), "line", "lines")))
		if verbose {
			for _, l := range g.Lines {
				p.line(l)
			}
		}
	}
}

// sources tells what could not be gathered, or not all of it.
func (p *page) sources(r *Report) {
	short := shortSources(r)
	if len(short) == 0 {
		return
	}
	p.heading("Not all facts could be gathered")
	for _, s := range short {
		p.para(2, fmt.Sprintf("%-8s", s.Status), strings.TrimSpace(s.Name+" "+s.Target)+": "+s.Message)
		for _, w := range s.Warnings {
			p.para(10, "warning: ", w)
		}
	}
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
