package dcom

import (
	"encoding/binary"
	"fmt"
	"math"
)

// decodeInstance reads the properties of an instance (MS-WMIO 2.2.1, 2.2.53).
func decodeInstance(unit []byte) (map[string]any, error) {
	flags, in := parseUnit(unit)
	if in.err == nil && flags&(objectClass|objectInstance) != objectInstance {
		in.err = errNoInstance
	}
	if in.err != nil {
		return nil, fmt.Errorf("an instance: %w", in.err)
	}
	c, err := parseClass(&in)
	if err != nil {
		return nil, err
	}
	properties, err := c.values(&in)
	if err != nil {
		return nil, fmt.Errorf("an instance of %s: %w", c.name, err)
	}
	return properties, nil
}

// values reads the values of an instance of the class.
func (c *class) values(in *octets) (map[string]any, error) {
	part := in.counted()
	part.uint8()  // flags
	part.uint32() // name of the class
	table := part.take(len(c.table))
	qualifiers := part.counted()
	switch more := part.uint8(); {
	case part.err != nil || more == 1:
	case more == 2: // each property has qualifiers
		for range c.properties {
			each := part.counted()
			if each.err != nil {
				return nil, each.err
			}
		}
	default:
		part.fail("its qualifiers are of kind %d", more)
	}
	own := heap(part.sized())
	if qualifiers.err != nil {
		return nil, qualifiers.err
	}
	if part.err != nil {
		return nil, part.err
	}
	out := make(map[string]any, len(c.properties))
	for _, p := range c.properties {
		v, err := c.value(p, table, own)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		out[p.name] = v
	}
	return out, nil
}

// value reads the value of a property, or its default if it has none of its
// own.
func (c *class) value(p property, table []byte, own heap) (any, error) {
	set, err := bits(table, p.order)
	if err != nil {
		return nil, err
	}
	if set&bitInherited != 0 {
		if set, err = bits(c.table, p.order); err != nil {
			return nil, err
		}
		table, own = c.table, c.heap
	}
	if set&bitNull != 0 {
		return nil, nil
	}
	at := bitOctets(len(c.properties)) + p.offset
	if p.offset < 0 || at > len(table) {
		return nil, fmt.Errorf("its value is outside of the table of %d octets", len(table))
	}
	in := octets{table[at:], nil}
	v, err := decodeValue(&in, own, p.kind)
	if err == nil {
		err = in.err
	}
	return v, err
}

// decodeValue reads a value. Texts and lists are in the heap, and the table has
// what refers to them.
func decodeValue(in *octets, h heap, kind uint32) (any, error) {
	if kind&cimArray != 0 {
		ref := in.uint32()
		if in.err != nil || ref == null {
			return nil, in.err
		}
		at := h.at(ref)
		return decodeList(&at, h, kind&^cimArray)
	}
	switch kind {
	case cimInt8:
		return int8(in.uint8()), nil
	case cimUint8:
		return in.uint8(), nil
	case cimInt16:
		return int16(in.uint16()), nil
	case cimUint16, cimChar16:
		return in.uint16(), nil
	case cimBoolean:
		return in.uint16() != 0, nil
	case cimInt32:
		return int32(in.uint32()), nil
	case cimUint32:
		return in.uint32(), nil
	case cimReal32:
		return float64(math.Float32frombits(in.uint32())), nil
	case cimInt64, cimUint64, cimReal64:
		b := in.take(8)
		if b == nil {
			return nil, in.err
		}
		n := binary.LittleEndian.Uint64(b)
		switch kind {
		case cimInt64:
			return int64(n), nil
		case cimUint64:
			return n, nil
		}
		return math.Float64frombits(n), nil
	case cimString, cimDatetime, cimRef:
		ref := in.uint32()
		if in.err != nil || ref == null {
			return nil, in.err
		}
		return h.text(ref)
	case cimObject: // nothing that is asked for needs one
		in.uint32()
		return nil, in.err
	}
	return nil, fmt.Errorf("its type %#x is unknown", kind)
}

// decodeList reads a list: octets as such, and anything else one by one.
func decodeList(in *octets, h heap, kind uint32) (any, error) {
	count := int(in.uint32())
	if in.err == nil && count > len(in.rest) {
		in.fail("a list of %d does not fit", count)
	}
	if kind == cimUint8 {
		return append([]byte{}, in.take(count)...), in.err
	}
	list := []any{}
	for range count {
		v, err := decodeValue(in, h, kind)
		if err == nil {
			err = in.err
		}
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, in.err
}
