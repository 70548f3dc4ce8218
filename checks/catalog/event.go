package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// isLCS reports whether a record was written by a part of Live Communications
// Server, all of whose sources begin with its name.
func isLCS(e facts.Event) bool {
	return strings.HasPrefix(strings.ToLower(e.Source), "live communications")
}

// mostRecords is how many records are shown as evidence.
const mostRecords = 3

// records returns the newest records that are wanted, as evidence. The event
// logs are no need of the causes that show them: they only support what other
// facts show.
func records(s *facts.Server, wanted func(facts.Event) bool, expected string) (out []checks.Evidence) {
	found := newestFirst(s, wanted)
	for _, e := range found[:min(len(found), mostRecords)] {
		out = append(out, checks.Saw(s.Host.Events.Origin(), describeEvent(e), expected))
	}
	return out
}

// newestFirst returns the records that are wanted, as far as the logs are known.
func newestFirst(s *facts.Server, wanted func(facts.Event) bool) (found []facts.Event) {
	all, _ := s.Host.Events.Get()
	for _, e := range all {
		if wanted(e) {
			found = append(found, e)
		}
	}
	slices.SortStableFunc(found, func(a, b facts.Event) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.ID, b.ID)) })
	return found
}

// newest returns the newest record that is wanted.
func newest(s *facts.Server, wanted func(facts.Event) bool) (facts.Event, bool) {
	found := newestFirst(s, wanted)
	if len(found) == 0 {
		return facts.Event{}, false
	}
	return found[0], true
}

func describeEvent(e facts.Event) string {
	text := fmt.Sprintf("event %d of %q at %s (%s)", e.ID, e.Source, e.At.UTC().Format(time.RFC3339), e.Type)
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text
}
