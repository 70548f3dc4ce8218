package preflight

import (
	"lcshealth/checks/facts"
	"lcshealth/checks/preflight"
)

// curing are the lines that cure a cause, each for what it is about.
type curing struct {
	Cause string
	Lines []*preflight.Line
}

// curesOf gathers what lines cure by cause, in the order of the plan.
func curesOf(r *Report) (out []*curing) {
	by := map[string]*curing{}
	for i := range r.Lines {
		l := &r.Lines[i]
		for _, id := range l.Cures {
			c := by[id]
			if c == nil {
				c = &curing{Cause: id}
				by[id] = c
				out = append(out, c)
			}
			c.Lines = append(c.Lines, l)
		}
	}
	return out
}

// shortSources are the sources that failed, or gave only a part.
func shortSources(r *Report) (out []*facts.Source) {
	for i := range r.Sources {
		if s := &r.Sources[i]; s.Status == facts.Failed || s.Status == facts.Partial {
			out = append(out, s)
		}
	}
	return out
}

// sectionWords are the heading over all that has a verdict.
func sectionWords(v preflight.Verdict) string {
	switch v {
	case preflight.NoGo:
		return "No go"
	case preflight.CannotTell:
		return "Cannot be told"
	case preflight.Risk:
		return "Risks"
	}
	return "Go"
}
