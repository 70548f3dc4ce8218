package pki

import (
	"bytes"
	"crypto"
	"crypto/md5"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"slices"
	"strings"
)

// End is how a chain ends.
type End int

// The ends of a chain.
const (
	Trusted       End = iota // at one of the given roots
	SelfSigned               // at a self-signed certificate that is not among the roots, or at authorities that vouch for each other only
	IssuerMissing            // nobody of the issuer's name is there
	WrongIssuer              // somebody of that name is, but did not sign it
	Unchecked                // somebody of that name is, but the signature is of a kind that cannot be checked (MD2, DSA)
)

// Chain is the path from a certificate to its root.
type Chain struct {
	End  End
	Path []*x509.Certificate // the certificate first, the last one found at the end
	Weak []*x509.Certificate // those below the root with a right but weak (SHA-1 or MD5) signature
	// Issuers are the names (DER) of every authority that was looked for on
	// any path. A certificate of none of these names could not have helped.
	Issuers [][]byte
}

// Last returns the last certificate that was found.
func (c Chain) Last() *x509.Certificate { return c.Path[len(c.Path)-1] }

// Walk follows a certificate to its root through the given intermediates and
// roots. Validity in time is not looked at; it is a fact of its own.
//
// crypto/x509 refuses a SHA-1 signature before it tries the key, so that a
// sound chain of 2003 and a forged one look the same to it.
func Walk(leaf *x509.Certificate, intermediates, roots []*x509.Certificate) Chain {
	return Walker{}.Walk(leaf, intermediates, roots)
}

// Walker follows certificates to their roots. The zero value is for
// certificates as they were issued.
type Walker struct {
	// Redacted says that the certificates are of redacted facts, whose
	// signatures may say by whose key they were verified before ([MarkOf]).
	// Anybody can make such a signature: nothing else is to be trusted so.
	Redacted bool
}

// Walk is [Walk] for the walker's certificates.
func (of Walker) Walk(leaf *x509.Certificate, intermediates, roots []*x509.Certificate) Chain {
	w := walker{Walker: of, groups: [][]*x509.Certificate{roots, intermediates}}
	w.best = Chain{End: IssuerMissing, Path: []*x509.Certificate{leaf}}
	w.visit(Chain{Path: []*x509.Certificate{leaf}})
	w.best.Issuers = w.issuers
	return w.best
}

// walker searches depth first over every candidate, since renewed authorities
// share a name. It looks at each certificate once: authorities that signed
// each other could otherwise keep it busy for ages.
type walker struct {
	Walker
	groups  [][]*x509.Certificate // the roots first
	seen    []*x509.Certificate
	issuers [][]byte
	best    Chain
}

// visit follows a chain from its last certificate on and reports whether it
// ends at a root.
func (w *walker) visit(c Chain) bool {
	at := c.Last()
	w.seen = append(w.seen, at)
	if contains(w.groups[0], at) {
		c.End = Trusted
		w.best = c
		return true
	}
	w.lookFor(at.RawIssuer)
	own := wrong
	if bytes.Equal(at.RawIssuer, at.RawSubject) {
		if own = w.signed(at, at); own == right {
			c.End = SelfSigned
			w.keepBetter(c)
			return false
		}
	}
	c.End = IssuerMissing
	for _, group := range w.groups {
		for _, parent := range group {
			if !bytes.Equal(parent.RawSubject, at.RawIssuer) {
				continue
			}
			switch proof := w.signed(at, parent); {
			case proof == wrong:
				if c.End == IssuerMissing {
					c.End = WrongIssuer
				}
			case proof == uncheckable:
				c.End = Unchecked
			case contains(w.seen, parent):
				if c.End == IssuerMissing {
					c.End = SelfSigned
				}
			default:
				next := Chain{Path: append(slices.Clip(c.Path), parent), Weak: slices.Clip(c.Weak)}
				if weak(at.SignatureAlgorithm) {
					next.Weak = append(next.Weak, at)
				}
				if w.visit(next) {
					return true
				}
			}
		}
	}
	if own == uncheckable && c.End == IssuerMissing {
		c.End = SelfSigned // its own name, and nobody else bears it
	}
	w.keepBetter(c)
	return false
}

func (w *walker) lookFor(name []byte) {
	if !slices.ContainsFunc(w.issuers, func(other []byte) bool { return bytes.Equal(other, name) }) {
		w.issuers = append(w.issuers, name)
	}
}

// keepBetter keeps what says most of two chains that do not end at a root. A
// signature that could not be checked goes before all else, since that chain
// may be sound. Then the longer one says more about what is missing, and at
// equal length a wrong issuer says more than none.
func (w *walker) keepBetter(c Chain) {
	switch best := &w.best; {
	case best.End == Unchecked:
	case c.End == Unchecked, len(c.Path) > len(best.Path), len(c.Path) == len(best.Path) && best.End == IssuerMissing:
		*best = c
	}
}

func contains(among []*x509.Certificate, c *x509.Certificate) bool {
	return slices.ContainsFunc(among, c.Equal)
}

func weak(a x509.SignatureAlgorithm) bool {
	switch a {
	case x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return true
	}
	return false
}

// proof is what a signature shows.
type proof int

const (
	wrong       proof = iota // it was made with another key
	right                    // the key made it
	uncheckable              // this program cannot tell
)

// signed tells whether parent's key signed child, whatever the hash.
func signed(child, parent *x509.Certificate) proof {
	key, isRSA := parent.PublicKey.(*rsa.PublicKey)
	var err error
	switch {
	case child.SignatureAlgorithm != x509.MD5WithRSA:
		err = parent.CheckSignature(child.SignatureAlgorithm, child.RawTBSCertificate, child.Signature)
	case isRSA:
		digest := md5.Sum(child.RawTBSCertificate)
		err = rsa.VerifyPKCS1v15(key, crypto.MD5, digest[:], child.Signature)
	default:
		return wrong // an RSA signature, and another kind of key
	}
	switch {
	case err == nil:
		return right
	case errors.Is(err, x509.ErrUnsupportedAlgorithm):
		return uncheckable
	case isRSA && strings.Contains(child.SignatureAlgorithm.String(), "RSA") && !errors.Is(err, rsa.ErrVerification):
		return uncheckable // a key so short that crypto/rsa refuses to use it
	}
	return wrong
}
