package catalog

import (
	"crypto/x509"
	"fmt"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
)

// rootCAInUserStore: a service trusts the roots of the local computer. A root
// that an administrator imported into his own store looks right to him and
// does nothing for rtcsrv.
var rootCAInUserStore = checks.Cause{
	ID:       "root-ca-in-user-store",
	Title:    "The root of the MTLS certificate is not in the computer's Trusted Root store",
	Codes:    []int{400, 504},
	Article:  checks.Article{KB: "871023", Section: "400 - Missing correct VIA header"},
	Severity: checks.Major,
	Scope:    checks.ScopeServer,

	Meaning:   "The server cannot build the chain of the certificates that it and its peers use for mutual TLS, so connections between servers fail.",
	Detection: "The chain of each certificate for server connections is followed through the stores of the local computer. It must end in LocalMachine\\ROOT. If the root is only in a user's Trusted Root store, that is told.",
	Needs:     []checks.Need{needListeners, needRouting, needCertificates, needUserRoots},
	Fix:       []string{"Import the certificate of the root authority into Trusted Root Certification Authorities of the local computer, not of a user."},

	JudgeServer: judgeRootCAInUserStore,
}

func judgeRootCAInUserStore(_ *facts.Deployment, s *facts.Server) (j checks.Judgement) {
	stored, why := s.Host.Certificates.Get()
	if why != nil {
		j.Unknown(why)
		return j
	}
	refs, unknown := serverCertificates(s)
	for _, u := range unknown {
		j.Unknown(u)
	}
	my, badMy := pki.Store(stored, pki.My)
	ca, badCA := pki.Store(stored, pki.CA)
	root, badRoot := pki.Store(stored, pki.Root)
	var seen []*x509.Certificate
	for _, u := range refs {
		leaf, ok := pki.Find(my, u.ref)
		if !ok {
			if badMy > 0 {
				j.Unknown(unreadableStore(s, pki.My, badMy))
			}
			continue // mtls-not-configured or outbound-certificate-missing tells of it
		}
		if contains(seen, leaf.Certificate) {
			continue
		}
		seen = append(seen, leaf.Certificate)
		between := append(plain(ca), plain(my)...)
		chain := pki.Walk(leaf.Certificate, between, plain(root))
		switch {
		case chain.End == pki.Trusted:
			j.Note(checks.Saw(s.Host.Certificates.Origin(), fmt.Sprintf("the chain of %s ends at %s in LocalMachine\\ROOT", pki.RawName(leaf.RawSubject), pki.RawName(chain.Last().RawSubject)), ""))
		case badCA+badRoot > 0:
			if badCA > 0 {
				j.Unknown(unreadableStore(s, pki.CA, badCA))
			}
			if badRoot > 0 {
				j.Unknown(unreadableStore(s, pki.Root, badRoot))
			}
		default:
			untrusted(&j, s, u.what, chain, between)
		}
	}
	if len(seen) == 0 && len(unknown) == 0 {
		j.NotApplicable("no certificate for server connections was found whose chain could be followed")
	}
	return j
}

// untrusted records a chain that does not end in the computer's store, and
// where its root is instead.
func untrusted(j *checks.Judgement, s *facts.Server, what string, chain pki.Chain, between []*x509.Certificate) {
	from := s.Host.Certificates.Origin()
	leaf := chain.Path[0]
	expected := "a root in LocalMachine\\ROOT"
	missing := pki.RawName(chain.Last().RawIssuer)
	how := map[pki.End]string{
		pki.SelfSigned:    "ends at " + missing + ", which is not in LocalMachine\\ROOT",
		pki.IssuerMissing: "breaks off: " + missing + " is in no store of the computer",
		pki.WrongIssuer:   "breaks off: an authority named " + missing + " is there, but did not sign " + pki.RawName(chain.Last().RawSubject),
	}[chain.End]
	reason := "the chain of the certificate of " + what + " " + how
	observed := pki.Describe(leaf) + ": its chain " + how

	users, why := s.Host.UserRoots.Get()
	if why != nil {
		observed += "; whether a user's store has the root was not seen (" + why.String() + ")"
	}
	for _, c := range users {
		certificate, err := x509.ParseCertificate(c.DER)
		if err != nil {
			continue
		}
		if pki.Walk(leaf, between, []*x509.Certificate{certificate}).End == pki.Trusted {
			reason = fmt.Sprintf("the root %s is only in the Trusted Root store of %s", pki.RawName(certificate.RawSubject), profile(c))
			observed += fmt.Sprintf("; %s is in the Trusted Root store of %s", pki.RawName(certificate.RawSubject), profile(c))
			missing = pki.RawName(certificate.RawSubject)
			break
		}
	}
	j.Present(checks.Major, reason, checks.Saw(from, observed, expected))
	j.Remedy(
		checks.Step{Text: "Open the Certificates snap-in (mmc) for the computer account, not for a user, and import the certificate of " + missing + " into Trusted Root Certification Authorities. An authority in between belongs into Intermediate Certification Authorities.", Host: s.FQDN},
		checks.Step{Text: "Restart Live Communications Server.", Command: "net stop rtcsrv", Host: s.FQDN},
		checks.Step{Text: "Start it.", Command: "net start rtcsrv", Host: s.FQDN},
	)
}

// serverCertificates are the certificates that a server uses towards others:
// those of its listeners for them, and the default one for outbound routing.
func serverCertificates(s *facts.Server) (uses []use, unknown []*facts.Unknown) {
	listeners, why := s.Host.Listeners.Get()
	if why == nil {
		listeners, why = serverListeners(s, listeners)
	}
	if why != nil {
		unknown = append(unknown, why)
	}
	for _, l := range listeners {
		if !l.Certificate.IsZero() {
			uses = append(uses, use{what: describeListener(l), ref: l.Certificate})
		}
	}
	routing, why := s.Host.Routing.Get()
	if why != nil {
		unknown = append(unknown, why)
	} else if !routing.Certificate.IsZero() {
		uses = append(uses, use{what: "outbound connections", ref: routing.Certificate})
	}
	return uses, unknown
}

func plain(stored []pki.Stored) []*x509.Certificate {
	out := make([]*x509.Certificate, 0, len(stored))
	for _, c := range stored {
		out = append(out, c.Certificate)
	}
	return out
}

func contains(among []*x509.Certificate, c *x509.Certificate) bool {
	for _, other := range among {
		if other.Equal(c) {
			return true
		}
	}
	return false
}

func profile(c facts.Certificate) string {
	if c.Profile == "" {
		return "a user"
	}
	return "the user " + c.Profile
}
