package wire

import (
	"context"
	"slices"
	"strings"

	"lcshealth/checks/facts"

	"golang.org/x/sync/errgroup"
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

// record looks one of them up. The targets of an A record are the addresses of
// the name, IPv4 and IPv6.
func (p *prober) record(ctx context.Context, r facts.ClientRecord) facts.ClientRecord {
	lookup := p.resolver.services
	if r.Type == "A" {
		lookup = p.resolver.hostTargets
	}
	targets, answer, err := lookup(ctx, r.Name)
	if r.RCode, r.TTL = answer.code, answer.ttl; r.RCode != "" {
		r.Resolver = p.cfg.Resolver
	}
	if err != nil {
		return unobservedRecord(r, p.failed(err))
	}
	r.Targets = facts.Observed(targets, p.session.Origin())
	return r
}

// destinations looks up the hosts to which service records lead, and the names
// that were asked for besides, as records of the type A after those of the
// clients, each once and sorted by name. What is looked up anyway is left out:
// hosts of targets, and names of records.
func (p *prober) destinations(ctx context.Context, records []facts.ClientRecord) []facts.ClientRecord {
	known := make(map[string]bool)
	for _, t := range p.targets {
		known[strings.ToLower(bare(t.Host))] = true
	}
	for _, r := range records {
		known[strings.ToLower(r.Name)] = true
	}
	var out []facts.ClientRecord
	for _, r := range records {
		targets, _ := r.Targets.Get() // where it leads is not known: it says why
		for _, t := range targets {
			if host := strings.ToLower(bare(t.Host)); r.Type == "SRV" && !known[host] {
				known[host] = true
				out = append(out, facts.ClientRecord{SIPDomain: r.SIPDomain, Name: host, Type: "A"})
			}
		}
	}
	for _, name := range p.cfg.Names {
		if host := strings.ToLower(bare(name)); host != "" && !known[host] {
			known[host] = true
			out = append(out, facts.ClientRecord{Name: host, Type: "A"})
		}
	}
	slices.SortFunc(out, func(a, b facts.ClientRecord) int { return strings.Compare(a.Name, b.Name) })
	var group errgroup.Group
	group.SetLimit(p.cfg.Limit)
	for i, r := range out {
		group.Go(func() error {
			out[i] = guard(p, func() facts.ClientRecord { return p.record(ctx, r) },
				func(why facts.Unknown) facts.ClientRecord { return unobservedRecord(r, why) })
			return nil
		})
	}
	_ = group.Wait() // a lookup's failure is in its facts
	return out
}
