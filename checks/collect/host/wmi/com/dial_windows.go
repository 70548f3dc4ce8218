package com

import (
	"context"
	"fmt"
	"os"

	"lcshealth/checks/collect/host/wmi"

	"github.com/go-ole/go-ole"
	"golang.org/x/sys/windows"
)

func dial(ctx context.Context, cfg Config) (wmi.Conn, error) {
	s := &winSession{}
	shown := "this host"
	if !isLocal(cfg.Host, ownNames()...) {
		s.host, shown = cfg.Host, cfg.Host
		var err error
		if s.login, err = cfg.login(ctx); err != nil {
			return nil, fmt.Errorf("connect to WMI on %s: %w", shown, err)
		}
	}
	c, err := start(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("connect to WMI on %s: %w", shown, err)
	}
	return c, nil
}

// ownNames are the names of this Windows, as far as they can be learned.
func ownNames() []string {
	var names []string
	if name, err := os.Hostname(); err == nil {
		names = append(names, name)
	}
	for _, kind := range []uint32{windows.ComputerNameNetBIOS, windows.ComputerNameDnsHostname, windows.ComputerNameDnsFullyQualified} {
		var n uint32
		_ = windows.GetComputerNameEx(kind, nil, &n) // tells the length
		if n == 0 {
			continue
		}
		name := make([]uint16, n)
		if windows.GetComputerNameEx(kind, &name[0], &n) == nil {
			names = append(names, windows.UTF16ToString(name))
		}
	}
	return names
}

// systemText is what Windows says an HRESULT means, in its own language.
func systemText(hresult uint32) string {
	text := make([]uint16, 300)
	const flags = windows.FORMAT_MESSAGE_FROM_SYSTEM | windows.FORMAT_MESSAGE_IGNORE_INSERTS
	n, err := windows.FormatMessage(flags, 0, hresult, 0, text, nil)
	if err != nil {
		return ""
	}
	return oneLine(windows.UTF16ToString(text[:n]))
}

// asStatus makes an error of go-ole a status.
func asStatus(err error) error {
	if e, ok := err.(*ole.OleError); ok { //nolint:errorlint // go-ole wraps nothing
		return check(uint32(e.Code()))
	}
	return err
}
