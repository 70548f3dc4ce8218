package redact

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"net/netip"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"
)

// The extensions that are kept, as they are or with pseudonyms. All others,
// such as where an authority publishes its lists, tell of the deployment and
// of nothing that is judged.
var (
	subjectKeyID     = asn1.ObjectIdentifier{2, 5, 29, 14}
	keyUsage         = asn1.ObjectIdentifier{2, 5, 29, 15}
	subjectNames     = asn1.ObjectIdentifier{2, 5, 29, 17}
	issuerNames      = asn1.ObjectIdentifier{2, 5, 29, 18}
	basicConstraints = asn1.ObjectIdentifier{2, 5, 29, 19}
	authorityKeyID   = asn1.ObjectIdentifier{2, 5, 29, 35}
	purposes         = asn1.ObjectIdentifier{2, 5, 29, 37}
)

// extensions writes the extensions of a certificate.
func (r *Redactor) extensions(b *cryptobyte.Builder, c *x509.Certificate) {
	var kept []pkix.Extension
	for _, e := range c.Extensions {
		if value := r.extension(e); value != nil {
			e.Value = value
			kept = append(kept, e)
		}
	}
	if len(kept) == 0 {
		return
	}
	b.AddASN1(tags.Tag(3|explicit), func(b *cryptobyte.Builder) {
		b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
			for _, e := range kept {
				b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(e.Id)
					if e.Critical {
						b.AddASN1Boolean(true)
					}
					b.AddASN1OctetString(e.Value)
				})
			}
		})
	})
}

// extension returns what an extension says with pseudonyms, or nil if it is to
// be left out.
func (r *Redactor) extension(e pkix.Extension) []byte {
	var out cryptobyte.Builder
	in := cryptobyte.String(e.Value)
	switch {
	case e.Id.Equal(keyUsage), e.Id.Equal(basicConstraints):
		return e.Value
	case e.Id.Equal(subjectNames), e.Id.Equal(issuerNames):
		var names cryptobyte.String
		in.ReadASN1(&names, tags.SEQUENCE)
		out.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) { r.generalNames(b, names) })
	case e.Id.Equal(purposes):
		r.purposes(&out, in)
	case e.Id.Equal(subjectKeyID):
		var id cryptobyte.String
		if !in.ReadASN1(&id, tags.OCTET_STRING) {
			return nil
		}
		out.AddASN1OctetString(r.octets("key id", id, len(id)))
	case e.Id.Equal(authorityKeyID):
		const isKeyID = tags.Tag(0 | 0x80)
		var parts, id cryptobyte.String
		if !in.ReadASN1(&parts, tags.SEQUENCE) || !parts.ReadASN1(&id, isKeyID) {
			return nil
		}
		out.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(isKeyID, func(b *cryptobyte.Builder) { b.AddBytes(r.octets("key id", id, len(id))) })
		})
	default:
		return nil
	}
	value, err := out.Bytes()
	if err != nil {
		return nil
	}
	return value
}

// purposes writes enhanced key usages. Those that some organization has made
// for itself become others.
func (r *Redactor) purposes(b *cryptobyte.Builder, in cryptobyte.String) {
	var list cryptobyte.String
	in.ReadASN1(&list, tags.SEQUENCE)
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		for !list.Empty() {
			var id asn1.ObjectIdentifier
			if !list.ReadASN1ObjectIdentifier(&id) {
				b.SetError(errCertificate)
				return
			}
			if text := id.String(); !isStandardPurpose(text) {
				sum := r.digest("oid", text)
				id = asn1.ObjectIdentifier{2, 25, int(sum[0])<<16 | int(sum[1])<<8 | int(sum[2])}
			}
			b.AddASN1ObjectIdentifier(id)
		}
	})
}

// isStandardPurpose reports purposes of RFC 5280 and of Microsoft. Below
// …311.21.8 each forest has its own.
func isStandardPurpose(id string) bool {
	within := func(arc string) bool { return strings.HasPrefix(id, arc) }
	return within("1.3.6.1.5.5.7.3.") || within("2.5.29.37.") || within("1.3.6.1.4.1.311.") && !within("1.3.6.1.4.1.311.21.8.")
}

// explicit are the bits of a context-specific tag around another one.
const explicit = 0x80 | 0x20

// The kinds of names of RFC 5280, section 4.2.1.6, as tags.
const (
	otherName     = tags.Tag(0 | explicit)
	emailName     = tags.Tag(1 | 0x80)
	dnsName       = tags.Tag(2 | 0x80)
	directoryName = tags.Tag(4 | explicit)
	uriName       = tags.Tag(6 | 0x80)
	addressName   = tags.Tag(7 | 0x80)
)

// generalNames writes alternative names. Of the rare kinds none is kept.
func (r *Redactor) generalNames(b *cryptobyte.Builder, names cryptobyte.String) {
	for !names.Empty() {
		var name cryptobyte.String
		var tag tags.Tag
		if !names.ReadAnyASN1(&name, &tag) {
			b.SetError(errCertificate)
			return
		}
		var out []byte
		switch tag {
		case emailName:
			out = []byte(r.address(string(name)))
		case dnsName:
			out = []byte(r.host(string(name)))
		case uriName:
			out = []byte("urn:" + r.name(string(name)))
		case addressName:
			a, ok := netip.AddrFromSlice(name)
			if !ok {
				continue
			}
			out = r.ip(a).AsSlice()
		case directoryName:
			out = r.derName(name)
		case otherName:
			if out = r.otherName(name); out == nil {
				continue
			}
		default:
			continue
		}
		b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes(out) })
	}
}

// otherName replaces a name of another kind that is a string, such as a user
// principal name.
func (r *Redactor) otherName(name cryptobyte.String) []byte {
	const value = tags.Tag(0 | explicit)
	var kind, inner, text cryptobyte.String
	var tag tags.Tag
	if !name.ReadASN1Element(&kind, tags.OBJECT_IDENTIFIER) || !name.ReadASN1(&inner, value) || !inner.ReadAnyASN1(&text, &tag) {
		return nil
	}
	if _, ok := decode(tag, text); !ok {
		return nil
	}
	var b cryptobyte.Builder
	b.AddBytes(kind)
	b.AddASN1(value, func(b *cryptobyte.Builder) {
		b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes(r.derString(tag, text)) })
	})
	out, err := b.Bytes()
	if err != nil {
		return nil
	}
	return out
}
