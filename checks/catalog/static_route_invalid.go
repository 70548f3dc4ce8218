package catalog

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// staticRouteInvalid: the article names "an invalid static route" without
// saying what makes one invalid. What is tested here is what cannot work
// whatever else is true.
var staticRouteInvalid = checks.Cause{
	ID:       "static-route-invalid",
	Title:    "A static route cannot work",
	Codes:    []int{504},
	Article:  checks.Article{KB: "871023", Section: "504 - Gateway Timeout"},
	Severity: checks.Major,
	Scope:    checks.ScopeServer,

	Meaning: "Messages that match the route are sent where nobody takes them, and fail with 504.",
	Detection: "An enabled static route whose next hop does not exist in DNS or refuses connections, is an address although TLS needs a name to compare with the certificate, is the server itself, " +
		"or whose certificate is missing, expired or without key; or that takes messages for a SIP domain of the deployment itself. A next hop that does not answer at all is undetermined: a firewall between it and lcshealth may be the reason.",
	Needs: []checks.Need{needRouting, needCertificates, needSIPDomains, needReach},
	After: []string{"sql-service-stopped"}, // the routing table of a pool or Standard Edition server is in its database
	Fix:   []string{"Correct or remove the route on the Routing tab of the server's properties."},

	JudgeServer: judgeStaticRouteInvalid,
}

func judgeStaticRouteInvalid(d *facts.Deployment, s *facts.Server) (j checks.Judgement) {
	routes, why := s.Host.Routes.Get()
	if why != nil {
		j.Unknown(why)
		return j
	}
	from := s.Host.Routes.Origin()
	enabled := 0
	for _, r := range routes {
		if !r.Enabled {
			continue
		}
		enabled++
		faults := slices.Concat(nextHopFaults(&j, d, s, r), routeCertificateFaults(&j, d, s, r), ownDomainFaults(&j, d, s, r))
		for _, e := range faults {
			j.Present(checks.Major, fmt.Sprintf("the route for %s: %s", r.MatchURI, e.Observed), e)
		}
		if len(faults) > 0 {
			j.Remedy(checks.Step{
				Text: fmt.Sprintf("In Administrative Tools, Live Communications Server, open the properties of %s, and on the Routing tab correct or remove the route for %s over %s.", s.FQDN, r.MatchURI, nextHop(r)),
				Host: s.FQDN,
			})
		}
	}
	j.Note(checks.Saw(from, fmt.Sprintf("%d enabled static routes", enabled), ""))
	if enabled == 0 {
		j.NotApplicable("the server has no enabled static route")
	}
	return j
}

// nextHopFaults looks at where a route leads.
func nextHopFaults(j *checks.Judgement, d *facts.Deployment, s *facts.Server, r facts.StaticRoute) []checks.Evidence {
	configured := s.Host.Routes.Origin()
	address, err := netip.ParseAddr(r.NextHop)
	isAddress := err == nil
	switch {
	case strings.TrimSpace(r.NextHop) == "":
		return []checks.Evidence{checks.Saw(configured, "no next hop", "a host name or address")}
	case strings.EqualFold(r.NextHop, s.FQDN), isAddress && address.IsLoopback() && holdsPort(s, r):
		return []checks.Evidence{checks.Saw(configured, "the next hop "+nextHop(r)+" is the server itself", "another host")}
	case isAddress && r.Transport != facts.TCP:
		return []checks.Evidence{checks.Saw(configured, fmt.Sprintf("the next hop %s is an address, and the transport is %s", nextHop(r), r.Transport), "a host name, which the certificate of the next hop can bear")}
	}
	e := d.Wire.Endpoint(r.NextHop, routePort(s, r), r.Transport)
	if e == nil {
		j.Unknown(&facts.Unknown{Class: facts.NotAsked, Source: "wire", Target: nextHop(r), Message: "the next hop was not probed", Settle: "run the check with the wire source"})
		return nil
	}
	addresses, why := e.Addresses.Get()
	if why != nil {
		j.Unknown(why)
		return nil
	}
	if len(addresses) == 0 {
		return []checks.Evidence{checks.Saw(e.Addresses.Origin(), fmt.Sprintf("DNS knows no address of the next hop %s", r.NextHop), "a name that resolves")}
	}
	if holdsPort(s, r) && slices.ContainsFunc(addresses, func(a string) bool { return slices.Contains(ownAddresses(d, s), a) }) {
		return []checks.Evidence{checks.Saw(e.Addresses.Origin(), fmt.Sprintf("the next hop %s has an address of the server itself, and its port", nextHop(r)), "another host")}
	}
	connected, why := e.Connected.Get()
	j.Unknown(why)
	if why == nil && !connected {
		return []checks.Evidence{checks.Saw(e.Connected.Origin(), fmt.Sprintf("the next hop %s refuses connections", nextHop(r)), "connections are accepted")}
	}
	return nil
}

// holdsPort reports whether the server itself listens on the port of a route's
// next hop.
func holdsPort(s *facts.Server, r facts.StaticRoute) bool {
	listeners, why := s.Host.Listeners.Get()
	return why == nil && slices.ContainsFunc(listeners, func(l facts.Listener) bool { return l.Enabled && l.Port == routePort(s, r) })
}

// ownAddresses are the addresses that DNS gives for the server's own name.
func ownAddresses(d *facts.Deployment, s *facts.Server) (own []string) {
	for _, e := range d.Wire.Endpoints {
		if strings.EqualFold(e.Host, s.FQDN) {
			addresses, _ := e.Addresses.Get() // none if they were not observed
			own = append(own, addresses...)
		}
	}
	return own
}

// routeCertificateFaults looks at the certificate that a route names for
// itself. Without one the default certificate is used, which is a cause of its
// own.
func routeCertificateFaults(j *checks.Judgement, d *facts.Deployment, s *facts.Server, r facts.StaticRoute) (faults []checks.Evidence) {
	if r.Transport == facts.TCP || r.Certificate.IsZero() {
		return nil
	}
	_, wrong, unknown := examine(s, use{what: "the route for " + r.MatchURI, ref: r.Certificate}, d.CollectedAt)
	j.Unknown(unknown)
	for _, f := range wrong {
		faults = append(faults, f.evidence(s.Host.Routes.Origin()))
	}
	return faults
}

// ownDomainFaults tells a route that takes messages for the deployment's own
// users. A route for telephone numbers may well name an own domain.
func ownDomainFaults(j *checks.Judgement, d *facts.Deployment, s *facts.Server, r facts.StaticRoute) []checks.Evidence {
	host, phone := matchHost(r.MatchURI)
	if phone {
		return nil
	}
	domains, why := d.Directory.SIPDomains.Get()
	if why != nil {
		j.Unknown(why)
		return nil
	}
	if host == "*" {
		j.Unknown(&facts.Unknown{
			Class: facts.Missing, Source: "host", Target: s.FQDN,
			Message: "whether a route for every destination (*) goes before the deployment's own SIP domains is not documented",
			Settle:  "send a message between two users of different home servers, or name the route's domains",
		})
		return nil
	}
	for _, domain := range domains {
		name := strings.ToLower(domain.Name)
		if covers(host, name) || host == name {
			return []checks.Evidence{checks.Saw(s.Host.Routes.Origin(), fmt.Sprintf("it takes messages for %s, a SIP domain of the deployment itself, to %s", domain.Name, nextHop(r)), "routes for other domains only")}
		}
	}
	return nil
}

// routePort is the port of a route's next hop: its own, or the default of its
// transport.
func routePort(s *facts.Server, r facts.StaticRoute) int {
	switch {
	case r.Port != 0:
		return r.Port
	case r.Transport == facts.TCP:
		return 5060
	}
	if routing, why := s.Host.Routing.Get(); why == nil && routing.DefaultPort != 0 {
		return routing.DefaultPort
	}
	return 5061
}

func nextHop(r facts.StaticRoute) string {
	if r.Port == 0 {
		return r.NextHop
	}
	return fmt.Sprintf("%s:%d", r.NextHop, r.Port)
}
