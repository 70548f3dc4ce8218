package outline

import (
	"cmp"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"lcshealth/checks/facts"
	"lcshealth/report"
)

// most is how long a list may be. A forest with more servers than that can be
// checked, but its report should still be a file that opens.
const most = 2000

// Of outlines a deployment. It returns nil if nothing at all is known of it.
func Of(d *facts.Deployment) *report.Outline {
	b := builder{d: d, out: &report.Outline{}}
	b.forest()
	b.servers()
	b.pools()
	b.databases()
	b.routes()
	b.trusted()
	b.records()
	o := b.out
	if o.Forest == "" && len(o.Domains)+len(o.SIPDomains)+len(o.Servers)+len(o.Pools)+len(o.Databases)+len(o.Trusted)+len(o.Records) == 0 {
		return nil
	}
	o.Domains = bounded(b, "domains", o.Domains)
	o.SIPDomains = bounded(b, "sipDomains", o.SIPDomains)
	o.Servers = bounded(b, "servers", o.Servers)
	o.Pools = bounded(b, "pools", o.Pools)
	o.Databases = bounded(b, "databases", o.Databases)
	o.Routes = bounded(b, "routes", o.Routes)
	o.Trusted = bounded(b, "trusted", o.Trusted)
	o.Records = bounded(b, "records", o.Records)
	o.Unread = bounded(b, "unread", o.Unread)
	return o
}

type builder struct {
	d   *facts.Deployment
	out *report.Outline
}

// bounded cuts a list and counts what it leaves out.
func bounded[T any](b builder, name string, list []T) []T {
	if len(list) <= most {
		return list
	}
	if b.out.Omitted == nil {
		b.out.Omitted = map[string]int{}
	}
	b.out.Omitted[name] = len(list) - most
	return list[:most]
}

// unread notes what was not read, for whatever reason.
func (b builder) unread(what string, why *facts.Unknown) {
	if why != nil {
		b.out.Unread = append(b.out.Unread, what)
	}
}

func (b builder) forest() {
	forest, why := b.d.Directory.Forest.Get()
	b.unread("the forest", why)
	b.out.Forest = forest.RootDomain
	for _, domain := range forest.Domains {
		b.out.Domains = append(b.out.Domains, domain.Name)
	}
	listed, why := b.d.Directory.SIPDomains.Get()
	b.unread("the SIP domains", why)
	for _, domain := range listed {
		b.out.SIPDomains = append(b.out.SIPDomains, domain.Name)
	}
	slices.Sort(b.out.Domains)
	slices.Sort(b.out.SIPDomains)
}

func (b builder) servers() {
	_, why := b.d.Directory.Servers.Get()
	b.unread("the servers of the forest", why)
	for _, s := range b.d.Servers {
		generation, _ := s.Generation.Get() // empty if it is not known
		b.out.Servers = append(b.out.Servers, report.OutlineServer{
			FQDN: s.FQDN, Role: roleOf(s), Generation: string(generation), Pool: s.PoolFQDN, HostRead: hostRead(&s.Host), Addresses: b.addresses(s.FQDN),
		})
	}
	slices.SortFunc(b.out.Servers, func(x, y report.OutlineServer) int { return compareNames(x.FQDN, y.FQDN) })
}

// addresses are those of a server's name, as its listeners were looked up.
func (b builder) addresses(host string) (out []string) {
	for _, e := range b.d.Wire.Endpoints {
		if !strings.EqualFold(e.Host, host) {
			continue
		}
		seen, _ := e.Addresses.Get()
		out = append(out, seen...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func roleOf(s *facts.Server) report.ServerRole {
	role, why := s.Role.Get()
	switch {
	case why != nil:
		return report.RoleUnknown
	case role == facts.RoleHome:
		return report.RoleHome
	case role == facts.RoleFrontEnd:
		return report.RoleFrontEnd
	case role == facts.RoleProxy:
		return report.RoleProxy
	case role == facts.RoleHoldsNone:
		return report.RoleNoUsers
	}
	return report.RoleUnknown
}

// hostRead reports whether the host itself told anything.
func hostRead(h *facts.Host) bool {
	return h.System.IsObserved() || h.Services.IsObserved() || h.Processes.IsObserved() || h.Listeners.IsObserved() ||
		h.Routes.IsObserved() || h.Certificates.IsObserved() || h.Events.IsObserved() || h.Ports.IsObserved()
}

func (b builder) pools() {
	pools, why := b.d.Directory.Pools.Get()
	b.unread("the pools", why)
	for _, p := range pools {
		b.out.Pools = append(b.out.Pools, report.OutlinePool{FQDN: p.FQDN, BackEnd: p.BackEnd, Servers: slices.Sorted(slices.Values(p.Members))})
	}
	slices.SortFunc(b.out.Pools, func(x, y report.OutlinePool) int { return compareNames(x.FQDN, y.FQDN) })
}

func (b builder) databases() {
	for _, db := range b.d.Databases {
		b.out.Databases = append(b.out.Databases, report.OutlineDatabase{Name: db.Name, Serves: slices.Clone(db.Serves), Read: db.Entries.IsObserved()})
	}
	slices.SortFunc(b.out.Databases, func(x, y report.OutlineDatabase) int { return compareNames(x.Name, y.Name) })
}

func (b builder) routes() {
	for _, s := range b.d.Servers {
		routes, why := s.Host.Routes.Get()
		if hostRead(&s.Host) { // that nothing of the host was read is told by the host
			b.unread("the static routes of "+s.FQDN, why)
		}
		for _, r := range routes {
			b.out.Routes = append(b.out.Routes, report.OutlineRoute{
				Server: s.FQDN, Match: r.MatchURI, NextHop: r.NextHop, Port: r.Port, Transport: string(r.Transport), Enabled: r.Enabled,
			})
		}
	}
	slices.SortStableFunc(b.out.Routes, func(x, y report.OutlineRoute) int {
		return cmp.Or(compareNames(x.Server, y.Server), compareNames(x.NextHop, y.NextHop), cmp.Compare(x.Match, y.Match))
	})
}

// trusted lists the hosts that are trusted beside the deployment's own.
func (b builder) trusted() {
	var own []string
	for _, s := range b.out.Servers {
		own = append(own, strings.ToLower(s.FQDN), strings.ToLower(s.Pool))
	}
	for _, p := range b.out.Pools {
		own = append(own, strings.ToLower(p.FQDN))
	}
	slices.Sort(own)
	add := func(host, server string) {
		if _, ours := slices.BinarySearch(own, strings.ToLower(host)); !ours && host != "" {
			b.out.Trusted = append(b.out.Trusted, report.OutlineTrusted{Host: host, Server: server})
		}
	}
	servers, why := b.d.Directory.TrustedServers.Get()
	b.unread("the trusted servers of the forest", why)
	for _, s := range servers {
		add(s.FQDN, "")
	}
	for _, s := range b.d.Servers {
		hosts, why := s.Host.AuthorizedHosts.Get()
		if hostRead(&s.Host) {
			b.unread("the authorized hosts of "+s.FQDN, why)
		}
		for _, h := range hosts {
			add(h.Host, s.FQDN)
		}
	}
	slices.SortFunc(b.out.Trusted, func(x, y report.OutlineTrusted) int {
		return cmp.Or(compareNames(x.Host, y.Host), compareNames(x.Server, y.Server))
	})
	b.out.Trusted = slices.Compact(b.out.Trusted)
}

func (b builder) records() {
	for _, r := range b.d.Wire.Records {
		if r.SIPDomain == "" { // looked up for another reason than that clients do
			continue
		}
		targets, why := r.Targets.Get()
		record := report.OutlineRecord{Name: r.Name, Type: r.Type, SIPDomain: r.SIPDomain, Read: why == nil}
		for _, t := range targets {
			name := t.Host
			if t.Port != 0 {
				name = net.JoinHostPort(t.Host, strconv.Itoa(t.Port))
			}
			record.Targets = append(record.Targets, name)
		}
		if !record.Read {
			b.unread(fmt.Sprintf("the DNS record %s (%s)", r.Name, r.Type), why)
		}
		b.out.Records = append(b.out.Records, record)
	}
	slices.SortStableFunc(b.out.Records, func(x, y report.OutlineRecord) int {
		return cmp.Or(compareNames(x.SIPDomain, y.SIPDomain), compareNames(x.Name, y.Name), cmp.Compare(x.Type, y.Type))
	})
}

// compareNames orders host names without regard to case, and the same ones in
// different case always alike.
func compareNames(a, b string) int {
	return cmp.Or(cmp.Compare(strings.ToLower(a), strings.ToLower(b)), cmp.Compare(a, b))
}
