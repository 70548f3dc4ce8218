package catalog

import (
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// pstnTrustOnClientServer is the second of the two conditions of KB 834477.
// The first, a pending invitation, comes and goes with the users.
var pstnTrustOnClientServer = checks.Cause{
	ID:       "pstn-trust-on-client-server",
	Title:    "A server that clients use carries the trust settings of an IP-PSTN gateway",
	Codes:    []int{486},
	Article:  checks.Article{KB: "834477", Section: "Cause"},
	Severity: checks.Minor,
	Scope:    checks.ScopeServer,

	Meaning: "If the callee is busy with an invitation already, the server does not pass on his 486 Busy Here, and the caller's invitation stays pending.",
	Detection: "On one server: a host that is not one of the trusted servers is treated as authenticated or as a server, or a listener or route treats all its connections as trusted or as servers, or a static route is for telephone numbers; " +
		"and clients use the server: it holds users, fronts those that do, or is named in the DNS records of a SIP domain.",
	Needs:   []checks.Need{needRole, needTrust, needTrustedList, needListeners, needRouting, needSIPDomains, needClientDNS},
	Blinded: []string{"sql-service-stopped"}, // where the pool-level settings are kept
	Fix: []string{
		"Dedicate a server to the gateway,",
		"or keep clients from contacting the server that is configured for it,",
		"or turn off IP telephony.",
	},
	JudgeServer: judgePSTNTrust,
}

func judgePSTNTrust(d *facts.Deployment, s *facts.Server) (j checks.Judgement) {
	use, from, unknown := clientUse(d, s)
	if use == "" && unknown == nil {
		// A server for the gateway alone is what the article recommends.
		j.Note(checks.Saw(s.Role.Origin(), "a proxy, which no DNS record of a SIP domain names", ""))
		return j
	}
	signs := gatewaySigns(&j, d, s)
	switch {
	case len(signs) == 0:
		if j.Verdict() == checks.Absent {
			j.Note(checks.Saw(s.Host.AuthorizedHosts.Origin(), "no trust settings of a gateway", ""))
		}
	case unknown != nil:
		j.Unknown(unknown)
	default:
		j.Present(checks.Minor, fmt.Sprintf("clients use the server (%s), and it carries the trust settings of a gateway", use),
			append(signs, checks.Saw(from, use, "no client uses a server with these settings"))...)
		j.Remedy(
			checks.Step{Text: "Dedicate another server to the IP-PSTN gateway, as the Reference Guide's appendix on IP-PSTN connectivity describes, and move these trust settings and routes there.", Host: s.FQDN},
			checks.Step{Text: "Or keep Windows Messenger clients from contacting this server directly.", Host: s.FQDN},
			checks.Step{Text: "Or turn off IP telephony."},
		)
	}
	return j
}

// gatewaySigns lists the settings that the article has in mind.
func gatewaySigns(j *checks.Judgement, d *facts.Deployment, s *facts.Server) (signs []checks.Evidence) {
	const expected = "no such setting on a server that clients use"
	if hosts, why := s.Host.AuthorizedHosts.Get(); why != nil {
		j.Unknown(why)
	} else {
		trusted, why := d.Directory.TrustedServers.Get()
		for _, h := range hosts {
			if h.OutboundOnly || !h.TreatAsAuthenticated && !h.ThrottleAsServer || isServer(d, trusted, h.Host) {
				continue
			}
			if why != nil {
				j.Unknown(why) // it may be one of the trusted servers
				continue
			}
			signs = append(signs, checks.Saw(s.Host.AuthorizedHosts.Origin(), "the authorized host "+h.Host+", not one of the trusted servers, is treated as "+treatment(h.TreatAsAuthenticated, "authenticated", h.ThrottleAsServer, "a server"), expected))
		}
	}
	if listeners, why := s.Host.Listeners.Get(); why != nil {
		j.Unknown(why)
	} else {
		for _, l := range listeners {
			if l.Enabled && (l.TreatAsTrusted || l.TreatAsServer) {
				signs = append(signs, checks.Saw(s.Host.Listeners.Origin(), describeListener(l)+" treats all connections as "+treatment(l.TreatAsTrusted, "trusted", l.TreatAsServer, "servers"), expected))
			}
		}
	}
	if routes, why := s.Host.Routes.Get(); why != nil {
		j.Unknown(why)
	} else {
		for _, r := range routes {
			if !r.Enabled {
				continue
			}
			if parseMatch(r.MatchURI).phone {
				signs = append(signs, checks.Saw(s.Host.Routes.Origin(), fmt.Sprintf("the static route %s leads telephone numbers to %s", r.MatchURI, nextHop(r)), expected))
			} else if r.TreatAsTrusted || r.TreatAsServer {
				signs = append(signs, checks.Saw(s.Host.Routes.Origin(), fmt.Sprintf("the static route %s treats all connections as %s", r.MatchURI, treatment(r.TreatAsTrusted, "trusted", r.TreatAsServer, "servers")), expected))
			}
		}
	}
	return signs
}

// isServer reports whether a host, given by name or by address, is a server of
// the deployment.
func isServer(d *facts.Deployment, trusted []facts.TrustedServer, host string) bool {
	if d.Server(host) != nil || slices.ContainsFunc(trusted, func(t facts.TrustedServer) bool { return strings.EqualFold(t.FQDN, host) }) {
		return true
	}
	for _, e := range d.Wire.Endpoints {
		addresses, _ := e.Addresses.Get() // an address that was not seen is nobody's
		if d.Server(e.Host) != nil && slices.Contains(addresses, host) {
			return true
		}
	}
	return false
}

func treatment(a bool, first string, b bool, second string) string {
	switch {
	case a && b:
		return first + " and as " + second
	case a:
		return first
	}
	return second
}
