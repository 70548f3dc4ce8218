package notify

import (
	"slices"
	"time"

	"lcshealth/checks"
	"lcshealth/report/compare"
	"lcshealth/report/history"
)

// digestDue reports whether the channel is to get a digest with this run, and
// when it got the last one. Its first one comes at the first time that the
// schedule names after the first audit, which is noted here.
func (t *telling) digestDue() (since time.Time, due bool) {
	at := t.policy.Digest.lastDue(t.now)
	if at.IsZero() {
		return time.Time{}, false
	}
	since = t.last(DigestID).At
	if since.IsZero() || since.Before(at) {
		t.told[DigestID] = history.Told{At: t.now, Kind: string(Digest)}
	}
	return since, !since.IsZero() && since.Before(at)
}

// digest tells everything that is present, what this run has changed, and what
// earlier runs have since the last digest. It returns nil if there is nothing.
func (t *telling) digest(events []event, since time.Time) *Notification {
	events = slices.DeleteFunc(slices.Clone(events), func(e event) bool { return e.kind == Reminder })
	told := map[string]bool{}
	for _, e := range events {
		told[e.finding.ID] = true
	}
	var present []event
	for i := range t.audit.Report.Findings {
		f := &t.audit.Report.Findings[i]
		e := event{finding: f, known: t.audit.Known[f.ID], change: t.changeOf(f.ID)}
		if least := t.rules.MinSeverity; least != "" && !f.Severity.AtLeast(least) {
			continue
		}
		if f.Verdict == checks.Present && f.Waived == nil {
			e.kind = Standing
			present = append(present, e)
		}
		if e.kind = e.since(since); e.kind != "" && !told[f.ID] {
			events = append(events, e)
		}
	}
	if len(events)+len(present) == 0 && !t.policy.Digest.Always {
		return nil
	}
	inOrder(events)
	inOrder(present)
	n := t.notification(Digest, events)
	n.Since = since
	n.Present, n.PresentOmitted = t.changes(present)
	return n
}

func (t *telling) changeOf(id string) *compare.Change {
	if t.audit.Comparison == nil {
		return nil
	}
	for i := range t.audit.Comparison.Changes {
		if c := &t.audit.Comparison.Changes[i]; c.Finding.ID == id {
			return c
		}
	}
	return nil
}

// since says what has become of a finding since a point in time, whichever run
// it was that saw it.
func (e event) since(at time.Time) Kind {
	before := e.known
	switch {
	case e.change != nil && e.change.Kind != compare.Unchanged: // this run has seen it
		return map[compare.Kind]Kind{
			compare.New: New, compare.Changed: Changed, compare.Lost: Lost, compare.Undetermined: Undetermined,
			compare.Resolved: Resolved, compare.Decided: Decided,
		}[e.change.Kind]
	case !before.Since.After(at):
		return ""
	case e.finding.Verdict == checks.Present && e.finding.Waived == nil:
		return New
	case e.finding.Verdict == checks.Undetermined && !before.LastSeen.IsZero() && before.LastSeen.After(at):
		return Lost
	case e.finding.Verdict == checks.Undetermined:
		return Undetermined
	case !before.LastSeen.IsZero() && !before.LastSeen.Before(at):
		return Resolved
	}
	return ""
}
