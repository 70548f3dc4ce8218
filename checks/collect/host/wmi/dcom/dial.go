package dcom

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/host/wmi"
	"lcshealth/checks/facts"
)

// Dial connects to the WMI of a host. Errors have a class and what would settle
// it (see [collect.Error]).
func Dial(ctx context.Context, cfg Config) (wmi.Conn, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, collect.Fail(facts.NotAsked, "correct the configuration", "reach WMI: %w", err)
	}
	l, err := newLogin(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("log on to %s: %w", cfg.Host, err)
	}
	// A host that cannot encrypt is told from the answer to the first bind.
	c, err := dialLevel(ctx, cfg, l, levelPrivacy)
	if bind, ok := errors.AsType[*bindError](err); ok && !bind.iface && bind.reason != 4 && ctx.Err() == nil {
		c, err = dialLevel(ctx, cfg, l, levelIntegrity)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// dialLevel asks the object resolver to activate WMI, and connects to it.
func dialLevel(ctx context.Context, cfg Config, l *login, level byte) (_ *conn, err error) {
	at := net.JoinHostPort(cfg.Host, cfg.Port)
	resolver, err := cfg.connect(ctx, at, l, level)
	if err != nil {
		return nil, unreached(ctx, "connect to "+at, err)
	}
	defer resolver.close()
	found, err := activate(ctx, resolver)
	if err != nil {
		return nil, explain(ctx, "activate WMI at "+at, cfg.Host, err)
	}
	wmiConn, err := cfg.connectAny(ctx, found.ports, l, level)
	if err != nil {
		return nil, err
	}
	c := &conn{orpc: orpc{rpc: wmiConn, version: found.version, unknown: found.unknown}, login: found.object}
	if c.cimv2, err = c.open(ctx, `//./root/cimv2`); err != nil {
		wmiConn.close()
		return nil, explain(ctx, `open root\cimv2 at `+wmiConn.conn.RemoteAddr().String()+" of "+cfg.Host, cfg.Host, err)
	}
	return c, nil
}

// connect makes a connection with a security context of its own.
func (cfg Config) connect(ctx context.Context, address string, l *login, level byte) (*rpc, error) {
	ctx, cancel := context.WithTimeout(ctx, cfg.ConnectTimeout)
	defer cancel()
	conn, err := cfg.Dial(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return newRPC(conn, cfg.CallTimeout, newSecurity(ctx, l, level)), nil
}

// connectAny connects to the first of the ports that answers. The host names
// itself there by a NetBIOS name or by addresses that may mean nothing here,
// so that only its ports are used.
func (cfg Config) connectAny(ctx context.Context, ports []uint16, l *login, level byte) (*rpc, error) {
	if len(ports) == 0 {
		return nil, collect.Fail(facts.Protocol, "let DCOM use TCP/IP (dcomcnfg, Default Protocols)",
			"connect to WMI of %s: port %s answers, but names no TCP port for WMI", cfg.Host, cfg.Port)
	}
	var err error
	for _, port := range ports {
		var r *rpc
		at := net.JoinHostPort(cfg.Host, strconv.Itoa(int(port)))
		if r, err = cfg.connect(ctx, at, l, level); err == nil {
			return r, nil
		}
		err = unreached(ctx, fmt.Sprintf("connect to WMI at %s (port %s of %s answers and names port %d, which cannot be reached)",
			at, cfg.Port, cfg.Host, port), err)
	}
	return nil, err
}
