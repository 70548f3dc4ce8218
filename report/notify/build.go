package notify

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/compare"
	"lcshealth/report/view"
	"lcshealth/report/view/changes"
)

// How much a message holds. The report has everything.
const (
	mostChanges = 200
	mostWords   = 500 // characters of a text from outside
	mostRows    = 8   // differences of a finding
	mostSources = 50
)

// blank is a message that says nothing yet.
func (t *telling) blank(o Occasion) *Notification {
	n := &Notification{
		Format: Format, Occasion: o, Scope: report.Clean(t.audit.Scope), At: t.now.UTC(),
		More: []string{}, Counts: map[Kind]int{}, Changes: []Change{}, Sources: []Source{}, Notes: []string{},
	}
	if t.policy.BaseURL != "" {
		n.URL = t.policy.link(t.audit.Scope, "")
	}
	return n
}

// notification tells events of the audit.
func (t *telling) notification(o Occasion, events []event) *Notification {
	n, r := t.blank(o), t.audit.Report
	for _, e := range events {
		n.Counts[e.kind]++
		if s := e.finding.Severity; !e.over() && (n.Severity == "" || s.Rank() < n.Severity.Rank()) {
			n.Severity = s
		}
	}
	n.Changes, n.Omitted = t.changes(events)
	answer := view.Of(r).Answer
	n.State = &State{
		Headline: cut(answer.Sentence(), mostWords), Present: r.Summary.Verdicts.Present, Undetermined: r.Summary.Verdicts.Undetermined,
		Waived: r.Summary.Waived, Severities: r.Summary.Severities, Codes: r.Summary.Codes,
	}
	n.Run = runOf(r.Run)
	if c := t.audit.Comparison; c != nil {
		n.Before = runOf(c.Before)
		for _, s := range c.Sources[:min(len(c.Sources), mostSources)] {
			s.Name, s.Target, s.Message = report.Clean(s.Name), report.Clean(s.Target), cut(report.Clean(s.Message), mostWords)
			n.Sources = append(n.Sources, s)
		}
		for _, note := range c.Notes {
			n.Notes = append(n.Notes, cut(report.Clean(note), mostWords))
		}
	}
	if t.policy.BaseURL != "" {
		n.URL = t.policy.link(t.audit.Scope, r.Run.ID)
	}
	n.tell(events)
	return n
}

func runOf(r report.Run) *Run {
	return &Run{
		ID: report.Clean(r.ID), StartedAt: r.StartedAt.UTC(), FinishedAt: r.FinishedAt.UTC(),
		Version: report.Clean(r.Version), Catalog: report.Clean(r.Catalog), ExitCode: r.ExitCode,
	}
}

// link is where the web page shows a run or, without one, everything.
func (p Policy) link(scope, run string) string {
	base := strings.TrimRight(p.BaseURL, "/")
	if run == "" {
		return base + "/"
	}
	return base + strings.NewReplacer("{run}", url.PathEscape(run), "{scope}", url.PathEscape(scope)).Replace(or(p.RunPath, "/runs/{run}"))
}

// changes tells events one by one, up to a limit.
func (t *telling) changes(events []event) (out []Change, omitted int) {
	out = []Change{}
	here := map[string]bool{}
	for _, e := range events {
		here[e.finding.ID] = e.verdict() == checks.Present
	}
	for _, e := range events[:min(len(events), mostChanges)] {
		c := t.change(e)
		if parent := e.finding.Parent; here[parent] && here[e.finding.ID] && parent != e.finding.ID {
			c.Follows = parent
		}
		out = append(out, c)
	}
	return out, len(events) - len(out)
}

func (t *telling) change(e event) Change {
	f := view.FindingOf(e.finding)
	out := Change{
		Kind: e.kind, ID: e.finding.ID, Cause: f.Cause, Title: cut(f.Title, mostWords), About: cut(f.About(), mostWords), Subject: f.Subject,
		Severity: f.Severity, Codes: slices.Concat([]int{}, f.Codes), Article: f.Article, Verdict: e.verdict(), Times: e.times, Waived: f.Waived,
	}
	if f.Affected != nil {
		out.Affected = f.Affected.Count
	}
	if out.Verdict == checks.Present || out.Verdict == checks.Undetermined {
		out.Why = cut(f.Reason, mostWords)
	}
	if e.kind != New && e.kind != Changed {
		out.Since = e.known.Since.UTC()
	}
	if c := e.change; c != nil {
		out.Before = c.Before
		if c.Kind == compare.Changed {
			out.Before = checks.Present
			out.Differs = differences(c)
		}
		if why := report.Clean(c.Why); out.Verdict != checks.Present {
			out.Why = cut(cmp.Or(why, out.Why), mostWords)
		}
	}
	if turnsAt(e) {
		out.Since = t.now.UTC()
	}
	if len(f.Steps) > 0 && out.Verdict == checks.Present {
		s := f.Steps[0]
		out.Step = &Step{Text: s.Text, Command: s.Command, Host: s.Host, Of: len(f.Steps)}
		if s.Inexact || len(s.Command) > mostCommand {
			out.Step.Text, out.Step.Command = s.Text+" (The report has the command.)", ""
		}
		out.Step.Text = cut(out.Step.Text, mostWords)
	}
	return out
}

// mostCommand is the longest command, in bytes, that a message holds: half of
// one must not be run.
const mostCommand = 1000

// turnsAt reports whether it is by this run that a finding has its verdict.
func turnsAt(e event) bool {
	return e.change != nil && e.change.Before != e.change.After && e.change.Kind != compare.Unchanged && e.change.Kind != compare.Changed
}

// differences puts into words how a finding differs.
func differences(c *compare.Change) (out []string) {
	v := changes.Of(&compare.Comparison{Changes: []compare.Change{*c}})
	for _, row := range v.Sections[0].Changes[0].Rows {
		words := row.Label + ": "
		switch row.Mark() {
		case "+":
			words += "+ " + row.After
		case "−":
			words += "− " + row.Before
		default:
			words += row.Before + " → " + row.After
		}
		out = append(out, cut(words, mostWords))
	}
	if n := len(out) - mostRows; n > 1 {
		out = append(out[:mostRows], "and "+view.Count(n, "more difference", "more differences"))
	}
	return out
}

// cut shortens a text to a number of characters and marks the cut.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return strings.TrimRight(string(runes[:most-1]), " ,;:.") + "…"
}
