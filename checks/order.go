package checks

import (
	"cmp"
	"slices"
	"strings"
)

// fold names, for each finding that is present or undetermined, the present
// cause that explains it: one that its cause comes after, or that leaves it
// undetermined, on the same server or in the whole deployment. A dead database
// is one finding with its consequences below it, not forty.
//
// alone are the ids of findings that are present for reasons of their own.
func fold(causes []Cause, findings []Finding, alone map[string]bool) {
	present := map[string][]*Finding{}
	for i := range findings {
		if f := &findings[i]; f.Verdict == Present {
			present[f.Cause] = append(present[f.Cause], f)
		}
	}
	for i := range findings {
		f := &findings[i]
		c := find(causes, f.Cause)
		var by []string
		switch {
		case f.Verdict == Present && !alone[f.ID]:
			by = c.After
		case f.Verdict == Undetermined:
			by = slices.Concat(c.Blinded, c.After)
		}
		for _, id := range by {
			if parent := explains(present[id], f); parent != nil {
				f.ConsequenceOf, f.Parent = id, parent.ID
				break
			}
		}
	}
}

// explains picks the finding that concerns the same server as f. One that
// concerns no server in particular explains all.
func explains(parents []*Finding, f *Finding) *Finding {
	for _, p := range parents {
		if p.Subject.Server == "" || strings.EqualFold(p.Subject.Server, f.Subject.Server) {
			return p
		}
	}
	return nil
}

// order sorts findings for readers: what is present first, the worst before
// the less bad, and then as the catalogue lists the causes.
func order(causes []Cause, findings []Finding) {
	place := map[string]int{}
	for i, c := range causes {
		place[c.ID] = i
	}
	rank := func(f *Finding) int { return slices.Index(Verdicts(), f.Verdict) }
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(rank(&a), rank(&b)),
			cmp.Compare(a.Severity.Rank(), b.Severity.Rank()),
			cmp.Compare(place[a.Cause], place[b.Cause]),
			cmp.Compare(a.ID, b.ID),
		)
	})
}
