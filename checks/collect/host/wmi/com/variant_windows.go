package com

import (
	"fmt"
	"strings"
	"unsafe"

	"github.com/go-ole/go-ole"
	"golang.org/x/sys/windows"
)

// variant takes the value of a property out of a VARIANT, which stays its owner.
// An object within the object is nothing any question needs, and comes as nil.
func variant(v *ole.VARIANT, t cimType) (any, error) {
	if v.VT&ole.VT_ARRAY != 0 {
		elements, err := array((*safeArray)(pointer(v)), v.VT&^ole.VT_ARRAY)
		if err != nil {
			return nil, err
		}
		return list(elements, t), nil
	}
	return typed(scalar(v), t), nil
}

func pointer(v *ole.VARIANT) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(&v.Val))
}

// scalar takes a value that is no array.
func scalar(v *ole.VARIANT) any {
	switch v.VT {
	case ole.VT_I1, ole.VT_UI1, ole.VT_I2, ole.VT_UI2, ole.VT_I4, ole.VT_UI4, ole.VT_I8, ole.VT_UI8,
		ole.VT_INT, ole.VT_UINT, ole.VT_BOOL, ole.VT_BSTR, ole.VT_R8:
		return v.Value()
	case ole.VT_R4:
		return float64(*(*float32)(unsafe.Pointer(&v.Val)))
	}
	return nil
}

// safeArray is a SAFEARRAY; only its address is of use here.
type safeArray struct{ _ uint16 }

var (
	oleaut32         = windows.NewLazySystemDLL("oleaut32.dll")
	arrayDimensions  = oleaut32.NewProc("SafeArrayGetDim")
	arrayLow         = oleaut32.NewProc("SafeArrayGetLBound")
	arrayHigh        = oleaut32.NewProc("SafeArrayGetUBound")
	arrayElementSize = oleaut32.NewProc("SafeArrayGetElemsize")
	arrayAccess      = oleaut32.NewProc("SafeArrayAccessData")
	arrayUnaccess    = oleaut32.NewProc("SafeArrayUnaccessData")
)

// array takes the elements out of a SAFEARRAY with one dimension. (That of go-ole
// cannot read truth values, or arrays that do not begin at 0.)
func array(a *safeArray, element ole.VT) ([]any, error) {
	if a == nil {
		return []any{}, nil
	}
	at := uintptr(unsafe.Pointer(a))
	if n, _, _ := arrayDimensions.Call(at); n != 1 {
		return nil, fmt.Errorf("an array has %d dimensions", n)
	}
	var low, high int32
	var data unsafe.Pointer
	for _, get := range []func() (uintptr, uintptr, error){
		func() (uintptr, uintptr, error) { return arrayLow.Call(at, 1, uintptr(unsafe.Pointer(&low))) },
		func() (uintptr, uintptr, error) { return arrayHigh.Call(at, 1, uintptr(unsafe.Pointer(&high))) },
		func() (uintptr, uintptr, error) { return arrayAccess.Call(at, uintptr(unsafe.Pointer(&data))) },
	} {
		hr, _, _ := get()
		if err := check(uint32(hr)); err != nil {
			return nil, err
		}
	}
	defer func() { _, _, _ = arrayUnaccess.Call(at) }()
	size, _, _ := arrayElementSize.Call(at)
	n := max(0, int(high)-int(low)+1)
	elements := make([]any, 0, n)
	for i := range n {
		place := unsafe.Add(data, i*int(size))
		if element == ole.VT_VARIANT {
			elements = append(elements, scalar((*ole.VARIANT)(place)))
			continue
		}
		v := ole.VARIANT{VT: element}
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&v.Val)), unsafe.Sizeof(v.Val)), unsafe.Slice((*byte)(place), size))
		elements = append(elements, scalar(&v))
	}
	return elements, nil
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
