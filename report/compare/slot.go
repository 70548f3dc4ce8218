package compare

import (
	"cmp"
	"slices"

	"lcshealth/checks"
	"lcshealth/report"
)

// comparing is a comparison in the making.
type comparing struct {
	before, after *side
	changes       []Change
	open          int
}

// slot is one cause for one subject. Its findings differ in shape and severity;
// most slots have one.
type slot struct{ cause, subject string }

func slotOf(f *checks.Finding) slot { return slot{f.Cause, report.SubjectKey(f.Subject)} }

// all compares each slot that either report has.
func (c *comparing) all() {
	done := map[slot]bool{}
	for _, s := range []*side{c.after, c.before} {
		for i := range s.report.Findings {
			if at := slotOf(&s.report.Findings[i]); !done[at] {
				done[at] = true
				c.slot(c.before.slots[at], c.after.slots[at])
			}
		}
	}
}

func (c *comparing) add(change Change) { c.changes = append(c.changes, change) }

// slot compares what the reports have of one slot.
func (c *comparing) slot(before, after []*checks.Finding) {
	present := func(f *checks.Finding) bool { return f.Verdict != checks.Present }
	was := slices.DeleteFunc(slices.Clone(before), present)
	is := slices.DeleteFunc(slices.Clone(after), present)
	if len(was)+len(is) == 0 {
		c.quiet(before, after)
		return
	}
	if why := otherUsers(c, slices.Concat(was, is)[0].Subject); why != "" {
		for _, f := range was {
			c.add(Change{Kind: NotJudged, Before: checks.Present, Why: why, Finding: f})
		}
		for _, f := range is {
			c.add(Change{Kind: NotJudged, After: checks.Present, Why: why, Finding: f})
		}
		return
	}
	pairs, gone, added := pair(was, is)
	for _, p := range pairs {
		change := Change{Kind: Unchanged, Before: checks.Present, After: checks.Present, Finding: p[1]}
		if change.Diff = diff(p[0], p[1]); change.Diff != nil {
			change.Kind = Changed
		}
		c.add(change)
	}
	for _, f := range added {
		change := Change{Kind: New, After: checks.Present, Finding: f}
		verdict, why, judged := c.before.verdictOn(f)
		if change.Before, change.Why = verdict, why; !judged {
			change.Kind = NotJudged
		}
		c.add(change)
	}
	for _, f := range gone {
		change := Change{Kind: Resolved, Before: checks.Present, Finding: f}
		verdict, why, judged := c.after.verdictOn(f)
		change.After, change.Why = verdict, why
		switch {
		case !judged:
			change.Kind = NotJudged
		case verdict == "" && c.before.report.Run.Config != c.after.report.Run.Config:
			// Nobody knows whether the server is gone or is no longer asked.
			change.Kind, change.Why = NotJudged, why+", and the configuration differs"
		case verdict == checks.Undetermined:
			change.Kind = Lost
		}
		c.add(change)
	}
}

// quiet compares a slot in which nothing is present.
func (c *comparing) quiet(before, after []*checks.Finding) {
	var was, is *checks.Finding
	if len(before) > 0 {
		was = before[0]
	}
	if len(after) > 0 {
		is = after[0]
	}
	undetermined := func(f *checks.Finding) bool { return f != nil && f.Verdict == checks.Undetermined }
	switch {
	case otherUsers(c, cmp.Or(is, was).Subject) != "":
	case undetermined(was) && undetermined(is):
		c.open++
	case undetermined(is):
		verdict, _, judged := c.before.verdictOn(is)
		switch {
		case !judged:
		case verdict == checks.Undetermined: // for no server in particular
			c.open++
		default:
			c.add(Change{Kind: Undetermined, Before: verdict, After: checks.Undetermined, Why: is.Reason, Finding: is})
		}
	case undetermined(was):
		verdict, why, judged := c.after.verdictOn(was)
		if !judged || verdict == checks.Undetermined {
			return
		}
		change := Change{Kind: Decided, Before: checks.Undetermined, After: verdict, Why: why, Finding: was}
		if is != nil {
			change.Finding = is
		}
		c.add(change)
	}
}

// pair finds which of the findings of a slot are the same ones: those of one
// shape and severity first, and of what is left, those of one shape, the worst
// with the worst.
func pair(before, after []*checks.Finding) (pairs [][2]*checks.Finding, gone, added []*checks.Finding) {
	worst := func(a, b *checks.Finding) int { return cmp.Compare(a.Severity.Rank(), b.Severity.Rank()) }
	gone, added = slices.Clone(before), slices.Clone(after)
	slices.SortStableFunc(gone, worst)
	slices.SortStableFunc(added, worst)
	for _, alike := range []func(a, b *checks.Finding) bool{
		func(a, b *checks.Finding) bool { return a.Shape == b.Shape && a.Severity == b.Severity },
		func(a, b *checks.Finding) bool { return a.Shape == b.Shape },
	} {
		gone = slices.DeleteFunc(gone, func(f *checks.Finding) bool {
			i := slices.IndexFunc(added, func(other *checks.Finding) bool { return alike(f, other) })
			if i < 0 {
				return false
			}
			pairs = append(pairs, [2]*checks.Finding{f, added[i]})
			added = slices.Delete(added, i, i+1)
			return true
		})
	}
	return pairs, gone, added
}
