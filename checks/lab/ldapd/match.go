package ldapd

import (
	"cmp"
	"encoding/binary"
	"strconv"
	"strings"
	"time"
)

// Active Directory's bitwise matching rules, MS-ADTS 3.1.1.3.4.4.
const (
	ruleBitAnd = "1.2.840.113556.1.4.803" // all of the bits are set
	ruleBitOr  = "1.2.840.113556.1.4.804" // one of the bits is set
)

// The tests below judge one value of an attribute. They are nil, and their
// filter undefined, when the attribute is unknown (a nil type), when its
// syntax has no such comparison, or when the asserted value is not of it.

// equalTest compares for equality.
func (t *attributeType) equalTest(want string, s *schema) func(string) bool {
	if t == nil {
		return nil
	}
	switch t.syntax {
	case SyntaxString, SyntaxOID:
		return func(v string) bool { return strings.EqualFold(v, want) }
	case SyntaxBoolean:
		if want != "TRUE" && want != "FALSE" {
			return nil
		}
	case SyntaxInteger, SyntaxTime:
		return t.orderTest(want, func(order int) bool { return order == 0 })
	case SyntaxDN:
		return t.nameTest(want, s)
	case SyntaxSID:
		if octets, ok := sidOctets(want); ok {
			want = octets
		}
	}
	return func(v string) bool { return v == want }
}

// nameTest compares DNs; its values are keys. objectCategory takes the name of
// a class too, and means the class's default (MS-ADTS 3.1.1.3.1.3.5).
func (t *attributeType) nameTest(want string, s *schema) func(string) bool {
	if t.key == "objectcategory" {
		if category, ok := s.categories[strings.ToLower(want)]; ok {
			want = category
		} else if !strings.Contains(want, "=") {
			return categoryTest(want)
		}
	}
	n, err := parseName(want)
	if err != nil {
		return nil
	}
	key := n.key()
	return func(v string) bool { return v == key }
}

// categoryTest stands in for a directory without classSchema entries. The
// category of a class is named like it, with hyphens (CN=Organizational-Unit),
// but for those that count as persons.
func categoryTest(class string) func(string) bool {
	class = strings.ToLower(strings.ReplaceAll(class, "-", ""))
	switch class {
	case "user", "contact", "organizationalperson", "inetorgperson":
		class = "person"
	}
	return func(key string) bool {
		rdn, _, _ := strings.Cut(key, ",")
		_, cn, _ := strings.Cut(rdn, "=")
		return strings.ReplaceAll(cn, "-", "") == class
	}
}

// orderTest compares for order, where a syntax has one.
func (t *attributeType) orderTest(want string, accept func(order int) bool) func(string) bool {
	if t == nil {
		return nil
	}
	switch t.syntax {
	case SyntaxString:
		want = strings.ToLower(want)
		return func(v string) bool { return accept(strings.Compare(strings.ToLower(v), want)) }
	case SyntaxOctets:
		return func(v string) bool { return accept(strings.Compare(v, want)) }
	case SyntaxInteger:
		number, err := strconv.ParseInt(want, 10, 64)
		if err != nil {
			return nil
		}
		return func(v string) bool {
			held, err := strconv.ParseInt(v, 10, 64)
			return err == nil && accept(cmp.Compare(held, number))
		}
	case SyntaxTime:
		instant, err := parseTime(want)
		if err != nil {
			return nil
		}
		return func(v string) bool {
			held, err := parseTime(v)
			return err == nil && accept(held.Compare(instant))
		}
	}
	return nil
}

// substrings is the pattern initial*any*any*final.
type substrings struct {
	initial string
	any     []string
	final   string
}

// substringTest matches a pattern. DNs have no substrings in Active Directory.
func (t *attributeType) substringTest(want substrings) func(string) bool {
	if t == nil {
		return nil
	}
	switch t.syntax {
	case SyntaxOctets:
		return want.in
	case SyntaxString:
		want.initial, want.final = strings.ToLower(want.initial), strings.ToLower(want.final)
		for i := range want.any {
			want.any[i] = strings.ToLower(want.any[i])
		}
		return func(v string) bool { return want.in(strings.ToLower(v)) }
	}
	return nil
}

// in reports whether v has the substrings in their order, without overlap.
func (s substrings) in(v string) bool {
	v, ok := strings.CutPrefix(v, s.initial)
	if !ok {
		return false
	}
	for _, part := range s.any {
		if _, v, ok = strings.Cut(v, part); !ok {
			return false
		}
	}
	return strings.HasSuffix(v, s.final)
}

// bitTest applies a bitwise rule to an integer.
func (t *attributeType) bitTest(rule, want string) func(string) bool {
	mask, err := strconv.ParseInt(want, 10, 64)
	if t == nil || t.syntax != SyntaxInteger || err != nil {
		return nil
	}
	var accept func(int64) bool
	switch rule {
	case ruleBitAnd:
		accept = func(v int64) bool { return v&mask == mask }
	case ruleBitOr:
		accept = func(v int64) bool { return v&mask != 0 }
	default:
		return nil
	}
	return func(v string) bool {
		held, err := strconv.ParseInt(v, 10, 64)
		return err == nil && accept(held)
	}
}

// timeLayout is generalized time as Active Directory writes it.
const timeLayout = "20060102150405.0Z"

// parseTime reads generalized time with or without a fraction.
func parseTime(v string) (time.Time, error) { return time.Parse("20060102150405Z0700", v) }

// sidOctets encodes a SID like S-1-5-21-1-2-3-1000 (MS-DTYP 2.4.2).
func sidOctets(text string) (string, bool) {
	parts := strings.Split(text, "-")
	if len(parts) < 3 || len(parts) > 3+15 || !strings.EqualFold(parts[0], "S") || parts[1] != "1" {
		return "", false
	}
	authority, err := strconv.ParseUint(parts[2], 10, 48)
	if err != nil {
		return "", false
	}
	octets := binary.BigEndian.AppendUint64(nil, authority)
	octets[0], octets[1] = 1, byte(len(parts)-3) // in front of the authority's six octets
	for _, part := range parts[3:] {
		sub, err := strconv.ParseUint(part, 10, 32)
		if err != nil {
			return "", false
		}
		octets = binary.LittleEndian.AppendUint32(octets, uint32(sub))
	}
	return string(octets), true
}
