package lab

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"net"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
	"lcshealth/checks/facts/pki/pkitest"
)

// certificate is a certificate of a host, with its key.
type certificate struct {
	*x509.Certificate
	tls tls.Certificate // with the authority between it and the root
}

// ref names the certificate as the WMI classes of LCS do; nil is none.
func (c *certificate) ref() facts.CertificateRef {
	if c == nil {
		return facts.CertificateRef{}
	}
	return pki.RefTo(c.Certificate)
}

// serve is how somebody who has the certificate shakes hands.
func (c *certificate) serve() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{c.tls}, MinVersion: tls.VersionTLS12}
}

// authorities are the public key infrastructure of the forest: an issuing
// authority below a root, named as Windows Certificate Services do. The
// partner's root issued nothing here.
type authorities struct{ root, issuing, partner *pkitest.Authority }

func newAuthorities() (a authorities, err error) {
	if a.root, err = pkitest.NewRoot(pkitest.Options{Name: directoryName("Contoso Root CA")}); err != nil {
		return a, err
	}
	if a.issuing, err = a.root.Subordinate(pkitest.Options{Name: directoryName("Contoso Issuing CA 1")}); err != nil {
		return a, err
	}
	a.partner, err = pkitest.NewAuthority("Fabrikam Root CA")
	return a, err
}

// issue makes a certificate for a host; without purposes, for those that LCS
// 2003 needs for mutual TLS.
func (f *forest) issue(fqdn string, purposes ...x509.ExtKeyUsage) (*certificate, error) {
	o := f.serverOptions(fqdn)
	if len(purposes) > 0 {
		o.EKU = purposes
	}
	return f.issueAs(o)
}

// serverOptions have the address of the host beside its name, for who is told to
// reach it without DNS.
func (f *forest) serverOptions(fqdn string) pkitest.Options {
	o := pkitest.Server(fqdn)
	if address := f.addresses.of[fqdn]; address != "" {
		o.IPs = []net.IP{net.ParseIP(address)}
	}
	return o
}

func (f *forest) issueAs(o pkitest.Options) (*certificate, error) {
	issued, err := f.authority.issuing.Issue(o)
	if err != nil {
		return nil, fmt.Errorf("certificate of %s: %w", o.CN, err)
	}
	return &certificate{issued.Certificate, issued.TLS(f.authority.issuing)}, nil
}

// pool trusts the root.
func (a authorities) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.root.Certificate)
	return pool
}

// directoryName is the name of an authority that is part of Active Directory.
func directoryName(cn string) (name pkix.RDNSequence) {
	dc := asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 25}
	for _, part := range []pkix.AttributeTypeAndValue{
		{Type: dc, Value: "com"}, {Type: dc, Value: "contoso"}, {Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: cn},
	} {
		name = append(name, pkix.RelativeDistinguishedNameSET{part})
	}
	return name
}
