// Package compare says what has changed between two reports: which problems are
// new, changed, gone or no longer to be seen. It is a pure function of two
// report values.
//
// A finding is known again by its cause, subject and shape, whatever its
// severity and wherever it stands. What counts as its evidence is what was
// observed, what was expected, by which source and on which host, as
// [report.EvidenceKey] has it; not when, nor how long anything took, nor in
// which order the answers came. Two runs of one deployment that nobody has
// touched compare equal.
//
// Nothing is called new or resolved unless both reports judged it. A limit of
// one report (its codes, causes, servers or user), a cause that its catalogue
// does not have, and a source that failed are told as such.
package compare

import (
	"cmp"
	"slices"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/report"
)

// Comparison is what two reports tell together. Its JSON form only ever gains
// fields.
type Comparison struct {
	Before  report.Run     `json:"before"`
	After   report.Run     `json:"after"`
	Same    bool           `json:"same"`    // nothing differs in what both judged
	Counts  map[Kind]int   `json:"counts"`  // of each kind, also those without any
	Open    int            `json:"open"`    // findings undetermined in both
	Notes   []string       `json:"notes"`   // what to bear in mind, such as a difference of catalogue or scope
	Changes []Change       `json:"changes"` // by kind as [Kinds] lists them, then by severity and id
	Sources []SourceChange `json:"sources"` // those whose status differs
}

// Kind is what has become of a finding.
type Kind string

// The kinds.
const (
	New          Kind = "new"          // present now, and not so before; its verdict before says how it was judged
	Changed      Kind = "changed"      // present in both, with another severity, evidence, users or waiver
	Lost         Kind = "lost"         // was present and cannot be decided any more
	Undetermined Kind = "undetermined" // cannot be decided any more; was not present
	Resolved     Kind = "resolved"     // was present and is not any more
	Decided      Kind = "decided"      // could not be decided before; is not present
	NotJudged    Kind = "not-judged"   // present in one report, and the other says nothing of it
	Unchanged    Kind = "unchanged"    // present in both, the same
)

// Kinds lists them in the order in which they are shown.
func Kinds() []Kind {
	return []Kind{New, Changed, Lost, Undetermined, Resolved, Decided, NotJudged, Unchanged}
}

// Change is what has become of one finding.
type Change struct {
	Kind Kind `json:"kind"`
	// Before and After are its verdicts; empty where the report has none of
	// it.
	Before  checks.Verdict  `json:"before,omitempty"`
	After   checks.Verdict  `json:"after,omitempty"`
	Why     string          `json:"why,omitempty"`  // why it could not be decided or was not judged
	Diff    *Diff           `json:"diff,omitempty"` // of what is changed
	Finding *checks.Finding `json:"finding"`        // as it is now or, if it is gone, as it was
}

// SourceChange is a source that ended otherwise than before. An empty status
// says that the report has no such source.
type SourceChange struct {
	Name    string       `json:"name"`
	Target  string       `json:"target,omitempty"`
	Before  facts.Status `json:"before,omitempty"`
	After   facts.Status `json:"after,omitempty"`
	Message string       `json:"message,omitempty"` // of the run in which it did not end ok
}

// Compare says what has changed from one report to a later one. The reports are
// not changed; the comparison points into them.
func Compare(before, after *report.Report) *Comparison {
	c := &comparing{before: newSide(before, after), after: newSide(after, before)}
	c.before.name, c.after.name = "the earlier report", "the later report"
	c.all()
	out := &Comparison{
		Before: before.Run, After: after.Run, Counts: map[Kind]int{}, Open: c.open,
		Notes: notes(before, after), Changes: c.changes, Sources: sources(before.Sources, after.Sources),
	}
	slices.SortStableFunc(out.Changes, func(a, b Change) int {
		return cmp.Or(
			cmp.Compare(slices.Index(Kinds(), a.Kind), slices.Index(Kinds(), b.Kind)),
			cmp.Compare(a.Finding.Severity.Rank(), b.Finding.Severity.Rank()),
			cmp.Compare(a.Finding.ID, b.Finding.ID),
		)
	})
	for _, kind := range Kinds() {
		out.Counts[kind] = 0
	}
	out.Same = true
	for _, change := range out.Changes {
		out.Counts[change.Kind]++
		out.Same = out.Same && (change.Kind == Unchanged || change.Kind == NotJudged)
	}
	return out
}

// Of returns the changes of one kind.
func (c *Comparison) Of(kind Kind) []Change {
	var out []Change
	for _, change := range c.Changes {
		if change.Kind == kind {
			out = append(out, change)
		}
	}
	return out
}
