package dcom

import (
	"encoding/binary"
	"fmt"
	"unicode/utf16"
)

// octets is what is still to be read of an encoded object. The first thing
// that is not there is kept as the error, and all that follows is empty.
type octets struct {
	rest []byte
	err  error
}

func (o *octets) fail(format string, args ...any) {
	if o.err == nil {
		o.err = fmt.Errorf(format, args...)
		o.rest = nil
	}
}

// take returns the next n octets, or nil if there are not so many.
func (o *octets) take(n int) []byte {
	if n < 0 || n > len(o.rest) {
		o.fail("it is cut: %d octets should follow, and %d do", n, len(o.rest))
		return nil
	}
	b := o.rest[:n:n]
	o.rest = o.rest[n:]
	return b
}

func (o *octets) uint8() uint8 {
	if b := o.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (o *octets) uint16() uint16 {
	if b := o.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (o *octets) uint32() uint32 {
	if b := o.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// counted takes what follows a length that counts itself too.
func (o *octets) counted() octets {
	n := o.uint32()
	if o.err == nil && n < 4 {
		o.fail("a length is %d and should count its own 4 octets", n)
	}
	return octets{o.take(int(n) - 4), o.err}
}

// sized takes what follows a length that does not count itself. The highest bit
// is not part of the length.
func (o *octets) sized() []byte { return o.take(int(o.uint32() &^ heapMark)) }

// text takes an encoded string (MS-WMIO 2.2.78): a flag, and then either one
// octet for each character, or UTF-16, up to a zero.
func (o *octets) text() string {
	switch flag := o.uint8(); flag {
	case 0:
		for i, c := range o.rest {
			if c == 0 {
				return latin1(o.take(i + 1)[:i])
			}
		}
	case 1:
		for i := 0; i+1 < len(o.rest); i += 2 {
			if o.rest[i] == 0 && o.rest[i+1] == 0 {
				return utf16Text(o.take(i + 2)[:i])
			}
		}
	default:
		o.fail("a text begins with %d, not with 0 or 1", flag)
		return ""
	}
	o.fail("a text has no end")
	return ""
}

func latin1(b []byte) string {
	r := make([]rune, len(b))
	for i, c := range b {
		r[i] = rune(c)
	}
	return string(r)
}

func utf16Text(b []byte) string {
	words := make([]uint16, len(b)/2)
	for i := range words {
		words[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(words))
}

// heapMark is set in the length of a heap, and in what refers to the
// dictionary instead of to a heap.
const heapMark = 1 << 31

// null is what refers to nothing.
const null = 0xFFFFFFFF

// heap is what objects of an encoded object are kept in.
type heap []byte

// at returns what a reference refers to.
func (h heap) at(ref uint32) octets {
	if ref >= heapMark || uint64(ref) > uint64(len(h)) {
		return octets{nil, fmt.Errorf("a reference to %#x is outside of the heap of %d octets", ref, len(h))}
	}
	return octets{h[ref:], nil}
}

// dictionary has texts that are referred to by number (MS-WMIO 2.2.80).
var dictionary = []string{`"`, "key", "", "read", "write", "volatile", "provider", "dynamic", "cimwin32", "DWORD", "CIMTYPE"}

// text returns the text that a reference refers to.
func (h heap) text(ref uint32) (string, error) {
	if ref != null && ref >= heapMark {
		if i := ref &^ heapMark; int(i) < len(dictionary) {
			return dictionary[i], nil
		}
	}
	at := h.at(ref)
	s := at.text()
	return s, at.err
}
