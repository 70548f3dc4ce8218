package tdsd

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf16"
)

// errProtocol is wrapped by every error about bytes that the client should not
// have sent.
var errProtocol = errors.New("malformed request")

// cursor reads the fields of a request in order. After the first that cannot
// be read, err is set and all others read as zero, so that a parser checks
// once.
type cursor struct {
	rest []byte
	err  error
}

func (c *cursor) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("%w: %s", errProtocol, fmt.Sprintf(format, args...))
		c.rest = nil
	}
}

// take returns the next n bytes, without a copy.
func (c *cursor) take(n int) []byte {
	if c.err != nil {
		return nil
	}
	if n < 0 || n > len(c.rest) {
		c.fail("%d bytes wanted, %d left", n, len(c.rest))
		return nil
	}
	b := c.rest[:n:n]
	c.rest = c.rest[n:]
	return b
}

func (c *cursor) u8() byte {
	if b := c.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (c *cursor) u16() uint16 {
	if b := c.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (c *cursor) u32() uint32 {
	if b := c.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (c *cursor) u64() uint64 {
	if b := c.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// text returns the next n UTF-16 code units as a string.
func (c *cursor) text(n int) string { return decodeUTF16(c.take(2 * n)) }

// decodeUTF16 decodes little-endian UTF-16. An odd last byte is dropped, and
// half a surrogate pair becomes U+FFFD.
func decodeUTF16(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// encodeUTF16 encodes s as little-endian UTF-16.
func encodeUTF16(s string) []byte {
	b := make([]byte, 0, 2*len(s))
	for _, r := range s {
		if r1, r2 := utf16.EncodeRune(r); r1 != '\uFFFD' {
			b = binary.LittleEndian.AppendUint16(b, uint16(r1))
			r = r2
		}
		b = binary.LittleEndian.AppendUint16(b, uint16(r))
	}
	return b
}

// clipUTF16 returns s as UTF-16, cut to at most n code units.
func clipUTF16(s string, n int) []byte {
	b := encodeUTF16(s)
	return b[:min(len(b), 2*n)]
}

// appendBVarChar appends s after its length in one byte, cut to 255 code units.
func appendBVarChar(b []byte, s string) []byte {
	text := clipUTF16(s, 255)
	return append(append(b, byte(len(text)/2)), text...)
}

// maxMessage is how much of a message text is sent, in UTF-16 code units: as
// much as SQL Server lets a message have.
const maxMessage = 2047

// appendUSVarChar appends s after its length in two bytes, cut to maxMessage.
func appendUSVarChar(b []byte, s string) []byte {
	text := clipUTF16(s, maxMessage)
	return append(binary.LittleEndian.AppendUint16(b, uint16(len(text)/2)), text...)
}
