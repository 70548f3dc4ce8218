package preflight

import (
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/preflight/plan"
)

func addDomainStep(name string, at plan.Ref) step {
	return step{
		at: at, kind: AddDomain, name: name,
		apply: func(d *facts.Deployment) (issues []Issue) {
			listed, why := d.Directory.SIPDomains.Get()
			switch {
			case why != nil:
				return []Issue{cannotTell("domain-listed", why)}
			case lists(listed, name):
				return []Issue{risk("domain-listed", checks.Info, name+" is listed already: there is nothing to do", checks.Step{Text: "Take the line out of the plan."})}
			}
			for _, l := range listed {
				if covers(l.Name, name) {
					issues = append(issues, risk("domain-listed", checks.Info, name+" is covered by "+l.Name+" already", checks.Step{Text: "Take the line out of the plan, unless " + l.Name + " is to go."}))
				}
			}
			addDomain(d, name, at)
			return append(issues, signInRecords(d, name)...)
		},
		done: func(d *facts.Deployment) (Done, []Issue) { return domainDone(d, name, true) },
	}
}

func removeDomainStep(name string, at plan.Ref) step {
	return step{
		at: at, kind: RemoveDomain, name: name,
		apply: func(d *facts.Deployment) []Issue {
			listed, why := d.Directory.SIPDomains.Get()
			switch {
			case why != nil:
				return []Issue{cannotTell("domain-not-listed", why)}
			case !lists(listed, name):
				return []Issue{risk("domain-not-listed", checks.Info, name+" is not listed: there is nothing to do", checks.Step{Text: "Correct the line, or take it out of the plan."})}
			}
			removeDomain(d, name, at)
			if _, why := d.Directory.Users.Get(); why != nil {
				// Whoever was seen to have an address there is told besides.
				return []Issue{cannotTell("sip-domain-not-listed", why)}
			}
			return nil
		},
		done: func(d *facts.Deployment) (Done, []Issue) { return domainDone(d, name, false) },
	}
}

func domainDone(d *facts.Deployment, name string, wanted bool) (Done, []Issue) {
	listed, why := d.Directory.SIPDomains.Get()
	switch {
	case why != nil:
		return DoneUnknown, []Issue{cannotTell("not-done", why)}
	case lists(listed, name) == wanted:
		return DoneAsPlanned, nil
	case wanted:
		return NotDone, []Issue{noGo("not-done", "the SIP domain "+name+" is not listed")}
	}
	return NotDone, []Issue{noGo("not-done", "the SIP domain "+name+" is still listed")}
}

// signInRecords looks for the DNS records by which clients of a new SIP domain
// find their server.
func signInRecords(d *facts.Deployment, name string) []Issue {
	if strings.Contains(name, "*") {
		return nil // no client signs in to a wildcard
	}
	var found, looked bool
	var origin facts.Origin
	for _, r := range d.Wire.Records {
		if strings.EqualFold(r.SIPDomain, name) {
			looked = true
			targets, _ := r.Targets.Get() // unobserved: dns-records-wrong tells why
			found = found || len(targets) > 0 || !r.Targets.IsObserved()
			origin = r.Targets.Origin()
		}
	}
	if found {
		return nil
	}
	if !looked {
		return []Issue{cannotTell("sign-in-records-missing", &facts.Unknown{
			Class: facts.NotAsked, Source: "wire", Target: name, Message: "whether DNS leads clients of " + name + " to their server was not looked up",
			Settle: "run preflight without --facts, or gather them with lcshealth collect --plan, and with the wire source",
		})}
	}
	return []Issue{risk("sign-in-records-missing", checks.Minor, "DNS has no record by which clients of "+name+" find their server",
		checks.Step{Text: "Add a service record _sip._tls." + name + " that leads to the server that takes sign-ins, by a name below " + name + ", or have every client configured by hand."}).
		saw(checks.Saw(origin, "no record of _sip._tls, _sip._tcp, _sipinternaltls._tcp, _sipinternal._tcp, sip, sipinternal or sipexternal below "+name, "a service record"))}
}

// blame gives the lines that add or remove a SIP domain what that does to users
// whom the plan does not name.
func blame(lines []Line, changes []Change) {
	for i := range changes {
		f := &changes[i].Finding
		if f.Cause != "sip-domain-not-listed" || f.Affected == nil {
			continue
		}
		line := func(kind Kind, but string) *Line {
			at := slices.IndexFunc(lines, func(l Line) bool { return l.Kind == kind && covers(l.Name, f.Shape) && !l.has(but) })
			if at < 0 {
				return nil
			}
			return &lines[at]
		}
		switch changes[i].Effect {
		case Introduced:
			if l := line(RemoveDomain, "domain-not-listed"); l != nil {
				l.Issues = append(l.Issues, Issue{
					Check: f.Cause, Verdict: NoGo, Severity: f.Severity, Evidence: f.Evidence,
					Reason: "users have addresses in " + f.Shape + ": " + affected(f.Affected),
					Remedy: []checks.Step{{Text: "Give these users addresses in another SIP domain first, or keep the domain."}},
				})
			}
		case Cured:
			if l := line(AddDomain, "domain-listed"); l != nil && !slices.Contains(l.Cures, f.Cause) {
				l.Cures = append(l.Cures, f.Cause)
			}
		}
	}
}
