package catalog

import (
	"fmt"
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
	Detection: "An enabled static route whose next hop does not exist in DNS, refuses connections or ends every TLS handshake before it shows a certificate, is an address although TLS needs a name to compare with the certificate, is the server itself, " +
		"or whose certificate is missing, expired or without key; or that takes messages for a SIP domain of the deployment itself. A next hop that does not answer at all is undetermined: a firewall between it and lcshealth may be the reason.",
	Needs:   []checks.Need{needRouting, needListeners, needProcesses, needCertificates, needSIPDomains, needReach},
	After:   []string{"certificate-renewed-in-place"},
	Blinded: []string{"sql-service-stopped"}, // the routing table of a pool or Standard Edition server is in its database
	Fix:     []string{"Correct or remove the route on the Routing tab of the server's properties."},

	JudgeServer: judgeStaticRouteInvalid,
}

func judgeStaticRouteInvalid(d *facts.Deployment, s *facts.Server) (j checks.Judgement) {
	routes, why := s.Host.Routes.Get()
	if why != nil {
		j.Unknown(why)
		return j
	}
	from := s.Host.Routes.Origin()
	support := answeredWith(d, s, 504)
	j.Note(support...)
	enabled := 0
	for _, r := range routes {
		if !r.Enabled {
			continue
		}
		enabled++
		certificate, renewed := routeCertificateFaults(&j, d, s, r)
		faults := slices.Concat(nextHopFaults(&j, d, s, r), certificate, ownDomainFaults(&j, d, s, r))
		if len(faults) > renewed {
			j.StandsAlone()
		}
		for _, e := range faults {
			j.Present(checks.Major, fmt.Sprintf("the route for %s: %s", r.MatchURI, e.Observed), append([]checks.Evidence{e}, support...)...)
			support = nil // once is enough
		}
		if len(faults) > 0 {
			j.Remedy(checks.Step{
				Text: fmt.Sprintf("In Administrative Tools, Live Communications Server, open the properties of %s, and on the Routing tab correct or remove the route for %s over %s.", s.FQDN, r.MatchURI, nextHop(r)),
				Host: s.FQDN,
			})
		}
	}
	j.Note(checks.Saw(from, count(enabled, "enabled static route"), ""))
	if enabled == 0 {
		j.NotApplicable("the server has no enabled static route")
	}
	return j
}

// routeCertificateFaults looks at the certificate that a route names for
// itself, and counts those of the faults that a renewal explains. Without one
// the default certificate is used, which is a cause of its own.
func routeCertificateFaults(j *checks.Judgement, d *facts.Deployment, s *facts.Server, r facts.StaticRoute) (faults []checks.Evidence, renewed int) {
	if r.Transport == facts.TCP || r.Certificate.IsZero() {
		return nil, 0
	}
	_, wrong, unknown := examine(s, use{what: "the route for " + r.MatchURI, ref: r.Certificate}, d.CollectedAt)
	j.Unknown(unknown)
	for _, f := range wrong {
		faults = append(faults, f.evidence(s.Host.Routes.Origin())[0]) // each is a reason; the rest only supports it
		j.Remedy(f.steps...)
		if f.renewed {
			renewed++
		}
	}
	return faults, renewed
}

// ownDomainFaults tells a route that takes messages for the deployment's own
// users. A route for telephone numbers may well name an own domain.
func ownDomainFaults(j *checks.Judgement, d *facts.Deployment, s *facts.Server, r facts.StaticRoute) []checks.Evidence {
	m := parseMatch(r.MatchURI)
	if m.phone {
		return nil
	}
	domains, why := d.Directory.SIPDomains.Get()
	if why != nil {
		j.Unknown(why)
		return nil
	}
	undocumented := func(what, settle string) {
		j.Unknown(&facts.Unknown{
			Class: facts.Missing, Source: "host", Target: s.FQDN,
			Message: "whether a route for " + what + " goes before the deployment's own SIP domains is not documented", Settle: settle,
		})
	}
	if m.host == "*" {
		undocumented("every destination (*)", "send a message between two users of different home servers, or name the route's domains")
		return nil
	}
	for _, domain := range domains {
		name := strings.ToLower(strings.TrimSpace(domain.Name))
		switch {
		case (m.host == name || covers(m.host, name)) && m.everyUser():
			return []checks.Evidence{checks.Saw(s.Host.Routes.Origin(), fmt.Sprintf("it takes messages for %s, a SIP domain of the deployment itself, to %s", domain.Name, nextHop(r)), "routes for other domains only")}
		case m.host == name || covers(m.host, name):
			undocumented("a single user ("+r.MatchURI+")", "send a message to another user of "+domain.Name)
		case covers(name, m.host):
			undocumented(fmt.Sprintf("a part (%s) of the SIP domain %s", r.MatchURI, domain.Name), "send a message to a user of "+m.host)
		}
	}
	return nil
}
