package notify

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/compare"
	"lcshealth/report/history"
)

// event is something of one finding that one channel is told.
type event struct {
	kind    Kind
	finding *checks.Finding
	change  *compare.Change // nil if it is not this run that has changed it
	known   history.Known
	times   int // how often it came or went, if it is flapping
}

// remembered is the kind that the history keeps: how a steady finding ended is
// what matters later.
func (e event) remembered() Kind {
	switch {
	case e.kind != Steady || e.verdict() == checks.Present:
		return e.kind
	case e.verdict() == checks.Undetermined:
		return Lost
	default:
		return Resolved
	}
}

// verdict is how the finding is judged now. A finding that is gone is told of as
// it was.
func (e event) verdict() checks.Verdict {
	switch {
	case e.change == nil:
		return e.finding.Verdict
	case e.change.After == "":
		return checks.Absent
	default:
		return e.change.After
	}
}

// over reports whether it tells that a finding is not present.
func (e event) over() bool {
	k := e.remembered()
	return k == Resolved || k == Decided
}

// severity is that of the finding or, if that was worse, the one that it had
// before.
func (e event) severity() checks.Severity {
	if e.change != nil && e.change.Diff != nil && e.change.Diff.Severity != nil {
		if before := e.change.Diff.Severity.Before; before.Rank() < e.finding.Severity.Rank() {
			return before
		}
	}
	return e.finding.Severity
}

// events finds everything of which the channel is to be told now, in the order
// in which a message has it.
func (t *telling) events() []event {
	var out []event
	seen := map[string]bool{}
	add := func(f *checks.Finding, c *compare.Change) {
		if seen[f.ID] {
			return
		}
		seen[f.ID] = true
		e := event{finding: f, change: c, known: t.audit.Known[f.ID]}
		if e.kind = t.judge(&e); e.kind != "" && t.counts(e) {
			out = append(out, e)
		}
	}
	if c := t.audit.Comparison; c != nil {
		for i := range c.Changes {
			add(c.Changes[i].Finding, &c.Changes[i])
		}
	}
	for i := range t.audit.Report.Findings {
		add(&t.audit.Report.Findings[i], nil)
	}
	for _, id := range slices.Sorted(maps.Keys(t.audit.Known)) {
		if Kind(t.last(id).Kind) == Flapping && !seen[id] {
			add(t.gone(id), nil)
		}
	}
	inOrder(out)
	return out
}

// inOrder sorts events as a message has them.
func inOrder(events []event) {
	slices.SortStableFunc(events, func(a, b event) int {
		return cmp.Or(
			cmp.Compare(a.kind.rank(), b.kind.rank()),
			cmp.Compare(a.finding.Severity.Rank(), b.finding.Severity.Rank()),
			cmp.Compare(a.finding.ID, b.finding.ID),
		)
	})
}

// gone stands for a finding of which neither this report nor the one before
// says anything any more.
func (t *telling) gone(id string) *checks.Finding {
	cause, name, _ := strings.Cut(id, "/")
	f := &checks.Finding{ID: id, Cause: cause, Title: cause, Severity: checks.Info, Verdict: checks.Absent, Subject: checks.Subject{Name: name}}
	for i := range t.audit.Report.Findings {
		if other := &t.audit.Report.Findings[i]; other.Cause == cause {
			f.Title, f.Codes, f.Severity = other.Title, other.Codes, other.Severity
			break
		}
	}
	return f
}

// counts reports whether the channel is told of an event, as far as its kind
// and severity go.
func (t *telling) counts(e event) bool {
	last := t.last(e.finding.ID)
	kind := e.remembered()
	if kind == Kind(last.Kind) && t.thisRun(last.At) && last.Digest == report.Fingerprint(e.finding) {
		return false // it was told already
	}
	heard := Kind(last.Kind).open() || Kind(last.Kind).unsure()
	if least := t.rules.MinSeverity; least != "" && !e.severity().AtLeast(least) && !heard {
		return false
	}
	if e.kind == Reminder || e.kind == Steady {
		return true
	}
	return t.policy.Tell == nil || slices.Contains(t.policy.Tell, e.kind.wanted())
}

// thisRun reports whether something was told since the run ended, and so by the
// same plan: messages are planned when a run has ended, one run after another.
func (t *telling) thisRun(at time.Time) bool {
	ended := t.audit.Report.Run.FinishedAt
	return !ended.IsZero() && !at.Before(ended)
}
