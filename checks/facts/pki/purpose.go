package pki

import (
	"crypto/x509"
	"slices"
)

// HasPurpose reports whether a certificate may be used for a purpose. One that
// lists none may be used for all (RFC 5280, section 4.2.1.12).
func HasPurpose(c *x509.Certificate, purpose x509.ExtKeyUsage) bool {
	if len(c.ExtKeyUsage) == 0 && len(c.UnknownExtKeyUsage) == 0 {
		return true
	}
	return slices.Contains(c.ExtKeyUsage, purpose) || slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageAny)
}

// PurposeName is what Windows calls one of the two purposes of TLS.
func PurposeName(u x509.ExtKeyUsage) string {
	if u == x509.ExtKeyUsageClientAuth {
		return "Client Authentication"
	}
	return "Server Authentication"
}
