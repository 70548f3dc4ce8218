package redact

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"maps"
	"math/big"
	"slices"

	"lcshealth/checks/facts/pki"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"
)

// certificate replaces the names, the key and the serial number in a
// certificate. What stays are the algorithms, the length of the key, the
// validity and what the certificate may be used for. Extensions that tell of
// nothing else than the authority are left out.
//
// The signature cannot be right any more. It says instead which key made it,
// if that was verified, in the way that [pki.Walker] reads in redacted facts.
func (r *Redactor) certificate(der []byte) []byte {
	if r.learning {
		if c := r.seen.certificate(der); c != nil {
			r.rewrite(c)
		}
		return der
	}
	c, known := r.seen.certificates[string(der)]
	if !known {
		c, _ = x509.ParseCertificate(der)
	}
	if c == nil {
		return r.unreadable(der)
	}
	out := r.rewrite(c)
	if again, err := x509.ParseCertificate(out); err != nil || !alike(c, again) {
		return r.unreadable(der) // so that it is told to be unreadable, and not judged wrongly
	}
	return out
}

// alike reports whether two certificates are equal in what causes look at,
// apart from names.
func alike(a, b *x509.Certificate) bool {
	return a.NotBefore.Equal(b.NotBefore) && a.NotAfter.Equal(b.NotAfter) && a.Version == b.Version && a.IsCA == b.IsCA &&
		a.SignatureAlgorithm == b.SignatureAlgorithm && a.PublicKeyAlgorithm == b.PublicKeyAlgorithm && pki.KeyBits(a) == pki.KeyBits(b) &&
		slices.Equal(a.ExtKeyUsage, b.ExtKeyUsage) && len(a.UnknownExtKeyUsage) == len(b.UnknownExtKeyUsage) &&
		len(a.DNSNames) == len(b.DNSNames) && len(pki.Names(a)) == len(pki.Names(b))
}

// rewrite writes a certificate anew; what is returned is empty if it cannot be.
func (r *Redactor) rewrite(c *x509.Certificate) []byte {
	outer := cryptobyte.String(c.Raw)
	var whole, tbs, algorithm cryptobyte.String
	if !outer.ReadASN1(&whole, tags.SEQUENCE) || !whole.ReadASN1(&tbs, tags.SEQUENCE) || !whole.ReadASN1Element(&algorithm, tags.SEQUENCE) {
		return nil
	}
	var b cryptobyte.Builder
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) { r.body(b, c, tbs) })
		b.AddBytes(algorithm)
		b.AddASN1BitString(r.signature(c))
	})
	out, err := b.Bytes()
	if err != nil {
		return nil
	}
	return out
}

// body writes a TBSCertificate (RFC 5280, section 4.1).
func (r *Redactor) body(b *cryptobyte.Builder, c *x509.Certificate, tbs cryptobyte.String) {
	const version = tags.Tag(0 | explicit)
	var part cryptobyte.String
	var tag tags.Tag
	if tbs.PeekASN1Tag(version) && tbs.ReadAnyASN1Element(&part, &tag) {
		b.AddBytes(part)
	}
	if !tbs.SkipASN1(tags.INTEGER) {
		b.SetError(errCertificate)
		return
	}
	b.AddASN1BigInt(new(big.Int).SetBytes(r.serial(c.SerialNumber.Bytes())))
	var algorithm, issuer, validity, subject, key cryptobyte.String
	for _, next := range []*cryptobyte.String{&algorithm, &issuer, &validity, &subject, &key} {
		if !tbs.ReadASN1Element(next, tags.SEQUENCE) {
			b.SetError(errCertificate)
			return
		}
	}
	b.AddBytes(algorithm)
	b.AddBytes(r.derName(issuer))
	b.AddBytes(validity)
	b.AddBytes(r.derName(subject))
	b.AddBytes(r.publicKey(key, c.PublicKey))
	r.extensions(b, c)
}

// signature stands for a signature. It is not shorter than the original, and
// differs as that does.
func (r *Redactor) signature(c *x509.Certificate) []byte {
	rest := r.octets("signature", c.Raw, max(len(c.Signature), 2*pki.SignatureMark))
	if key, ok := r.seen.signers[string(c.Raw)]; ok {
		copy(rest, pki.MarkOf(r.publicKey(key, publicKeyOf(key))))
	}
	return rest
}

func publicKeyOf(der []byte) any {
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil
	}
	return key
}

// minSerial is how many octets the pseudonym of a serial number has at least,
// so that no two short ones become the same.
const minSerial = 8

// serial replaces a serial number. Since a reference may give it in either
// order of octets and with zeros at its ends, what is turned around before is
// turned around after, and zeros at the ends stay.
func (r *Redactor) serial(b []byte) []byte {
	if r.learning {
		return b
	}
	core := bytes.TrimRight(bytes.TrimLeft(b, "\x00"), "\x00")
	if len(core) == 0 {
		return b
	}
	start := bytes.Index(b, core)
	turned := slices.Clone(core)
	slices.Reverse(turned)
	first := core
	if bytes.Compare(turned, core) < 0 {
		first = turned
	}
	out := r.octets("serial", first, max(len(core), minSerial))
	out[0], out[len(out)-1] = out[0]&0x7f|1, out[len(out)-1]&0x7f|1
	switch {
	case bytes.Equal(core, turned):
		for i := range len(out) / 2 {
			out[len(out)-1-i] = out[i]
		}
	case !bytes.Equal(core, first):
		slices.Reverse(out)
	}
	return slices.Concat(b[:start], out, b[start+len(core):])
}

// unreadable stands for octets that are no certificate which can be read. They
// stay so, and as far as [pki.Bearing] tells: whole or not, and with the same
// names.
func (r *Redactor) unreadable(der []byte) []byte {
	var whole asn1.RawValue
	if rest, err := asn1.Unmarshal(der, &whole); err != nil || len(rest) > 0 {
		out := r.octets("blob", der, len(der))
		copy(out, []byte{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff}) // of which the rest is missing
		return out
	}
	var b cryptobyte.Builder
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1OctetString(r.octets("blob", der, 32))
		for _, name := range slices.Sorted(maps.Keys(r.seen.names)) {
			if bytes.Contains(der, []byte(name)) {
				b.AddBytes(r.derName([]byte(name)))
			}
		}
	})
	return b.BytesOrPanic()
}
