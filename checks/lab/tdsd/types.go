package tdsd

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
)

// Type is the SQL type of a column.
type Type uint8

// The types of columns, with the Go types that their values may have.
const (
	Bit              Type = iota + 1 // bool
	TinyInt                          // any integer from 0 to 255
	SmallInt                         // any integer that fits
	Int                              // any integer that fits
	BigInt                           // any integer that fits
	Float                            // float64
	DateTime                         // time.Time, its wall clock, rounded to 1/300 s
	SmallDateTime                    // time.Time, its wall clock, rounded to minutes
	UniqueIdentifier                 // string as 6F9619FF-8B86-D011-B42D-00C04FC964FF, or [16]byte in that order
	Char                             // string, in Windows code page 1252
	VarChar                          // string, in Windows code page 1252
	Text                             // string, in Windows code page 1252
	NChar                            // string
	NVarChar                         // string
	NText                            // string
	Binary                           // []byte
	VarBinary                        // []byte
	Image                            // []byte
)

// typeInfo is how a type is written (MS-TDS 2.2.5.4 to 2.2.5.6).
type typeInfo struct {
	name string
	id   byte // always that of the nullable kind
	kind typeKind
	size int // of a fixed type in bytes, or the longest declared length
}

type typeKind uint8

const (
	kindFixed  typeKind = iota // a value after its length in one byte
	kindString                 // a value after its length in two bytes
	kindPadded                 // the same, filled up to the declared length
	kindLong                   // a value after a text pointer and its length in four bytes
)

func (t Type) info() (typeInfo, bool) {
	switch t {
	case Bit:
		return typeInfo{"bit", 0x68, kindFixed, 1}, true
	case TinyInt:
		return typeInfo{"tinyint", 0x26, kindFixed, 1}, true
	case SmallInt:
		return typeInfo{"smallint", 0x26, kindFixed, 2}, true
	case Int:
		return typeInfo{"int", 0x26, kindFixed, 4}, true
	case BigInt:
		return typeInfo{"bigint", 0x26, kindFixed, 8}, true
	case Float:
		return typeInfo{"float", 0x6D, kindFixed, 8}, true
	case DateTime:
		return typeInfo{"datetime", 0x6F, kindFixed, 8}, true
	case SmallDateTime:
		return typeInfo{"smalldatetime", 0x6F, kindFixed, 4}, true
	case UniqueIdentifier:
		return typeInfo{"uniqueidentifier", 0x24, kindFixed, 16}, true
	case Char:
		return typeInfo{"char", 0xAF, kindPadded, 8000}, true
	case VarChar:
		return typeInfo{"varchar", 0xA7, kindString, 8000}, true
	case Text:
		return typeInfo{"text", 0x23, kindLong, math.MaxInt32}, true
	case NChar:
		return typeInfo{"nchar", 0xEF, kindPadded, 4000}, true
	case NVarChar:
		return typeInfo{"nvarchar", 0xE7, kindString, 4000}, true
	case NText:
		return typeInfo{"ntext", 0x63, kindLong, math.MaxInt32 - 1}, true
	case Binary:
		return typeInfo{"binary", 0xAD, kindPadded, 8000}, true
	case VarBinary:
		return typeInfo{"varbinary", 0xA5, kindString, 8000}, true
	case Image:
		return typeInfo{"image", 0x22, kindLong, math.MaxInt32}, true
	}
	return typeInfo{}, false
}

// String returns the name that SQL Server has for the type.
func (t Type) String() string {
	if info, ok := t.info(); ok {
		return info.name
	}
	return fmt.Sprintf("type %d", uint8(t))
}

func (t Type) isText() bool   { return t == Char || t == VarChar || t == Text || t.isUTF16() }
func (t Type) isUTF16() bool  { return t == NChar || t == NVarChar || t == NText }
func (t Type) isBinary() bool { return t == Binary || t == VarBinary || t == Image }

// collation is SQL_Latin1_General_CP1_CI_AS: US English, sort order 52, code
// page 1252 (MS-TDS 2.2.5.1.2).
const collation = "\x09\x04\xD0\x00\x34"

// length returns the declared length of a column in bytes.
func (col Column) length() (int, error) {
	info, ok := col.Type.info()
	if !ok {
		return 0, fmt.Errorf("%v is not known", col.Type)
	}
	size := col.Size
	switch {
	case info.kind == kindFixed || info.kind == kindLong:
		return info.size, nil
	case size == 0 && info.kind == kindPadded:
		size = 1
	case size == 0:
		size = info.size
	}
	if size < 0 || size > info.size {
		return 0, fmt.Errorf("%v(%d) is not between 1 and %d", col.Type, col.Size, info.size)
	}
	if col.Type.isUTF16() {
		size *= 2
	}
	return size, nil
}

// appendTypeInfo appends the TYPE_INFO of a column.
func (col Column) appendTypeInfo(b []byte, l Layout) ([]byte, error) {
	size, err := col.length()
	if err != nil {
		return b, err
	}
	info, _ := col.Type.info()
	b = append(b, info.id)
	switch info.kind {
	case kindFixed:
		b = append(b, byte(size))
	case kindString, kindPadded:
		b = binary.LittleEndian.AppendUint16(b, uint16(size))
	case kindLong:
		b = binary.LittleEndian.AppendUint32(b, uint32(size))
	}
	if col.Type.isText() {
		b = append(b, collation...)
	}
	if info.kind == kindLong {
		b = l.appendTable(b, col.Table)
	}
	return b, nil
}

// appendValue appends one value of a column, in the form of its type.
func (col Column) appendValue(b []byte, value any) ([]byte, error) {
	info, ok := col.Type.info()
	if !ok {
		return b, fmt.Errorf("%v is not known", col.Type)
	}
	if value == nil {
		if info.kind == kindString || info.kind == kindPadded {
			return append(b, 0xFF, 0xFF), nil
		}
		return append(b, 0), nil // no bytes, or no text pointer
	}
	data, err := col.encode(value)
	if err != nil {
		return b, err
	}
	switch info.kind {
	case kindFixed:
		b = append(b, byte(len(data)))
	case kindString, kindPadded:
		size, err := col.length()
		if err != nil {
			return b, err
		}
		if len(data) > size {
			return b, fmt.Errorf("%d bytes in a %v of %d", len(data), col.Type, size)
		}
		if info.kind == kindPadded {
			data = col.pad(data, size)
		}
		b = binary.LittleEndian.AppendUint16(b, uint16(len(data)))
	case kindLong:
		const pointer, timestamp = "dummy textptr\x00\x00\x00", "dummyTS\x00"
		b = append(append(append(b, byte(len(pointer))), pointer...), timestamp...)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	}
	return append(b, data...), nil
}

// pad fills a value up to size: text with spaces, bytes with zeros.
func (col Column) pad(data []byte, size int) []byte {
	filler := []byte{' '}
	switch {
	case col.Type.isUTF16():
		filler = []byte{' ', 0}
	case col.Type.isBinary():
		filler = []byte{0}
	}
	return append(data[:len(data):len(data)], bytes.Repeat(filler, (size-len(data))/len(filler))...)
}

// encode returns the bytes of a value that is not NULL.
func (col Column) encode(value any) ([]byte, error) {
	t := col.Type
	switch v := value.(type) {
	case bool:
		if t == Bit && v {
			return []byte{1}, nil
		} else if t == Bit {
			return []byte{0}, nil
		}
	case string:
		switch {
		case t.isUTF16():
			return encodeUTF16(v), nil
		case t.isText():
			// A character that the code page lacks becomes a question mark.
			enc := encoding.ReplaceUnsupported(charmap.Windows1252.NewEncoder())
			s, err := enc.String(strings.ToValidUTF8(v, "?"))
			return []byte(strings.ReplaceAll(s, "\x1A", "?")), err
		case t == UniqueIdentifier:
			return parseGUID(v)
		}
	case []byte:
		if t.isBinary() {
			return v, nil
		}
	case [16]byte:
		if t == UniqueIdentifier {
			return swapGUID(v[:]), nil
		}
	case float64:
		if t == Float {
			return binary.LittleEndian.AppendUint64(nil, math.Float64bits(v)), nil
		}
	case time.Time:
		switch t {
		case DateTime:
			return encodeDateTime(v)
		case SmallDateTime:
			return encodeSmallDateTime(v)
		default:
		}
	default:
		if n, ok := asInt(value); ok {
			return t.encodeInt(n)
		}
	}
	return nil, fmt.Errorf("a value of type %T in a %v", value, t)
}

func asInt(value any) (int64, bool) {
	switch v := value.(type) {
	case int:
		return int64(v), true
	case int8:
		return int64(v), true
	case int16:
		return int64(v), true
	case int32:
		return int64(v), true
	case int64:
		return v, true
	case uint8:
		return int64(v), true
	case uint16:
		return int64(v), true
	case uint32:
		return int64(v), true
	case uint:
		return asInt(uint64(v))
	case uint64:
		return int64(v), v <= math.MaxInt64
	}
	return 0, false
}

func (t Type) encodeInt(n int64) ([]byte, error) {
	fits, size := true, 8
	switch t {
	case TinyInt:
		fits, size = n >= 0 && n <= math.MaxUint8, 1
	case SmallInt:
		fits, size = n == int64(int16(n)), 2
	case Int:
		fits, size = n == int64(int32(n)), 4
	case BigInt:
	default:
		return nil, fmt.Errorf("an integer in a %v", t)
	}
	if !fits {
		return nil, fmt.Errorf("%d does not fit a %v", n, t)
	}
	return binary.LittleEndian.AppendUint64(nil, uint64(n))[:size], nil
}
