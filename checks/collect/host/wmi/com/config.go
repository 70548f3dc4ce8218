package com

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"lcshealth/checks/collect/host/wmi"
)

// Config says which host is asked, and as whom.
type Config struct {
	// Host is a name or an address. The Windows lcshealth runs on is meant if it is
	// empty, or one of that Windows' own names.
	Host string
	// Username is user, DOMAIN\user or user@domain. Without one, and always on the
	// Windows lcshealth runs on, the account that lcshealth runs as asks.
	Username string
	// Password returns the password of Username, and is called once in each [Dial].
	Password func(ctx context.Context) (string, error)
}

// Dial connects to root\cimv2 of the host. What Windows answers with instead is a
// [*wmi.Status]. When ctx ends, its error is returned at once, and whatever
// still hangs in Windows ends by itself.
func Dial(ctx context.Context, cfg Config) (wmi.Conn, error) { return dial(ctx, cfg) }

// login is who asks another host.
type login struct {
	domain, user, password string
}

// login returns nil if the account that lcshealth runs as is to ask.
func (c Config) login(ctx context.Context) (*login, error) {
	if c.Username == "" {
		return nil, nil
	}
	if c.Password == nil {
		return nil, errors.New("there is no password for " + c.Username)
	}
	password, err := c.Password(ctx)
	if err != nil {
		return nil, fmt.Errorf("password of %s: %w", c.Username, err)
	}
	domain, user, ok := strings.Cut(c.Username, `\`)
	if !ok {
		domain, user = "", c.Username
	}
	return &login{domain, user, password}, nil
}

// account is the name as IWbemLocator::ConnectServer takes it.
func (l *login) account() string {
	if l.domain == "" {
		return l.user
	}
	return l.domain + `\` + l.user
}

// isLocal reports whether host is the Windows with one of the own names.
func isLocal(host string, own ...string) bool {
	host = strings.TrimSuffix(host, ".")
	if host == "" || strings.EqualFold(host, "localhost") { // "." was one dot
		return true
	}
	if ip, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return ip.IsLoopback()
	}
	for _, name := range own {
		if name != "" && strings.EqualFold(host, strings.TrimSuffix(name, ".")) {
			return true
		}
	}
	return false
}

// namespace is the path of a namespace on a host; an empty one is local.
func namespace(host, name string) string {
	if host == "" {
		return name
	}
	return `\\` + strings.TrimSuffix(host, ".") + `\` + name
}
