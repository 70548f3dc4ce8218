package pki

import (
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"
)

// attributeNames are the short names of RFC 4514, section 3, and e-mail.
// pkix.Name prints domain components, which every Active Directory CA has, as
// numbers and octets.
var attributeNames = map[string]string{
	"2.5.4.3":                    "CN",
	"2.5.4.6":                    "C",
	"2.5.4.7":                    "L",
	"2.5.4.8":                    "ST",
	"2.5.4.9":                    "STREET",
	"2.5.4.10":                   "O",
	"2.5.4.11":                   "OU",
	"0.9.2342.19200300.100.1.1":  "UID",
	"0.9.2342.19200300.100.1.25": "DC",
	"1.2.840.113549.1.9.1":       "E",
}

// RawName prints a distinguished name given in DER, most specific part first.
//
// It reads names that encoding/asn1 refuses, since old authorities have them: a
// PrintableString with characters that it must not have, a UniversalString.
func RawName(der []byte) string {
	var rdns cryptobyte.String
	whole := cryptobyte.String(der)
	if !whole.ReadASN1(&rdns, tags.SEQUENCE) || !whole.Empty() {
		return unreadable(der)
	}
	var parts []string
	for !rdns.Empty() {
		part, ok := relativeName(&rdns)
		if !ok {
			return unreadable(der)
		}
		parts = append(parts, part)
	}
	slices.Reverse(parts)
	if len(parts) == 0 {
		return "empty name"
	}
	return strings.Join(parts, ", ")
}

func unreadable(der []byte) string { return fmt.Sprintf("unreadable name (%d octets)", len(der)) }

// relativeName reads one part of a name, which may have several attributes.
func relativeName(rdns *cryptobyte.String) (string, bool) {
	var set cryptobyte.String
	if !rdns.ReadASN1(&set, tags.SET) {
		return "", false
	}
	var joined []string
	for !set.Empty() {
		var attribute, value cryptobyte.String
		var kind asn1.ObjectIdentifier
		var tag tags.Tag
		if !set.ReadASN1(&attribute, tags.SEQUENCE) || !attribute.ReadASN1ObjectIdentifier(&kind) || !attribute.ReadAnyASN1(&value, &tag) {
			return "", false
		}
		name, ok := attributeNames[kind.String()]
		if !ok {
			name = kind.String()
		}
		joined = append(joined, name+"="+attributeValue(tag, value))
	}
	return strings.Join(joined, "+"), true
}

// The string types that package cryptobyte has no name for (X.680, clause 8).
const (
	universalString = tags.Tag(28)
	bmpString       = tags.Tag(30)
)

// attributeValue decodes the value of an attribute. What is no string is given
// in hexadecimal, as RFC 4514, section 2.4, has it.
func attributeValue(tag tags.Tag, value []byte) string {
	var runes []rune
	switch {
	case tag == bmpString && len(value)%2 == 0:
		units := make([]uint16, 0, len(value)/2)
		for pair := range slices.Chunk(value, 2) {
			units = append(units, uint16(pair[0])<<8|uint16(pair[1]))
		}
		runes = utf16.Decode(units)
	case tag == universalString && len(value)%4 == 0:
		for four := range slices.Chunk(value, 4) {
			runes = append(runes, rune(uint32(four[0])<<24|uint32(four[1])<<16|uint32(four[2])<<8|uint32(four[3])))
		}
	case tag != tags.UTF8String && tag != tags.PrintableString && tag != tags.IA5String && tag != tags.T61String:
		return "#" + hex.EncodeToString(value)
	case utf8.Valid(value):
		runes = []rune(string(value))
	default: // Latin-1, whatever the tag says
		for _, octet := range value {
			runes = append(runes, rune(octet))
		}
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, string(runes))
}
