package tds71

import (
	"encoding/binary"
	"unicode/utf16"
)

// cursor reads octets from a slice. Once it ran out of them it is short, and
// gives zeros.
type cursor struct {
	b     []byte
	at    int
	short bool
}

// take returns the next n octets, or nil when there are not as many.
func (c *cursor) take(n int) []byte {
	if c.short || n < 0 || n > len(c.b)-c.at {
		c.short = true
		return nil
	}
	c.at += n
	return c.b[c.at-n : c.at]
}

func (c *cursor) u8() byte {
	if v := c.take(1); v != nil {
		return v[0]
	}
	return 0
}

func (c *cursor) u16() uint16 {
	if v := c.take(2); v != nil {
		return binary.LittleEndian.Uint16(v)
	}
	return 0
}

func (c *cursor) u32() uint32 {
	if v := c.take(4); v != nil {
		return binary.LittleEndian.Uint32(v)
	}
	return 0
}

// byteText takes a B_VARCHAR: characters after their number in one octet.
func (c *cursor) byteText() []byte { return c.take(2 * int(c.u8())) }

// skipShortText takes a US_VARCHAR: characters after their number in two octets.
func (c *cursor) skipShortText() { c.take(2 * int(c.u16())) }

// left returns how many octets are left.
func (c *cursor) left() int { return len(c.b) - c.at }

// text decodes UTF-16.
func text(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}
