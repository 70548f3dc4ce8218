package com

import (
	"syscall"
	"unsafe"

	"github.com/go-ole/go-ole"
	"golang.org/x/sys/windows"
)

// object is any COM object: a pointer to the table of its methods.
type object struct {
	methods *[methodsKnown]uintptr
}

const methodsKnown = 26 // as many as are called of the interface that has most

// Methods by their places in the interfaces (wbemcli.h).
const (
	release = 2

	locatorConnectServer = 3 // IWbemLocator

	servicesGetObject  = 6 // IWbemServices
	servicesExecQuery  = 20
	servicesExecMethod = 24

	enumNext = 4 // IEnumWbemClassObject

	classPut              = 5 // IWbemClassObject
	classBeginEnumeration = 8
	classNext             = 9
	classEndEnumeration   = 10
	classSpawnInstance    = 15
	classGetMethod        = 19
)

// HRESULTs of success other than S_OK (WBEMSTATUS).
const (
	wbemNoMoreInstances = 0x00000001 // WBEM_S_FALSE
	wbemNoMoreData      = 0x00040005 // WBEM_S_NO_MORE_DATA
)

// eNoInterface is what an object that is no proxy answers with when it is asked for
// the security of its calls.
const eNoInterface = 0x80004002

// eNoAnswer is E_FAIL, for a method that succeeds and gives nothing.
const eNoAnswer = 0x80004005

// call calls a method and returns its HRESULT. Pointers among the arguments are
// converted in the call itself, which keeps what they point to where it is.
//
//go:uintptrescapes
func (o *object) call(method int, args ...uintptr) uint32 {
	all := append([]uintptr{uintptr(unsafe.Pointer(o))}, args...)
	r, _, _ := syscall.SyscallN(o.methods[method], all...)
	return uint32(r)
}

// free releases an object, if there is one.
func (o *object) free() {
	if o != nil {
		o.call(release)
	}
}

// texts are strings of COM that are freed together. An empty one is NULL, which
// stands for the default.
type texts []*int16

func (t *texts) add(s string) uintptr {
	if s == "" {
		return 0
	}
	b := ole.SysAllocStringLen(s)
	*t = append(*t, b)
	return uintptr(unsafe.Pointer(b))
}

func (t *texts) free() {
	for _, b := range *t {
		_ = ole.SysFreeString(b)
	}
}

// Security of calls (rpcdce.h, objidl.h).
const (
	authnDefault     = 0xFFFFFFFF  // RPC_C_AUTHN_DEFAULT, and RPC_C_AUTHZ_DEFAULT
	levelIntegrity   = 5           // RPC_C_AUTHN_LEVEL_PKT_INTEGRITY
	levelPrivacy     = 6           // RPC_C_AUTHN_LEVEL_PKT_PRIVACY
	levelImpersonate = 3           // RPC_C_IMP_LEVEL_IMPERSONATE
	colDefault       = ^uintptr(0) // COLE_DEFAULT_PRINCIPAL, COLE_DEFAULT_AUTHINFO
)

var setProxyBlanket = windows.NewLazySystemDLL("ole32.dll").NewProc("CoSetProxyBlanket")

// secure sets how calls of an object are protected, and as whom they are made. An
// object that is no proxy, but code in this process, needs none of it.
func (o *object) secure(level uintptr, who *identity) error {
	info := colDefault
	if who != nil {
		info = uintptr(unsafe.Pointer(who))
	}
	hr, _, _ := setProxyBlanket.Call(uintptr(unsafe.Pointer(o)), authnDefault, authnDefault, colDefault,
		level, levelImpersonate, info, 0)
	if uint32(hr) == eNoInterface {
		return nil
	}
	return check(uint32(hr))
}

// identity is COAUTHIDENTITY. COM keeps its address, so that it must stay where it is
// as long as the objects that were secured with it.
type identity struct {
	user        *uint16
	userLength  uint32
	domain      *uint16
	domainLen   uint32
	password    *uint16
	passwordLen uint32
	flags       uint32
}

func (l *login) identity() (*identity, error) {
	const unicode = 2 // SEC_WINNT_AUTH_IDENTITY_UNICODE
	id := &identity{flags: unicode}
	for _, field := range []struct {
		text   string
		at     **uint16
		length *uint32
	}{
		{l.user, &id.user, &id.userLength},
		{l.domain, &id.domain, &id.domainLen},
		{l.password, &id.password, &id.passwordLen},
	} {
		text, err := windows.UTF16FromString(field.text)
		if err != nil {
			return nil, err
		}
		*field.at, *field.length = &text[0], uint32(len(text)-1)
	}
	return id, nil
}
