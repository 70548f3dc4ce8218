package wire

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"lcshealth/checks/facts/pki"

	"software.sslmate.com/src/go-pkcs12"
)

// maxCertificateFile bounds a file of certificates and keys, in octets.
const maxCertificateFile = 1 << 20

// LoadClientCertificate reads a certificate with its private key, and the
// authorities that are to be sent with it, for [Config.ClientCertificate].
//
// The file is a PFX (PKCS #12), as Windows exports it, also in the old form
// with RC2 and 3DES, or PEM. A PFX has its key with it; of PEM the key is read
// from keyFile, or from certFile if that is empty. The certificate of the key
// is found wherever it stands in the file.
//
// The password is asked for only if a PFX does not open with an empty one; nil
// means that there is none. Keys in PEM must not be encrypted.
func LoadClientCertificate(certFile, keyFile string, password func() (string, error)) (*tls.Certificate, error) {
	data, err := readCertificateFile(certFile)
	if err != nil {
		return nil, err
	}
	if !bytes.Contains(data, []byte("-----BEGIN ")) {
		if keyFile != "" {
			return nil, fmt.Errorf("read client certificate %s: it is no PEM, and only PEM goes with a file for the key", certFile)
		}
		own, err := decodePFX(data, password)
		if err != nil {
			return nil, fmt.Errorf("read client certificate %s: %w", certFile, err)
		}
		return own, nil
	}
	key := data
	if keyFile != "" {
		if key, err = readCertificateFile(keyFile); err != nil {
			return nil, err
		}
	}
	own, err := decodePEM(data, key)
	if err != nil {
		return nil, fmt.Errorf("read client certificate %s with the key in %s: %w", certFile, cmp.Or(keyFile, certFile), err)
	}
	return own, nil
}

func readCertificateFile(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read client certificate: %w", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(file, maxCertificateFile+1))
	if err != nil {
		return nil, fmt.Errorf("read client certificate: %w", err)
	}
	if len(data) > maxCertificateFile {
		return nil, fmt.Errorf("read client certificate %s: longer than %d octets", name, maxCertificateFile)
	}
	return data, nil
}

// decodePFX reads a PFX: DER, with a password that may be empty.
func decodePFX(data []byte, password func() (string, error)) (*tls.Certificate, error) {
	key, first, others, err := pkcs12.DecodeChain(data, "")
	if wrongPassword(err) && password != nil {
		secret, failed := password()
		if failed != nil {
			return nil, fmt.Errorf("get its password: %w", failed)
		}
		key, first, others, err = pkcs12.DecodeChain(data, secret)
	}
	if wrongPassword(err) {
		return nil, errors.New("the password of the PFX is wrong or missing")
	}
	if err != nil {
		return nil, fmt.Errorf("neither PEM nor a PFX with one key that can be used: %w", err)
	}
	return pair(key, append([]*x509.Certificate{first}, others...))
}

func wrongPassword(err error) bool {
	return errors.Is(err, pkcs12.ErrIncorrectPassword) || errors.Is(err, pkcs12.ErrDecryption)
}

// decodePEM reads the certificates of one text and the first key of another.
func decodePEM(certificates, keys []byte) (*tls.Certificate, error) {
	all, err := pki.Read(certificates)
	if err != nil {
		return nil, err
	}
	for block, rest := pem.Decode(keys); block != nil; block, rest = pem.Decode(rest) {
		if !strings.HasSuffix(block.Type, "PRIVATE KEY") {
			continue
		}
		if block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "" {
			return nil, errors.New("the key is encrypted: use a PFX, or a key without a password in a file that only you can read")
		}
		key, err := parseKey(block.Bytes)
		if err != nil {
			return nil, err
		}
		return pair(key, all)
	}
	return nil, errors.New("there is no private key")
}

// parseKey reads a key in any of the forms that PEM has: PKCS #8, PKCS #1 (RFC
// 8017) and SEC 1.
func parseKey(der []byte) (any, error) {
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key, nil
	}
	return nil, err
}

// pair finds the certificate of a key and puts its authorities after it, each
// followed by its own: so TLS wants them (RFC 5246, section 7.4.2), and a PFX
// has them in any order.
func pair(key any, certificates []*x509.Certificate) (*tls.Certificate, error) {
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("a key of type %T cannot sign", key)
	}
	public, ok := signer.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok {
		return nil, fmt.Errorf("a key of type %T cannot be compared", key)
	}
	i := slices.IndexFunc(certificates, func(c *x509.Certificate) bool { return public.Equal(c.PublicKey) })
	if i < 0 {
		return nil, fmt.Errorf("the key is not that of %s", pki.RawName(certificates[0].RawSubject))
	}
	at := certificates[i]
	own := &tls.Certificate{PrivateKey: key, Leaf: at}
	for {
		own.Certificate = append(own.Certificate, at.Raw)
		certificates = slices.Delete(slices.Clone(certificates), i, i+1)
		i = slices.IndexFunc(certificates, func(c *x509.Certificate) bool { return bytes.Equal(c.RawSubject, at.RawIssuer) })
		if i < 0 {
			return own, nil
		}
		at = certificates[i]
	}
}

// certificateName names a certificate for people.
func certificateName(own *tls.Certificate) string {
	if own.Leaf != nil {
		return pki.RawName(own.Leaf.RawSubject)
	}
	if len(own.Certificate) > 0 {
		if leaf, err := x509.ParseCertificate(own.Certificate[0]); err == nil {
			return pki.RawName(leaf.RawSubject)
		}
	}
	return "the client certificate"
}
