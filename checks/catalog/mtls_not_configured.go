package catalog

import (
	"crypto/x509"
	"fmt"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
)

// mtlsNotConfigured: servers speak to each other with mutual TLS. Between home
// servers its lack gives 504; on the way over a front end it gives 400 "Missing
// correct VIA header".
var mtlsNotConfigured = checks.Cause{
	ID:       "mtls-not-configured",
	Title:    "Mutual TLS (MTLS) is not configured correctly",
	Codes:    []int{400, 504},
	Article:  checks.Article{KB: "871023", Section: "400 - Missing correct VIA header; 504 - Gateway Timeout"},
	Severity: checks.Major,
	Scope:    checks.ScopeServer,

	Meaning: "Other servers cannot reach this one: messages between its users and those of other servers fail with 504, or with 400 where a front end lies between.",
	Detection: "A home server or front end has no enabled MTLS listener (on LCS 2005 a TLS listener serves servers too, KB 911789), or its certificate is missing (as after a renewal, KB 836410), expired, without private key, not for Server Authentication " +
		"(on LCS 2003 also Client Authentication), or not issued to the server's FQDN or that of its pool. On the wire, it refuses connections, ends every handshake before it shows a certificate, or asks for no client certificate, without which there is no mutual TLS.",
	Needs: []checks.Need{needRole, needListeners, needCertificates, needReach},
	After: []string{"server-service-stopped", "certificate-renewed-in-place"},
	Fix: []string{
		"Give every home server and front end a certificate that is issued to its FQDN, for Server and Client Authentication, in the computer's Personal store.",
		"Add a TLS (Mutual) listener with it, and restart rtcsrv.",
	},
	JudgeServer: judgeMTLSNotConfigured,
}

func judgeMTLSNotConfigured(d *facts.Deployment, s *facts.Server) (j checks.Judgement) {
	role, roleUnknown := s.Role.Get()
	if roleUnknown == nil && role == facts.RoleProxy {
		j.NotApplicable("the article asks it of home servers and front ends")
		return j
	}
	listeners, why := s.Host.Listeners.Get()
	if why != nil {
		j.Unknown(why)
		return j
	}
	mtls, why := serverListeners(s, listeners)
	from := s.Host.Listeners.Origin()
	if why != nil {
		j.Unknown(why)
		return j
	}

	purposes := []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	generation, generationUnknown := s.Generation.Get()
	if generation == facts.LCS2003 {
		purposes = append(purposes, x509.ExtKeyUsageClientAuth)
	}
	names := []string{s.FQDN}
	if s.PoolFQDN != "" {
		names = append(names, s.PoolFQDN)
	}
	type complaint struct {
		reason   string
		evidence []checks.Evidence
		follows  bool // from another cause, if that is present
	}
	var complaints []complaint
	var steps []checks.Step
	if len(mtls) == 0 {
		complaints = append(complaints, complaint{"no MTLS listener is enabled", []checks.Evidence{checks.Saw(from, describeListeners(listeners), "an enabled MTLS listener")}, false})
	}
	for _, l := range mtls {
		cert, wrong, unknown := examine(s, use{what: describeListener(l), ref: l.Certificate, purposes: purposes, names: names}, d.CollectedAt)
		j.Unknown(unknown)
		for _, f := range wrong {
			complaints = append(complaints, complaint{f.reason, f.evidence(from), f.renewed})
			steps = append(steps, f.steps...)
		}
		if cert != nil && generationUnknown != nil && !pki.HasPurpose(cert, x509.ExtKeyUsageClientAuth) {
			j.Unknown(generationUnknown) // LCS 2003 needs it, LCS 2005 does not
		}
		v, notSeen := lookAt(d, s, l)
		j.Unknown(notSeen)
		strangers, notTold := takesStrangers(s, l, v, notSeen)
		j.Unknown(notTold)
		switch {
		case v.dead():
			complaints = append(complaints, complaint{describeListener(l) + " " + v.deadness(), v.refusal(s, l), !deadByItself(d, s)})
		case strangers:
			complaints = append(complaints, complaint{describeListener(l) + " asks for no client certificate", []checks.Evidence{
				checks.Saw(from, describeListener(l)+" is enabled", ""),
				checks.Saw(v.from, describeListener(l)+" asks for no client certificate", "it asks for one, as mutual TLS does"),
			}, false})
		case len(wrong) == 0:
			j.Note(checks.Saw(from, describeListener(l)+" is enabled with a fitting certificate", ""))
		}
	}
	if len(complaints) == 0 {
		return j
	}
	switch {
	case roleUnknown != nil:
		j.Unknown(roleUnknown)
		return j
	case role == facts.RoleHoldsNone:
		j.Unknown(roleNotTold(s))
		return j
	}
	severity := checks.Major
	if alone(d) {
		severity = checks.Minor // it has no other server to speak to
	}
	for _, c := range complaints {
		j.Present(severity, c.reason, c.evidence...)
		if !c.follows {
			j.StandsAlone()
		}
	}
	j.Remedy(steps...)
	j.Remedy(
		checks.Step{Text: "Obtain a certificate issued to " + s.FQDN + ", for Server Authentication and Client Authentication, and place it with its private key in the computer's Personal store. Its root belongs in the computer's Trusted Root store.", Host: s.FQDN},
		checks.Step{Text: "In Administrative Tools, Live Communications Server, open the properties of the server, and on the Connections tab (General tab on LCS 2005) add or correct the TLS (Mutual) listener with that certificate.", Host: s.FQDN},
	)
	j.Remedy(restart(restartServer, s.FQDN)...)
	return j
}

// takesStrangers reports whether a listener for mutual TLS asks for no client
// certificate. One that shows another certificate than it is configured with is
// somebody else's, or waits for a restart: certificate-renewed-in-place tells.
func takesStrangers(s *facts.Server, l facts.Listener, v shown, notSeen *facts.Unknown) (bool, *facts.Unknown) {
	if l.Transport != facts.MTLS || notSeen != nil || v.dead() || v.leaf != nil && !v.shows(l.Certificate) {
		return false, nil
	}
	asks, why := v.asks(fmt.Sprintf("%s:%d", s.FQDN, l.Port))
	return why == nil && !asks, why
}

// serverListeners returns the enabled listeners for other servers: MTLS, and
// on LCS 2005 also TLS.
func serverListeners(s *facts.Server, listeners []facts.Listener) ([]facts.Listener, *facts.Unknown) {
	mtls := listenersOf(listeners, facts.MTLS)
	tls := listenersOf(listeners, facts.TLS)
	if len(mtls) > 0 || len(tls) == 0 {
		return mtls, nil
	}
	generation, why := s.Generation.Get()
	if why != nil {
		return nil, why
	}
	if generation == facts.LCS2003 {
		return nil, nil
	}
	return tls, nil
}
