// Package pki looks certificates up in the stores that a host reported and
// walks their chains as Windows Server 2003 would, where crypto/x509 cannot:
// SHA-1 and MD5 signatures count if they are right, and a name may stand in the
// common name alone. It only computes; it neither opens connections nor files.
package pki

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks/facts"
)

// The stores of the local computer that matter, as facts name them.
const (
	My   = "MY"
	CA   = "CA"
	Root = "ROOT"
)

// Stored is a certificate of a store that could be parsed.
type Stored struct {
	*x509.Certificate
	HasPrivateKey *bool // nil: the host did not tell
}

// Store returns the certificates of one store of the local computer, and the
// blobs in it that could not be parsed: any of them might be the certificate
// that is looked for.
func Store(certificates []facts.Certificate, name string) (parsed []Stored, unreadable [][]byte) {
	for _, c := range certificates {
		if !strings.EqualFold(c.Store, name) || c.Profile != "" {
			continue
		}
		p, err := x509.ParseCertificate(c.DER)
		if err != nil {
			unreadable = append(unreadable, c.DER)
			continue
		}
		parsed = append(parsed, Stored{p, c.HasPrivateKey})
	}
	return parsed, unreadable
}

// Bearing counts the unreadable blobs that may be a certificate with the given
// name (DER) as subject or issuer: those that hold it, and those that are not
// whole. The stores of Windows always have some certificate that crypto/x509
// does not accept, such as one with a negative serial number, and these must
// not put every other in doubt.
func Bearing(unreadable [][]byte, name []byte) (n int) {
	for _, blob := range unreadable {
		var whole asn1.RawValue
		if rest, err := asn1.Unmarshal(blob, &whole); err != nil || len(rest) > 0 || bytes.Contains(blob, name) {
			n++
		}
	}
	return n
}

// Find returns the certificate that ref names, if it is among those given. The
// serial number is read little endian, as a CERT_INFO has it. Only if no
// certificate has that one is it read big endian, as an encoded certificate
// has it; the WMI classes of LCS are not documented to the octet.
func Find(among []Stored, ref facts.CertificateRef) (Stored, bool) {
	little := slices.Clone(ref.Serial)
	slices.Reverse(little)
	for _, big := range [][]byte{little, ref.Serial} {
		serial := bytes.TrimLeft(big, "\x00")
		for _, c := range among {
			if bytes.Equal(c.RawIssuer, ref.Issuer) && bytes.Equal(serial, c.SerialNumber.Bytes()) {
				return c, true
			}
		}
	}
	return Stored{}, false
}

// RefTo returns the reference that names a certificate, with the serial number
// little endian as in a CERT_INFO.
func RefTo(c *x509.Certificate) facts.CertificateRef {
	serial := c.SerialNumber.Bytes()
	slices.Reverse(serial)
	return facts.CertificateRef{Issuer: c.RawIssuer, Serial: serial}
}

// DescribeRef names a reference for people: serial number and issuer.
func DescribeRef(ref facts.CertificateRef) string {
	serial := slices.Clone(ref.Serial)
	slices.Reverse(serial)
	return fmt.Sprintf("serial number %X of %s", serial, RawName(ref.Issuer))
}

// Describe names a certificate for people: subject, serial number and issuer.
func Describe(c *x509.Certificate) string {
	return fmt.Sprintf("%s, serial number %X, issued by %s", RawName(c.RawSubject), c.SerialNumber.Bytes(), RawName(c.RawIssuer))
}
