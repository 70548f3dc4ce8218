package pki

import (
	"bytes"
	"crypto"
	"crypto/md5"
	"crypto/rsa"
	"crypto/x509"
	"errors"
)

// End is how a chain ends.
type End int

// The ends of a chain.
const (
	Trusted       End = iota // at one of the given roots
	SelfSigned               // at a self-signed certificate that is not among the roots
	IssuerMissing            // nobody of the issuer's name is there
	WrongIssuer              // somebody of that name is, but did not sign it
)

// Chain is the path from a certificate to its root.
type Chain struct {
	End  End
	Path []*x509.Certificate // the certificate first, the last one found at the end
	Weak []*x509.Certificate // those below the root with a right but weak (SHA-1 or MD5) signature
}

// Last returns the last certificate that was found.
func (c Chain) Last() *x509.Certificate { return c.Path[len(c.Path)-1] }

// maxChain bounds the length of a chain; cross-signed authorities could
// otherwise go in circles.
const maxChain = 12

// Walk follows a certificate to its root through the given intermediates and
// roots. Validity in time is not looked at; it is a fact of its own.
//
// crypto/x509 refuses a SHA-1 signature before it tries the key, so that a
// sound chain of 2003 and a forged one look the same to it.
func Walk(leaf *x509.Certificate, intermediates, roots []*x509.Certificate) Chain {
	best := Chain{End: IssuerMissing, Path: []*x509.Certificate{leaf}}
	// Depth first over every candidate, since renewed authorities share a name.
	var visit func(Chain) bool
	visit = func(c Chain) bool {
		at := c.Last()
		for _, root := range roots {
			if root.Equal(at) {
				c.End = Trusted
				best = c
				return true
			}
		}
		selfIssued := bytes.Equal(at.RawIssuer, at.RawSubject)
		if selfIssued && signed(at, at) == nil {
			c.End = SelfSigned
			keepBetter(&best, c)
			return false
		}
		c.End = IssuerMissing
		for _, group := range [][]*x509.Certificate{roots, intermediates} {
			for _, parent := range group {
				if !bytes.Equal(parent.RawSubject, at.RawIssuer) || len(c.Path) == maxChain || contains(c.Path, parent) {
					continue
				}
				if signed(at, parent) != nil {
					if c.End == IssuerMissing {
						c.End = WrongIssuer
					}
					continue
				}
				next := Chain{Path: append(c.Path[:len(c.Path):len(c.Path)], parent), Weak: c.Weak[:len(c.Weak):len(c.Weak)]}
				if weak(at.SignatureAlgorithm) {
					next.Weak = append(next.Weak, at)
				}
				if visit(next) {
					return true
				}
			}
		}
		keepBetter(&best, c)
		return false
	}
	visit(Chain{Path: []*x509.Certificate{leaf}})
	return best
}

// keepBetter keeps the longer of two chains that do not end well: it says most
// about what is missing. At equal length a wrong issuer says more than none.
func keepBetter(best *Chain, c Chain) {
	if len(c.Path) > len(best.Path) || (len(c.Path) == len(best.Path) && best.End == IssuerMissing) {
		*best = c
	}
}

func contains(path []*x509.Certificate, c *x509.Certificate) bool {
	for _, p := range path {
		if p.Equal(c) {
			return true
		}
	}
	return false
}

func weak(a x509.SignatureAlgorithm) bool {
	switch a {
	case x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return true
	}
	return false
}

// signed reports whether parent's key signed child, whatever the hash.
func signed(child, parent *x509.Certificate) error {
	if child.SignatureAlgorithm != x509.MD5WithRSA {
		return parent.CheckSignature(child.SignatureAlgorithm, child.RawTBSCertificate, child.Signature)
	}
	key, ok := parent.PublicKey.(*rsa.PublicKey)
	if !ok {
		return errors.New("an RSA signature cannot be checked with another kind of key")
	}
	digest := md5.Sum(child.RawTBSCertificate)
	return rsa.VerifyPKCS1v15(key, crypto.MD5, digest[:], child.Signature)
}
