package pkitest_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"testing"
	"time"

	"lcshealth/checks/facts/pki/pkitest"
)

// What is issued works where certificates are used: in a TLS handshake that
// verifies chain, name and purpose on both sides.
func TestHandshake(t *testing.T) {
	for name, key := range map[string]pkitest.Key{"ECDSA": pkitest.ECDSA, "RSA": pkitest.RSA} {
		t.Run(name, func(t *testing.T) {
			root, err := pkitest.NewRoot(pkitest.Options{CN: "Contoso Root CA", Key: key})
			if err != nil {
				t.Fatal(err)
			}
			middle, err := root.Subordinate(pkitest.Options{CN: "Contoso Issuing CA", Key: key})
			if err != nil {
				t.Fatal(err)
			}
			o := pkitest.Server("lcs01.contoso.com")
			o.Key = key
			server, err := middle.Issue(o)
			if err != nil {
				t.Fatal(err)
			}
			pool := x509.NewCertPool()
			pool.AddCert(root.Certificate)
			here, there := net.Pipe()
			defer here.Close()
			defer there.Close()
			own := server.TLS(middle)
			done := make(chan error, 1)
			go func() {
				done <- tls.Server(there, &tls.Config{Certificates: []tls.Certificate{own}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}).HandshakeContext(t.Context())
			}()
			client := tls.Client(here, &tls.Config{RootCAs: pool, ServerName: "lcs01.contoso.com", Certificates: []tls.Certificate{own}, MaxVersion: tls.VersionTLS12})
			if err := client.HandshakeContext(t.Context()); err != nil {
				t.Errorf("client: %v", err)
				here.Close()
			}
			if err := <-done; err != nil {
				t.Errorf("server: %v", err)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	root, err := pkitest.NewAuthority("Contoso Root CA")
	if err != nil {
		t.Fatal(err)
	}
	until := time.Date(2003, 11, 13, 0, 0, 0, 0, time.UTC)
	first, err := root.Issue(pkitest.Options{CN: "a", NotAfter: until, IPs: []net.IP{net.IPv4(127, 0, 0, 1)}})
	if err != nil {
		t.Fatal(err)
	}
	second, err := root.Issue(pkitest.Options{CN: "b"})
	if err != nil {
		t.Fatal(err)
	}
	if c := first.Certificate; !c.NotAfter.Equal(until) || c.NotBefore.Year() != 2000 || len(c.IPAddresses) != 1 || c.IsCA {
		t.Errorf("the certificate is not as asked: from %v to %v, addresses %v, authority %t", c.NotBefore, c.NotAfter, c.IPAddresses, c.IsCA)
	}
	if first.Certificate.SerialNumber.Cmp(second.Certificate.SerialNumber) == 0 {
		t.Error("two certificates have one serial number")
	}
	key, err := first.KeyPEM()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tls.X509KeyPair(pkitest.PEM(first.Certificate, root.Certificate), key); err != nil {
		t.Errorf("certificate and key as PEM: %v", err)
	}
	if block, rest := pem.Decode(pkitest.PEM(first.Certificate, root.Certificate)); block == nil || len(rest) == 0 {
		t.Error("PEM lost a certificate")
	}
	if _, err := root.Issue(pkitest.Options{CN: "c", Signature: pkitest.MD5}); err == nil {
		t.Error("an MD5 signature with an ECDSA key was made")
	}
}

// RSA keys are made once for each name, and a new one when asked for.
func TestKeysAreRemembered(t *testing.T) {
	one, err := pkitest.NewRoot(pkitest.Options{CN: "Contoso Root CA", Key: pkitest.RSA})
	if err != nil {
		t.Fatal(err)
	}
	again, err := pkitest.NewRoot(pkitest.Options{CN: "Contoso Root CA", Key: pkitest.RSA})
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := pkitest.NewKey(pkitest.RSA)
	if err != nil {
		t.Fatal(err)
	}
	if one.Key != again.Key {
		t.Error("the second authority of the name has another key")
	}
	if one.Key == fresh {
		t.Error("NewKey returned a key in use")
	}
}
