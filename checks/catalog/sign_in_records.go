package catalog

import (
	"slices"
	"strings"

	"lcshealth/checks/facts"
)

// destination is where a DNS name leads.
type destination struct {
	servers []*facts.Server // of the deployment: one, or the members of a pool
	known   bool            // the deployment knows it, though nothing more is told of it
	gone    bool            // DNS knows no address of it
	unseen  *facts.Unknown  // why it is not known whether DNS knows it
	unknown *facts.Unknown  // why it may lead to other servers, too
}

// isOurs reports whether the destination is known to belong to the deployment.
func (t destination) isOurs() bool { return len(t.servers) > 0 || t.known }

// destinationOf finds out where a host name leads: to a server that has the
// name, to the pool of that name, or to the one that has its addresses.
func destinationOf(d *facts.Deployment, host string) destination {
	addresses, why := addressesOf(d, host)
	if why == nil && len(addresses) == 0 {
		return destination{gone: true}
	}
	if s := d.Server(host); s != nil {
		return destination{servers: []*facts.Server{s}, unseen: why}
	}
	var t destination
	for _, s := range sortedServers(d) {
		if s.PoolFQDN != "" && strings.EqualFold(s.PoolFQDN, host) {
			t.servers = append(t.servers, s)
		}
	}
	names, _ := namesOfDeployment(d) // more names would change nothing for one of these
	if t.known = slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, host) }); t.isOurs() {
		t.unseen = why
		return t
	}
	if why != nil {
		return destination{unknown: why}
	}
	return destinationAt(d, addresses)
}

// destinationAt finds out to whom addresses belong.
func destinationAt(d *facts.Deployment, addresses []string) (t destination) {
	ours := func(own []string, why *facts.Unknown) bool {
		if slices.ContainsFunc(own, func(a string) bool { return slices.Contains(addresses, a) }) {
			return true
		}
		if t.unknown == nil {
			t.unknown = why
		}
		return false
	}
	for _, s := range sortedServers(d) {
		if ours(ownAddresses(d, s)) {
			t.servers = append(t.servers, s)
		}
	}
	names, why := namesOfDeployment(d)
	for _, name := range names {
		t.known = ours(addressesOf(d, name)) || t.known
	}
	if t.unknown == nil {
		t.unknown = why
	}
	return t
}

// namesOfDeployment are the names that belong to the deployment beside those of
// the servers of which facts are there: pools, edge proxies, and servers that
// only a list names. The reason is not nil if there may be more.
func namesOfDeployment(d *facts.Deployment) (names []string, unknown *facts.Unknown) {
	add := func(name string) {
		if name != "" && d.Server(name) == nil {
			names = append(names, name)
		}
	}
	servers, why := d.Directory.Servers.Get()
	unknown = why
	for _, s := range servers {
		add(s.FQDN)
	}
	trusted, why := d.Directory.TrustedServers.Get()
	if unknown == nil {
		unknown = why
	}
	for _, s := range trusted {
		add(s.FQDN)
	}
	pools, why := d.Directory.Pools.Get()
	if unknown == nil {
		unknown = why
	}
	for _, p := range pools {
		add(p.FQDN)
	}
	settings, why := d.Directory.Settings.Get()
	if unknown == nil {
		unknown = why
	}
	for _, name := range settings.EdgeProxies {
		add(name)
	}
	return names, unknown
}

// addressesOf are the addresses that DNS gives for a name, as far as it was
// looked up: because clients do, or as the name of a listener or next hop.
func addressesOf(d *facts.Deployment, host string) (addresses []string, unknown *facts.Unknown) {
	unknown = &facts.Unknown{
		Class: facts.NotAsked, Source: "wire", Target: host,
		Message: "the addresses of " + host + " were not looked up", Settle: "compare the addresses of " + host + " with those of the servers",
	}
	found := false
	for _, r := range clientRecords(d) {
		if r.Type != "A" || !strings.EqualFold(r.Name, host) {
			continue
		}
		targets, why := r.Targets.Get()
		if why != nil {
			unknown = why
			continue
		}
		found = true
		for _, t := range targets {
			addresses = append(addresses, t.Host)
		}
	}
	for _, e := range d.Wire.Endpoints {
		if !strings.EqualFold(e.Host, host) {
			continue
		}
		own, why := e.Addresses.Get()
		if why != nil {
			unknown = why
			continue
		}
		found = true
		addresses = append(addresses, own...)
	}
	if found {
		return addresses, nil
	}
	return nil, unknown
}

// equivalent reports whether it is all the same to clients which of the hosts
// they get: one server by several names, members of one pool, or front ends.
// Hosts that are no servers are told of anyway. The reason is not nil if they
// may be equivalent.
func equivalent(d *facts.Deployment, hosts []string) (bool, *facts.Unknown) {
	var unknown *facts.Unknown
	may := func(why *facts.Unknown) {
		if unknown == nil {
			unknown = why
		}
	}
	var servers []*facts.Server
	for _, host := range hosts {
		to := destinationOf(d, host)
		may(to.unknown)
		if to.known && len(to.servers) == 0 { // an edge proxy, or a server of which only the name is known
			may(&facts.Unknown{
				Class: facts.Missing, Source: "directory", Target: host, Message: "whether it is the same to clients which of " + strings.Join(hosts, " and ") + " they get is not told",
				Settle: "let one host take the sign-ins of a SIP domain",
			})
		}
		for _, s := range to.servers {
			if !slices.Contains(servers, s) {
				servers = append(servers, s)
			}
		}
	}
	inPool := func(s *facts.Server) bool {
		return s.PoolFQDN != "" && strings.EqualFold(s.PoolFQDN, servers[0].PoolFQDN)
	}
	if len(servers) < 2 || !slices.ContainsFunc(servers, func(s *facts.Server) bool { return !inPool(s) }) {
		return unknown == nil, unknown
	}
	for _, s := range servers {
		role, why := s.Role.Get()
		switch {
		case why != nil:
			may(why)
		case role == facts.RoleHoldsNone:
			may(roleNotTold(s))
		case role != facts.RoleFrontEnd:
			return false, nil
		}
	}
	return unknown == nil, unknown
}
