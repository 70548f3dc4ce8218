package view

import (
	"cmp"
	"iter"
	"slices"

	"lcshealth/checks"
)

// link notes which present finding explains which other finding.
func link(findings []*Finding) {
	present := map[string]*Finding{}
	for _, f := range findings {
		if f.Verdict == checks.Present {
			present[f.ID] = f
		}
	}
	for _, f := range findings {
		if parent := present[f.Parent]; f.Parent != "" && parent != nil && parent != f {
			f.Explanation = parent
		}
	}
}

// fold puts findings below the one that explains them and returns the rest. A
// finding stands as high as the worst of those folded under it, lest a critical
// one hides.
func fold(findings []*Finding) []*Finding {
	var top []*Finding
	for _, f := range findings {
		if f.Explanation == nil || circular(f) {
			f.Explanation = nil
			top = append(top, f)
			continue
		}
		f.Explanation.Consequences = append(f.Explanation.Consequences, f)
	}
	arrange(top, 0)
	return top
}

// circular reports whether a finding explains itself by way of others. Cutting
// the first link of a circle that is met ends it.
func circular(f *Finding) bool {
	seen := map[*Finding]bool{}
	for p := f.Explanation; p != nil && !seen[p]; p = p.Explanation {
		if p == f {
			return true
		}
		seen[p] = true
	}
	return false
}

func arrange(findings []*Finding, depth int) {
	for _, f := range findings {
		f.Depth = depth
		arrange(f.Consequences, depth+1)
	}
	slices.SortStableFunc(findings, func(a, b *Finding) int {
		return cmp.Or(cmp.Compare(a.worst(), b.worst()), cmp.Compare(a.Severity.Rank(), b.Severity.Rank()))
	})
}

// worst is the rank of the worst severity among a finding and its consequences,
// which are sorted.
func (f *Finding) worst() int {
	rank := f.Severity.Rank()
	if len(f.Consequences) > 0 {
		rank = min(rank, f.Consequences[0].worst())
	}
	return rank
}

// All yields findings and, after each, its consequences.
func All(findings []*Finding) iter.Seq[*Finding] {
	return func(yield func(*Finding) bool) { walk(findings, yield) }
}

func walk(findings []*Finding, yield func(*Finding) bool) bool {
	for _, f := range findings {
		if !yield(f) || !walk(f.Consequences, yield) {
			return false
		}
	}
	return true
}

// Consequent counts everything that follows from a finding.
func (f *Finding) Consequent() int {
	n := 0
	for range All(f.Consequences) {
		n++
	}
	return n
}
