package tdsd

import (
	"encoding/binary"
	"math"

	"golang.org/x/text/encoding/charmap"
)

// unknownType and invalidLength are the errors for parameters that cannot be
// read. Their text lacks the number and the name of the parameter.
func unknownType(id byte) *Error {
	return &Error{Number: 8009, State: 3, Class: 16, Message: "The incoming tabular data stream (TDS) remote procedure " +
		"call (RPC) protocol stream is incorrect. Parameter %d (\"%s\"): Data type " + hexByte(id) + " is unknown."}
}

func invalidLength(id byte) *Error {
	return &Error{Number: 8016, State: 1, Class: 16, Message: "The incoming tabular data stream (TDS) remote procedure " +
		"call (RPC) protocol stream is incorrect. Parameter %d (\"%s\"): Data type " + hexByte(id) +
		" has an invalid data length or metadata length."}
}

func hexByte(b byte) string {
	const digits = "0123456789ABCDEF"
	return "0x" + string(digits[b>>4]) + string(digits[b&15])
}

// readParam reads the type and the value of a parameter.
func readParam(c *cursor, l Layout) (any, *Error) {
	id := c.u8()
	switch id {
	case 0x1F: // null
		return nil, nil
	case 0x30, 0x32: // tinyint, bit
		return fixedValue(id, c.take(1))
	case 0x34: // smallint
		return fixedValue(id, c.take(2))
	case 0x38, 0x3B, 0x3A: // int, real, smalldatetime
		return fixedValue(id, c.take(4))
	case 0x3D, 0x3E, 0x7F: // datetime, float, bigint
		return fixedValue(id, c.take(8))
	case 0x24, 0x26, 0x68, 0x6D, 0x6F: // the nullable ones
		c.u8() // declared length
		return fixedValue(id, c.take(int(c.u8())))
	case 0xA5, 0xAD, 0xA7, 0xAF, 0xE7, 0xEF: // strings
		return stringValue(c, l, id)
	case 0x22, 0x23, 0x63: // image, text, ntext
		c.u32() // declared length
		if id != 0x22 {
			c.take(len(collation))
		}
		n := c.u32()
		if n == math.MaxUint32 {
			return nil, nil
		}
		return decodeString(id, c.take(int(n))), nil
	}
	if c.err == nil {
		return nil, unknownType(id)
	}
	return nil, nil
}

// fixedValue decodes a value of a type of fixed length. No bytes are NULL.
func fixedValue(id byte, b []byte) (any, *Error) {
	switch {
	case len(b) == 0:
		return nil, nil
	case (id == 0x68 || id == 0x32) && len(b) == 1:
		return b[0] != 0, nil
	case id == 0x24 && len(b) == 16:
		return formatGUID(b), nil
	case (id == 0x6D || id == 0x3B) && len(b) == 4:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))), nil
	case (id == 0x6D || id == 0x3E) && len(b) == 8:
		return math.Float64frombits(binary.LittleEndian.Uint64(b)), nil
	case (id == 0x6F || id == 0x3A) && len(b) == 4, (id == 0x6F || id == 0x3D) && len(b) == 8:
		return decodeDateTime(b), nil
	case id == 0x26 || id == 0x30 || id == 0x34 || id == 0x38 || id == 0x7F:
		switch len(b) {
		case 1:
			return int64(b[0]), nil // tinyint has no sign
		case 2:
			return int64(int16(binary.LittleEndian.Uint16(b))), nil
		case 4:
			return int64(int32(binary.LittleEndian.Uint32(b))), nil
		case 8:
			return int64(binary.LittleEndian.Uint64(b)), nil
		}
	}
	return nil, invalidLength(id)
}

// stringValue reads a string or binary value, whose length takes two bytes or,
// for a (max) type, comes in parts.
func stringValue(c *cursor, l Layout, id byte) (any, *Error) {
	const maxType, null = 0xFFFF, 0xFFFF
	declared := c.u16()
	if id != 0xA5 && id != 0xAD {
		c.take(len(collation))
	}
	if declared == maxType {
		if !l.hasMaxTypes() {
			return nil, invalidLength(id)
		}
		data, ok := readParts(c)
		if !ok {
			return nil, nil
		}
		return decodeString(id, data), nil
	}
	n := c.u16()
	if n == null {
		return nil, nil
	}
	if n > declared {
		return nil, invalidLength(id)
	}
	return decodeString(id, c.take(int(n))), nil
}

// readParts reads a partially length-prefixed value (MS-TDS 2.2.5.2.3); ok is
// false for NULL.
func readParts(c *cursor) (data []byte, ok bool) {
	const null = math.MaxUint64
	if c.u64() == null { // otherwise the whole length, or that it is not known
		return nil, false
	}
	data = []byte{}
	for {
		n := c.u32()
		if n == 0 { // the end, or an error
			return data, true
		}
		data = append(data, c.take(int(n))...)
	}
}

// decodeString returns the value of a type of any length, as a copy.
func decodeString(id byte, b []byte) any {
	switch id {
	case 0xE7, 0xEF, 0x63:
		return decodeUTF16(b)
	case 0xA7, 0xAF, 0x23:
		s, _ := charmap.Windows1252.NewDecoder().Bytes(b) // every byte has a character
		return string(s)
	}
	return append([]byte{}, b...)
}
