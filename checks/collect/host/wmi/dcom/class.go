package dcom

import (
	"errors"
	"fmt"
)

// CIM types (MS-WMIO 2.2.82).
const (
	cimInt16    = 2
	cimInt32    = 3
	cimReal32   = 4
	cimReal64   = 5
	cimString   = 8
	cimBoolean  = 11
	cimObject   = 13
	cimInt8     = 16
	cimUint8    = 17
	cimUint16   = 18
	cimUint32   = 19
	cimInt64    = 20
	cimUint64   = 21
	cimDatetime = 101
	cimRef      = 102
	cimChar16   = 103

	cimArray     = 0x2000
	cimInherited = 0x4000
)

// property is a property of a class.
type property struct {
	name   string
	kind   uint32 // CIM type, perhaps an array
	order  int    // among the properties
	offset int    // in tables of values
}

// class is a class, as far as its instances need it (MS-WMIO 2.2.15).
type class struct {
	raw        []byte // of the class part
	name       string
	properties []property // by their order
	table      []byte     // which properties have no default, and the defaults
	heap       heap       // of the defaults
}

// Bits of the table that says which properties have no value of their own.
const (
	bitNull      = 1
	bitInherited = 2 // the value is the default of the class
)

// bits returns those of a property in a table, or an error if that is too
// short.
func bits(table []byte, order int) (byte, error) {
	if order/4 >= len(table) {
		return 0, fmt.Errorf("the table of missing values has %d octets", len(table))
	}
	return table[order/4] >> (order % 4 * 2) & 3, nil
}

// bitOctets is how many octets hold the bits of so many properties.
func bitOctets(properties int) int { return (properties + 3) / 4 }

// parseClass takes a class part. Qualifiers, and from which class others
// derive, are passed over.
func parseClass(in *octets) (*class, error) {
	before := in.rest
	part := in.counted()
	c := &class{raw: before[:len(before)-len(in.rest)]}
	part.uint8()
	name := part.uint32()
	table := int(part.uint32())
	derivation, qualifiers := part.counted(), part.counted()
	count := int(part.uint32())
	if part.err == nil && count > len(part.rest)/8 {
		part.fail("%d properties do not fit", count)
	}
	lookup := octets{part.take(8 * count), nil}
	c.table = part.take(table)
	c.heap = part.sized()
	for _, err := range []error{in.err, part.err, derivation.err, qualifiers.err} {
		if err != nil {
			return nil, fmt.Errorf("a class: %w", err)
		}
	}
	if name != null {
		var err error
		if c.name, err = c.heap.text(name); err != nil {
			return nil, fmt.Errorf("the name of a class: %w", err)
		}
	}
	c.properties = make([]property, count)
	taken := make([]bool, count)
	for range count {
		p, err := c.property(lookup.uint32(), lookup.uint32())
		if err != nil {
			return nil, fmt.Errorf("a property of %s: %w", c.name, err)
		}
		if p.order >= count || taken[p.order] {
			return nil, fmt.Errorf("the property %s of %s is number %d of %d", p.name, c.name, p.order, count)
		}
		taken[p.order] = true
		c.properties[p.order] = p
	}
	return c, nil
}

func (c *class) property(name, info uint32) (p property, err error) {
	if p.name, err = c.heap.text(name); err != nil {
		return p, err
	}
	at := c.heap.at(info)
	p.kind = at.uint32() &^ cimInherited
	p.order = int(at.uint16())
	p.offset = int(at.uint32())
	return p, at.err
}

var errNoInstance = errors.New("it is a class and not an instance")

// Flags of an object (MS-WMIO 2.2.6).
const (
	objectClass      = 1
	objectInstance   = 2
	objectDecoration = 4
)

// unitSignature begins an encoded object (MS-WMIO 2.2.1).
const unitSignature = 0x12345678

// parseUnit takes an object, as WMI passes it, down to what follows its flags.
func parseUnit(b []byte) (flags byte, body octets) {
	in := octets{b, nil}
	if signature := in.uint32(); in.err == nil && signature != unitSignature {
		in.fail("it begins with %#08x", signature)
	}
	body = octets{in.sized(), nil}
	if in.err != nil {
		return 0, in
	}
	return parseBlock(body)
}

// parseBlock takes an object after its length.
func parseBlock(body octets) (byte, octets) {
	flags := body.uint8()
	if flags&objectDecoration != 0 {
		body.text() // server
		body.text() // namespace
	}
	return flags, body
}
