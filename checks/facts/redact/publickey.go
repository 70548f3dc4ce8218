package redact

import (
	"crypto/dsa" //nolint:staticcheck // certificates of 2003 may have such keys
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"
)

// publicKey replaces the key in a SubjectPublicKeyInfo by another one of the
// same kind and length, of which nobody knows the private key.
func (r *Redactor) publicKey(info []byte, parsed any) []byte {
	if r.learning {
		return info
	}
	in := cryptobyte.String(info)
	var parts, algorithm cryptobyte.String
	var key []byte
	if !in.ReadASN1(&parts, tags.SEQUENCE) || !parts.ReadASN1Element(&algorithm, tags.SEQUENCE) || !parts.ReadASN1BitStringAsBytes(&key) {
		return r.octets("key", info, len(info))
	}
	var b cryptobyte.Builder
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(algorithm)
		b.AddASN1BitString(r.keyOctets(key, parsed))
	})
	return b.BytesOrPanic()
}

func (r *Redactor) keyOctets(key []byte, parsed any) []byte {
	var b cryptobyte.Builder
	switch k := parsed.(type) {
	case *rsa.PublicKey:
		b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1BigInt(r.modulus(k.N))
			b.AddASN1Int64(int64(k.E))
		})
		return b.BytesOrPanic()
	case *dsa.PublicKey:
		b.AddASN1BigInt(r.modulus(k.Y))
		return b.BytesOrPanic()
	case *ecdsa.PublicKey:
		return r.point(key, k.Curve)
	}
	return r.octets("key", key, len(key))
}

// modulus gives a number of as many bits that is odd if the given one is.
func (r *Redactor) modulus(n *big.Int) *big.Int {
	bits := n.BitLen()
	out := new(big.Int).SetBytes(r.octets("key", n.Bytes(), (bits+7)/8))
	out.SetBit(out, 0, n.Bit(0))
	for i := bits; i < out.BitLen(); i++ {
		out.SetBit(out, i, 0)
	}
	return out.SetBit(out, bits-1, 1)
}

// point gives another point of the curve.
func (r *Redactor) point(key []byte, curve elliptic.Curve) []byte {
	size := (curve.Params().N.BitLen() + 7) / 8
	scalar := key
	for range 256 { // the first nearly always is below the order of the curve
		scalar = r.octets("scalar", scalar, size)
		if extra := 8*size - curve.Params().N.BitLen(); extra > 0 {
			scalar[0] &= 0xff >> extra
		}
		private, err := ecdsa.ParseRawPrivateKey(curve, scalar)
		if err != nil {
			continue
		}
		if public, err := private.PublicKey.Bytes(); err == nil {
			return public
		}
	}
	return r.octets("key", key, len(key)) // no point, so that the certificate counts as unreadable
}
