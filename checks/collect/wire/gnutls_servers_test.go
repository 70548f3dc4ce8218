package wire

import (
	"bytes"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"os/exec"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
	"lcshealth/checks/facts/pki/pkitest"
	"lcshealth/checks/lab/peer"
)

// oldTLS is the priority string of a server of LCS's time, without its ciphers.
const oldTLS = "NORMAL:-VERS-ALL:+VERS-TLS1.0:+SIGN-RSA-SHA1:-KX-ALL:+RSA:-CIPHER-ALL:-MAC-ALL:%VERIFY_ALLOW_SIGN_WITH_SHA1:%PROFILE_VERY_WEAK:"

// The ciphers of that time, as its servers had one or the other alone.
const (
	rc4SHA  = oldTLS + "+ARCFOUR-128:+SHA1"
	rc4MD5  = oldTLS + "+ARCFOUR-128:+MD5"
	des3SHA = oldTLS + "+3DES-CBC:+SHA1"
	aesSHA  = oldTLS + "+AES-128-CBC:+SHA1"
)

// authority returns a root with an RSA key.
func authority(t *testing.T, o pkitest.Options) *pkitest.Authority {
	t.Helper()
	if o.Key == pkitest.ECDSA {
		o.Key = pkitest.RSA
	}
	a, err := pkitest.NewRoot(o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// issue returns a certificate with an RSA key, unless o has another.
func issue(t *testing.T, a *pkitest.Authority, o pkitest.Options) *pkitest.Issued {
	t.Helper()
	if o.Key == pkitest.ECDSA {
		o.Key = pkitest.RSA
	}
	issued, err := a.Issue(o)
	if err != nil {
		t.Fatal(err)
	}
	return issued
}

// weakKey makes an RSA key that crypto/rsa would not make.
func weakKey(t *testing.T) crypto.Signer {
	t.Helper()
	text, err := exec.CommandContext(t.Context(), peer.Program(t, "certtool"), "--generate-privkey", "--key-type", "rsa", "--bits", "512").Output()
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		t.Fatalf("no key in %q", text)
	}
	key, err := parseKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key.(crypto.Signer)
}

// Servers of LCS's time are stood in for by gnutls-serv with their version,
// suites and certificates. Whatever crypto/tls makes of them, they are observed.
func TestGnuTLS(t *testing.T) {
	t.Parallel()
	program := peer.Program(t, "gnutls-serv")
	root := authority(t, pkitest.Options{CN: "Contoso Root CA"})
	const fqdn = "lcs01.contoso.com"
	from := func(o pkitest.Options) func(*testing.T) tls.Certificate {
		return func(t *testing.T) tls.Certificate { return issue(t, root, o).TLS() }
	}
	sha1 := from(pkitest.Options{CN: fqdn, Signature: pkitest.SHA1})
	small := func(t *testing.T) tls.Certificate {
		return issue(t, root, pkitest.Options{CN: fqdn, Signer: weakKey(t), Signature: pkitest.SHA1}).TLS()
	}
	const (
		rc4SHASuite = tls.TLS_RSA_WITH_RC4_128_SHA
		rc4MD5Suite = uint16(4)
	)
	tests := []struct {
		name        string
		priority    string
		certificate func(*testing.T) tls.Certificate
		suite       uint16
		unfinished  string // by crypto/tls
	}{
		{"RC4-SHA", rc4SHA, sha1, rc4SHASuite, ""},
		{"3DES-SHA", des3SHA, sha1, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA, ""},
		{"AES128-SHA", aesSHA, sha1, tls.TLS_RSA_WITH_AES_128_CBC_SHA, ""},
		{"RC4-SHA before 3DES-SHA", des3SHA + ":+ARCFOUR-128", sha1, rc4SHASuite, ""},
		{"RC4-MD5 alone", rc4MD5, sha1, rc4MD5Suite, "no version and cipher suite in common with the server: it sent the alert handshake_failure (40)"},
		{"SHA-1, 1024 bits", rc4SHA, from(pkitest.Options{CN: fqdn, Key: pkitest.RSA1024, Signature: pkitest.SHA1}), rc4SHASuite, ""},
		{"MD5, 1024 bits", rc4SHA, from(pkitest.Options{CN: fqdn, Key: pkitest.RSA1024, Signature: pkitest.MD5}), rc4SHASuite, ""},
		{"SHA-256", rc4SHA, from(pkitest.Server(fqdn)), rc4SHASuite, ""},
		{"512 bits", rc4SHA, small, rc4SHASuite, "512-bit keys are insecure"},
		{"512 bits, RC4-MD5 alone", rc4MD5, small, rc4MD5Suite, "no version and cipher suite in common"},
		{"expired", rc4SHA, from(pkitest.Options{CN: fqdn, NotAfter: time.Date(2005, 1, 1, 0, 0, 0, 0, time.UTC)}), rc4SHASuite, ""},
		{"not yet valid", rc4SHA, from(pkitest.Options{CN: fqdn, NotBefore: time.Date(2049, 1, 1, 0, 0, 0, 0, time.UTC)}), rc4SHASuite, ""},
		{"another's name", rc4SHA, from(pkitest.Server("lcs02.contoso.com")), rc4SHASuite, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			own := test.certificate(t)
			port := gnutls(t, program, own, "--disable-client-cert", "--priority", test.priority)
			got := get(t, only(t, Config{}, Target{Host: "127.0.0.1", Port: port, Transport: facts.TLS}).TLS)
			if got.Version != tls.VersionTLS10 || got.CipherSuite != test.suite || got.ClientCertificate || got.Incomplete {
				t.Errorf("%x %x, certificate asked for %t; want TLS 1.0, %x", got.Version, got.CipherSuite, got.ClientCertificate, test.suite)
			}
			if len(got.Chain) != 1 || !bytes.Equal(got.Chain[0], own.Certificate[0]) {
				t.Fatalf("chain of %d certificates", len(got.Chain))
			}
			leaf, err := x509.ParseCertificate(got.Chain[0])
			if err != nil {
				t.Fatal(err)
			}
			if end := pki.Walk(leaf, nil, []*x509.Certificate{root.Certificate}).End; end != pki.Trusted {
				t.Errorf("the chain ends %d", end)
			}
			h := got.Handshake
			if h == nil || got.WithCertificate != nil || h.Refused != "" || h.Asked {
				t.Fatalf("handshake %+v, with a certificate %+v", h, got.WithCertificate)
			}
			if done := test.unfinished == ""; h.Done != done || h.Answered != done || !strings.Contains(h.Unfinished, test.unfinished) {
				t.Errorf("handshake %+v; want %q", h, test.unfinished)
			}
		})
	}
}

// A chain is kept as it was sent, and what is wrong with it can be told.
func TestGnuTLSChain(t *testing.T) {
	t.Parallel()
	program := peer.Program(t, "gnutls-serv")
	old := pkitest.Options{CN: "Contoso Root CA", Signature: pkitest.SHA1}
	root := authority(t, old)
	old.Signer = issue(t, root, pkitest.Options{CN: "an impostor"}).Key
	impostor := authority(t, old)
	middle, err := root.Subordinate(pkitest.Options{CN: "Contoso Issuing CA", Key: pkitest.RSA, Signature: pkitest.SHA1})
	if err != nil {
		t.Fatal(err)
	}
	own := issue(t, middle, pkitest.Options{CN: "lcs01.contoso.com", Signature: pkitest.SHA1})
	tests := []struct {
		name  string
		sent  tls.Certificate
		roots *pkitest.Authority
		end   pki.End
		weak  int
	}{
		{"whole", own.TLS(middle), root, pki.Trusted, 2},
		{"with the root", own.TLS(middle, root), root, pki.Trusted, 2},
		{"without the issuing authority", own.TLS(), root, pki.IssuerMissing, 0},
		{"an impostor is trusted", own.TLS(middle), impostor, pki.WrongIssuer, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			port := gnutls(t, program, test.sent, "--disable-client-cert", "--priority", rc4MD5)
			got := get(t, only(t, Config{}, Target{Host: "127.0.0.1", Port: port, Transport: facts.TLS}).TLS)
			var sent []*x509.Certificate
			for i, der := range got.Chain {
				c, err := x509.ParseCertificate(der)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(der, test.sent.Certificate[i]) {
					t.Errorf("certificate %d is %s", i, pki.Describe(c))
				}
				sent = append(sent, c)
			}
			if len(sent) != len(test.sent.Certificate) {
				t.Fatalf("%d certificates of %d", len(sent), len(test.sent.Certificate))
			}
			walked := pki.Walk(sent[0], sent[1:], []*x509.Certificate{test.roots.Certificate})
			if walked.End != test.end || len(walked.Weak) != test.weak {
				t.Errorf("ends %d with %d weak signatures; want %d, %d", walked.End, len(walked.Weak), test.end, test.weak)
			}
		})
	}
}
