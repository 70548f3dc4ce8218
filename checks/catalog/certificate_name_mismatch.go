package catalog

import (
	"cmp"
	"crypto/x509"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
)

// certificateNameMismatch: who connects with TLS compares the name that he
// connects to with those of the certificate.
var certificateNameMismatch = checks.Cause{
	ID:       "certificate-name-mismatch",
	Title:    "A certificate does not bear the name that others connect to",
	Codes:    []int{504},
	Article:  checks.Article{URL: certificateIssues, Section: "names of certificates"},
	Severity: checks.Major,
	Scope:    checks.ScopeServer,

	Meaning: "Clients cannot sign in with TLS under a name that the certificate lacks. What has to travel over a route to a next hop whose certificate lacks its name fails with 504.",
	Detection: "A TLS listener's certificate, in the computer's store or on the wire, bears neither the server's FQDN nor its pool's nor a name under which a DNS record of a SIP domain leads clients there; " +
		"or the certificate that a route's next hop shows does not bear the next hop's name (OCS, the later product, names that error SIPPROXY_E_ROUTING_MSG_CERT_MISMATCH). " +
		"The names are the DNS names of the subject alternative name, or the common name if there is no such extension. A name with a wildcard is undetermined: it is not documented that Windows of that time takes one. " +
		"Listeners for other servers are looked at by mtls-not-configured, and one that shows another certificate than is set for it by certificate-renewed-in-place.",
	Needs:   []checks.Need{needRole, needListeners, needRouting, needCertificates, needSIPDomains, needReach, needClientDNS},
	Blinded: []string{"sql-service-stopped"}, // as static-route-invalid is
	Fix: []string{
		"Obtain a certificate that is issued to the name that clients connect to, and select it for the listener.",
		"Let the route name the next hop as its certificate does.",
	},

	JudgeServer: judgeCertificateNameMismatch,
}

func judgeCertificateNameMismatch(d *facts.Deployment, s *facts.Server) (j checks.Judgement) {
	listeners, noListeners := s.Host.Listeners.Get()
	j.Unknown(noListeners)
	routes, noRoutes := s.Host.Routes.Get()
	j.Unknown(noRoutes)
	var notSeen, noNextHop reasonOnce
	tls := listenersOf(listeners, facts.TLS)
	in := personalStore(s)
	for _, l := range tls {
		misnamedListener(&j, d, s, in, l, &notSeen)
	}
	secured := 0
	for _, r := range routes {
		if r.Enabled && r.Transport != facts.TCP {
			secured++
			misnamedNextHop(&j, d, s, r, &noNextHop)
		}
	}
	j.Unknown(notSeen.first)
	j.Unknown(noNextHop.first)
	noteTargetNames(&j, d, s)
	if len(tls) == 0 && secured == 0 && noListeners == nil && noRoutes == nil {
		j.NotApplicable("the server has no TLS listener for clients and no route with TLS")
	}
	return j
}

// misnamedListener looks at a TLS listener for clients.
func misnamedListener(j *checks.Judgement, d *facts.Deployment, s *facts.Server, in personal, l facts.Listener, notSeen *reasonOnce) {
	if l.Certificate.IsZero() {
		return // no-tls-listener tells
	}
	c, why := locate(d, s, in, use{what: describeListener(l), ref: l.Certificate, listener: &l})
	notSeen.note(why)
	if c == nil {
		return
	}
	known := []string{s.FQDN}
	if s.PoolFQDN != "" {
		known = append(known, s.PoolFQDN)
	}
	if slices.ContainsFunc(known, func(name string) bool { return pki.Bears(c.Certificate, name) }) {
		j.Note(checks.Saw(c.from, fmt.Sprintf("the certificate of %s is issued to %q", describeListener(l), pki.Names(c.Certificate)), ""))
		return
	}
	elsewhere, why := judgedAsServer(s, l)
	switch {
	case why != nil:
		j.Unknown(why)
		return
	case elsewhere:
		return
	}
	led, why := ledNames(d, s)
	known = append(known, led...)
	switch {
	case slices.ContainsFunc(known, func(name string) bool { return pki.Bears(c.Certificate, name) }):
		j.Note(checks.Saw(c.from, fmt.Sprintf("the certificate of %s is issued to %q, as DNS names the server", describeListener(l), pki.Names(c.Certificate)), ""))
	case slices.ContainsFunc(known, func(name string) bool { return pki.IssuedTo(c.Certificate, name) }):
		j.Unknown(wildcard(s.FQDN, describeListener(l), c.Certificate))
	case why != nil:
		j.Unknown(why)
	default:
		j.Present(checks.Major, fmt.Sprintf("the certificate of %s is issued to %q", describeListener(l), pki.Names(c.Certificate)),
			checks.Saw(c.from, fmt.Sprintf("%s: %s, to %q", describeListener(l), pki.Describe(c.Certificate), pki.Names(c.Certificate)), fmt.Sprintf("one of %q", known)))
		j.Remedy(checks.Step{
			Text: fmt.Sprintf("Obtain a certificate issued to the name that clients connect to, for Server Authentication, and select it for %s on the Connections tab of the server's properties (General tab on LCS 2005). Known are %q. If clients find the server under a name of the certificate, add DNS records that say so.", describeListener(l), known),
			Host: s.FQDN,
		})
		j.Remedy(restart(restartServer, s.FQDN)...)
	}
}

// judgedAsServer reports whether mtls-not-configured looks at the name of a
// TLS listener, since on LCS 2005 it may serve servers too.
func judgedAsServer(s *facts.Server, l facts.Listener) (bool, *facts.Unknown) {
	listeners, _ := s.Host.Listeners.Get() // observed, since l is one of them
	forServers, why := serverListeners(s, listeners)
	if why != nil || !slices.ContainsFunc(forServers, use{listener: &l}.isOf) {
		return false, why
	}
	role, why := s.Role.Get()
	return why == nil && role != facts.RoleProxy, why
}

// ledNames are the names of address records by which DNS leads clients to a
// server. The reason is not nil if there may be others.
func ledNames(d *facts.Deployment, s *facts.Server) (led []string, unknown *facts.Unknown) {
	unknown = recordsMissing(d)
	for _, r := range clientRecords(d) {
		here, why := names(d, s, &r)
		if here && r.Type == "A" && !slices.Contains(led, r.Name) {
			led = append(led, r.Name)
		}
		unknown = cmp.Or(unknown, why)
	}
	return led, unknown
}

// misnamedNextHop looks at the certificate that a route's next hop shows. What
// else is wrong with a next hop is told by static-route-invalid.
func misnamedNextHop(j *checks.Judgement, d *facts.Deployment, s *facts.Server, r facts.StaticRoute, notSeen *reasonOnce) {
	host := strings.TrimSpace(r.NextHop)
	if _, err := netip.ParseAddr(host); err == nil || host == "" || strings.EqualFold(host, "localhost") {
		return
	}
	port, why := routePort(s, r)
	if why != nil {
		notSeen.note(why)
		return
	}
	if e := d.Wire.Endpoint(host, port, r.Transport); e != nil {
		if addresses, why := e.Addresses.Get(); why == nil && len(addresses) == 0 {
			return
		}
	}
	v, why := look(d, host, port, r.Transport)
	switch {
	case why != nil:
		notSeen.note(why)
		return
	case v.dead():
		return
	case v.leaf == nil:
		notSeen.note(unreadableLeaf(nextHop(r)))
		return
	case pki.Bears(v.leaf, host):
		j.Note(checks.Saw(v.from, "the certificate of the next hop "+nextHop(r)+" bears its name", ""))
		return
	}
	if t := d.Server(host); t != nil { // mtls-not-configured of that server tells, unless it is a proxy
		role, why := t.Role.Get()
		j.Unknown(why)
		if why != nil || role != facts.RoleProxy {
			return
		}
	}
	if pki.IssuedTo(v.leaf, host) {
		j.Unknown(wildcard(s.FQDN, "the next hop "+nextHop(r), v.leaf))
		return
	}
	j.Present(checks.Major, fmt.Sprintf("the certificate of the next hop %s is issued to %q", nextHop(r), pki.Names(v.leaf)),
		checks.Saw(s.Host.Routes.Origin(), fmt.Sprintf("the route for %s leads to %s over %s", r.MatchURI, nextHop(r), r.Transport), ""),
		checks.Saw(v.from, fmt.Sprintf("the next hop %s shows %s", nextHop(r), describeLeaf(v.leaf, d.CollectedAt)), "a certificate issued to "+host))
	j.Remedy(checks.Step{
		Text: fmt.Sprintf("On the Routing tab of the server's properties, let the route for %s name the next hop as its certificate does, if that name resolves to the same host; or have the next hop use a certificate issued to %s.", r.MatchURI, host),
		Host: s.FQDN,
	})
}

// wildcard is the reason why a certificate may or may not do for a name.
func wildcard(server, what string, c *x509.Certificate) *facts.Unknown {
	return &facts.Unknown{
		Class: facts.Missing, Source: "wire", Target: server,
		Message: fmt.Sprintf("the certificate of %s is issued to %q; whether Windows of that time takes a wildcard is not documented", what, pki.Names(c)),
		Settle:  "use a certificate that bears the name itself",
	}
}
