package preflight

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"lcshealth/checks/facts"
	"lcshealth/checks/preflight"
	"lcshealth/report"
	"lcshealth/report/view"
)

// document is what the page shows.
type document struct {
	*Report

	Top          template.HTML // down to the main part
	Answer, Plan string
	Begin        *begin
	Besides      []*card // of the plan as a whole
	Sections     []section
	Go           listing[*preflight.Line]
	Cures        listing[curedBy]
	Effects      []effect
	Short        []*facts.Source // failed, or only a part
}

// begin is what to do first.
type begin struct {
	Anchor, Title, About, Words string
}

// section is all that has one verdict.
type section struct {
	Verdict preflight.Verdict
	Title   string
	Lead    string
	Lines   int
	Cards   []*card
}

func (d *document) fill() error {
	var err error
	if d.Besides, err = cards(besides(d.Report), "plan-"); err != nil {
		return err
	}
	for _, v := range preflight.Verdicts() {
		groups := groupsOf(d.Report, v)
		if len(groups) == 0 {
			continue
		}
		s := section{Verdict: v, Title: sectionWords(v)}
		s.Lines, s.Lead = linesOf(groups)
		if s.Cards, err = cards(groups, ""); err != nil {
			return err
		}
		d.Sections = append(d.Sections, s)
	}
	d.Begin = d.first()
	var goes []*preflight.Line
	for i := range d.Lines {
		if d.Lines[i].Verdict == preflight.Go {
			goes = append(goes, &d.Lines[i])
		}
	}
	d.Go = list(goes)
	d.Cures = list(cureRows(d.Report))
	d.Effects = effectsOf(d.Report)
	d.Short = shortSources(d.Report)
	return nil
}

func cards(groups []*group, prefix string) (out []*card, err error) {
	for _, g := range groups {
		c, err := cardOf(g, prefix)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// linesOf counts lines, each once, and says how many of them have a worse
// verdict, under which they are counted elsewhere.
func linesOf(groups []*group) (n int, lead string) {
	seen := map[*preflight.Line]bool{}
	worse := 0
	for _, g := range groups {
		for _, t := range g.told {
			if seen[t.line] {
				continue
			}
			if seen[t.line] = true; t.line.Verdict != g.verdict {
				worse++
			}
		}
	}
	switch worse {
	case 0:
	case 1:
		lead = "One of these lines is counted under a worse verdict, since more speaks against it."
	default:
		lead = counted(worse) + " of these are counted under a worse verdict, since more speaks against them."
	}
	return len(seen), lead
}

// first is what to begin with: the first card of the report's verdict.
func (d *document) first() *begin {
	all := d.Besides
	for _, s := range d.Sections {
		all = append(all[:len(all):len(all)], s.Cards...)
	}
	for _, c := range all {
		if c.Verdict == d.Verdict {
			return &begin{Anchor: c.Anchor, Title: c.Title, About: c.About, Words: c.begin}
		}
	}
	return nil
}

// Tone is the tone of the answer.
func (d *document) Tone() view.Tone { return tone(d.Verdict) }

// Sound says what to do if nothing speaks against the plan.
func (d *document) Sound() string {
	if d.Run.After {
		return "All was done as planned, and nothing is worse than before."
	}
	return "Nothing speaks against it. Keep the facts of now: after the roll-out, preflight --after --before compares with them."
}

// Tile is how many lines have a verdict.
type tile struct {
	Verdict preflight.Verdict
	Count   int
}

// Tiles are the lines by verdict.
func (d *document) Tiles() []tile {
	c := d.Counts
	return []tile{{preflight.NoGo, c.NoGo}, {preflight.CannotTell, c.CannotTell}, {preflight.Risk, c.Risk}, {preflight.Go, c.Go}}
}

// Judged says by what the plan was judged.
func (d *document) Judged() string {
	words := counted(len(d.Lines)) + " of " + d.Plan
	if at := view.Stamp(d.Run.CollectedAt); at != "" {
		words += ", judged by facts of " + at
	}
	return words + "."
}

// Rows are the data of the run.
func (d *document) Rows() (out []view.Row) {
	add := func(label, value string) {
		if value = report.Clean(value); value != "" {
			out = append(out, view.Row{Label: label, Value: value})
		}
	}
	r := &d.Run
	add("Plan", r.Plan)
	add("SHA-256 of the plan and its users", r.Digest)
	add("Judged", map[bool]string{false: "before the roll-out", true: "after the roll-out"}[r.After])
	add("Facts gathered", view.Stamp(r.CollectedAt))
	add("Run", r.ID)
	add("Started", view.Stamp(r.StartedAt))
	if took := r.FinishedAt.Sub(r.StartedAt); took > 0 && !r.StartedAt.IsZero() {
		add("Duration", view.Duration(took.Milliseconds()))
	}
	add("lcshealth", r.Version)
	add("Catalogue", r.Catalog)
	add("Exit code", strconv.Itoa(r.ExitCode))
	return out
}

// curedBy is a cause, and the lines that cure it.
type curedBy struct {
	Cause, Title string
	Count        int
	Lines        string // the first ones
}

func cureRows(r *Report) (out []curedBy) {
	for _, c := range curesOf(r) {
		row := curedBy{Cause: report.Clean(c.Cause), Count: len(c.Lines)}
		for i := range r.Changes {
			if f := &r.Changes[i].Finding; f.Cause == c.Cause && r.Changes[i].Effect == preflight.Cured {
				row.Title = report.Clean(f.Title)
				break
			}
		}
		var names []string
		for _, l := range c.Lines[:min(len(c.Lines), mostNames)] {
			names = append(names, strings.TrimSpace(fmt.Sprintf("%s %s %s", l.At, KindWords(l.Kind), l.Name)))
		}
		row.Lines = examples(names, len(c.Lines))
		out = append(out, row)
	}
	return out
}
