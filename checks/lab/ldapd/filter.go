package ldapd

import (
	"errors"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// truth is a value of the three-valued logic of filters (RFC 4511 section
// 4.5.1.7; Active Directory has it since Windows Server 2003). In this order
// "and" is the least, "or" the greatest and "not" the negative.
type truth int8

const (
	isFalse   truth = -1
	undefined truth = 0
	isTrue    truth = 1
)

func truthOf(b bool) truth {
	if b {
		return isTrue
	}
	return isFalse
}

// errConstructed refuses a filter on an attribute that is not stored.
var errConstructed = errors.New("filter on a constructed attribute")

// A filter judges a node as somebody sees it. Only isTrue selects it.
type filter interface {
	match(n *node, v viewer) truth
}

type (
	andFilter   []filter
	orFilter    []filter
	notFilter   struct{ of filter }
	constant    truth
	presence    struct{ typ *attributeType }
	valueFilter struct { // true when the test is, for one of the values
		typ  *attributeType
		test func(string) bool
	}
)

func (f andFilter) match(n *node, v viewer) truth {
	least := isTrue
	for _, part := range f {
		if least = min(least, part.match(n, v)); least == isFalse {
			break
		}
	}
	return least
}

func (f orFilter) match(n *node, v viewer) truth {
	greatest := isFalse
	for _, part := range f {
		if greatest = max(greatest, part.match(n, v)); greatest == isTrue {
			break
		}
	}
	return greatest
}

func (f notFilter) match(n *node, v viewer) truth { return -f.of.match(n, v) }

func (f constant) match(*node, viewer) truth { return truth(f) }

func (f presence) match(n *node, v viewer) truth { return truthOf(v.get(n, f.typ) != nil) }

func (f valueFilter) match(n *node, v viewer) truth {
	a := v.get(n, f.typ)
	if a == nil {
		return isFalse
	}
	values := a.values
	if a.keys != nil {
		values = a.keys
	}
	for _, value := range values {
		if f.test(value) {
			return isTrue
		}
	}
	return isFalse
}

// compileFilter turns a filter, RFC 4511 section 4.5.1.7, into one that looks
// nothing up any more. It fails with errMalformed or errConstructed.
func compileFilter(p *ber.Packet, s *schema) (filter, error) {
	if p.ClassType != ber.ClassContext {
		return nil, malformed("filter of class %#02x", p.ClassType)
	}
	switch p.Tag {
	case ldap.FilterAnd:
		parts, err := compileFilters(p, s)
		return andFilter(parts), err
	case ldap.FilterOr:
		parts, err := compileFilters(p, s)
		return orFilter(parts), err
	case ldap.FilterNot:
		parts, err := compileFilters(p, s)
		if err == nil && len(parts) != 1 {
			err = malformed("negation of %d filters", len(parts))
		}
		if err != nil {
			return nil, err
		}
		return notFilter{parts[0]}, nil
	case ldap.FilterPresent:
		return compilePresence(p, s)
	case ldap.FilterSubstrings:
		return compileSubstrings(p, s)
	case ldap.FilterExtensibleMatch:
		return compileExtensible(p, s)
	case ldap.FilterEqualityMatch, ldap.FilterApproxMatch, ldap.FilterGreaterOrEqual, ldap.FilterLessOrEqual:
		return compileComparison(p, s)
	}
	return nil, malformed("filter of type %d", p.Tag)
}

func compileFilters(p *ber.Packet, s *schema) ([]filter, error) {
	if p.TagType != ber.TypeConstructed {
		return nil, malformed("set of filters is primitive")
	}
	parts := make([]filter, len(p.Children))
	for i, child := range p.Children {
		var err error
		if parts[i], err = compileFilter(child, s); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// filterType looks the attribute of a filter up. The type is nil when the
// schema has none of that name, which leaves the filter undefined.
func (s *schema) filterType(name string) (*attributeType, error) {
	t := s.lookup(name)
	if t != nil && t.constructed {
		return nil, errConstructed
	}
	return t, nil
}

func compilePresence(p *ber.Packet, s *schema) (filter, error) {
	if p.TagType != ber.TypePrimitive {
		return nil, malformed("presence filter is constructed")
	}
	t, err := s.filterType(p.Data.String())
	switch {
	case err != nil:
		return nil, err
	case t == nil:
		return constant(undefined), nil
	case t.key == "objectclass", t.key == "distinguishedname", t.key == "name", t.key == "objectguid":
		return constant(isTrue), nil // every object has them (MS-ADTS 3.1.1.3.1.3.1)
	}
	return presence{t}, nil
}

// compileComparison does (a=v), (a~=v), (a>=v) and (a<=v). Active Directory
// knows no approximation: "~=" is "=" (MS-ADTS 3.1.1.3.1.3.1).
func compileComparison(p *ber.Packet, s *schema) (filter, error) {
	f := fieldsOf(p)
	attribute, value := f.octets(), f.octets()
	if f.err != nil {
		return nil, f.err
	}
	t, err := s.filterType(attribute)
	if err != nil {
		return nil, err
	}
	switch p.Tag {
	case ldap.FilterGreaterOrEqual:
		return t.filter(t.orderTest(value, func(order int) bool { return order >= 0 })), nil
	case ldap.FilterLessOrEqual:
		return t.filter(t.orderTest(value, func(order int) bool { return order <= 0 })), nil
	}
	return t.filter(t.equalTest(value, s)), nil
}

// filter makes a test of values a filter. Without a test it is undefined.
func (t *attributeType) filter(test func(string) bool) filter {
	if test == nil {
		return constant(undefined)
	}
	return valueFilter{typ: t, test: test}
}

func compileSubstrings(p *ber.Packet, s *schema) (filter, error) {
	f := fieldsOf(p)
	attribute := f.octets()
	list := f.next()
	if f.err != nil {
		return nil, f.err
	}
	if list.TagType != ber.TypeConstructed || len(list.Children) == 0 {
		return nil, malformed("substring filter without substrings")
	}
	var want substrings
	for i, part := range list.Children {
		text := part.Data.String()
		switch {
		case part.ClassType != ber.ClassContext || part.TagType != ber.TypePrimitive:
			return nil, malformed("substring of class %#02x", part.ClassType)
		case part.Tag == ldap.FilterSubstringsInitial && i == 0:
			want.initial = text
		case part.Tag == ldap.FilterSubstringsAny:
			want.any = append(want.any, text)
		case part.Tag == ldap.FilterSubstringsFinal && i == len(list.Children)-1:
			want.final = text
		default:
			return nil, malformed("substring of type %d in place %d", part.Tag, i)
		}
	}
	t, err := s.filterType(attribute)
	if err != nil {
		return nil, err
	}
	return t.filter(t.substringTest(want)), nil
}

// compileExtensible does (a:rule:=v). Without a rule it is equality, without
// an attribute undefined, and :dn is ignored (MS-ADTS 3.1.1.3.1.3.1).
func compileExtensible(p *ber.Packet, s *schema) (filter, error) {
	f := fieldsOf(p)
	rule := f.optional(ber.ClassContext, ber.TypePrimitive, ldap.MatchingRuleAssertionMatchingRule)
	typ := f.optional(ber.ClassContext, ber.TypePrimitive, ldap.MatchingRuleAssertionType)
	value := f.optional(ber.ClassContext, ber.TypePrimitive, ldap.MatchingRuleAssertionMatchValue)
	if value == nil {
		return nil, malformed("extensible filter without value")
	}
	if dn := f.optional(ber.ClassContext, ber.TypePrimitive, ldap.MatchingRuleAssertionDNAttributes); dn != nil {
		dn.Value = dn.Data.Len() > 0 && dn.Data.Bytes()[0] != 0 // DecompileFilter relies on it
	}
	if f.err != nil || typ == nil {
		return constant(undefined), f.err
	}
	t, err := s.filterType(typ.Data.String())
	switch {
	case err != nil:
		return nil, err
	case rule == nil:
		return t.filter(t.equalTest(value.Data.String(), s)), nil
	}
	return t.filter(t.bitTest(rule.Data.String(), value.Data.String())), nil
}
