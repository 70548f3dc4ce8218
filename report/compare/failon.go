package compare

import (
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks"
)

// ParseFailOn reads which kinds of change are a failure: words of [Kinds],
// separated by commas ("new,changed"), or "none". "any" stands for everything
// that differs: all but unchanged and not-judged.
func ParseFailOn(words string) ([]Kind, error) {
	var out []Kind
	for word := range strings.SplitSeq(words, ",") {
		switch kind := Kind(strings.ToLower(strings.TrimSpace(word))); {
		case kind == "none":
		case kind == "any":
			out = append(out, New, Changed, Lost, Undetermined, Resolved, Decided)
		case slices.Contains(Kinds(), kind):
			out = append(out, kind)
		default:
			names := make([]string, len(Kinds()))
			for i, k := range Kinds() {
				names[i] = string(k)
			}
			return nil, fmt.Errorf("%q is no kind of change; there are %s, any and none", word, strings.Join(names, ", "))
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// FailOn reports whether there is a change of one of the kinds. A finding that
// is waived now does not count.
func (c *Comparison) FailOn(kinds ...Kind) bool {
	return slices.ContainsFunc(c.Changes, func(change Change) bool {
		waived := change.After == checks.Present && change.Finding.Waived != nil
		return slices.Contains(kinds, change.Kind) && !waived
	})
}

// Exit decides the exit code of a comparison: [checks.ExitPresent] if there is
// a change of one of the kinds, else [checks.ExitIncomplete] if something
// cannot be decided any more, else [checks.ExitNothing].
func (c *Comparison) Exit(kinds ...Kind) checks.ExitCode {
	switch {
	case c.FailOn(kinds...):
		return checks.ExitPresent
	case c.Counts[Lost]+c.Counts[Undetermined] > 0:
		return checks.ExitIncomplete
	default:
		return checks.ExitNothing
	}
}
