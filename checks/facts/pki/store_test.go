package pki_test

import (
	"bytes"
	"crypto/x509"
	"math/big"
	"slices"
	"testing"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
	"lcshealth/checks/facts/pki/pkitest"
)

func root(t *testing.T, o pkitest.Options) *pkitest.Authority {
	t.Helper()
	a, err := pkitest.NewRoot(o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func subordinate(t *testing.T, a *pkitest.Authority, o pkitest.Options) *pkitest.Authority {
	t.Helper()
	s, err := a.Subordinate(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func issue(t *testing.T, a *pkitest.Authority, o pkitest.Options) *x509.Certificate {
	t.Helper()
	i, err := a.Issue(o)
	if err != nil {
		t.Fatal(err)
	}
	return i.Certificate
}

func TestStore(t *testing.T) {
	a := root(t, pkitest.Options{CN: "Contoso Root CA"})
	server, yes := issue(t, a, pkitest.Server("lcs01.contoso.com")), true
	certificates := []facts.Certificate{
		{Store: "my", DER: server.Raw, HasPrivateKey: &yes},
		{Store: "MY", DER: []byte("not a certificate")},
		{Store: "MY", Profile: "CONTOSO\\kim", DER: a.Certificate.Raw}, // a user's, not the computer's
		{Store: "ROOT", DER: a.Certificate.Raw},
	}
	for _, tt := range []struct {
		store      string
		want       []*x509.Certificate
		unreadable int
	}{
		{pki.My, []*x509.Certificate{server}, 1},
		{pki.Root, []*x509.Certificate{a.Certificate}, 0},
		{pki.CA, nil, 0},
	} {
		parsed, unreadable := pki.Store(certificates, tt.store)
		same := slices.EqualFunc(parsed, tt.want, func(s pki.Stored, c *x509.Certificate) bool { return s.Equal(c) })
		if !same || len(unreadable) != tt.unreadable {
			t.Errorf("%s: got %d certificates and %d unreadable, want %d and %d", tt.store, len(parsed), len(unreadable), len(tt.want), tt.unreadable)
		}
	}
	if parsed, _ := pki.Store(certificates, pki.My); parsed[0].HasPrivateKey == nil || !*parsed[0].HasPrivateKey {
		t.Error("whether there is a private key was lost")
	}
}

// A certificate is found by issuer and serial number, whichever way round the
// octets of the number come, with the zero octet that a large one begins with
// or without it.
func TestFind(t *testing.T) {
	a, other := root(t, pkitest.Options{CN: "Contoso Root CA"}), root(t, pkitest.Options{CN: "Fabrikam Root CA"})
	large := issue(t, a, pkitest.Options{CN: "large", Serial: big.NewInt(0x7F_8A_00_01)})
	high := issue(t, a, pkitest.Options{CN: "high", Serial: new(big.Int).SetBytes([]byte{0x8A, 0x0B, 0x01})})
	foreign := issue(t, other, pkitest.Options{CN: "foreign", Serial: big.NewInt(0x7F_8A_00_01)})
	among := stored(foreign, large, high)
	for _, tt := range []struct {
		name   string
		issuer []byte
		serial []byte
		want   *x509.Certificate
	}{
		{"little endian", a.Certificate.RawSubject, []byte{0x01, 0x00, 0x8A, 0x7F}, large},
		{"big endian", a.Certificate.RawSubject, []byte{0x7F, 0x8A, 0x00, 0x01}, large},
		{"same number of another issuer", other.Certificate.RawSubject, []byte{0x01, 0x00, 0x8A, 0x7F}, foreign},
		{"little endian with the zero of the sign", a.Certificate.RawSubject, []byte{0x01, 0x0B, 0x8A, 0x00}, high},
		{"big endian with the zero of the sign", a.Certificate.RawSubject, []byte{0x00, 0x8A, 0x0B, 0x01}, high},
		{"another number", a.Certificate.RawSubject, []byte{0x02, 0x00, 0x8A, 0x7F}, nil},
		{"part of the number", a.Certificate.RawSubject, []byte{0x00, 0x8A, 0x7F}, nil},
		{"no number", a.Certificate.RawSubject, nil, nil},
		{"no issuer", nil, []byte{0x01, 0x00, 0x8A, 0x7F}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := pki.Find(among, facts.CertificateRef{Issuer: tt.issuer, Serial: tt.serial})
			if ok != (tt.want != nil) || ok && !got.Equal(tt.want) {
				t.Errorf("found %t, %v; want %v", ok, got.Certificate, tt.want)
			}
		})
	}
	if got, ok := pki.Find(among, pki.RefTo(high)); !ok || !got.Equal(high) {
		t.Error("RefTo gives a reference that does not find its certificate")
	}
}

func TestDescribe(t *testing.T) {
	a := root(t, pkitest.Options{CN: "Contoso Root CA"})
	c := issue(t, a, pkitest.Options{CN: "lcs01.contoso.com", Serial: big.NewInt(0x61_0A_01)})
	if got, want := pki.Describe(c), "CN=lcs01.contoso.com, serial number 610A01, issued by CN=Contoso Root CA"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := pki.DescribeRef(pki.RefTo(c)), "serial number 610A01 of CN=Contoso Root CA"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What cannot be parsed casts doubt only on certificates that it may be.
func TestBearing(t *testing.T) {
	a := root(t, pkitest.Options{CN: "Contoso Root CA"})
	c := issue(t, a, pkitest.Server("lcs01.contoso.com"))
	negative := negativeSerial(t, c.Raw)
	if _, err := x509.ParseCertificate(negative); err == nil {
		t.Fatal("a negative serial number is accepted here, so this proves nothing")
	}
	for _, tt := range []struct {
		name string
		blob []byte
		of   []byte
		want int
	}{
		{"its issuer", negative, a.Certificate.RawSubject, 1},
		{"its subject", negative, c.RawSubject, 1},
		{"another name", negative, root(t, pkitest.Options{CN: "Fabrikam Root CA"}).Certificate.RawSubject, 0},
		{"cut short", negative[:40], root(t, pkitest.Options{CN: "Fabrikam Root CA"}).Certificate.RawSubject, 1},
		{"more behind it", append(bytes.Clone(negative), 0), root(t, pkitest.Options{CN: "Fabrikam Root CA"}).Certificate.RawSubject, 1},
		{"empty", nil, a.Certificate.RawSubject, 1},
	} {
		if got := pki.Bearing([][]byte{tt.blob}, tt.of); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

// negativeSerial makes the serial number of a certificate negative, as those
// of some authorities that Windows trusted are.
func negativeSerial(t *testing.T, der []byte) []byte {
	t.Helper()
	number := []byte{2, 8, 0x61, 0x0A, 0x5C} // INTEGER of eight octets, as pkitest numbers
	if !bytes.Contains(der, number) {
		t.Fatal("the serial number is not where it is expected")
	}
	return bytes.Replace(der, number, []byte{2, 8, 0xE1, 0x0A, 0x5C}, 1)
}

func stored(certificates ...*x509.Certificate) (out []pki.Stored) {
	for _, c := range certificates {
		out = append(out, pki.Stored{Certificate: c})
	}
	return out
}
