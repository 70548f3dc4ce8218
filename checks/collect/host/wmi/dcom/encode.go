package dcom

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
)

// encodeInstance makes an instance of a class, with values for some of its
// properties; the others have their defaults. The values are of the types that
// the arguments of StdRegProv have: uint32 and string.
func (c *class) encodeInstance(values map[string]any) ([]byte, error) {
	table := make([]byte, len(c.table))
	used := bitOctets(len(c.properties))
	if used > len(table) {
		return nil, fmt.Errorf("the table of missing values of %s has %d octets", c.name, len(table))
	}
	heap := appendText(nil, c.name)
	left := len(values)
	for _, p := range c.properties {
		v, given := lookup(values, p.name)
		at := used + p.offset
		if !given {
			table[p.order/4] |= bitInherited << (p.order % 4 * 2)
			continue
		}
		left--
		if p.offset < 0 || at+4 > len(table) {
			return nil, fmt.Errorf("the argument %s is outside of the table of %d octets", p.name, len(table))
		}
		n, ok := v.(uint32)
		switch {
		case ok && (p.kind == cimUint32 || p.kind == cimInt32):
			binary.LittleEndian.PutUint32(table[at:], n)
		case p.kind == cimString:
			text, ok := v.(string)
			if !ok {
				return nil, fmt.Errorf("the argument %s is %T, not a text", p.name, v)
			}
			binary.LittleEndian.PutUint32(table[at:], uint32(len(heap)))
			heap = appendText(heap, text)
		default:
			return nil, fmt.Errorf("the argument %s of type %#x cannot be %T", p.name, p.kind, v)
		}
	}
	if left > 0 {
		return nil, fmt.Errorf("%s has no properties for %d of the arguments", c.name, left)
	}
	body := []byte{0}                                // flags
	body = binary.LittleEndian.AppendUint32(body, 0) // where in the heap the name of the class is
	body = append(body, table...)                    //
	body = binary.LittleEndian.AppendUint32(body, 4) // no qualifiers
	body = append(body, 1)                           // and none of properties
	body = binary.LittleEndian.AppendUint32(body, uint32(len(heap))|heapMark)
	body = append(body, heap...)

	block := append([]byte{objectInstance}, c.raw...)
	block = binary.LittleEndian.AppendUint32(block, uint32(len(body)+4))
	block = append(block, body...)

	unit := binary.LittleEndian.AppendUint32(nil, unitSignature)
	unit = binary.LittleEndian.AppendUint32(unit, uint32(len(block)))
	return append(unit, block...), nil
}

// lookup finds a value by its name, which is compared as WMI does.
func lookup(values map[string]any, name string) (any, bool) {
	for n, v := range values {
		if strings.EqualFold(n, name) {
			return v, true
		}
	}
	return nil, false
}

// appendText encodes a text: as one octet for each character if it is ASCII,
// else as UTF-16.
func appendText(b []byte, s string) []byte {
	ascii := true
	for i := range len(s) {
		ascii = ascii && s[i] < 0x80
	}
	if ascii {
		return append(append(append(b, 0), s...), 0)
	}
	b = append(b, 1)
	for _, word := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, word)
	}
	return append(b, 0, 0)
}
