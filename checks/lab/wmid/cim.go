package wmid

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
)

// Type is a CIM type (MS-WMIO 2.2.82).
type Type uint32

// The CIM types, and the flag that makes an array of one.
const (
	Sint16   Type = 2
	Sint32   Type = 3
	String   Type = 8
	Boolean  Type = 11
	Sint8    Type = 16
	Uint8    Type = 17
	Uint16   Type = 18
	Uint32   Type = 19
	Sint64   Type = 20
	Uint64   Type = 21
	DateTime Type = 101

	Array Type = 0x2000
)

// typeNames are the values of the qualifier CIMTYPE.
var typeNames = map[Type]string{
	Sint8: "sint8", Uint8: "uint8", Sint16: "sint16", Uint16: "uint16", Sint32: "sint32", Uint32: "uint32",
	Sint64: "sint64", Uint64: "uint64", Boolean: "boolean", String: "string", DateTime: "datetime",
}

// typeSizes are the octets of a value in the value table or in an array. Of
// what is on the heap it is those of the reference.
var typeSizes = map[Type]int{
	Sint8: 1, Uint8: 1, Sint16: 2, Uint16: 2, Sint32: 4, Uint32: 4,
	Sint64: 8, Uint64: 8, Boolean: 2, String: 4, DateTime: 4,
}

// elem is the type of the elements of an array, or the type itself.
func (t Type) elem() Type { return t &^ Array }

func (t Type) known() bool { return typeNames[t.elem()] != "" }

// onHeap tells whether the value table holds a reference only.
func (t Type) onHeap() bool { return t&Array != 0 || t == String || t == DateTime }

// size is the octets the type takes in the value table.
func (t Type) size() int {
	if t.onHeap() {
		return 4
	}
	return typeSizes[t]
}

// integer gives a value of an integer or boolean type as the bits that go on
// the wire, and refuses what does not fit.
func (t Type) integer(v any) (uint64, error) {
	rv := reflect.ValueOf(v)
	bits := 8 * typeSizes[t]
	switch {
	case t == Boolean && rv.Kind() == reflect.Bool:
		if rv.Bool() {
			return 0xFFFF, nil
		}
		return 0, nil
	case t == Boolean || t == String || t == DateTime:
	case rv.CanInt():
		n := rv.Int()
		low, high := int64(0), int64(math.MaxInt64)
		if t.signed() {
			low, high = -1<<(bits-1), 1<<(bits-1)-1
		} else if bits < 64 {
			high = 1<<bits - 1
		}
		if n >= low && n <= high {
			return uint64(n), nil
		}
	case rv.CanUint():
		high := uint64(math.MaxUint64) >> (64 - bits)
		if t.signed() {
			high >>= 1
		}
		if n := rv.Uint(); n <= high {
			return n, nil
		}
	}
	return 0, fmt.Errorf("%v (%T) is no %s", v, v, typeNames[t])
}

func (t Type) signed() bool {
	return t == Sint8 || t == Sint16 || t == Sint32 || t == Sint64
}

// put appends the low octets of n that a value of the type has.
func (t Type) put(b []byte, n uint64) []byte {
	var buf [8]byte
	binary.LittleEndian.PutUint64(buf[:], n)
	return append(b, buf[:typeSizes[t]]...)
}

// check refuses a value that cannot be encoded.
func (t Type) check(v any) error {
	if v == nil {
		return nil
	}
	if t&Array == 0 {
		if t != String && t != DateTime {
			_, err := t.integer(v)
			return err
		}
		s, ok := v.(string)
		if !ok {
			return fmt.Errorf("%v (%T) is no %s", v, v, typeNames[t])
		}
		if t == DateTime {
			_, err := parseDateTime(s)
			return err
		}
		return nil
	}
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Slice {
		return fmt.Errorf("%v (%T) is no array", v, v)
	}
	for i := range rv.Len() {
		if err := t.elem().check(rv.Index(i).Interface()); err != nil {
			return fmt.Errorf("element %d: %w", i, err)
		}
	}
	return nil
}
