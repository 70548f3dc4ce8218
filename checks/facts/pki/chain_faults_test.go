package pki_test

import (
	"crypto/x509"
	"testing"

	"lcshealth/checks/facts/pki"
	"lcshealth/checks/facts/pki/pkitest"
)

// A server's certificate can sign, but it makes no authority of its owner.
func TestNotAuthorities(t *testing.T) {
	top := root(t, pkitest.Options{CN: "Contoso Root CA"})
	middle, err := top.Subordinate(pkitest.Options{CN: "Contoso Issuing CA"})
	if err != nil {
		t.Fatal(err)
	}
	server, err := top.Issue(pkitest.Server("lcs01.contoso.com"))
	if err != nil {
		t.Fatal(err)
	}
	impostor := &pkitest.Authority{Certificate: server.Certificate, Key: server.Key}
	for _, tt := range []struct {
		name string
		by   *pkitest.Authority
		want int
	}{{"an authority", middle, 0}, {"a server", impostor, 1}} {
		leaf := issue(t, tt.by, pkitest.Server("lcs02.contoso.com"))
		chain := pki.Walk(leaf, []*x509.Certificate{tt.by.Certificate}, []*x509.Certificate{top.Certificate})
		if chain.End != pki.Trusted || len(chain.Path) != 3 {
			t.Fatalf("%s: chain ends %d after %d", tt.name, chain.End, len(chain.Path))
		}
		got := chain.NotAuthorities()
		if len(got) != tt.want || tt.want > 0 && !got[0].Equal(tt.by.Certificate) {
			t.Errorf("%s: %d are no authorities, want %d", tt.name, len(got), tt.want)
		}
	}
}

func TestKeyBits(t *testing.T) {
	for key, want := range map[pkitest.Key]int{pkitest.ECDSA: 256, pkitest.RSA: 2048, pkitest.RSA1024: 1024} {
		a := root(t, pkitest.Options{CN: "Contoso Root CA", Key: key})
		if got := pki.KeyBits(a.Certificate); got != want {
			t.Errorf("%d bits, want %d", got, want)
		}
	}
	if got := pki.KeyBits(new(x509.Certificate)); got != 0 {
		t.Errorf("no key has %d bits", got)
	}
}
