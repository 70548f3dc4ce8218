package catalog

import (
	"crypto/x509"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// noTLSListener is what a server can show of "400 - Invalid contact
// information": a client behind an address translation, a proxy or a firewall
// must use TLS, so a server that offers none to clients cannot serve it.
var noTLSListener = checks.Cause{
	ID:       "no-tls-listener",
	Title:    "The server offers clients no TLS",
	Codes:    []int{400},
	Article:  checks.Article{KB: "871023", Section: "400 - Invalid contact information"},
	Severity: checks.Major,
	Scope:    checks.ScopeServer,

	Meaning: "Users behind a NAT device, a proxy or a firewall get 400 Invalid contact information: the server cannot reach back to them unless they connect with TLS.",
	Detection: "A server that holds users, or fronts those that do, has no enabled TLS listener with a usable certificate that answers: on the wire, one that refuses connections, ends every handshake before it shows a certificate, or refuses clients that have none to show, serves nobody. A listener goes on naming a certificate that was renewed and is gone (KB 836410). " +
		"On LCS 2003 TLS and mutual TLS are two types of listener, and clients have no certificate to show (KB 830540): mutual TLS alone does not serve them. For LCS 2005 that is not documented, and the verdict is then undetermined.",
	Needs: []checks.Need{needRole, needListeners, needCertificates, needReach},
	After: []string{"server-service-stopped", "certificate-renewed-in-place"},
	Fix: []string{
		"On the Connections tab of the server's properties (General tab on LCS 2005), add a TLS listener with a certificate that is issued to the name that clients connect to.",
		"Restart rtcsrv.",
	},
	JudgeServer: judgeNoTLSListener,
}

func judgeNoTLSListener(d *facts.Deployment, s *facts.Server) (j checks.Judgement) {
	role, roleUnknown := s.Role.Get()
	if roleUnknown == nil && role == facts.RoleProxy {
		j.NotApplicable("clients do not sign in to a proxy")
		return j
	}
	listeners, why := s.Host.Listeners.Get()
	if why != nil {
		j.Unknown(why)
		return j
	}
	from := s.Host.Listeners.Origin()

	var faults []checks.Evidence
	var steps []checks.Step
	reason, maybe, soundBut := "no TLS listener is enabled", false, false
	tls := listenersOf(listeners, facts.TLS)
	for _, l := range tls {
		wrong, unknown := clientListener(d, s, l)
		switch {
		case len(wrong.evidence) > 0:
			faults, reason = append(faults, wrong.evidence...), wrong.evidence[0].Observed
			steps = append(steps, wrong.steps...)
			soundBut = soundBut || !wrong.alone
		case len(unknown) > 0:
			maybe = true
			for _, u := range unknown {
				j.Unknown(u)
			}
		default: // one sound listener is enough, whatever is known of the others
			var sound checks.Judgement
			sound.Note(checks.Saw(from, describeListener(l)+" is enabled with a usable certificate", ""))
			return sound
		}
	}
	if maybe {
		return j
	}
	if len(tls) == 0 {
		faults = append(faults, checks.Saw(from, describeListeners(listeners), "an enabled TLS listener"))
	}

	// Nothing sound was found. What that means depends on what the server is.
	if len(listenersOf(listeners, facts.MTLS)) > 0 {
		generation, why := s.Generation.Get()
		if why != nil {
			j.Unknown(why)
			return j
		}
		if generation != facts.LCS2003 {
			j.Unknown(&facts.Unknown{
				Class: facts.Missing, Source: "host", Target: s.FQDN,
				Message: "it has no usable TLS listener but a mutual TLS one; whether LCS 2005 serves clients there is not documented",
				Settle:  "sign in with TLS from a client, or add a TLS listener",
			})
			return j
		}
	}
	switch {
	case roleUnknown != nil:
		j.Unknown(roleUnknown)
	case role == facts.RoleHoldsNone:
		j.Unknown(roleNotTold(s))
	default:
		j.Present(checks.Major, reason, faults...)
		if !soundBut {
			j.StandsAlone()
		}
		j.Remedy(steps...)
		j.Remedy(
			checks.Step{Text: "Obtain a certificate issued to the name that clients connect to (" + s.FQDN + "), for Server Authentication, and place it with its private key in the computer's Personal store.", Host: s.FQDN},
			checks.Step{Text: "In Administrative Tools, Live Communications Server, open the properties of the server, and on the Connections tab (General tab on LCS 2005) add a listener of type TLS with that certificate.", Host: s.FQDN},
		)
		j.Remedy(restart(restartServer, s.FQDN)...)
	}
	return j
}

// complaints are what is wrong with a listener, and what cures just that.
type complaints struct {
	evidence []checks.Evidence
	steps    []checks.Step
	// alone says that the listener would be unusable without the causes that
	// this one comes after. One that is well configured and only refuses
	// connections would be there if the server ran.
	alone bool
}

// clientListener returns what is wrong with a TLS listener for clients, and
// what could not be told of it.
func clientListener(d *facts.Deployment, s *facts.Server, l facts.Listener) (wrong complaints, unknown []*facts.Unknown) {
	_, faults, why := examine(s, use{what: describeListener(l), ref: l.Certificate, purposes: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}, d.CollectedAt)
	if why != nil {
		unknown = append(unknown, why)
	}
	for _, f := range faults {
		wrong.evidence = append(wrong.evidence, f.evidence(s.Host.Listeners.Origin())...)
		wrong.steps, wrong.alone = append(wrong.steps, f.steps...), wrong.alone || !f.renewed
	}
	v, why := lookAt(d, s, l)
	if why != nil {
		unknown = append(unknown, why)
	}
	how, refuses := v.refusesStrangers()
	switch {
	case v.dead():
		wrong.evidence = append(wrong.evidence, v.refusal(s, l)...)
		wrong.alone = wrong.alone || deadByItself(d, s)
	case refuses:
		wrong.evidence = append(wrong.evidence,
			checks.Saw(s.Host.Listeners.Origin(), describeListener(l)+" is enabled, and is not one for mutual TLS", ""),
			checks.Saw(v.from, describeListener(l)+" asks for a client certificate and refuses who has none: "+how, "clients, which have none, are accepted"))
		wrong.alone = true
	}
	return wrong, unknown
}
