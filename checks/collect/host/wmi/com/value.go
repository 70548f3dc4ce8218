package com

import (
	"fmt"
	"math"
	"strconv"
)

// cimType is the type of a property (CIMTYPE_ENUMERATION, MS-WMIO 2.2.82).
type cimType uint32

const (
	cimSint16   cimType = 2
	cimSint32   cimType = 3
	cimReal32   cimType = 4
	cimReal64   cimType = 5
	cimBoolean  cimType = 11
	cimSint8    cimType = 16
	cimUint8    cimType = 17
	cimUint16   cimType = 18
	cimUint32   cimType = 19
	cimSint64   cimType = 20
	cimUint64   cimType = 21
	cimChar16   cimType = 103
	cimArray    cimType = 0x2000
	cimTypeMask cimType = 0xfff
)

// Automation has fewer types than WMI, which therefore hands over a uint32 as a
// signed number, say, and 64 bits as text. typed undoes that.
func typed(v any, t cimType) any {
	switch t {
	case cimSint64:
		if s, ok := v.(string); ok {
			if n, err := strconv.ParseInt(s, 10, 64); err == nil {
				return n
			}
		}
		return v
	case cimUint64:
		if s, ok := v.(string); ok {
			if n, err := strconv.ParseUint(s, 10, 64); err == nil {
				return n
			}
		}
		return v
	}
	n, ok := whole(v)
	if !ok {
		return v
	}
	switch t {
	case cimSint8:
		return int8(n)
	case cimUint8:
		return uint8(n)
	case cimSint16:
		return int16(n)
	case cimUint16, cimChar16:
		return uint16(n)
	case cimSint32:
		return int32(n)
	case cimUint32:
		return uint32(n)
	case cimBoolean:
		return n != 0
	}
	return v
}

// whole takes any whole number; what it does not hold are bits that typed drops.
func whole(v any) (int64, bool) {
	switch n := v.(type) {
	case int8:
		return int64(n), true
	case uint8:
		return int64(n), true
	case int16:
		return int64(n), true
	case uint16:
		return int64(n), true
	case int32:
		return int64(n), true
	case uint32:
		return int64(n), true
	case int64:
		return n, true
	case uint64:
		return int64(n), true // two's complement is meant
	case int:
		return int64(n), true
	case uint:
		return int64(n), true
	}
	return 0, false
}

// list makes an array of elements: octets of uint8, else what they are.
func list(elements []any, t cimType) any {
	t &= cimTypeMask
	for i, e := range elements {
		elements[i] = typed(e, t)
	}
	if t != cimUint8 {
		return elements
	}
	octets := make([]byte, len(elements))
	for i, e := range elements {
		octet, ok := e.(uint8)
		if !ok {
			return elements
		}
		octets[i] = octet
	}
	return octets
}

// argument makes an argument of a method what automation takes: text, truth and
// numbers of 32 bits, of which it has signed ones only.
func argument(name string, v any) (any, error) {
	switch v := v.(type) {
	case string, bool:
		return v, nil
	}
	n, ok := whole(v)
	if !ok {
		return nil, fmt.Errorf("argument %s: no such type: %T", name, v)
	}
	if n < math.MinInt32 || n > math.MaxUint32 {
		return nil, fmt.Errorf("argument %s: %d has more than 32 bits", name, n)
	}
	return int32(n), nil // two's complement is meant
}
