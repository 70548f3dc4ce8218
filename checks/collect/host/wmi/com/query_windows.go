package com

import (
	"unsafe"

	"github.com/go-ole/go-ole"
)

const (
	// batch is how many instances are asked for at once: each time is a way there and back.
	batch = 32
	// patience, in milliseconds, is how long instances are waited for before it is
	// looked whether anybody still wants them.
	patience = 500
)

// query asks a question in WQL.
func (s *winSession) query(wql string, stop <-chan struct{}, yield func(map[string]any) bool) error {
	var t texts
	defer t.free()
	const flags = 0x10 | 0x20 // WBEM_FLAG_RETURN_IMMEDIATELY, WBEM_FLAG_FORWARD_ONLY
	var found *object
	if err := check(s.cimv2.call(servicesExecQuery, t.add("WQL"), t.add(wql), flags, 0,
		uintptr(unsafe.Pointer(&found)))); err != nil {
		return err
	}
	defer found.free()
	if err := found.secure(s.level, s.who); err != nil {
		return err
	}
	for {
		select {
		case <-stop:
			return nil
		default:
		}
		more, err := next(found, yield)
		if err != nil || !more {
			return err
		}
	}
}

// next takes some instances of an enumeration, and reports whether there may be more
// and they are wanted.
func next(found *object, yield func(map[string]any) bool) (bool, error) {
	instances := make([]*object, batch)
	var n uint32
	hr := found.call(enumNext, patience, batch, uintptr(unsafe.Pointer(&instances[0])), uintptr(unsafe.Pointer(&n)))
	defer func() {
		for _, o := range instances {
			o.free()
		}
	}()
	for _, o := range instances[:min(n, batch)] {
		properties, err := o.properties()
		if err != nil {
			return false, err
		}
		if !yield(properties) {
			return false, nil
		}
	}
	return hr != wbemNoMoreInstances, check(hr)
}

// properties reads all properties of an instance but those of the system.
func (o *object) properties() (map[string]any, error) {
	const nonSystemOnly = 0x40 // WBEM_FLAG_NONSYSTEM_ONLY
	if err := check(o.call(classBeginEnumeration, nonSystemOnly)); err != nil {
		return nil, err
	}
	defer o.call(classEndEnumeration)
	all := map[string]any{}
	for {
		var name *uint16
		var v ole.VARIANT
		var t cimType
		hr := o.call(classNext, 0, uintptr(unsafe.Pointer(&name)), uintptr(unsafe.Pointer(&v)), uintptr(unsafe.Pointer(&t)), 0)
		if err := check(hr); err != nil {
			return nil, err
		}
		if hr == wbemNoMoreData {
			return all, nil
		}
		value, err := variant(&v, t)
		_ = v.Clear()
		all[ole.BstrToString(name)] = value
		_ = ole.SysFreeString((*int16)(unsafe.Pointer(name)))
		if err != nil {
			return nil, err
		}
	}
}
