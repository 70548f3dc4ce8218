package catalog_test

import (
	"crypto/x509"
	"fmt"
	"sync"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
	"lcshealth/checks/facts/pki/pkitest"
)

// authorities are made once for all tests; making one fails only if the
// computer has no randomness.
var authorities = sync.OnceValue(func() (all struct{ root, issuing, impostor, fabrikam *pkitest.Authority }) {
	all.root = must(pkitest.NewRoot(pkitest.Options{CN: "Contoso Root CA", Key: pkitest.RSA1024}))
	all.impostor = must(pkitest.NewRoot(pkitest.Options{CN: "Contoso Root CA", Signer: must(pkitest.NewKey(pkitest.RSA1024))}))
	all.fabrikam = must(pkitest.NewAuthority("Fabrikam Root CA"))
	all.issuing = must(all.root.Subordinate(pkitest.Options{CN: "Contoso Issuing CA", Key: pkitest.RSA1024}))
	return all
})

// uses are what a server has a certificate of its own for, so that each can be
// spoilt alone.
var uses = []string{"tls", "mtls", "outbound", "route"}

// issued remembers certificates, since a test of properties makes the same
// world thousands of times.
var issued sync.Map // server and use, or options → func() *x509.Certificate

// certificate returns a server's certificate for a use, the same each time.
func certificate(server, use string) *x509.Certificate {
	once, _ := issued.LoadOrStore(server+" "+use, sync.OnceValue(func() *x509.Certificate { return issue(pkitest.Server(server)) }))
	return once.(func() *x509.Certificate)()
}

func issue(o pkitest.Options) *x509.Certificate {
	return must(authorities().issuing.Issue(o)).Certificate
}

// issuedOnce issues a certificate, the same each time.
func issuedOnce(a *pkitest.Authority, o pkitest.Options) *x509.Certificate {
	once, _ := issued.LoadOrStore(fmt.Sprint(a.Certificate.Subject, o), sync.OnceValue(func() *x509.Certificate { return must(a.Issue(o)).Certificate }))
	return once.(func() *x509.Certificate)()
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func healthyStores(server string) (stores []facts.Certificate) {
	for _, use := range uses {
		stores = append(stores, facts.Certificate{Store: pki.My, DER: certificate(server, use).Raw, HasPrivateKey: yes()})
	}
	return append(stores,
		facts.Certificate{Store: pki.CA, DER: authorities().issuing.Certificate.Raw},
		facts.Certificate{Store: pki.Root, DER: authorities().root.Certificate.Raw})
}

// replace gives a server another certificate for a use, in its store and where
// it is named.
func (w *world) replace(server, use string, o pkitest.Options) {
	s, c := w.Server(server), issuedOnce(authorities().issuing, o)
	old := pki.RefTo(certificate(server, use))
	edit(&s.Host.Certificates, func(stored *facts.Certificate) {
		if string(stored.DER) == string(certificate(server, use).Raw) {
			stored.DER = c.Raw
		}
	})
	w.refer(server, old, pki.RefTo(c))
	for _, port := range []int{5061, 5062} {
		w.answer(server, port, func(a *facts.TLSAnswer) {
			if string(a.Chain[0]) == string(certificate(server, use).Raw) {
				a.Chain = [][]byte{c.Raw}
			}
		})
	}
}

// answerOf is what a healthy listener shows of itself: clients have no
// certificate to show, so that only mutual TLS asks for one.
func answerOf(host string, transport facts.Transport) facts.TLSAnswer {
	switch transport {
	case facts.TLS:
		return facts.TLSAnswer{Version: 0x0301, Chain: [][]byte{certificate(host, "tls").Raw}, Handshake: &facts.TLSHandshake{Done: true}}
	case facts.MTLS:
		return withCAs(facts.TLSAnswer{
			Version: 0x0301, Chain: [][]byte{certificate(host, "mtls").Raw}, ClientCertificate: true,
			Handshake: &facts.TLSHandshake{Refused: "handshake_failure (40)", Alert: 40, Stage: facts.TLSCertificate},
		}, authorities().root.Certificate)
	}
	return facts.TLSAnswer{}
}

// withCAs gives an answer another list of acceptable authorities.
func withCAs(a facts.TLSAnswer, list ...*x509.Certificate) facts.TLSAnswer {
	a.AcceptableCAs, a.CAListBytes = nil, 0
	for _, c := range list {
		a.AcceptableCAs, a.CAListBytes = append(a.AcceptableCAs, c.RawSubject), a.CAListBytes+len(c.RawSubject)+2
	}
	return a
}

// answer changes what a server's listener shows on the wire, where it is known.
func (w *world) answer(server string, port int, change func(*facts.TLSAnswer)) {
	for _, e := range w.Wire.Endpoints {
		if a, why := e.TLS.Get(); why == nil && e.Host == server && e.Port == port {
			change(&a)
			e.TLS = facts.Observed(a, e.TLS.Origin())
		}
	}
}

// renewedKey is the name under which a renewed certificate is remembered.
const renewedKey = " renewed"

// renew puts another certificate in the place of one, with the same names and
// another serial number, and leaves what names the old one.
func (w *world) renew(server, use string) {
	once, _ := issued.LoadOrStore(server+" "+use+renewedKey, sync.OnceValue(func() *x509.Certificate {
		return issue(with(pkitest.Server(server), func(o *pkitest.Options) { o.NotBefore = noon.Add(-24 * time.Hour) }))
	}))
	c := once.(func() *x509.Certificate)()
	edit(&w.Server(server).Host.Certificates, func(stored *facts.Certificate) {
		if string(stored.DER) == string(certificate(server, use).Raw) {
			stored.DER = c.Raw
		}
	})
}

// refer makes a server name another certificate wherever it names the old one.
func (w *world) refer(server string, old, ref facts.CertificateRef) {
	s := w.Server(server)
	same := func(r facts.CertificateRef) bool { return string(r.Serial) == string(old.Serial) }
	edit(&s.Host.Listeners, func(l *facts.Listener) {
		if same(l.Certificate) {
			l.Certificate = ref
		}
	})
	edit(&s.Host.Routes, func(r *facts.StaticRoute) {
		if same(r.Certificate) {
			r.Certificate = ref
		}
	})
	if routing, why := s.Host.Routing.Get(); why == nil && same(routing.Certificate) {
		routing.Certificate = ref
		s.Host.Routing = facts.Observed(routing, s.Host.Routing.Origin())
	}
}

// keyless takes the private key of a certificate away; told says whether the
// host tells so.
func (w *world) keyless(server, use string, told bool) {
	edit(&w.Server(server).Host.Certificates, func(c *facts.Certificate) {
		if string(c.DER) == string(certificate(server, use).Raw) {
			c.HasPrivateKey = nil
			if told {
				c.HasPrivateKey = new(bool)
			}
		}
	})
}

// Options of certificates with one fault.
func expired(server string) pkitest.Options {
	return with(pkitest.Server(server), func(o *pkitest.Options) { o.NotAfter = noon.Add(-24 * time.Hour) })
}

func early(server string) pkitest.Options {
	return with(pkitest.Server(server), func(o *pkitest.Options) { o.NotBefore = noon.Add(24 * time.Hour) })
}

func only(server string, purpose x509.ExtKeyUsage) pkitest.Options {
	return with(pkitest.Server(server), func(o *pkitest.Options) { o.EKU = []x509.ExtKeyUsage{purpose} })
}
