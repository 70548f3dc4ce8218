package compare

import (
	"cmp"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/report"
)

// evidence compares two lists of evidence, whatever their order.
func evidence(before, after []checks.Evidence) []EvidenceChange {
	gone, added := without(before, after), without(after, before)
	var out []EvidenceChange
	// What tells of the same thing is altered: first by the thing's name, then
	// by what is expected of it, if that leaves no doubt.
	for _, about := range []func(*checks.Evidence) string{thing, wish} {
		var left []*checks.Evidence
		for _, e := range gone {
			key := about(e)
			same := func(other *checks.Evidence) bool { return about(other) == key }
			i := slices.IndexFunc(added, same)
			if key == "" || i < 0 || count(gone, same) > 1 || count(added, same) > 1 {
				left = append(left, e)
				continue
			}
			out = append(out, EvidenceChange{Before: e, After: added[i]})
			added = slices.Delete(added, i, i+1)
		}
		gone = left
	}
	for _, e := range added {
		out = append(out, EvidenceChange{After: e})
	}
	for _, e := range gone {
		out = append(out, EvidenceChange{Before: e})
	}
	slices.SortStableFunc(out, func(a, b EvidenceChange) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(key(a), key(b)))
	})
	return out
}

// without returns what one list has and the other has not, each as often as it
// has it more.
func without(list, other []checks.Evidence) []*checks.Evidence {
	there := map[string]int{}
	for i := range other {
		there[report.EvidenceKey(&other[i])]++
	}
	var out []*checks.Evidence
	for i := range list {
		if k := report.EvidenceKey(&list[i]); there[k] > 0 {
			there[k]--
			continue
		}
		out = append(out, &list[i])
	}
	return out
}

// thing names what evidence is about by the words before a colon: "service
// MSSQL$RTC: stopped".
func thing(e *checks.Evidence) string {
	name, _, ok := strings.Cut(e.Observed, ": ")
	if !ok {
		return ""
	}
	return report.EvidenceKey(&checks.Evidence{Observed: name, Source: e.Source, Host: e.Host})
}

// wish names it by what is expected of it.
func wish(e *checks.Evidence) string {
	if e.Expected == "" {
		return ""
	}
	return report.EvidenceKey(&checks.Evidence{Expected: e.Expected, Source: e.Source, Host: e.Host})
}

func count(list []*checks.Evidence, wanted func(*checks.Evidence) bool) (n int) {
	for _, e := range list {
		if wanted(e) {
			n++
		}
	}
	return n
}

func altered(list []EvidenceChange) []EvidenceChange {
	return slices.DeleteFunc(list, func(c EvidenceChange) bool { return c.Before == nil || c.After == nil })
}

// rank puts what is new first, and what is gone last.
func rank(c EvidenceChange) int {
	switch {
	case c.Before == nil:
		return 0
	case c.After != nil:
		return 1
	default:
		return 2
	}
}

func key(c EvidenceChange) string { return report.EvidenceKey(cmp.Or(c.After, c.Before)) }
