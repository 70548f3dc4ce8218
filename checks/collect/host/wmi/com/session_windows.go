package com

import (
	"fmt"
	"runtime"
	"sync"
	"unsafe"

	"github.com/go-ole/go-ole"
)

// winSession is a session with WMI through its own interfaces rather than those for
// scripts: they tell the types of properties, and an enumeration can be given up.
type winSession struct {
	host  string // empty: this Windows
	login *login // nil: the account lcshealth runs as

	entered bool // COM was entered
	pinned  runtime.Pinner
	who     *identity
	level   uintptr // of authentication
	locator *object
	cimv2   *object
	// The namespace of the registry, and its class, once they were asked for.
	standard      *object
	registryClass *object
}

var (
	clsidLocator = ole.NewGUID("{4590F811-1D3A-11D0-891F-00AA004B2E24}") // WbemLocator
	iidLocator   = ole.NewGUID("{DC12A687-737F-11CF-884D-00AA004B2E24}") // IWbemLocator
)

// open connects to root\cimv2.
func (s *winSession) open() error {
	if err := ole.CoInitializeEx(0, ole.COINIT_MULTITHREADED); err != nil {
		if err := asStatus(err); err != nil { // S_FALSE is an error to go-ole
			return fmt.Errorf("enter COM: %w", err)
		}
	}
	s.entered = true
	defaultSecurity()
	if s.login != nil {
		var err error
		if s.who, err = s.login.identity(); err != nil {
			return err
		}
		s.pinned.Pin(s.who)
		for _, p := range []*uint16{s.who.user, s.who.domain, s.who.password} {
			s.pinned.Pin(p)
		}
	}
	unknown, err := ole.CreateInstance(clsidLocator, iidLocator)
	if err != nil {
		return fmt.Errorf("start WMI: %w", asStatus(err))
	}
	s.locator = (*object)(unsafe.Pointer(unknown))
	s.level = levelPrivacy
	s.cimv2, err = s.connect(`root\cimv2`)
	if noPrivacy(err) {
		s.level = levelIntegrity
		s.cimv2, err = s.connect(`root\cimv2`)
	}
	return err
}

// defaultSecurity says for the whole process how calls are protected that COM makes by
// itself, such as those that connect. It can be said once, and if some other part of
// the process has said it before, that stands.
var defaultSecurity = sync.OnceFunc(func() {
	_ = ole.CoInitializeSecurity(-1, levelPrivacy, levelImpersonate, 0)
})

// connect opens a namespace.
func (s *winSession) connect(name string) (*object, error) {
	var t texts
	defer t.free()
	var account, password uintptr
	if s.login != nil {
		account, password = t.add(s.login.account()), t.add(s.login.password)
	}
	const maxWait = 0x80 // WBEM_FLAG_CONNECT_USE_MAX_WAIT: not for ever
	var services *object
	if err := check(s.locator.call(locatorConnectServer, t.add(namespace(s.host, name)), account, password,
		0, maxWait, 0, 0, uintptr(unsafe.Pointer(&services)))); err != nil {
		return nil, err
	}
	err := services.secure(s.level, s.who)
	if err == nil && s.host != "" {
		err = touch(services)
	}
	if err != nil {
		services.free()
		return nil, err
	}
	return services, nil
}

// touch makes a call that asks for nothing, to see that it arrives.
func touch(services *object) error {
	var empty *object
	hr := services.call(servicesGetObject, 0, 0, 0, uintptr(unsafe.Pointer(&empty)), 0)
	empty.free()
	return check(hr)
}

// close lets go of everything, and leaves COM.
func (s *winSession) close() {
	for _, o := range []*object{s.registryClass, s.standard, s.cimv2, s.locator} {
		o.free()
	}
	if s.entered {
		ole.CoUninitialize()
	}
	s.pinned.Unpin()
}
