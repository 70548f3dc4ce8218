// Package pkitest makes the certificates that tests and the simulated
// deployment need: authorities in any number of tiers, and what they issue,
// also with the signatures of 2003 that crypto/x509 no longer makes.
//
// Everything is valid from 2000 to 2049 unless asked for otherwise, so that
// nothing depends on today's date.
package pkitest

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"sync/atomic"
	"time"
)

// The validity of a certificate that does not ask for another.
var (
	notBefore = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	notAfter  = time.Date(2049, 12, 31, 0, 0, 0, 0, time.UTC)
)

// Authority issues certificates.
type Authority struct {
	Certificate *x509.Certificate
	Key         crypto.Signer

	issued atomic.Int64
}

// Options say what a certificate is like. The zero value is a certificate
// without a name that is good for every purpose, with an ECDSA key.
type Options struct {
	CN        string
	Name      pkix.RDNSequence   // the whole subject instead of CN
	SAN       []string           // DNS names; none: no such extension
	IPs       []net.IP           // addresses in the same extension
	EKU       []x509.ExtKeyUsage // purposes; none: no such extension, so all of them
	NotBefore time.Time          // zero: the year 2000
	NotAfter  time.Time          // zero: the end of 2049
	Serial    *big.Int           // nil: the next one of the authority, of eight octets
	Key       Key
	Signature Signature
	CA        bool          // an authority: Authority.Subordinate sets it
	Signer    crypto.Signer // use this key instead of a new one, as a renewal does
}

// Issued is a certificate with its key.
type Issued struct {
	Certificate *x509.Certificate
	Key         crypto.Signer
}

// Server returns the options of a certificate for a server: its name as common
// and alternative name, for Server and Client Authentication.
func Server(fqdn string) Options {
	return Options{CN: fqdn, SAN: []string{fqdn}, EKU: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
}

// NewAuthority returns a root authority with an ECDSA key.
func NewAuthority(name string) (*Authority, error) { return NewRoot(Options{CN: name}) }

// NewRoot returns a root authority with the given options.
func NewRoot(o Options) (*Authority, error) {
	o.CA = true
	key, err := o.key()
	if err != nil {
		return nil, err
	}
	certificate, err := create(o, nil, key, key, big.NewInt(1))
	if err != nil {
		return nil, err
	}
	return &Authority{Certificate: certificate, Key: key}, nil
}

// Subordinate returns an authority that this one vouches for.
func (a *Authority) Subordinate(o Options) (*Authority, error) {
	o.CA = true
	issued, err := a.Issue(o)
	if err != nil {
		return nil, err
	}
	return &Authority{Certificate: issued.Certificate, Key: issued.Key}, nil
}

// Issue returns a new certificate. It is safe for concurrent use.
func (a *Authority) Issue(o Options) (*Issued, error) {
	key, err := o.key()
	if err != nil {
		return nil, err
	}
	// Serial numbers like those of Windows: not the same read backwards.
	serial := big.NewInt(0x61_0A_5C_00_00_00_00_00 + a.issued.Add(1))
	certificate, err := create(o, a.Certificate, key, a.Key, serial)
	if err != nil {
		return nil, err
	}
	return &Issued{certificate, key}, nil
}

func (o *Options) key() (crypto.Signer, error) {
	if o.Signer != nil {
		return o.Signer, nil
	}
	return o.Key.generate(o.CN)
}

// create makes a certificate for key, signed by signer. Without a parent it is
// self-signed.
func create(o Options, parent *x509.Certificate, key, signer crypto.Signer, serial *big.Int) (*x509.Certificate, error) {
	if o.Serial != nil {
		serial = o.Serial
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: o.CN}, DNSNames: o.SAN, IPAddresses: o.IPs, ExtKeyUsage: o.EKU,
		NotBefore: or(o.NotBefore, notBefore), NotAfter: or(o.NotAfter, notAfter),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
	if o.Name != nil {
		raw, err := marshal(o.Name)
		if err != nil {
			return nil, fmt.Errorf("issue a certificate to %v: %w", o.Name, err)
		}
		template.RawSubject = raw
	}
	if o.CA {
		template.IsCA, template.BasicConstraintsValid = true, true
		template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	}
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err == nil {
		der, err = o.Signature.resign(der, signer)
	}
	if err != nil {
		return nil, fmt.Errorf("issue a certificate to %s: %w", o.CN, err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("issue a certificate to %s: %w", o.CN, err)
	}
	return certificate, nil
}

func or(t, otherwise time.Time) time.Time {
	if t.IsZero() {
		return otherwise
	}
	return t
}
