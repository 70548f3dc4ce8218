package notify

import (
	"slices"
	"time"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/compare"
)

// judge says as what the channel is to be told of a finding, or "" if there is
// nothing to tell.
func (t *telling) judge(e *event) Kind {
	if e.change != nil && e.change.Kind == compare.NotJudged {
		return ""
	}
	last := Kind(t.last(e.finding.ID).Kind)
	kind := t.kindOf(e, last)
	if t.policy.Flapping.Transitions > 0 {
		if last == Flapping {
			return t.steady(e, kind)
		}
		if turns(kind) {
			if e.times = t.transitions(e) + 1; e.times >= t.policy.Flapping.Transitions {
				return Flapping
			}
		}
		if kind.unsure() && (last == Again || last == Decided) && t.now.Sub(t.last(e.finding.ID).At) < t.policy.Flapping.window() {
			return "" // a source that comes and goes; see overdue
		}
	}
	if kind == "" {
		return t.standing(e, last)
	}
	return kind
}

// turns reports whether a finding becomes present by this, or ceases to be.
func turns(kind Kind) bool { return kind == New || kind == Resolved }

// kindOf says what this run has changed, in the light of what the channel
// believes.
func (t *telling) kindOf(e *event, last Kind) Kind {
	if t.audit.Comparison == nil {
		switch {
		case e.finding.Verdict == checks.Present && e.finding.Waived == nil:
			return Standing
		case e.finding.Verdict == checks.Undetermined:
			return Undetermined
		}
		return ""
	}
	if e.change == nil {
		return ""
	}
	waived := e.finding.Waived != nil
	switch e.change.Kind {
	case compare.New:
		return t.appeared(e, last)
	case compare.Changed:
		if t.differs(e, last) {
			return Changed
		}
	case compare.Lost:
		if !waived {
			return Lost
		}
	case compare.Undetermined:
		return Undetermined
	case compare.Resolved:
		if !waived || last.open() {
			return Resolved
		}
	case compare.Decided:
		switch {
		case last == Lost: // it was present when it was seen last, and is not
			return Resolved
		case last == "" || last.unsure():
			return Decided
		}
	}
	return ""
}

// appeared tells what is new from what was only out of sight. What is waived is
// known to somebody already.
func (t *telling) appeared(e *event, last Kind) Kind {
	switch {
	case e.finding.Waived != nil:
		return ""
	case e.change.Before != checks.Undetermined || !last.open():
		return New
	case last == Lost || t.last(e.finding.ID).Digest != report.Fingerprint(e.finding):
		return Again
	default:
		return "" // the channel was never told that it was out of sight
	}
}

// differs reports whether a finding differs in an aspect that is told. Of one
// that is waived, only that it is now.
func (t *telling) differs(e *event, last Kind) bool {
	d := e.change.Diff
	aspects := t.policy.Changed
	if aspects == nil {
		aspects = Aspects()
	}
	told := func(a Aspect, there bool) bool { return there && slices.Contains(aspects, a) }
	if e.finding.Waived != nil {
		return told(OfWaiver, d.Waived != nil && d.Waived.Before == nil) && last.open()
	}
	return told(OfSeverity, d.Severity != nil) || told(OfEvidence, len(d.Evidence) > 0) ||
		told(OfUsers, d.Affected != nil) || told(OfWaiver, d.Waived != nil)
}

// standing judges a finding of which this run has nothing new to tell.
func (t *telling) standing(e *event, last Kind) Kind {
	f := e.finding
	switch {
	case e.verdict() == checks.Undetermined:
		return t.overdue(e, last)
	case e.verdict() != checks.Present || f.Waived != nil:
		return ""
	}
	period := t.policy.Reminders[f.Severity]
	told := t.last(f.ID).At
	if e.known.Since.After(told) {
		told = e.known.Since
	}
	if period <= 0 || told.IsZero() || t.now.Sub(told) < period-leeway(period) {
		return ""
	}
	return Reminder
}

// leeway lets a reminder come a little early: an audit of every day does not
// begin at the same second every day.
func leeway(period time.Duration) time.Duration { return min(period/20, 10*time.Minute) }

// overdue catches up on what could not be decided while that was not told of,
// as the source came and went.
func (t *telling) overdue(e *event, last Kind) Kind {
	told := t.last(e.finding.ID).At
	switch {
	case t.policy.Flapping.Transitions == 0 || last != Again && last != Decided:
		return ""
	case !e.known.Since.After(told) || t.now.Sub(told) < t.policy.Flapping.window():
		return ""
	case last == Again:
		return Lost
	default:
		return Undetermined
	}
}

// transitions counts how often a finding came or went before this run, within
// the window.
func (t *telling) transitions(e *event) (n int) {
	from, began := t.now.Add(-t.policy.Flapping.window()), t.audit.Report.Run.StartedAt
	for _, at := range e.known.Changes {
		if !at.Before(from) && (began.IsZero() || at.Before(began)) {
			n++
		}
	}
	return n
}

// steady judges a finding that the channel knows to be flapping.
func (t *telling) steady(e *event, kind Kind) Kind {
	since := e.known.Since
	if n := len(e.known.Changes); n > 0 {
		since = e.known.Changes[n-1]
	}
	if turns(kind) || t.now.Sub(since) < t.policy.Flapping.steady() {
		return ""
	}
	return Steady
}
