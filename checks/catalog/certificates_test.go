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
var authorities = sync.OnceValue(func() (all struct{ root, issuing, impostor *pkitest.Authority }) {
	all.root = must(pkitest.NewRoot(pkitest.Options{CN: "Contoso Root CA", Key: pkitest.RSA1024}))
	all.impostor = must(pkitest.NewRoot(pkitest.Options{CN: "Contoso Root CA", Signer: must(pkitest.NewKey(pkitest.RSA1024))}))
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
	once, _ := issued.LoadOrStore(fmt.Sprint(o), sync.OnceValue(func() *x509.Certificate { return issue(o) }))
	s, c := w.Server(server), once.(func() *x509.Certificate)()
	old := pki.RefTo(certificate(server, use))
	edit(&s.Host.Certificates, func(stored *facts.Certificate) {
		if string(stored.DER) == string(certificate(server, use).Raw) {
			stored.DER = c.Raw
		}
	})
	w.refer(server, old, pki.RefTo(c))
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
