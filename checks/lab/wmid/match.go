package wmid

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// project picks the selected properties.
func (q query) project(properties []Property) ([]Property, bool) {
	if q.properties == nil {
		return properties, true
	}
	var out []Property
	for _, name := range q.properties {
		i := findProperty(properties, name)
		if i < 0 {
			return nil, false
		}
		out = append(out, properties[i])
	}
	return out, true
}

func findProperty(properties []Property, name string) int {
	return slices.IndexFunc(properties, func(p Property) bool { return strings.EqualFold(p.Name, name) })
}

// matches tells whether an instance meets all conditions. A comparison with
// NULL is not met. It is an error to compare what the class does not have, or
// with a constant of another type.
func (q query) matches(properties []Property, row Instance) (bool, error) {
	all := true
	for _, c := range q.conditions {
		i := findProperty(properties, c.property)
		if i < 0 {
			return false, fmt.Errorf("%w: no property %s", errWQL, c.property)
		}
		met, err := c.met(properties[i].Type, row[properties[i].Name])
		if err != nil {
			return false, err
		}
		all = all && met
	}
	return all, nil
}

func (c condition) met(t Type, v any) (bool, error) {
	switch {
	case c.operator == "IS NULL":
		return v == nil, nil
	case c.operator == "IS NOT NULL":
		return v != nil, nil
	case t&Array != 0:
		return false, fmt.Errorf("%w: %s is an array", errWQL, c.property)
	case v == nil:
		return false, nil
	}
	var order int
	switch constant := c.constant.(type) {
	case string:
		s, ok := v.(string)
		if !ok {
			return false, fmt.Errorf("%w: %s is no string", errWQL, c.property)
		}
		if c.operator == "LIKE" {
			return like(strings.ToLower(s), strings.ToLower(constant)), nil
		}
		if t == DateTime {
			have, err := parseDateTime(s)
			if err != nil {
				return false, err
			}
			want, err := parseDateTime(constant)
			if err != nil {
				return false, fmt.Errorf("%w: %w", errWQL, err)
			}
			order = have.Compare(want)
			break
		}
		order = strings.Compare(strings.ToLower(s), strings.ToLower(constant))
	case bool:
		b, ok := v.(bool)
		if !ok {
			return false, fmt.Errorf("%w: %s is no boolean", errWQL, c.property)
		}
		if b != constant {
			order = 1
		}
	case *big.Int:
		bits, err := t.integer(v)
		if err != nil || t == Boolean {
			return false, fmt.Errorf("%w: %s is no number", errWQL, c.property)
		}
		have := new(big.Int).SetUint64(bits)
		if t.signed() {
			have.SetInt64(int64(bits))
		}
		order = have.Cmp(constant)
	}
	switch c.operator {
	case "=":
		return order == 0, nil
	case "<>":
		return order != 0, nil
	case "<":
		return order < 0, nil
	case "<=":
		return order <= 0, nil
	case ">":
		return order > 0, nil
	default:
		return order >= 0, nil
	}
}

// like matches % with any characters and _ with one. Brackets are not special.
func like(s, pattern string) bool {
	text, want := []rune(s), []rune(pattern)
	// The position after the last %, and where its match could go on.
	star, resume, i, j := -1, 0, 0, 0
	for i < len(text) {
		switch {
		case j < len(want) && want[j] == '%':
			star, resume = j, i
			j++
		case j < len(want) && (want[j] == '_' || want[j] == text[i]):
			i++
			j++
		case star >= 0:
			resume++
			i, j = resume, star+1
		default:
			return false
		}
	}
	for j < len(want) && want[j] == '%' {
		j++
	}
	return j == len(want)
}
