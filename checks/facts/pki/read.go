package pki

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// Read reads the certificates of a file in their order, of which there is at
// least one: in PEM, between whatever else stands there, or one behind the other
// in DER.
func Read(file []byte) (all []*x509.Certificate, err error) {
	if !bytes.Contains(file, []byte("-----BEGIN")) {
		if all, err = x509.ParseCertificates(file); err != nil || len(all) == 0 {
			return nil, errors.New("it holds no certificate in PEM or DER form")
		}
		return all, nil
	}
	for block, rest := pem.Decode(file); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("a certificate in it cannot be read: %w", err)
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, errors.New("it holds no certificate in PEM form")
	}
	return all, nil
}
