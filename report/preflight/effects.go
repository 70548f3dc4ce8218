package preflight

import (
	"lcshealth/checks"
	"lcshealth/checks/preflight"
	"lcshealth/report/view"
)

// effect is what has one effect on causes of the catalogue.
type effect struct {
	Effect      preflight.Effect
	Title, Lead string
	Count       int
	Changes     listing[change]
	Folded      bool // nobody needs to do anything about it because of the plan
}

// change is a cause for one subject.
type change struct {
	Severity                    checks.Severity
	Cause, Title, About, Reason string
	Count                       int    // of users
	Users                       string // the first ones
}

// effectsOf gathers the changes by effect.
func effectsOf(r *Report) (out []effect) {
	after := r.Run.After
	for _, e := range []effect{
		{Effect: preflight.Introduced, Title: "Introduced", Lead: "Absent now and present with the plan done, or present for more."},
		{Effect: preflight.Cured, Title: "Cured", Lead: "Present now, and absent with the plan done."},
		{Effect: preflight.PresentNow, Title: "Present", Lead: "With the plan done; nothing is known of before."},
		{Effect: preflight.Unchanged, Title: "Unchanged", Lead: "Present now, and with the plan done.", Folded: true},
	} {
		if after {
			switch e.Effect {
			case preflight.Introduced:
				e.Title, e.Lead = "Broken since", "Absent before the roll-out, and present now, or present for more."
			case preflight.Cured:
				e.Lead = "Present before the roll-out, and absent now."
			case preflight.Unchanged:
				e.Lead = "Present before the roll-out, and now."
			}
		}
		var rows []change
		for i := range r.Changes {
			c := &r.Changes[i]
			if c.Effect != e.Effect {
				continue
			}
			if e.Count++; len(rows) < mostLines {
				rows = append(rows, changeOf(&c.Finding))
			}
		}
		if e.Count == 0 {
			continue
		}
		e.Changes = list(rows)
		e.Changes.More = e.Count - len(rows)
		out = append(out, e)
	}
	return out
}

func changeOf(f *checks.Finding) change {
	v := view.FindingOf(f)
	c := change{Severity: v.Severity, Cause: v.Cause, Title: v.Title, About: v.About(), Reason: v.Reason}
	if a := v.Affected; a != nil {
		c.Count, c.Users = a.Count, examples(a.Users, a.Count)
	}
	return c
}
