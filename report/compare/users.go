package compare

import (
	"slices"

	"lcshealth/checks"
)

// affected compares the users of a finding, or returns nil if they are the
// same as far as the reports tell.
func affected(before, after *checks.Affected) *AffectedChange {
	var b, a checks.Affected
	if before != nil {
		b = *before
	}
	if after != nil {
		a = *after
	}
	c := &AffectedChange{
		Before: b.Count, After: a.Count, Added: missing(&b, a.Users), Removed: missing(&a, b.Users),
		Partial: !complete(&b) || !complete(&a),
	}
	if c.Before == c.After && len(c.Added)+len(c.Removed) == 0 {
		return nil
	}
	return c
}

func complete(a *checks.Affected) bool { return len(a.Users) >= a.Count }

// missing returns the users who are certainly not among those of a finding. A
// finding that names only its first users in alphabetical order tells nothing
// of those who come after the last one that it names.
func missing(from *checks.Affected, users []string) []string {
	out := []string{}
	known := make(map[string]bool, len(from.Users))
	for _, u := range from.Users {
		known[u] = true
	}
	last, sorted := "", slices.IsSorted(from.Users)
	if n := len(from.Users); n > 0 {
		last = from.Users[n-1]
	}
	for _, u := range users {
		if !known[u] && (complete(from) || sorted && u < last) {
			out = append(out, u)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
