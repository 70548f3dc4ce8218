package tds71

import (
	"encoding/binary"
	"fmt"
)

// width is how the length of a value is given.
type width uint8

const (
	widthFixed   width = iota // by the type
	widthByte                 // by one octet; 0 is NULL
	widthShort                // by two octets; 0xFFFF is NULL
	widthText                 // by four octets behind a text pointer; without a pointer it is NULL
	widthVariant              // by four octets; 0 is NULL
)

// dataType is how a type is written (MS-TDS 2.2.5.4 to 2.2.5.6).
type dataType struct {
	name      string
	width     width
	size      int  // of a fixed value, in octets
	precision bool // precision and scale follow the declared length
	collation bool // a collation follows them
}

const (
	collationSize = 5
	maxType       = 0xFFFF // the declared length of a (max) type, since TDS 7.2
	shortNull     = 0xFFFF
)

// types holds the types of TDS 7.1.
var types = map[byte]dataType{
	0x1F: {name: "null"},
	0x30: {name: "tinyint", size: 1},
	0x32: {name: "bit", size: 1},
	0x34: {name: "smallint", size: 2},
	0x38: {name: "int", size: 4},
	0x3A: {name: "smalldatetime", size: 4},
	0x3B: {name: "real", size: 4},
	0x3C: {name: "money", size: 8},
	0x3D: {name: "datetime", size: 8},
	0x3E: {name: "float", size: 8},
	0x7A: {name: "smallmoney", size: 4},
	0x7F: {name: "bigint", size: 8},

	0x24: {name: "uniqueidentifier", width: widthByte},
	0x26: {name: "int", width: widthByte},
	0x68: {name: "bit", width: widthByte},
	0x6D: {name: "float", width: widthByte},
	0x6E: {name: "money", width: widthByte},
	0x6F: {name: "datetime", width: widthByte},
	0x37: {name: "decimal", width: widthByte, precision: true},
	0x3F: {name: "numeric", width: widthByte, precision: true},
	0x6A: {name: "decimal", width: widthByte, precision: true},
	0x6C: {name: "numeric", width: widthByte, precision: true},
	// The character and binary types of before SQL Server 7, of up to 255
	// octets.
	0x25: {name: "varbinary", width: widthByte},
	0x27: {name: "varchar", width: widthByte},
	0x2D: {name: "binary", width: widthByte},
	0x2F: {name: "char", width: widthByte},

	0xA5: {name: "varbinary", width: widthShort},
	0xA7: {name: "varchar", width: widthShort, collation: true},
	0xAD: {name: "binary", width: widthShort},
	0xAF: {name: "char", width: widthShort, collation: true},
	0xE7: {name: "nvarchar", width: widthShort, collation: true},
	0xEF: {name: "nchar", width: widthShort, collation: true},

	0x22: {name: "image", width: widthText},
	0x23: {name: "text", width: widthText, collation: true},
	0x63: {name: "ntext", width: widthText, collation: true},
	0x62: {name: "sql_variant", width: widthVariant},
}

// typeName names a type that is not one of TDS 7.1.
func typeName(id byte) string {
	newer := map[byte]string{
		0x28: "date", 0x29: "time", 0x2A: "datetime2", 0x2B: "datetimeoffset",
		0xF0: "udt", 0xF1: "xml", 0xF3: "table-valued", 0xF4: "json", 0xF5: "vector",
	}
	if name, ok := newer[id]; ok {
		return fmt.Sprintf("%s (0x%02X)", name, id)
	}
	return fmt.Sprintf("0x%02X", id)
}

// column is what has to be known of a column to find the end of its values.
type column struct {
	width    width
	declared uint16 // length of a fixed value, and the longest of a widthByte or widthShort
}

// readType reads a TYPE_INFO, without the table of a text column. ok is false
// for a type that is not one of TDS 7.1.
func readType(c *cursor) (col column, t dataType, id byte, ok bool) {
	id = c.u8()
	t, ok = types[id]
	if !ok {
		return col, t, id, c.short // nothing is wrong with a type that is still to come
	}
	col.width, col.declared = t.width, uint16(t.size)
	switch t.width {
	case widthByte:
		col.declared = uint16(c.u8())
	case widthShort:
		col.declared = c.u16()
	case widthText, widthVariant:
		c.u32()
	}
	if t.precision {
		c.take(2)
	}
	if t.collation {
		c.take(collationSize)
	}
	return col, t, id, true
}

// valueSize returns the size of the value at the start of b, with its length.
// ok is false when b ends before the length.
func (col column) valueSize(b []byte) (size int64, ok bool, err error) {
	switch col.width {
	case widthByte:
		if len(b) < 1 {
			return 0, false, nil
		}
		if uint16(b[0]) > col.declared {
			return 0, false, badReply("a value of %d octets in a column of %d", b[0], col.declared)
		}
		return 1 + int64(b[0]), true, nil
	case widthShort:
		if len(b) < 2 {
			return 0, false, nil
		}
		n := binary.LittleEndian.Uint16(b)
		if n == shortNull {
			return 2, true, nil
		}
		if n > col.declared {
			return 0, false, badReply("a value of %d octets in a column of %d", n, col.declared)
		}
		return 2 + int64(n), true, nil
	case widthText:
		if len(b) < 1 {
			return 0, false, nil
		}
		if b[0] == 0 {
			return 1, true, nil
		}
		const timestamp = 8
		prefix := 1 + int(b[0]) + timestamp + 4
		if len(b) < prefix {
			return 0, false, nil
		}
		n := int32(binary.LittleEndian.Uint32(b[prefix-4:]))
		if n < -1 { // which is NULL, too
			return 0, false, badReply("a text of %d octets", n)
		}
		return int64(prefix) + max(int64(n), 0), true, nil
	case widthVariant:
		if len(b) < 4 {
			return 0, false, nil
		}
		n := int32(binary.LittleEndian.Uint32(b))
		const typeAndCount = 2 // the type, and how many octets describe it further
		if n != 0 && n < typeAndCount {
			return 0, false, badReply("a sql_variant of %d octets", n)
		}
		return 4 + int64(n), true, nil
	default:
		return int64(col.declared), true, nil
	}
}
