package catalog

import (
	"crypto/x509"
	"fmt"
	"slices"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
)

// use is what a certificate of a server is for.
type use struct {
	what     string // "the MTLS listener on port 5061"
	ref      facts.CertificateRef
	purposes []x509.ExtKeyUsage // that it must have
	names    []string           // one of which it must be issued to; none: any name will do
	listener *facts.Listener    // that shows it on the wire; nil: none, or it is not looked at there
	mutual   bool               // for mutual TLS that the server opens
}

// examine looks at the certificate that a server uses for something. It
// returns what is wrong with it, each with its evidence, and why something
// could not be told. The certificate is nil if it was not found.
func examine(s *facts.Server, u use, now time.Time) (cert *x509.Certificate, faults []fault, unknown *facts.Unknown) {
	if u.ref.IsZero() {
		return nil, []fault{{reason: "no certificate is set for " + u.what, observed: u.what + ": no certificate", expected: "a certificate of the server"}}, nil
	}
	stored, why := s.Host.Certificates.Get()
	if why != nil {
		return nil, nil, why
	}
	mine, unreadable := pki.Store(stored, pki.My)
	found, ok := pki.Find(mine, u.ref)
	if !ok {
		if n := pki.Bearing(unreadable, u.ref.Issuer); n > 0 {
			return nil, nil, unreadableStore(s, n)
		}
		if by := renewal(s, mine, u.ref, now); by != nil {
			return nil, []fault{renewed(s, u, by)}, nil
		}
		return nil, []fault{{
			reason:   "the certificate of " + u.what + " is not in the computer's store",
			observed: u.what + " names " + pki.DescribeRef(u.ref) + ", which is not in LocalMachine\\MY", expected: "a certificate in that store",
			also: transportEvents(s),
		}}, nil
	}
	cert = found.Certificate
	add := func(reason, expected string) {
		faults = append(faults, fault{reason: reason, observed: u.what + ": " + pki.Describe(cert) + ": " + reason, expected: expected})
	}
	if now.After(cert.NotAfter) {
		add("the certificate expired on "+day(cert.NotAfter), "one that is valid now")
	}
	if now.Before(cert.NotBefore) {
		add("the certificate is not valid before "+day(cert.NotBefore), "one that is valid now")
	}
	if found.HasPrivateKey != nil && !*found.HasPrivateKey {
		add("the certificate has no private key", "a private key in the computer's store")
	}
	for _, purpose := range u.purposes {
		if !pki.HasPurpose(cert, purpose) {
			add("the certificate is not for "+pki.PurposeName(purpose), "the purpose "+pki.PurposeName(purpose))
		}
	}
	if len(u.names) > 0 && !slices.ContainsFunc(u.names, func(n string) bool { return pki.IssuedTo(cert, n) }) {
		add(fmt.Sprintf("the certificate is issued to %q", pki.Names(cert)), fmt.Sprintf("issued to %q", u.names))
	}
	if found.HasPrivateKey == nil {
		unknown = &facts.Unknown{
			Class: facts.Missing, Source: s.Host.Certificates.Origin().Source, Target: s.FQDN,
			Message: "whether the certificate of " + u.what + " has its private key was not told",
			Settle:  "look at the certificate in the Certificates snap-in of " + s.FQDN,
		}
	}
	return cert, faults, unknown
}

// fault is something wrong, as a reason and as evidence.
type fault struct {
	reason, observed, expected string

	renewed bool // certificate-renewed-in-place tells of it

	also  []checks.Evidence // that supports it
	steps []checks.Step     // that cure just this; the cause's own remedy follows
}

// evidence of a fault that the certificate stores or the configuration show.
func (f fault) evidence(from facts.Origin) []checks.Evidence {
	return append([]checks.Evidence{checks.Saw(from, f.observed, f.expected)}, f.also...)
}

// unreadableStore is the reason why a certificate that was not found in the
// computer's Personal store may be there all the same.
func unreadableStore(s *facts.Server, n int) *facts.Unknown {
	return &facts.Unknown{
		Class: facts.Protocol, Source: s.Host.Certificates.Origin().Source, Target: s.FQDN,
		Message: count(n, "certificate") + " in LocalMachine\\" + pki.My + " could not be read",
		Settle:  "look at the store in the Certificates snap-in of " + s.FQDN,
	}
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
