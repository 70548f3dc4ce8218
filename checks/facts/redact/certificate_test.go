package redact

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
	"lcshealth/checks/facts/pki/pkitest"
)

// hosted is a deployment with these certificates.
func hosted(ders ...[]byte) *facts.Deployment {
	var all []facts.Certificate
	for _, der := range ders {
		all = append(all, facts.Certificate{Store: pki.My, DER: der})
	}
	from := facts.Origin{Source: "host", Target: "lcs01.contoso.com", At: time.Unix(0, 0)}
	return &facts.Deployment{Servers: []*facts.Server{{FQDN: "lcs01.contoso.com", Host: facts.Host{Certificates: facts.Observed(all, from)}}}}
}

// redacted returns the certificates with pseudonyms.
func redacted(t *testing.T, r *Redactor, ders ...[]byte) (out []*x509.Certificate) {
	t.Helper()
	all, _ := r.Deployment(hosted(ders...)).Servers[0].Host.Certificates.Get()
	for _, c := range all {
		parsed, err := x509.ParseCertificate(c.DER)
		if err != nil {
			t.Fatalf("what was a certificate is none any more: %v", err)
		}
		out = append(out, parsed)
	}
	return out
}

// Whatever the kind of key and signature: a chain that was sound is so in
// redacted facts, and only there; a forged one is not.
func TestCertificateChains(t *testing.T) {
	for _, tt := range []struct {
		name      string
		key       pkitest.Key
		signature pkitest.Signature
	}{
		{"ECDSA", pkitest.ECDSA, 0}, {"RSA", pkitest.RSA, 0}, {"SHA-1", pkitest.RSA, pkitest.SHA1}, {"MD5", pkitest.RSA, pkitest.MD5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root, err := pkitest.NewRoot(pkitest.Options{CN: "Contoso Root CA", Key: tt.key, Signature: tt.signature})
			if err != nil {
				t.Fatal(err)
			}
			impostor, err := pkitest.NewRoot(pkitest.Options{CN: "Contoso Root CA", Key: tt.key, Signature: tt.signature})
			if err != nil {
				t.Fatal(err)
			}
			o := pkitest.Server("lcs01.contoso.com")
			o.Key, o.Signature, o.IPs = tt.key, tt.signature, []net.IP{net.IPv4(192, 0, 2, 7)}
			leaf, err := root.Issue(o)
			if err != nil {
				t.Fatal(err)
			}
			r := newTest(t)
			got := redacted(t, r, leaf.Certificate.Raw, root.Certificate.Raw, impostor.Certificate.Raw)
			in := pki.Walker{Redacted: true}
			if chain := in.Walk(got[0], nil, got[1:2]); chain.End != pki.Trusted || len(chain.Weak) != len(pki.Walk(leaf.Certificate, nil, []*x509.Certificate{root.Certificate}).Weak) {
				t.Errorf("the chain ends with %v, %d weak", chain.End, len(chain.Weak))
			}
			if chain := in.Walk(got[0], nil, got[2:]); chain.End != pki.Walk(leaf.Certificate, nil, []*x509.Certificate{impostor.Certificate}).End {
				t.Errorf("the chain to the other root of that name ends with %v", chain.End)
			}
			if chain := pki.Walk(got[0], nil, got[1:2]); chain.End == pki.Trusted {
				t.Error("a mark in the signature counts outside of redacted facts")
			}
			if chain := in.Walk(got[1], nil, nil); chain.End != pki.SelfSigned {
				t.Errorf("the root ends with %v", chain.End)
			}
			if !pki.IssuedTo(got[0], r.host("lcs01.contoso.com")) || pki.IssuedTo(got[0], r.host("lcs02.contoso.com")) {
				t.Errorf("it is issued to %q", pki.Names(got[0]))
			}
			if pki.KeyBits(got[0]) != pki.KeyBits(leaf.Certificate) || !slices.Equal(got[0].ExtKeyUsage, leaf.Certificate.ExtKeyUsage) || !got[0].NotAfter.Equal(leaf.Certificate.NotAfter) {
				t.Error("key, purposes or validity are others")
			}
			for _, secret := range [][]byte{[]byte("ontoso"), leaf.Certificate.RawSubjectPublicKeyInfo, leaf.Certificate.Signature, {192, 0, 2, 7}, leaf.Certificate.SerialNumber.Bytes()} {
				if bytes.Contains(got[0].Raw, secret) || bytes.Contains(got[1].Raw, secret) {
					t.Errorf("%x is still there", secret)
				}
			}
		})
	}
}

// A reference finds the same certificate, in either order of octets.
func TestCertificateReferences(t *testing.T) {
	root, err := pkitest.NewAuthority("Contoso Root CA")
	if err != nil {
		t.Fatal(err)
	}
	r := newTest(t)
	for _, serial := range []*big.Int{big.NewInt(1), big.NewInt(2), big.NewInt(0x0100), big.NewInt(0x6107a800), new(big.Int).Lsh(big.NewInt(0x8001), 100), new(big.Int).SetBytes([]byte{1, 2, 3, 2, 1})} {
		o := pkitest.Server("lcs01.contoso.com")
		o.Serial = serial
		leaf, err := root.Issue(o)
		if err != nil {
			t.Fatal(err)
		}
		got := redacted(t, r, leaf.Certificate.Raw)[0]
		little := pki.RefTo(leaf.Certificate)
		big := facts.CertificateRef{Issuer: little.Issuer, Serial: serial.Bytes()}
		padded := facts.CertificateRef{Issuer: little.Issuer, Serial: append(slices.Clone(little.Serial), 0)}
		for name, ref := range map[string]facts.CertificateRef{"little": little, "big": big, "padded": padded} {
			ref.Issuer, ref.Serial = r.derName(ref.Issuer), r.serial(ref.Serial)
			if _, found := pki.Find([]pki.Stored{{Certificate: got}}, ref); !found {
				t.Errorf("serial number %X as a %s endian reference finds nothing", serial, name)
			}
		}
		other := little
		other.Issuer, other.Serial = r.derName(other.Issuer), r.serial([]byte{7})
		if _, found := pki.Find([]pki.Stored{{Certificate: got}}, other); found {
			t.Errorf("serial number 7 finds %X", serial)
		}
	}
}

// Names of every type of string survive, and so do alternative names of every
// kind.
func TestCertificateNames(t *testing.T) {
	root, err := pkitest.NewRoot(pkitest.Options{Name: pkix.RDNSequence{
		{{Type: asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 25}, Value: asn1.RawValue{Tag: asn1.TagIA5String, Bytes: []byte("com")}}},
		{{Type: asn1.ObjectIdentifier{2, 5, 4, 10}, Value: asn1.RawValue{Tag: asn1.TagBMPString, Bytes: []byte{0, 'C', 0, 'o', 0, 'n', 0, 't', 0, 'o', 0, 's', 0, 'o'}}}},
		{{Type: asn1.ObjectIdentifier{2, 5, 4, 5}, Value: asn1.RawValue{Tag: asn1.TagNumericString, Bytes: []byte("4711")}}},
		{{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: asn1.RawValue{Tag: asn1.TagT61String, Bytes: []byte("Contoso \xfcber")}}},
		{{Type: asn1.ObjectIdentifier{2, 5, 4, 11}, Value: asn1.RawValue{Tag: asn1.TagUTF8String, Bytes: []byte("")}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{
		SerialNumber: big.NewInt(5), NotBefore: time.Unix(1e9, 0), NotAfter: time.Unix(2e9, 0),
		DNSNames: []string{"*.contoso.com", "LCS01"}, EmailAddresses: []string{"kim@contoso.com"}, IPAddresses: []net.IP{net.ParseIP("2001:db8::1")},
		URIs: []*url.URL{{Scheme: "http", Host: "www.contoso.com", Path: "/x"}}, CRLDistributionPoints: []string{"http://crl.contoso.com/a.crl"},
		IssuingCertificateURL: []string{"http://ca.contoso.com"}, UnknownExtKeyUsage: []asn1.ObjectIdentifier{{1, 3, 6, 1, 4, 1, 99999, 1}},
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 20, 2}, Value: []byte("\x0c\x07contoso")}},
	}
	leaf, err := x509.CreateCertificate(nil, &template, root.Certificate, root.Key.Public(), root.Key)
	if err != nil {
		t.Fatal(err)
	}
	r := newTest(t)
	got := redacted(t, r, leaf, root.Certificate.Raw)
	if want := []string{"*." + r.host("contoso.com"), r.host("lcs01")}; !slices.Equal(got[0].DNSNames, want) {
		t.Errorf("the DNS names are %q, want %q", got[0].DNSNames, want)
	}
	if !bytes.Equal(got[0].RawIssuer, got[1].RawSubject) || len(got[0].Subject.Names) != 0 {
		t.Error("issuer and subject do not fit any more")
	}
	if len(got[0].UnknownExtKeyUsage) != 1 || got[0].UnknownExtKeyUsage[0].Equal(template.UnknownExtKeyUsage[0]) {
		t.Errorf("the purposes are %v", got[0].UnknownExtKeyUsage)
	}
	if name := pki.RawName(got[1].RawSubject); strings.Contains(strings.ToLower(name), "contoso") || strings.Contains(name, "unreadable") || strings.Count(name, ",") != 4 {
		t.Errorf("the name is %q", name)
	}
	for _, c := range got {
		if bytes.Contains(bytes.ToLower(c.Raw), []byte("contoso")) || bytes.Contains(c.Raw, []byte("\x00o\x00n\x00t")) {
			t.Errorf("%x still holds the name", c.Raw)
		}
	}
}

// Octets that are no certificate stay none, and are as doubtful as before.
func TestUnreadable(t *testing.T) {
	root, err := pkitest.NewAuthority("Contoso Root CA")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := asn1.Marshal(struct {
		A string
		B asn1.RawValue
	}{"contoso", asn1.RawValue{FullBytes: root.Certificate.RawSubject}})
	if err != nil {
		t.Fatal(err)
	}
	other, _ := asn1.Marshal([]string{"contoso"})
	for _, blob := range [][]byte{whole, other, root.Certificate.Raw[:200], {0x30}, []byte("contoso"), append(slices.Clone(whole), 0)} {
		r := newTest(t)
		all, _ := r.Deployment(hosted(blob, root.Certificate.Raw)).Servers[0].Host.Certificates.Get()
		_, unreadable := pki.Store(all, pki.My)
		if len(unreadable) != 1 {
			t.Fatalf("%x became %x", blob, all[0].DER)
		}
		before, after := pki.Bearing([][]byte{blob}, root.Certificate.RawSubject), pki.Bearing(unreadable, r.derName(root.Certificate.RawSubject))
		if before != after {
			t.Errorf("%x may be %d certificates, %x may be %d", blob, before, unreadable[0], after)
		}
		if bytes.Contains(unreadable[0], []byte("contoso")) {
			t.Errorf("%x still holds the name", unreadable[0])
		}
	}
}

// Whatever the octets: what can be parsed can be so afterwards, and what cannot
// cannot.
func FuzzCertificate(f *testing.F) {
	root, err := pkitest.NewAuthority("Contoso Root CA")
	if err != nil {
		f.Fatal(err)
	}
	leaf, err := root.Issue(pkitest.Server("lcs01.contoso.com"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(leaf.Certificate.Raw)
	f.Add(root.Certificate.Raw)
	f.Add([]byte("contoso"))
	r := newTest(f)
	f.Fuzz(func(t *testing.T, der []byte) {
		r.seen = newFindings()
		out := r.certificate(der)
		c, before := x509.ParseCertificate(der)
		again, after := x509.ParseCertificate(out)
		if (before == nil) != (after == nil) {
			t.Fatalf("%x (%v) became %x (%v)", der, before, out, after)
		}
		if before == nil && !alike(c, again) {
			t.Errorf("%x became %x", der, out)
		}
		if name := r.derName(der); (len(der) == 0) != (len(name) == 0) || !bytes.Equal(name, r.derName(der)) {
			t.Errorf("the name %x became %x", der, name)
		}
	})
}
