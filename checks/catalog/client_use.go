package catalog

import (
	"slices"
	"strings"

	"lcshealth/checks/facts"
)

// clientUse says how clients use a server: because of its role, or because DNS
// sends them there. It is empty if they do not. The reason is not nil if they
// may.
func clientUse(d *facts.Deployment, s *facts.Server) (use string, from facts.Origin, unknown *facts.Unknown) {
	role, unknown := s.Role.Get()
	switch role {
	case facts.RoleHome:
		return "it holds users", s.Role.Origin(), nil
	case facts.RoleFrontEnd:
		return "it is a front end", s.Role.Origin(), nil
	case facts.RoleHoldsNone:
		unknown = roleNotTold(s)
	}
	for _, r := range clientRecords(d) {
		named, why := names(d, s, &r)
		if named {
			return "DNS names it in " + r.Name, r.Targets.Origin(), nil
		}
		if unknown == nil {
			unknown = why
		}
	}
	if unknown == nil {
		unknown = recordsMissing(d)
	}
	return "", facts.Origin{}, unknown
}

// names reports whether a DNS record that clients look up leads to a server.
// The reason is not nil if it may.
func names(d *facts.Deployment, s *facts.Server, r *facts.ClientRecord) (bool, *facts.Unknown) {
	targets, why := r.Targets.Get()
	if why != nil {
		return false, why
	}
	if r.Type == "A" { // the targets are addresses
		own, why := ownAddresses(d, s)
		if slices.ContainsFunc(targets, func(t facts.Target) bool { return slices.Contains(own, t.Host) }) {
			return true, nil
		}
		if len(targets) == 0 {
			why = nil
		}
		return false, why
	}
	for _, t := range targets {
		switch {
		case strings.EqualFold(t.Host, s.FQDN), s.PoolFQDN != "" && strings.EqualFold(t.Host, s.PoolFQDN):
			return true, nil
		case d.Server(t.Host) != nil, isRecord(d, t.Host): // another server, or a record of its own
		default:
			why = &facts.Unknown{
				Class: facts.NotAsked, Source: "wire", Target: t.Host,
				Message: "which server " + t.Host + " is, to which " + r.Name + " leads, was not looked up",
				Settle:  "compare the addresses of " + t.Host + " and " + s.FQDN,
			}
		}
	}
	return false, why
}

func isRecord(d *facts.Deployment, name string) bool {
	return slices.ContainsFunc(d.Wire.Records, func(r facts.ClientRecord) bool { return r.Type == "A" && strings.EqualFold(r.Name, name) })
}

// recordsMissing is the reason why some record that clients look up was not
// looked at.
func recordsMissing(d *facts.Deployment) *facts.Unknown {
	domains, why := d.Directory.SIPDomains.Get()
	if why != nil {
		return why
	}
	for _, domain := range domains {
		name := strings.TrimSpace(domain.Name)
		looked := slices.ContainsFunc(d.Wire.Records, func(r facts.ClientRecord) bool { return strings.EqualFold(r.SIPDomain, name) })
		if !looked && !strings.Contains(name, "*") { // a wildcard names no domain of its own
			return &facts.Unknown{
				Class: facts.NotAsked, Source: "wire", Target: name,
				Message: "the DNS records of " + name + " were not looked up", Settle: "run the check with the wire source",
			}
		}
	}
	return nil
}

// clientRecords are the records that clients of SIP domains look up. Addresses
// that were looked up for another reason are left out.
func clientRecords(d *facts.Deployment) []facts.ClientRecord {
	return slices.DeleteFunc(slices.Clone(d.Wire.Records), func(r facts.ClientRecord) bool { return r.SIPDomain == "" })
}
