package preflight

import (
	"slices"
	"strings"

	"lcshealth/checks/facts"
	"lcshealth/checks/preflight/plan"
)

// sourcePlan is the source of facts that only the plan tells.
const sourcePlan = "plan"

// from is the origin of facts that a line of the plan tells.
func from(at plan.Ref, d *facts.Deployment) facts.Origin {
	return facts.Origin{Source: sourcePlan, Target: at.String(), At: d.CollectedAt}
}

// copyOf returns a deployment that may be changed without changing d, as long as
// lists and servers are replaced and not written to.
func copyOf(d *facts.Deployment) *facts.Deployment {
	return &facts.Deployment{
		CollectedAt: d.CollectedAt, Sources: d.Sources, Directory: d.Directory,
		Servers: slices.Clone(d.Servers), Databases: slices.Clone(d.Databases), Wire: d.Wire, Redacted: d.Redacted,
	}
}

// changed returns a copy of a server in a deployment that may be changed, or
// nil if there is none of that name.
func changed(d *facts.Deployment, fqdn string) *facts.Server {
	for i, s := range d.Servers {
		if strings.EqualFold(s.FQDN, fqdn) {
			c := *s
			d.Servers[i] = &c
			return &c
		}
	}
	return nil
}

// addDomain lists a SIP domain. The reason is not nil if it is not known which
// are listed.
func addDomain(d *facts.Deployment, name string, at plan.Ref) *facts.Unknown {
	listed, why := d.Directory.SIPDomains.Get()
	if why != nil {
		return why
	}
	d.Directory.SIPDomains = facts.Observed(append(slices.Clone(listed), facts.SIPDomain{Name: name}), d.Directory.SIPDomains.Origin())
	for i, s := range d.Servers {
		// Servers read the list from the directory.
		if seen, why := s.Host.SIPDomains.Get(); why == nil {
			c := *s
			c.Host.SIPDomains = facts.Observed(append(slices.Clone(seen), facts.ServedDomain{Name: name}), from(at, d))
			d.Servers[i] = &c
		}
	}
	return nil
}

// removeDomain takes a SIP domain from the list.
func removeDomain(d *facts.Deployment, name string, at plan.Ref) *facts.Unknown {
	listed, why := d.Directory.SIPDomains.Get()
	if why != nil {
		return why
	}
	same := func(other string) bool {
		return strings.EqualFold(strings.TrimSpace(other), strings.TrimSpace(name))
	}
	d.Directory.SIPDomains = facts.Observed(slices.DeleteFunc(slices.Clone(listed), func(l facts.SIPDomain) bool { return same(l.Name) }), d.Directory.SIPDomains.Origin())
	for i, s := range d.Servers {
		if seen, why := s.Host.SIPDomains.Get(); why == nil {
			c := *s
			c.Host.SIPDomains = facts.Observed(slices.DeleteFunc(slices.Clone(seen), func(l facts.ServedDomain) bool { return same(l.Name) }), from(at, d))
			d.Servers[i] = &c
		}
	}
	// Nobody looks the records of a domain up that is not served.
	d.Wire.Records = slices.DeleteFunc(slices.Clone(d.Wire.Records), func(r facts.ClientRecord) bool { return same(r.SIPDomain) })
	return nil
}
