package wmid

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf16"
)

// The parameters of a method call: an instance of __PARAMETERS that carries
// its class with it. Only what StdRegProv takes is read, numbers and strings.

var errWMIO = errors.New("malformed object")

// octets is read from the front, and remembers that it ran out.
type octets struct {
	b   []byte
	bad bool
}

func (o *octets) take(n uint32) []byte {
	if uint64(n) > uint64(len(o.b)) {
		o.bad, o.b = true, nil
		return make([]byte, min(n, 8))
	}
	out := o.b[:n]
	o.b = o.b[n:]
	return out
}

func (o *octets) u8() byte    { return o.take(1)[0] }
func (o *octets) u16() uint16 { return le.Uint16(o.take(2)) }
func (o *octets) u32() uint32 { return le.Uint32(o.take(4)) }

// sized takes a part that begins with its length, which counts itself.
func (o *octets) sized() *octets {
	n := o.u32()
	if n < 4 {
		o.bad = true
		return &octets{bad: true}
	}
	return &octets{b: o.take(n - 4), bad: o.bad}
}

// at is the heap from an offset on.
func at(heap []byte, ref uint32) *octets {
	if uint64(ref) > uint64(len(heap)) {
		return &octets{bad: true}
	}
	return &octets{b: heap[ref:]}
}

func (o *octets) heap() []byte { return o.take(o.u32() &^ heapFlag) }

// text takes an encoded string (MS-WMIO 2.2.78).
func (o *octets) text() string {
	var units []uint16
	wide := o.u8() != 0
	for !o.bad {
		unit := func() uint16 { return uint16(o.u8()) }
		if wide {
			unit = o.u16
		}
		u := unit()
		if u == 0 {
			break
		}
		units = append(units, u)
	}
	return string(utf16.Decode(units))
}

// parameter is a property of a class as it is read.
type parameter struct {
	name   string
	typ    Type
	order  uint16
	offset uint32
}

// parseParameters reads an OBJREF_CUSTOM with an instance. What is NULL, or of
// another type than a number or a string, is left out.
func parseParameters(objref []byte) (Instance, error) {
	const custom = 48 // what stands before the object
	if len(objref) < custom || string(objref[:4]) != "MEOW" || guid(objref[24:40]) != clsidClassObject {
		return nil, fmt.Errorf("%w: no reference to an object", errWMIO)
	}
	o := &octets{b: objref[custom:]}
	if o.u32() != wmioSignature {
		return nil, fmt.Errorf("%w: signature", errWMIO)
	}
	o = &octets{b: o.take(o.u32()), bad: o.bad}
	flags := o.u8()
	if flags&0x03 != 0x02 {
		return nil, fmt.Errorf("%w: flags %02x are not those of an instance", errWMIO, flags)
	}
	if flags&0x04 != 0 {
		_, _ = o.text(), o.text() // server, namespace
	}
	properties, tableSize := o.sized().classPart()
	body := o.sized()
	body.take(1) // flags
	body.take(4) // class name
	tables := body.take(tableSize)
	body.sized() // qualifiers
	if body.u8() != 0x01 {
		return nil, fmt.Errorf("%w: qualifiers of properties", errWMIO)
	}
	heap := body.heap()
	nd := (uint32(len(properties)) + 3) / 4
	if o.bad || body.bad || properties == nil || uint32(len(tables)) < nd {
		return nil, fmt.Errorf("%w: cut", errWMIO)
	}
	row := Instance{}
	for _, p := range properties {
		if int(p.order) >= len(properties) {
			return nil, fmt.Errorf("%w: order of %s", errWMIO, p.name)
		}
		if tables[p.order/4]>>(p.order%4*2)&0x03 != 0 || !p.typ.known() || p.typ&Array != 0 {
			continue
		}
		value := at(tables[nd:], p.offset)
		if p.typ.onHeap() {
			s := at(heap, value.u32())
			row[p.name] = s.text()
			value.bad = value.bad || s.bad
		} else {
			var wide [8]byte
			copy(wide[:], value.take(uint32(p.typ.size())))
			row[p.name] = le.Uint64(wide[:])
		}
		if value.bad {
			return nil, fmt.Errorf("%w: value of %s", errWMIO, p.name)
		}
	}
	return row, nil
}

// classPart reads the properties of a class, and the size of the tables that
// hold their values. The properties are nil when it is malformed.
func (o *octets) classPart() ([]parameter, uint32) {
	o.take(1) // reserved
	o.take(4) // name
	tableSize := o.u32()
	o.sized() // derivation
	o.sized() // qualifiers
	count := o.u32()
	if uint64(count)*8 > uint64(len(o.b)) {
		return nil, 0
	}
	lookups := &octets{b: o.take(count * 8)}
	o.take(tableSize)
	heap := o.heap()
	out := []parameter{}
	for range count {
		name, info := at(heap, lookups.u32()), at(heap, lookups.u32())
		p := parameter{name: name.text(), typ: Type(info.u32()) &^ 0x4000, order: info.u16(), offset: info.u32()}
		if o.bad || name.bad || info.bad {
			return nil, 0
		}
		out = append(out, p)
	}
	return slices.Clip(out), tableSize
}
