package redact

import (
	"errors"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"
)

var errCertificate = errors.New("not the parts of a certificate")

// The string types that package cryptobyte has no name for (X.680, clause 8).
const (
	numericString   = tags.Tag(18)
	visibleString   = tags.Tag(26)
	universalString = tags.Tag(28)
	bmpString       = tags.Tag(30)
)

// nameRef replaces a name in DER by which a certificate is looked for.
func (r *Redactor) nameRef(der []byte) []byte {
	if r.learning {
		r.seen.names[string(der)] = true
	}
	return r.derName(der)
}

// derName replaces a distinguished name in DER, value by value. Its types and
// string types stay. What cannot be read becomes as many other octets.
func (r *Redactor) derName(der []byte) []byte {
	var b cryptobyte.Builder
	var rdns cryptobyte.String
	whole := cryptobyte.String(der)
	if !whole.ReadASN1(&rdns, tags.SEQUENCE) || !whole.Empty() {
		return r.octets("name", der, len(der))
	}
	good := true
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		for good && !rdns.Empty() {
			good = r.derPart(b, &rdns)
		}
	})
	out, err := b.Bytes()
	if !good || err != nil {
		return r.octets("name", der, len(der))
	}
	return out
}

// derPart replaces one part of a name, which may have several attributes.
func (r *Redactor) derPart(b *cryptobyte.Builder, rdns *cryptobyte.String) bool {
	var set cryptobyte.String
	if !rdns.ReadASN1(&set, tags.SET) {
		return false
	}
	good := true
	b.AddASN1(tags.SET, func(b *cryptobyte.Builder) {
		for good && !set.Empty() {
			var attribute, kind, value cryptobyte.String
			var tag tags.Tag
			if good = set.ReadASN1(&attribute, tags.SEQUENCE) && attribute.ReadASN1Element(&kind, tags.OBJECT_IDENTIFIER) &&
				attribute.ReadAnyASN1(&value, &tag) && attribute.Empty(); !good {
				return
			}
			b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddBytes(kind)
				b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes(r.derString(tag, value)) })
			})
		}
	})
	return good
}

// derString replaces a string of a certificate within its type.
func (r *Redactor) derString(tag tags.Tag, octets []byte) []byte {
	text, ok := decode(tag, octets)
	if !ok {
		return r.octets("octets", octets, len(octets))
	}
	out := r.value(text)
	if !strings.Contains(text, ".") {
		out = r.cased(text, out)
	}
	switch tag {
	case numericString:
		sum := r.digest("number", text)
		digits := make([]byte, 0, len(sum))
		for _, octet := range sum[:min(len(text), len(sum))] {
			digits = append(digits, '0'+octet%10)
		}
		return digits
	case bmpString:
		var b []byte
		for _, unit := range utf16.Encode([]rune(out)) {
			b = append(b, byte(unit>>8), byte(unit&0xff))
		}
		return b
	case universalString:
		var b []byte
		for _, c := range out {
			b = append(b, byte(c>>24), byte(c>>16), byte(c>>8&0xff), byte(c&0xff)) //nolint:gosec // octets of a character
		}
		return b
	case tags.UTF8String, tags.T61String:
		return []byte(out)
	}
	return []byte(strings.Map(func(c rune) rune {
		if c < 0x80 {
			return c
		}
		return -1
	}, out))
}

// decode reads a string of a type that names have.
func decode(tag tags.Tag, octets []byte) (string, bool) {
	switch tag {
	case bmpString:
		if len(octets)%2 != 0 {
			return "", false
		}
		units := make([]uint16, 0, len(octets)/2)
		for i := 0; i < len(octets); i += 2 {
			units = append(units, uint16(octets[i])<<8|uint16(octets[i+1]))
		}
		return string(utf16.Decode(units)), true
	case universalString:
		if len(octets)%4 != 0 {
			return "", false
		}
		var b strings.Builder
		for i := 0; i < len(octets); i += 4 {
			b.WriteRune(rune(uint32(octets[i])<<24 | uint32(octets[i+1])<<16 | uint32(octets[i+2])<<8 | uint32(octets[i+3]))) //nolint:gosec // WriteRune takes any
		}
		return b.String(), true
	case tags.UTF8String, tags.PrintableString, tags.IA5String, tags.T61String, numericString, visibleString:
		if utf8.Valid(octets) {
			return string(octets), true
		}
		var b strings.Builder
		for _, octet := range octets { // Latin-1, whatever the tag says
			b.WriteRune(rune(octet))
		}
		return b.String(), true
	}
	return "", false
}

// cased writes a pseudonym in upper and lower case letters if its name is, so
// that names that differ in case only, which are two to those who compare
// octets, stay different.
func (r *Redactor) cased(name, pseudonym string) string {
	if strings.ToLower(name) == name {
		return pseudonym
	}
	sum := r.digest("case", name)
	i := 0
	return strings.Map(func(c rune) rune {
		if c < 'a' || c > 'z' {
			return c
		}
		i++
		if sum[i/8%len(sum)]>>(i%8)&1 == 1 {
			return c - 'a' + 'A'
		}
		return c
	}, pseudonym)
}
