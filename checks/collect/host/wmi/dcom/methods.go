package dcom

import (
	"fmt"
	"strings"
)

// parseMethods reads the methods of a class: for each, in lower case, the class
// whose instance its arguments are, or nil if it takes none (MS-WMIO 2.2.38).
func parseMethods(unit []byte) (map[string]*class, error) {
	flags, in := parseUnit(unit)
	if in.err == nil && flags&(objectClass|objectInstance) != objectClass {
		in.fail("it is not a class")
	}
	if in.err != nil {
		return nil, fmt.Errorf("a class: %w", in.err)
	}
	// First what it derives from, then what it is.
	if _, err := parseClass(&in); err != nil {
		return nil, err
	}
	if above := in.counted(); above.err != nil {
		return nil, above.err
	}
	c, err := parseClass(&in)
	if err != nil {
		return nil, err
	}
	part := in.counted()
	count := int(part.uint16())
	part.uint16()
	const size = 4 + 1 + 3 + 4 + 4 + 4 + 4
	table := octets{part.take(count * size), nil}
	h := heap(part.sized())
	if part.err != nil {
		return nil, fmt.Errorf("the methods of %s: %w", c.name, part.err)
	}
	out := make(map[string]*class, count)
	for range count {
		one := octets{table.take(size), nil}
		name, err := h.text(one.uint32())
		if err != nil {
			return nil, fmt.Errorf("a method of %s: %w", c.name, err)
		}
		one.take(12) // flags, where it is from, qualifiers
		arguments, err := h.signature(one.uint32())
		if err != nil {
			return nil, fmt.Errorf("the method %s of %s: %w", name, c.name, err)
		}
		out[strings.ToLower(name)] = arguments
	}
	return out, nil
}

// signature reads the class that has the arguments of a method as properties.
func (h heap) signature(ref uint32) (*class, error) {
	if ref == null {
		return nil, nil //nolint:nilnil // there is none
	}
	at := h.at(ref)
	body := octets{at.sized(), nil}
	if at.err != nil || len(body.rest) == 0 {
		return nil, at.err
	}
	flags, in := parseBlock(body)
	if flags&objectClass == 0 {
		return nil, fmt.Errorf("its arguments have flags %#x", flags)
	}
	if _, err := parseClass(&in); err != nil {
		return nil, err
	}
	if above := in.counted(); above.err != nil {
		return nil, above.err
	}
	return parseClass(&in)
}
