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

// nextHopFaults looks at where a route leads.
func nextHopFaults(j *checks.Judgement, d *facts.Deployment, s *facts.Server, r facts.StaticRoute) []checks.Evidence {
	configured := s.Host.Routes.Origin()
	host := strings.TrimSpace(r.NextHop)
	address, err := netip.ParseAddr(host)
	isAddress := err == nil
	switch {
	case host == "":
		return []checks.Evidence{checks.Saw(configured, "no next hop", "a host name or address")}
	case isAddress && r.Transport != facts.TCP:
		return []checks.Evidence{checks.Saw(configured, fmt.Sprintf("the next hop %s is an address, and the transport is %s", nextHop(r), r.Transport), "a host name, which the certificate of the next hop can bear")}
	}
	port, why := routePort(s, r)
	if why != nil {
		j.Unknown(why)
		return nil
	}
	onlyLocal := isAddress && (address.IsLoopback() || address.IsUnspecified()) || strings.EqualFold(host, "localhost")
	if onlyLocal || strings.EqualFold(host, s.FQDN) {
		held, why := holdsPort(s, port)
		switch {
		case why != nil:
			j.Unknown(why)
			return nil
		case held:
			return []checks.Evidence{checks.Saw(configured, "the next hop "+nextHop(r)+" is the server itself", "another host")}
		case onlyLocal:
			return localHopFaults(j, s, r, port)
		}
	}
	e := d.Wire.Endpoint(host, port, r.Transport)
	if e == nil {
		j.Unknown(&facts.Unknown{Class: facts.NotAsked, Source: "wire", Target: nextHop(r), Message: "the next hop was not probed", Settle: "run the check with the wire source"})
		return nil
	}
	return remoteHopFaults(j, d, s, r, e)
}

// remoteHopFaults looks at a next hop as the network shows it.
func remoteHopFaults(j *checks.Judgement, d *facts.Deployment, s *facts.Server, r facts.StaticRoute, e *facts.Endpoint) []checks.Evidence {
	addresses, why := e.Addresses.Get()
	switch {
	case why != nil:
		j.Unknown(why)
		return nil
	case len(addresses) == 0:
		return []checks.Evidence{checks.Saw(e.Addresses.Origin(), fmt.Sprintf("DNS knows no address of the next hop %s", r.NextHop), "a name that resolves")}
	}
	back, why := pointsBack(d, s, e.Port, addresses)
	j.Unknown(why)
	if back {
		return []checks.Evidence{checks.Saw(e.Addresses.Origin(), fmt.Sprintf("the next hop %s has an address of the server itself, and its port", nextHop(r)), "another host")}
	}
	connected, why := e.Connected.Get()
	j.Unknown(why)
	if why == nil && !connected {
		return []checks.Evidence{checks.Saw(e.Connected.Origin(), fmt.Sprintf("the next hop %s refuses connections", nextHop(r)), "connections are accepted")}
	}
	if r.Transport == facts.TCP {
		return nil
	}
	v, why := look(d, e.Host, e.Port, e.Transport)
	j.Unknown(why)
	if v.ended != "" {
		return []checks.Evidence{checks.Saw(v.from, fmt.Sprintf("the next hop %s %s", nextHop(r), v.deadness()), "its certificate is shown")}
	}
	return nil
}

// localHopFaults looks at a next hop that only the server itself can reach: a
// gateway's program on the same host, if some program listens there.
func localHopFaults(j *checks.Judgement, s *facts.Server, r facts.StaticRoute, port int) []checks.Evidence {
	ports, why := s.Host.Ports.Get()
	if why != nil {
		j.Unknown(why)
		return nil
	}
	if slices.ContainsFunc(ports, func(p facts.PortOwner) bool { return p.Port == port }) {
		return nil
	}
	return []checks.Evidence{checks.Saw(s.Host.Ports.Origin(), fmt.Sprintf("nothing on the server listens at the next hop %s", nextHop(r)), "a program that does")}
}

// pointsBack reports whether addresses and port of a next hop are those of a
// listener of the server itself. The reason is not nil if they may be.
func pointsBack(d *facts.Deployment, s *facts.Server, port int, addresses []string) (bool, *facts.Unknown) {
	held, why := holdsPort(s, port)
	if why != nil || !held {
		return false, why
	}
	own, why := ownAddresses(d, s)
	if slices.ContainsFunc(addresses, func(a string) bool { return slices.Contains(own, a) }) {
		return true, nil
	}
	return false, why
}

// holdsPort reports whether Live Communications Server itself listens on a
// port of the server.
func holdsPort(s *facts.Server, port int) (bool, *facts.Unknown) {
	listeners, why := s.Host.Listeners.Get()
	return slices.ContainsFunc(listeners, func(l facts.Listener) bool { return l.Enabled && l.Port == port }), why
}

// ownAddresses are the addresses that DNS gives for the server's own name, and
// those that its listeners are bound to. The reason is not nil if DNS did not
// tell.
func ownAddresses(d *facts.Deployment, s *facts.Server) (own []string, unknown *facts.Unknown) {
	unknown = &facts.Unknown{Class: facts.NotAsked, Source: "wire", Target: s.FQDN, Message: "the addresses of " + s.FQDN + " were not looked up", Settle: "run the check with the wire source"}
	resolved := false
	for _, e := range d.Wire.Endpoints {
		if !strings.EqualFold(e.Host, s.FQDN) {
			continue
		}
		addresses, why := e.Addresses.Get()
		if why != nil {
			unknown = why
			continue
		}
		own, resolved = append(own, addresses...), true
	}
	listeners, _ := s.Host.Listeners.Get() // their addresses are a help, no need
	for _, l := range listeners {
		own = append(own, l.Address)
	}
	if resolved {
		return own, nil
	}
	return own, unknown
}

// routePort is the port of a route's next hop: its own, or the default of its
// transport.
func routePort(s *facts.Server, r facts.StaticRoute) (int, *facts.Unknown) {
	switch {
	case r.Port != 0:
		return r.Port, nil
	case r.Transport == facts.TCP:
		return 5060, nil
	}
	routing, why := s.Host.Routing.Get()
	return cmp.Or(routing.DefaultPort, 5061), why
}

func nextHop(r facts.StaticRoute) string {
	if r.Port == 0 {
		return r.NextHop
	}
	return fmt.Sprintf("%s:%d", r.NextHop, r.Port)
}
