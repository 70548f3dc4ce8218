package html

import (
	"maps"
	"slices"

	"lcshealth/checks"
	"lcshealth/report/view"
)

// choices is what findings can be filtered by: only what some finding has, in
// the order in which people expect it.
type choices struct {
	Codes      []int
	Severities []checks.Severity
	Verdicts   []checks.Verdict
	Servers    []string
}

// filters gathers the choices, or returns nil if there is nothing to choose.
func filters(v *view.View) *choices {
	codes, servers := map[int]bool{}, map[string]bool{}
	severities, verdicts := map[checks.Severity]bool{}, map[checks.Verdict]bool{}
	note := func(f *view.Finding) {
		verdicts[f.Verdict] = true
		for _, code := range f.Codes {
			codes[code] = true
		}
		if f.Subject.Server != "" {
			servers[f.Subject.Server] = true
		}
		if f.Verdict == checks.Present || f.Verdict == checks.Undetermined {
			severities[f.Severity] = true
		}
	}
	for f := range view.All(v.Present) {
		note(f)
	}
	for _, g := range v.Undetermined {
		each(g.Findings, note)
	}
	for _, b := range slices.Concat(v.NotApplicable, v.Absent) {
		each(b.Findings, note)
	}
	if len(verdicts) == 0 {
		return nil
	}
	c := &choices{Codes: slices.Sorted(maps.Keys(codes)), Servers: slices.Sorted(maps.Keys(servers))}
	for _, s := range checks.Severities() {
		if severities[s] {
			c.Severities = append(c.Severities, s)
		}
	}
	for _, verdict := range checks.Verdicts() {
		if verdicts[verdict] {
			c.Verdicts = append(c.Verdicts, verdict)
		}
	}
	return c
}

func each(list []*view.Finding, note func(*view.Finding)) {
	for _, f := range list {
		note(f)
	}
}
