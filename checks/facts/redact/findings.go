package redact

import (
	"crypto/x509"

	"lcshealth/checks/facts/pki"
)

// findings are what has to be seen of a whole deployment before anything in it
// can be replaced.
type findings struct {
	columns      map[string]bool              // table.column of its databases, in lower case
	certificates map[string]*x509.Certificate // by DER; nil: not to be parsed
	names        map[string]bool              // of authorities (DER) by which certificates are looked for
	signers      map[string][]byte            // by DER of the certificate: the public key (DER) that verifies it
}

func newFindings() findings {
	return findings{columns: map[string]bool{}, certificates: map[string]*x509.Certificate{}, names: map[string]bool{}, signers: map[string][]byte{}}
}

// certificate notes a certificate.
func (f *findings) certificate(der []byte) *x509.Certificate {
	if known, ok := f.certificates[string(der)]; ok {
		return known
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		c = nil
	}
	f.certificates[string(der)] = c
	if c != nil {
		f.names[string(c.RawIssuer)] = true
	}
	return c
}

// findSigners finds out whose signatures are right, as long as they can be
// checked.
func (f *findings) findSigners() {
	bySubject := map[string][]*x509.Certificate{}
	for _, c := range f.certificates {
		if c != nil {
			bySubject[string(c.RawSubject)] = append(bySubject[string(c.RawSubject)], c)
		}
	}
	for der, c := range f.certificates {
		if c == nil {
			continue
		}
		for _, parent := range bySubject[string(c.RawIssuer)] {
			if pki.Signed(c, parent) {
				f.signers[der] = parent.RawSubjectPublicKeyInfo
				break
			}
		}
	}
}
