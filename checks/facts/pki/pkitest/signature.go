package pkitest

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"

	_ "crypto/md5"  // of 2003
	_ "crypto/sha1" // of 2003
)

// Signature is how a certificate is signed.
type Signature int

// The signatures. All but the first need an authority with an RSA key.
const (
	SHA256 Signature = iota
	SHA1
	MD5
	MD2 // only said to be one: nothing can check it
)

// The last arc of the algorithms below pkcs-1 (RFC 8017, appendix A.2.4).
var algorithms = map[Signature]struct {
	arc  byte
	hash crypto.Hash
}{
	SHA1: {5, crypto.SHA1},
	MD5:  {4, crypto.MD5},
	MD2:  {2, crypto.MD5},
}

// The encoded object identifiers below pkcs-1, without and with the arc of
// sha256WithRSAEncryption.
var (
	pkcs1         = []byte{6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1}
	sha256WithRSA = append(bytes.Clone(pkcs1), 11)
)

// resign replaces the signature of a certificate that was signed with SHA-256
// and RSA. Package crypto/x509 refuses to sign with MD5.
func (s Signature) resign(der []byte, signer crypto.Signer) ([]byte, error) {
	if s == SHA256 {
		return der, nil
	}
	algorithm, known := algorithms[s]
	if _, ok := signer.(*rsa.PrivateKey); !ok || !known {
		return nil, errors.New("such a signature needs an authority with an RSA key")
	}
	var c struct {
		TBS       asn1.RawValue
		Algorithm asn1.RawValue
		Value     asn1.BitString
	}
	if _, err := asn1.Unmarshal(der, &c); err != nil {
		return nil, err
	}
	with := append(bytes.Clone(pkcs1), algorithm.arc)
	tbs := bytes.Replace(c.TBS.FullBytes, sha256WithRSA, with, 1) // all of one length
	digest := algorithm.hash.New()
	digest.Write(tbs)
	value, err := signer.Sign(rand.Reader, digest.Sum(nil), algorithm.hash)
	if err != nil {
		return nil, err
	}
	c.TBS = asn1.RawValue{FullBytes: tbs}
	c.Algorithm = asn1.RawValue{FullBytes: bytes.Replace(c.Algorithm.FullBytes, sha256WithRSA, with, 1)}
	c.Value = asn1.BitString{Bytes: value, BitLength: 8 * len(value)}
	return asn1.Marshal(c)
}

func marshal(name pkix.RDNSequence) ([]byte, error) { return asn1.Marshal(name) }
