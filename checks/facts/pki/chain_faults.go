package pki

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
)

// NotAuthorities returns the issuers on the path that do not say that they are
// authorities (RFC 5280, section 4.2.1.9). Those of version 1 cannot say so and
// are left out: roots of that time are such.
func (c Chain) NotAuthorities() (out []*x509.Certificate) {
	for _, issuer := range c.Path[1:] {
		if issuer.Version >= 3 && !issuer.IsCA {
			out = append(out, issuer)
		}
	}
	return out
}

// KeyBits returns the length of a certificate's key in bits: of the modulus of
// an RSA key, of the field of another. It is 0 for a kind that is not known.
func KeyBits(c *x509.Certificate) int {
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen()
	case *ecdsa.PublicKey:
		return key.Curve.Params().BitSize
	}
	return 0
}
