package pki

import (
	"crypto/x509"
	"encoding/asn1"
	"slices"
	"strings"
)

// Names returns the names that a certificate was issued to: its DNS names, or
// its common name if it has no subject alternative name at all, as Windows of
// that time compares them.
func Names(c *x509.Certificate) []string {
	for _, e := range c.Extensions {
		if e.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 17}) {
			return c.DNSNames
		}
	}
	if c.Subject.CommonName == "" {
		return nil
	}
	return []string{c.Subject.CommonName}
}

// Bears reports whether a certificate has the very name of the host. Wildcards
// are not looked at.
func Bears(c *x509.Certificate, host string) bool {
	return slices.ContainsFunc(Names(c), func(name string) bool { return strings.EqualFold(name, host) })
}

// IssuedTo reports whether a certificate was issued to the host. A wildcard
// stands for one label.
func IssuedTo(c *x509.Certificate, host string) bool {
	if Bears(c, host) {
		return true
	}
	_, domain, dotted := strings.Cut(host, ".")
	return dotted && Bears(c, "*."+domain)
}
