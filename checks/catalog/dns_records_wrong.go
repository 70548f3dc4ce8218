package catalog

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// dnsRecordsWrong is told by documents on later products, which look up the
// same names; that the target has to be below the SIP domain is told for LCS
// 2003 (KB 830540).
var dnsRecordsWrong = checks.Cause{
	ID:       "dns-records-wrong",
	Title:    "The DNS records for automatic sign-in lead astray",
	Article:  checks.Article{URL: "https://technet.microsoft.com/en-us/library/bb663700(v=office.12)", Section: "Required DNS records for automatic client sign-in (Office Communications Server 2007); strict naming: KB 830540"},
	Severity: checks.Major,
	Scope:    checks.ScopeDeployment,

	Meaning: "Clients that find their server by DNS get to none, or to one that does not serve them. Clients that were told their server by hand are not concerned. Servers cannot connect to a trusted server whose name DNS does not know.",
	Detection: "A service (SRV) record of a SIP domain leads to a host that DNS does not know or that is no server of the deployment, or to a port on which the server has no enabled listener of that transport (major). " +
		"Or to a host that is not below the SIP domain, which clients refuse unless the policy DisableStrictDNSNaming is set (minor); or to several servers of the same priority that are not equivalent: members of one pool, or front ends (minor). " +
		"Or a host record that clients fall back on leads to no server (minor; major if the domain has no service record). Or the list of trusted servers names a host that DNS does not know (minor). " +
		"A next hop that does not resolve is told of by static-route-invalid, for the server that has the route. A server without any TLS listener is told of by no-tls-listener. A domain without records is set up for sign-in by hand, which is no fault.",
	Needs: []checks.Need{needSIPDomains, needClientDNS, needReach, needListeners, needRole, needTrustedList, needPools},
	Fix: []string{
		"For each SIP domain keep one service record of each kind that clients use, and let it lead to the server or pool that takes sign-ins, by a name below the SIP domain and with the port of its listener.",
		"Remove the records that lead elsewhere.",
		"Give each trusted server an address in DNS, and remove from the list of trusted servers those that are gone.",
	},
	JudgeDeployment: judgeDNSRecordsWrong,
}

// services are the names of service records below a SIP domain, with the
// transport that clients then use.
var services = map[string]facts.Transport{
	"_sip._tcp": facts.TCP, "_sip._tls": facts.TLS, "_sipinternal._tcp": facts.TCP, "_sipinternaltls._tcp": facts.TLS,
}

// fallbacks are the names of hosts below a SIP domain that clients try last.
var fallbacks = []string{"sip", "sipinternal", "sipexternal"}

func judgeDNSRecordsWrong(d *facts.Deployment) (j checks.Judgement) {
	if domains, why := d.Directory.SIPDomains.Get(); why == nil && len(domains) == 0 {
		return notApplicable("the directory lists no SIP domain")
	}
	j.Unknown(recordsMissing(d))
	records := slices.SortedStableFunc(slices.Values(clientRecords(d)), func(a, b facts.ClientRecord) int {
		return cmp.Or(strings.Compare(a.SIPDomain, b.SIPDomain), strings.Compare(a.Name, b.Name))
	})
	var faults recordFaults
	for i := range records {
		r := &records[i]
		targets, why := r.Targets.Get()
		j.Unknown(why)
		if len(targets) == 0 {
			continue
		}
		transport, isService := services[prefixOf(r)]
		switch {
		case r.Type == "SRV" && isService:
			judgeService(&j, d, r, transport, targets, &faults)
		case isFallback(r):
			judgeFallback(&j, d, r, targets, &faults)
		}
	}
	faults.present(&j)
	judgeTrustedNames(&j, d)
	noteDomains(&j, records)
	return j
}

// prefixOf is the part of a record's name before its SIP domain.
func prefixOf(r *facts.ClientRecord) string {
	return strings.TrimSuffix(strings.ToLower(r.Name), "."+strings.ToLower(r.SIPDomain))
}

// isFallback tells the host records that clients fall back on from those that
// were looked up for another reason.
func isFallback(r *facts.ClientRecord) bool {
	return r.Type == "A" && slices.Contains(fallbacks, prefixOf(r))
}

// judgeService looks at where a service record leads.
func judgeService(j *checks.Judgement, d *facts.Deployment, r *facts.ClientRecord, transport facts.Transport, targets []facts.Target, faults *recordFaults) {
	from := r.Targets.Origin()
	for _, t := range targets {
		host := strings.TrimSuffix(strings.TrimSpace(t.Host), ".")
		if host == "" {
			continue // the service is not available, and DNS says so (RFC 2782)
		}
		to := destinationOf(d, host)
		switch {
		case to.gone:
			faults.add(checks.Major, r, from, host+", which DNS does not know", "a server of the deployment", answerFor(d, host))
		case !to.isOurs() && to.unknown == nil:
			faults.add(checks.Major, r, from, host+", which is no server of the deployment", "a server of the deployment")
		case !to.isOurs():
			j.Unknown(to.unknown)
		default:
			j.Unknown(to.unseen)
			judgePort(j, r, transport, t, to, faults)
		}
		if !below(host, r.SIPDomain) {
			faults.add(checks.Minor, r, from, host+", which is not below the SIP domain "+r.SIPDomain+": clients that name strictly refuse it", "a host below "+r.SIPDomain)
		}
	}
	judgeEquivalence(j, d, r, targets, faults)
}

// judgePort looks for the listener that clients expect.
func judgePort(j *checks.Judgement, r *facts.ClientRecord, transport facts.Transport, t facts.Target, to destination, faults *recordFaults) {
	if len(to.servers) == 0 {
		return // of edge proxies and the like nothing more is known
	}
	var unknown []*facts.Unknown
	var at facts.Origin
	for _, s := range to.servers {
		listens, why := hasListener(s, t.Port, transport)
		if listens {
			return
		}
		if why != nil {
			unknown = append(unknown, why)
		}
		at = s.Host.Listeners.Origin()
	}
	if to.unknown != nil { // it may be another server's
		unknown = append(unknown, to.unknown)
	}
	if len(unknown) > 0 {
		for _, u := range unknown {
			j.Unknown(u)
		}
		return
	}
	var names []string
	for _, s := range to.servers {
		names = append(names, s.FQDN)
	}
	text := fmt.Sprintf("port %d of %s: %s has no enabled %s listener there", t.Port, t.Host, strings.Join(names, ", "), transport)
	faults.add(checks.Major, r, at, text, fmt.Sprintf("the port of an enabled %s listener", transport))
}

// hasListener reports whether a server takes connections of clients on a port,
// or would if it had a TLS listener at all, which another cause tells of. The
// reason is not nil if it may.
func hasListener(s *facts.Server, port int, transport facts.Transport) (bool, *facts.Unknown) {
	listeners, why := s.Host.Listeners.Get()
	if why != nil {
		return false, why
	}
	on := func(l facts.Listener) bool { return l.Port == port }
	own := listenersOf(listeners, transport)
	if slices.ContainsFunc(own, on) {
		return true, nil
	}
	if transport != facts.TLS {
		return false, nil
	}
	if len(own) == 0 {
		role, why := s.Role.Get()
		switch {
		case why != nil:
			return false, why
		case role == facts.RoleHoldsNone:
			return false, roleNotTold(s)
		case role != facts.RoleProxy:
			return true, nil // as far as this cause goes
		}
	}
	if !slices.ContainsFunc(listenersOf(listeners, facts.MTLS), on) {
		return false, nil
	}
	generation, why := s.Generation.Get()
	if why == nil && generation != facts.LCS2003 {
		why = &facts.Unknown{
			Class: facts.Missing, Source: "host", Target: s.FQDN,
			Message: fmt.Sprintf("port %d is that of a mutual TLS listener; whether LCS 2005 serves clients there is not documented", port),
			Settle:  "sign in with TLS from a client, or add a TLS listener",
		}
	}
	return false, why
}

// judgeEquivalence looks at several targets of one priority: clients take any
// of them.
func judgeEquivalence(j *checks.Judgement, d *facts.Deployment, r *facts.ClientRecord, targets []facts.Target, faults *recordFaults) {
	groups := map[int][]string{} // hosts by priority
	var priorities []int
	for _, t := range targets {
		host := strings.ToLower(strings.TrimSuffix(strings.TrimSpace(t.Host), "."))
		if host == "" || slices.Contains(groups[t.Priority], host) {
			continue
		}
		if groups[t.Priority] = append(groups[t.Priority], host); len(groups[t.Priority]) == 2 {
			priorities = append(priorities, t.Priority)
		}
	}
	slices.Sort(priorities)
	for _, priority := range priorities {
		hosts := groups[priority]
		slices.Sort(hosts)
		same, why := equivalent(d, hosts)
		switch {
		case same:
		case why != nil:
			j.Unknown(why)
		default:
			text := fmt.Sprintf("several servers of priority %d that are not equivalent: %s", priority, strings.Join(hosts, ", "))
			faults.add(checks.Minor, r, r.Targets.Origin(), text, "one server or pool that takes sign-ins")
		}
	}
}

// judgeFallback looks at a host record, whose targets are addresses. Clients of
// LCS 2003 and 2005 know IPv4 only, so what IPv6 addresses there are beside
// those does not count.
func judgeFallback(j *checks.Judgement, d *facts.Deployment, r *facts.ClientRecord, targets []facts.Target, faults *recordFaults) {
	var addresses, usable []string
	for _, t := range targets {
		addresses = append(addresses, t.Host)
		if ip, err := netip.ParseAddr(t.Host); err == nil && ip.Unmap().Is4() {
			usable = append(usable, t.Host)
		}
	}
	if len(usable) > 0 {
		addresses = usable
	}
	to := destinationAt(d, addresses)
	switch {
	case to.isOurs():
	case to.unknown != nil:
		j.Unknown(to.unknown)
	default:
		faults.add(fallbackSeverity(d, r.SIPDomain), r, r.Targets.Origin(), strings.Join(addresses, ", ")+", an address of no server of the deployment", "the address of the server that takes sign-ins")
	}
}

// judgeTrustedNames looks whether DNS knows the trusted servers. Only the way
// from name to address is looked at: reverse zones are often missing, and LCS
// does not need them, since it compares names with those of certificates and of
// its list, not with what an address is called.
func judgeTrustedNames(j *checks.Judgement, d *facts.Deployment) {
	trusted, why := d.Directory.TrustedServers.Get()
	j.Unknown(why)
	var gone, open, answers []string
	for _, t := range trusted {
		host := strings.ToLower(strings.TrimSuffix(strings.TrimSpace(t.FQDN), "."))
		if _, err := netip.ParseAddr(host); host == "" || err == nil || slices.Contains(gone, host) || slices.Contains(open, host) {
			continue
		}
		addresses, why := addressesOf(d, host)
		switch {
		case why != nil && why.Class == facts.NotAsked:
			open = append(open, host)
		case why != nil:
			j.Unknown(why)
		case len(addresses) == 0:
			gone = append(gone, host)
			if answer := answerFor(d, host); answer != "" {
				answers = append(answers, answer)
			}
		}
	}
	if slices.Sort(open); len(open) > 0 { // one reason for all of them
		names := strings.Join(open, ", ")
		j.Unknown(&facts.Unknown{
			Class: facts.NotAsked, Source: "wire", Target: open[0],
			Message: "whether DNS knows the trusted servers " + names + " was not looked up", Settle: "look them up with nslookup on a server: " + names,
		})
	}
	if slices.Sort(gone); len(gone) > 0 {
		names := strings.Join(gone, ", ")
		text := "the list of trusted servers names " + names + ", which DNS does not know"
		slices.Sort(answers)
		j.Present(checks.Minor, text, checks.Saw(d.Directory.TrustedServers.Origin(), parenthesized(text, answers), "names that resolve"))
		j.Remedy(checks.Step{Text: "Add address records for " + names + " to DNS, or remove from the list of trusted servers those that no longer exist."})
	}
}

// fallbackSeverity is major where clients are known to have nothing but the
// host records.
func fallbackSeverity(d *facts.Deployment, domain string) checks.Severity {
	for _, r := range d.Wire.Records {
		if targets, why := r.Targets.Get(); strings.EqualFold(r.SIPDomain, domain) && r.Type == "SRV" && (why != nil || len(targets) > 0) {
			return checks.Minor
		}
	}
	return checks.Major
}

// below reports whether a host has a name in a domain.
func below(host, domain string) bool {
	return strings.HasSuffix(strings.ToLower(host), "."+strings.ToLower(domain))
}
