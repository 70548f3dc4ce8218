package catalog

import (
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// domainViews tells of the servers that see other SIP domains than the
// directory lists. They have them from the directory, which decides; but a
// server whose domain controller lags behind treats users by what it sees.
func domainViews(d *facts.Deployment) (out []checks.Evidence) {
	const most = 5 // of two hundred servers, these show enough
	listed, why := d.Directory.SIPDomains.Get()
	if why != nil {
		return nil
	}
	for _, s := range sortedServers(d) {
		seen, notSeen := s.Host.SIPDomains.Get()
		if notSeen != nil {
			continue
		}
		if differs := difference(listed, seen); differs != "" && len(out) < most {
			out = append(out, checks.Saw(s.Host.SIPDomains.Origin(), s.FQDN+" sees other SIP domains than the directory lists: "+differs, "the same on every server, once the domain controllers have replicated"))
		}
	}
	return out
}

// sortedServers returns the servers by name, so that evidence does not depend on
// which answered first.
func sortedServers(d *facts.Deployment) []*facts.Server {
	return slices.SortedFunc(slices.Values(d.Servers), func(a, b *facts.Server) int {
		return strings.Compare(strings.ToLower(a.FQDN), strings.ToLower(b.FQDN))
	})
}

// difference says in what a server's list is not that of the directory.
func difference(listed []facts.SIPDomain, seen []facts.ServedDomain) string {
	var texts []string
	for _, l := range listed {
		if !slices.ContainsFunc(seen, func(s facts.ServedDomain) bool { return sameDomain(s.Name, l.Name) }) {
			texts = append(texts, "not "+l.Name)
		}
	}
	for _, s := range seen {
		if !slices.ContainsFunc(listed, func(l facts.SIPDomain) bool { return sameDomain(s.Name, l.Name) }) {
			texts = append(texts, s.Name+" too")
		}
	}
	return strings.Join(texts, ", ")
}

func sameDomain(a, b string) bool {
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}
