package catalog

import (
	"crypto/x509"
	"fmt"
	"slices"

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
	Needs:     []checks.Need{needRole, needListeners, needRouting, needCertificates},
	Fix:       []string{"Import the certificate of the root authority into Trusted Root Certification Authorities of the local computer, not of a user."},

	JudgeServer: judgeRootCAInUserStore,
}

func judgeRootCAInUserStore(d *facts.Deployment, s *facts.Server) (j checks.Judgement) {
	stored, why := s.Host.Certificates.Get()
	if why != nil {
		j.Unknown(why)
		return j
	}
	uses, unknown := serverCertificates(s)
	for _, u := range unknown {
		j.Unknown(u)
	}
	in := openStores(stored)
	var seen []*x509.Certificate
	for _, u := range uses {
		leaf, ok := pki.Find(in.my, u.ref)
		if !ok {
			if n := pki.Bearing(in.unreadable, u.ref.Issuer); n > 0 {
				j.Unknown(unreadableStore(s, n))
			}
			continue // mtls-not-configured or outbound-certificate-missing tells of it
		}
		if slices.ContainsFunc(seen, leaf.Equal) {
			continue
		}
		seen = append(seen, leaf.Certificate)
		follow(&j, pki.For(d), s, u.what, leaf.Certificate, in)
	}
	if len(seen) == 0 && len(unknown) == 0 {
		j.NotApplicable("no certificate for server connections was found whose chain could be followed")
	}
	return j
}

// stores are the stores of the local computer that matter to a chain.
type stores struct {
	my             []pki.Stored
	between, roots []*x509.Certificate
	unreadable     [][]byte
}

func openStores(stored []facts.Certificate) (in stores) {
	open := func(name string) (parsed []pki.Stored, certificates []*x509.Certificate) {
		parsed, unreadable := pki.Store(stored, name)
		in.unreadable = append(in.unreadable, unreadable...)
		for _, c := range parsed {
			certificates = append(certificates, c.Certificate)
		}
		return parsed, certificates
	}
	_, in.roots = open(pki.Root)
	_, in.between = open(pki.CA)
	parsed, own := open(pki.My)
	in.my, in.between = parsed, append(in.between, own...)
	return in
}

// follow judges the chain of one certificate by the stores of the computer.
func follow(j *checks.Judgement, w pki.Walker, s *facts.Server, what string, leaf *x509.Certificate, in stores) {
	chain := w.Walk(leaf, in.between, in.roots)
	from := s.Host.Certificates.Origin()
	settle := fmt.Sprintf("look at the certification path of %s in the Certificates snap-in of %s", pki.RawName(leaf.RawSubject), s.FQDN)
	switch {
	case chain.End == pki.Trusted:
		j.Note(checks.Saw(from, fmt.Sprintf("the chain of %s ends at %s in LocalMachine\\ROOT", pki.RawName(leaf.RawSubject), pki.RawName(chain.Last().RawSubject)), ""))
	case chain.End == pki.Unchecked:
		j.Unknown(&facts.Unknown{
			Class: facts.Protocol, Source: from.Source, Target: s.FQDN, Settle: settle,
			Message: "the signature of " + pki.Describe(chain.Last()) + " is of a kind that cannot be checked here",
		})
	case slices.ContainsFunc(chain.Issuers, func(name []byte) bool { return pki.Bearing(in.unreadable, name) > 0 }):
		j.Unknown(&facts.Unknown{
			Class: facts.Protocol, Source: from.Source, Target: s.FQDN, Settle: settle,
			Message: "an authority of " + pki.Describe(leaf) + " may be among the certificates that could not be read",
		})
	default:
		untrusted(j, w, s, what, chain, in.between)
	}
}

// untrusted records a chain that does not end in the computer's store, and
// where its root is instead.
func untrusted(j *checks.Judgement, w pki.Walker, s *facts.Server, what string, chain pki.Chain, between []*x509.Certificate) {
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
		if w.Walk(leaf, between, []*x509.Certificate{certificate}).End == pki.Trusted {
			reason = fmt.Sprintf("the root %s is only in the Trusted Root store of %s", pki.RawName(certificate.RawSubject), profile(c))
			observed += fmt.Sprintf("; %s is in the Trusted Root store of %s", pki.RawName(certificate.RawSubject), profile(c))
			missing = pki.RawName(certificate.RawSubject)
			break
		}
	}
	j.Present(checks.Major, reason, checks.Saw(from, observed, expected))
	j.Remedy(
		checks.Step{Text: "Open the Certificates snap-in (mmc) for the computer account, not for a user, and import the certificate of " + missing + " into Trusted Root Certification Authorities. An authority in between belongs into Intermediate Certification Authorities.", Host: s.FQDN},
	)
	j.Remedy(restart(restartServer, s.FQDN)...)
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
		uses = append(uses, use{what: outbound, ref: routing.Certificate})
	}
	return uses, unknown
}

func profile(c facts.Certificate) string {
	if c.Profile == "" {
		return "a user"
	}
	return "the user " + c.Profile
}
