package wire

import (
	"context"
	"slices"
	"strings"

	"lcshealth/checks/facts"
)

// clientNames are the names below a SIP domain that clients look up: Windows
// Messenger 5 the first two, Communicator all of them, the host names last
// (technet.microsoft.com, cc816291 and dd572514).
var clientNames = [...]struct{ prefix, kind string }{
	{"_sip._tcp", "SRV"},
	{"_sip._tls", "SRV"},
	{"_sipinternal._tcp", "SRV"},
	{"_sipinternaltls._tcp", "SRV"},
	{"sip", "A"},
	{"sipinternal", "A"},
}

// clientRecords lists what clients of the given SIP domains look up, sorted by
// domain. A wildcard such as *.contoso.com names no domain of its own.
func clientRecords(domains []string) []facts.ClientRecord {
	domains = slices.Clone(domains)
	for i := range domains {
		domains[i] = strings.ToLower(bare(domains[i]))
	}
	slices.Sort(domains)
	var out []facts.ClientRecord
	for _, domain := range slices.Compact(domains) {
		if domain == "" || strings.Contains(domain, "*") {
			continue
		}
		for _, n := range clientNames {
			out = append(out, facts.ClientRecord{SIPDomain: domain, Name: n.prefix + "." + domain, Type: n.kind})
		}
	}
	return out
}

// record looks one of them up. The targets of an A record are its addresses.
func (p *prober) record(ctx context.Context, r facts.ClientRecord) facts.ClientRecord {
	lookup := p.resolver.services
	if r.Type == "A" {
		lookup = p.resolver.ipv4
	}
	targets, err := lookup(ctx, r.Name)
	if err != nil {
		return unobservedRecord(r, p.failed(err))
	}
	r.Targets = facts.Observed(targets, p.session.Origin())
	return r
}
