package catalog

import (
	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
)

// certificateRenewedInPlace is the fault of KB 836410. Other causes tell what
// no longer works for it, and follow from it.
var certificateRenewedInPlace = checks.Cause{
	ID:       "certificate-renewed-in-place",
	Title:    "A certificate was renewed, and the server does not use the new one",
	Article:  checks.Article{KB: "836410", Section: "Live Communications Server stops listening on the TLS port"},
	Severity: checks.Major,
	Scope:    checks.ScopeServer,

	Meaning: "TLS connections fall to none: clients and other servers that use TLS cannot connect, and messages wait and time out. At the latest that is so when rtcsrv starts the next time.",
	Detection: "A listener, the Routing tab or a route names a certificate that is no longer in the computer's store, and a newer one of the same issuer for the same server is there that nothing names, as autoenrolment leaves them; " +
		"or a TLS listener shows on the wire another certificate than the one that is set for it; " +
		"or a TLS listener is enabled but its port refuses connections, or ends every handshake before it shows a certificate, and an event 14336, 14347 or 14352 of the last 30 days says that it could not be served. Without such a record the reason is not known, and no-tls-listener or mtls-not-configured tell of the port.",
	Needs:   []checks.Need{needListeners, needRouting, needCertificates, needEvents, needReach},
	After:   []string{"server-service-stopped"},
	Blinded: []string{"sql-service-stopped"}, // as static-route-invalid is
	Fix: []string{
		"Select the new certificate on the Connections tab of the server's properties (General tab on LCS 2005), for every listener that uses it, and on the Routing tab.",
		"Restart rtcsrv.",
		"Renew certificates of Live Communications Server by hand, or exempt the server from autoenrolment.",
	},

	JudgeServer: judgeCertificateRenewedInPlace,
}

func judgeCertificateRenewedInPlace(d *facts.Deployment, s *facts.Server) (j checks.Judgement) {
	uses, unknown := certificateUses(s)
	for _, why := range unknown {
		j.Unknown(why)
	}
	in := personalStore(s)
	if len(uses) > 0 {
		j.Unknown(in.unknown)
	}
	var notSeen reasonOnce
	found := false
	for _, u := range uses {
		gone, why := replacedInStore(d, s, in, u)
		j.Unknown(why)
		if gone != nil && len(unknown) > 0 {
			gone = nil // one of the settings that are not known may name the new one
		}
		for _, f := range renewedUse(&j, d, s, u, gone, &notSeen) {
			found = true
			j.Present(checks.Major, f.reason, f.evidence...)
			j.Remedy(f.steps...)
			if f.alone {
				j.StandsAlone()
			}
		}
	}
	j.Unknown(notSeen.first)
	if found {
		j.Remedy(checks.Step{Text: "Look at the listeners on the Connections tab of the server's properties (General tab on LCS 2005) and at the Routing tab: select the certificate that is valid now wherever the old one is named.", Host: s.FQDN})
		j.Remedy(restart(restartServer, s.FQDN)...)
	}
	if len(uses) == 0 && len(unknown) == 0 {
		j.NotApplicable("no certificate is set on the server")
	}
	return j
}

// renewalSign is one way in which a renewal shows.
type renewalSign struct {
	reason   string
	evidence []checks.Evidence
	steps    []checks.Step
	alone    bool // whether or not the server runs
}

// renewedUse tells what shows that the certificate of a use was renewed: gone,
// if configuration and stores show it, and what the wire shows.
func renewedUse(j *checks.Judgement, d *facts.Deployment, s *facts.Server, u use, gone *fault, notSeen *reasonOnce) (signs []renewalSign) {
	if gone != nil {
		signs = append(signs, renewalSign{gone.reason, gone.evidence(s.Host.Certificates.Origin()), gone.steps, true})
	}
	if u.listener == nil {
		return signs
	}
	v, why := lookAt(d, s, *u.listener)
	switch {
	case why != nil:
		notSeen.note(why)
	case v.dead():
		if _, why := s.Host.Events.Get(); why != nil {
			j.Unknown(why)
		}
		if stoppedListening(d, s) {
			signs = append(signs, renewalSign{reason: u.what + " " + v.deadness() + ", and the application log says that it could not be served", evidence: v.refusal(s, *u.listener)})
		}
	case v.leaf == nil:
		notSeen.note(unreadableLeaf(s.FQDN))
	case v.shows(u.ref):
		j.Note(checks.Saw(v.from, u.what+" shows the certificate that is set for it", ""))
	default:
		signs = append(signs, renewalSign{
			reason: u.what + " shows another certificate than the one that is set for it",
			evidence: []checks.Evidence{
				checks.Saw(s.Host.Listeners.Origin(), u.what+" is set to "+pki.DescribeRef(u.ref), ""),
				checks.Saw(v.from, u.what+" shows "+describeLeaf(v.leaf, d.CollectedAt), "the certificate that is set for it"),
			},
			alone: true,
		})
	}
	return signs
}

// replacedInStore returns the fault of a certificate that is gone from the
// store and was probably renewed.
func replacedInStore(d *facts.Deployment, s *facts.Server, in personal, u use) (*fault, *facts.Unknown) {
	if _, there := pki.Find(in.mine, u.ref); there || in.unknown != nil {
		return nil, nil
	}
	if n := pki.Bearing(in.unreadable, u.ref.Issuer); n > 0 {
		return nil, unreadableStore(s, n)
	}
	by := renewal(s, in.mine, u.ref, d.CollectedAt)
	if by == nil {
		return nil, nil
	}
	f := renewed(s, u, by)
	if !f.renewed {
		return nil, nil
	}
	return &f, nil
}
