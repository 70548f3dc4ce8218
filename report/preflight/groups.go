package preflight

import (
	"cmp"
	"iter"
	"slices"

	"lcshealth/checks"
	"lcshealth/checks/preflight"
)

// told is an issue, and the line that it speaks against: nil for the plan as a
// whole.
type told struct {
	line  *preflight.Line
	issue *preflight.Issue
}

// group is what one check says with one verdict.
type group struct {
	check    string
	verdict  preflight.Verdict
	severity checks.Severity // the worst
	lines    int             // each counted once
	told     []told          // in the order of the plan

	variants []variant // nil if there are more than mostVariants
	parted   bool      // there are
	reasons  bool      // there are several
}

// variant are issues that tell the same in every word.
type variant struct {
	told []told
}

// mostVariants is up to how many ways of telling have a part of their own.
const mostVariants = 6

// groupsOf gathers the issues of the lines by check. What is worse comes first,
// then what concerns more lines.
func groupsOf(r *Report, v preflight.Verdict) []*group {
	return gather(func(yield func(told) bool) {
		for i := range r.Lines {
			l := &r.Lines[i]
			for k := range l.Issues {
				if l.Issues[k].Verdict == v && !yield(told{l, &l.Issues[k]}) {
					return
				}
			}
		}
	})
}

// besides gathers what is said of the plan as a whole.
func besides(r *Report) []*group {
	return gather(func(yield func(told) bool) {
		for i := range r.Besides {
			if !yield(told{nil, &r.Besides[i]}) {
				return
			}
		}
	})
}

func gather(all iter.Seq[told]) []*group {
	type key struct {
		check   string
		verdict preflight.Verdict
	}
	var groups []*group
	by := map[key]*group{}
	for t := range all {
		k := key{t.issue.Check, t.issue.Verdict}
		g := by[k]
		if g == nil {
			g = &group{check: k.check, verdict: k.verdict, severity: t.issue.Severity}
			by[k] = g
			groups = append(groups, g)
		}
		g.take(t)
	}
	slices.SortStableFunc(groups, func(a, b *group) int {
		return cmp.Or(cmp.Compare(place(a.verdict), place(b.verdict)), cmp.Compare(a.severity.Rank(), b.severity.Rank()), cmp.Compare(b.lines, a.lines))
	})
	return groups
}

// place is that of a verdict where all are shown.
func place(v preflight.Verdict) int { return slices.Index(preflight.Verdicts(), v) }

func (g *group) take(t told) {
	if t.line != nil && (len(g.told) == 0 || g.told[len(g.told)-1].line != t.line) {
		g.lines++
	}
	if t.issue.Severity.Rank() < g.severity.Rank() {
		g.severity = t.issue.Severity
	}
	g.told = append(g.told, t)
	g.reasons = g.reasons || t.issue.Reason != g.told[0].issue.Reason
	if g.parted {
		return
	}
	i := slices.IndexFunc(g.variants, func(v variant) bool { return compare(v.told[0].issue, t.issue) == all })
	switch {
	case i >= 0:
		g.variants[i].told = append(g.variants[i].told, t)
	case len(g.variants) == mostVariants:
		g.variants, g.parted = nil, true
	default:
		g.variants = append(g.variants, variant{[]told{t}})
	}
}

// parts are the parts of an issue in which two agree.
type parts struct{ severity, reason, evidence, remedy, settle bool }

var all = parts{true, true, true, true, true}

func compare(a, b *preflight.Issue) parts {
	return parts{
		severity: a.Severity == b.Severity, reason: a.Reason == b.Reason, evidence: slices.Equal(a.Evidence, b.Evidence),
		remedy: slices.Equal(a.Remedy, b.Remedy), settle: slices.Equal(a.Settle, b.Settle),
	}
}

// block is a part of a group that is told together: lines of which all the same
// is said, or all lines, of which something else may be said each.
type block struct {
	told []told
	same parts // in which all agree
	// commands is set if the steps of the remedies differ in nothing but their
	// commands.
	commands bool
	title    string // of the group
}

// blocks parts a group where a few things are said of many lines each.
func (g *group) blocks() (out []block) {
	if g.told[0].line == nil {
		for i := range g.told {
			out = append(out, block{told: g.told[i : i+1], same: all})
		}
		return out
	}
	if !g.parted && (len(g.variants) == 1 || 2*len(g.variants) <= len(g.told)) {
		for _, v := range g.variants {
			out = append(out, block{told: v.told, same: all})
		}
		return out
	}
	b := block{told: g.told, same: all, commands: true}
	first := g.told[0].issue
	for _, t := range g.told[1:] {
		same := compare(first, t.issue)
		b.same = parts{
			b.same.severity && same.severity, b.same.reason && same.reason, b.same.evidence && same.evidence,
			b.same.remedy && same.remedy, b.same.settle && same.settle,
		}
		b.commands = b.commands && slices.EqualFunc(first.Remedy, t.issue.Remedy, func(a, b checks.Step) bool { return a.Text == b.Text && a.Host == b.Host })
	}
	return []block{b}
}

// sameLines reports whether two blocks are about the same lines.
func (b *block) sameLines(other *block) bool {
	return slices.EqualFunc(b.told, other.told, func(a, b told) bool { return a.line == b.line })
}
