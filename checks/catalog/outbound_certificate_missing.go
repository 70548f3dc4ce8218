package catalog

import (
	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// outboundCertificateMissing: the Routing tab names the "Default certificate
// to be used for TLS Mutual encryption when none is specified in the routing
// table" (MSFT_SIPRoutingSetting).
var outboundCertificateMissing = checks.Cause{
	ID:       "outbound-certificate-missing",
	Title:    "No usable certificate is set for outbound mutual TLS",
	Codes:    []int{504},
	Article:  checks.Article{KB: "871023", Section: "504 - Gateway Timeout"},
	Severity: checks.Major,
	Scope:    checks.ScopeServer,

	Meaning:   "The server cannot open mutual TLS connections to other servers: what has to travel there fails with 504.",
	Detection: "The default certificate of the Routing tab is not set, or the one that is named is not in the computer's store (as after a renewal, KB 836410), expired or without private key. What it has to be for is looked at by client-authentication-missing.",
	Needs:     []checks.Need{needRouting, needCertificates},
	After:     []string{"certificate-renewed-in-place"},
	Fix:       []string{"Select a certificate on the Routing tab of the server's properties, and restart rtcsrv."},

	JudgeServer: judgeOutboundCertificateMissing,
}

func judgeOutboundCertificateMissing(d *facts.Deployment, s *facts.Server) (j checks.Judgement) {
	routing, why := s.Host.Routing.Get()
	if why != nil {
		j.Unknown(why)
		return j
	}
	from := s.Host.Routing.Origin()
	support := answeredWith(d, s, 504)
	j.Note(support...)
	_, wrong, unknown := examine(s, use{what: outbound, ref: routing.Certificate}, d.CollectedAt)
	j.Unknown(unknown)
	if len(wrong) == 0 {
		j.Note(checks.Saw(from, "a certificate for outbound connections is set", ""))
		return j
	}
	severity := checks.Major
	if alone(d) {
		severity = checks.Minor // it has no other server to speak to
	}
	for _, f := range wrong {
		j.Present(severity, f.reason, append(f.evidence(from), support...)...)
		support = nil // once is enough
		j.Remedy(f.steps...)
		if !f.renewed {
			j.StandsAlone()
		}
	}
	j.Remedy(
		checks.Step{Text: "In Administrative Tools, Live Communications Server, expand Servers, right-click " + s.FQDN + " and open Properties. On the Routing tab, under \"Default certificate to be used for TLS Mutual encryption when none is specified in the routing table\", select a valid certificate issued to the server.", Host: s.FQDN},
	)
	j.Remedy(restart(restartServer, s.FQDN)...)
	return j
}
