package pki

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"strings"
)

// attributeNames are the short names of RFC 4514, section 3, and e-mail.
// pkix.Name prints domain components, which every Active Directory CA has, as
// numbers and octets.
var attributeNames = map[string]string{
	"2.5.4.3":                    "CN",
	"2.5.4.6":                    "C",
	"2.5.4.7":                    "L",
	"2.5.4.8":                    "ST",
	"2.5.4.9":                    "STREET",
	"2.5.4.10":                   "O",
	"2.5.4.11":                   "OU",
	"0.9.2342.19200300.100.1.1":  "UID",
	"0.9.2342.19200300.100.1.25": "DC",
	"1.2.840.113549.1.9.1":       "E",
}

// RawName prints a distinguished name given in DER, most specific part first.
func RawName(der []byte) string {
	var rdns pkix.RDNSequence
	if rest, err := asn1.Unmarshal(der, &rdns); err != nil || len(rest) > 0 {
		return fmt.Sprintf("unreadable name (%d octets)", len(der))
	}
	if len(rdns) == 0 {
		return "empty name"
	}
	var parts []string
	for i := len(rdns) - 1; i >= 0; i-- {
		var joined []string
		for _, a := range rdns[i] {
			name, ok := attributeNames[a.Type.String()]
			if !ok {
				name = a.Type.String()
			}
			joined = append(joined, fmt.Sprintf("%s=%v", name, a.Value))
		}
		parts = append(parts, strings.Join(joined, "+"))
	}
	return strings.Join(parts, ", ")
}

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

// IssuedTo reports whether a certificate was issued to the host. A wildcard
// stands for one label.
func IssuedTo(c *x509.Certificate, host string) bool {
	for _, name := range Names(c) {
		if strings.EqualFold(name, host) {
			return true
		}
		if parent, ok := strings.CutPrefix(name, "*."); ok {
			if _, rest, dotted := strings.Cut(host, "."); dotted && strings.EqualFold(rest, parent) {
				return true
			}
		}
	}
	return false
}
