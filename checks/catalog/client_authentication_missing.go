package catalog

import (
	"crypto/x509"
	"slices"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
)

// clientAuthenticationMissing: who opens a mutual TLS connection is the client
// of it. That LCS 2003 and 2005 need the purpose there is said by the later
// documents on certificates of Lync, since OCS 2007 no longer does; for
// listeners of LCS 2005 the article recommends it.
var clientAuthenticationMissing = checks.Cause{
	ID:       "client-authentication-missing",
	Title:    "A certificate for server connections is not for Client Authentication",
	Codes:    []int{504},
	Article:  checks.Article{URL: certificateIssues, Section: "enhanced key usage"},
	Severity: checks.Major,
	Scope:    checks.ScopeServer,

	Meaning: "Other servers do not accept the certificate with which this one opens mutual TLS connections: what has to travel there fails with 504.",
	Detection: "The default certificate of the Routing tab, or one that a route with mutual TLS names, lists purposes and Client Authentication (1.3.6.1.5.5.7.3.2) is not among them: LCS 2003 and LCS 2005 need it for outbound mutual TLS. " +
		"On LCS 2005 a listener's certificate without it is minor: it is recommended, and some partners require it. On LCS 2003 a listener for mutual TLS needs it, which is told by mtls-not-configured.",
	Needs:   []checks.Need{needRole, needListeners, needRouting, needCertificates, needReach},
	Blinded: []string{"sql-service-stopped"}, // as static-route-invalid is
	Fix: []string{
		"Obtain a certificate for Server and Client Authentication, select it on the Routing tab of the server's properties, and restart rtcsrv.",
	},

	JudgeServer: judgeClientAuthenticationMissing,
}

func judgeClientAuthenticationMissing(d *facts.Deployment, s *facts.Server) (j checks.Judgement) {
	uses, unknown := certificateUses(s)
	for _, why := range unknown {
		j.Unknown(why)
	}
	in := personalStore(s)
	var notSeen reasonOnce
	present := false
	for _, u := range uses {
		severity, undecided := lacksClientUse(d, s, u)
		if severity == "" && undecided == nil {
			continue
		}
		c, why := locate(d, s, in, u)
		notSeen.note(why)
		if c == nil {
			continue
		}
		if pki.HasPurpose(c.Certificate, x509.ExtKeyUsageClientAuth) {
			j.Note(checks.Saw(c.from, "the certificate of "+u.what+" may be used for Client Authentication", ""))
			continue
		}
		j.Unknown(undecided)
		if severity == "" {
			continue
		}
		present = true
		j.Present(severity, "the certificate of "+u.what+" is not for Client Authentication",
			checks.Saw(c.from, u.what+": "+pki.Describe(c.Certificate)+": the certificate is not for Client Authentication", "the purpose Client Authentication"))
	}
	j.Unknown(notSeen.first)
	if present {
		j.Remedy(
			checks.Step{Text: "Obtain a certificate issued to " + s.FQDN + ", for Server Authentication and Client Authentication, and place it with its private key in the computer's Personal store. The template for web servers has only the first purpose.", Host: s.FQDN},
			checks.Step{Text: "In Administrative Tools, Live Communications Server, open the properties of the server and select that certificate for outbound connections on the Routing tab, and for the listeners that are named.", Host: s.FQDN},
		)
		j.Remedy(restart(restartServer, s.FQDN)...)
	}
	if len(uses) == 0 && len(unknown) == 0 {
		j.NotApplicable("no certificate is set on the server")
	}
	return j
}

// lacksClientUse says how bad it is that the certificate of a use is not for
// Client Authentication; empty: not at all, or another cause tells.
func lacksClientUse(d *facts.Deployment, s *facts.Server, u use) (checks.Severity, *facts.Unknown) {
	if u.listener == nil {
		if u.mutual && alone(d) {
			return checks.Minor, nil // it has no other server to speak to
		}
		if u.mutual {
			return checks.Major, nil
		}
		return "", nil
	}
	generation, why := s.Generation.Get()
	if why != nil || generation != facts.LCS2005 {
		return "", why
	}
	listeners, _ := s.Host.Listeners.Get() // observed, since the use is of one
	forServers, why := serverListeners(s, listeners)
	if !slices.ContainsFunc(forServers, u.isOf) {
		return "", why
	}
	return checks.Minor, why
}
