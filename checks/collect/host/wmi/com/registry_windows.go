package com

import (
	"unsafe"

	"github.com/go-ole/go-ole"
	"golang.org/x/sys/windows"
)

const registryProvider = "StdRegProv"

// registry calls a method of StdRegProv in root\default.
func (s *winSession) registry(method string, in map[string]any) (map[string]any, error) {
	if err := s.openRegistry(); err != nil {
		return nil, err
	}
	arguments, err := s.arguments(method, in)
	if err != nil {
		return nil, err
	}
	defer arguments.free()
	var t texts
	defer t.free()
	var out *object
	if err := check(s.standard.call(servicesExecMethod, t.add(registryProvider), t.add(method), 0, 0,
		uintptr(unsafe.Pointer(arguments)), uintptr(unsafe.Pointer(&out)), 0)); err != nil {
		return nil, err
	}
	if out == nil {
		return nil, check(eNoAnswer)
	}
	defer out.free()
	return out.properties()
}

// openRegistry gets the class once.
func (s *winSession) openRegistry() error {
	var err error
	if s.standard == nil {
		if s.standard, err = s.connect(`root\default`); err != nil {
			return err
		}
	}
	if s.registryClass != nil {
		return nil
	}
	var t texts
	defer t.free()
	return check(s.standard.call(servicesGetObject, t.add(registryProvider), 0, 0, uintptr(unsafe.Pointer(&s.registryClass)), 0))
}

// arguments makes the object that carries the arguments of a method.
func (s *winSession) arguments(method string, in map[string]any) (*object, error) {
	name, err := windows.UTF16PtrFromString(method)
	if err != nil {
		return nil, err
	}
	var signature, arguments *object
	if err := check(s.registryClass.call(classGetMethod, uintptr(unsafe.Pointer(name)), 0,
		uintptr(unsafe.Pointer(&signature)), 0)); err != nil {
		return nil, err
	}
	if signature == nil { // it takes none
		return nil, nil
	}
	defer signature.free()
	if err := check(signature.call(classSpawnInstance, 0, uintptr(unsafe.Pointer(&arguments)))); err != nil {
		return nil, err
	}
	for name, v := range in {
		if err := arguments.put(name, v); err != nil {
			arguments.free()
			return nil, err
		}
	}
	return arguments, nil
}

// put sets a property.
func (o *object) put(name string, value any) error {
	value, err := argument(name, value)
	if err != nil {
		return err
	}
	wide, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return err
	}
	var v ole.VARIANT
	switch value := value.(type) {
	case string:
		v = ole.NewVariant(ole.VT_BSTR, int64(uintptr(unsafe.Pointer(ole.SysAllocStringLen(value)))))
	case bool:
		v = ole.NewVariant(ole.VT_BOOL, 0)
		if value {
			v.Val = 0xffff
		}
	case int32:
		v = ole.NewVariant(ole.VT_I4, int64(uint32(value)))
	}
	defer func() { _ = v.Clear() }()
	return check(o.call(classPut, uintptr(unsafe.Pointer(wide)), 0, uintptr(unsafe.Pointer(&v)), 0))
}
