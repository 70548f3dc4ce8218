package pki

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"

	"lcshealth/checks/facts"
)

// For returns the walker for the certificates of a deployment.
func For(d *facts.Deployment) Walker { return Walker{Redacted: d.Redacted != ""} }

// SignatureMark is how many octets [MarkOf] gives.
const SignatureMark = 16

// MarkOf is how the signature of a certificate in redacted facts begins that
// was right before: with a digest of the public key (DER of the
// SubjectPublicKeyInfo) that verified it, as that is now.
func MarkOf(publicKey []byte) []byte {
	sum := sha256.Sum256(append([]byte("lcshealth: signed with this key\x00"), publicKey...))
	return sum[:SignatureMark]
}

// Signed reports whether the key of parent signed child, whatever the hash, as
// far as that can be checked.
func Signed(child, parent *x509.Certificate) bool { return signed(child, parent) == right }

func (of Walker) signed(child, parent *x509.Certificate) proof {
	if of.Redacted && bytes.HasPrefix(child.Signature, MarkOf(parent.RawSubjectPublicKeyInfo)) {
		return right
	}
	return signed(child, parent)
}
