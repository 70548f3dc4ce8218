package pkitest

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
)

// PEM returns certificates in the order given.
func PEM(certificates ...*x509.Certificate) (out []byte) {
	for _, c := range certificates {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return out
}

// KeyPEM returns the key as PKCS #8.
func (i *Issued) KeyPEM() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(i.Key)
	if err != nil {
		return nil, fmt.Errorf("encode the key of %s: %w", i.Certificate.Subject.CommonName, err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// TLS returns the certificate for use by a TLS server or client, followed by
// the authorities between it and the root that are to be sent with it.
func (i *Issued) TLS(between ...*Authority) tls.Certificate {
	out := tls.Certificate{Certificate: [][]byte{i.Certificate.Raw}, PrivateKey: i.Key, Leaf: i.Certificate}
	for _, a := range between {
		out.Certificate = append(out.Certificate, a.Certificate.Raw)
	}
	return out
}
