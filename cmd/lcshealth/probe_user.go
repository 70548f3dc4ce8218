package main

import (
	"context"
	"net"
	"slices"
	"strings"

	"lcshealth/checks/collect/wire"
	"lcshealth/checks/facts"
	"lcshealth/config"

	"github.com/spf13/cobra"
)

// probeUser are the flags of a sign-in that is tried.
type probeUser struct {
	uri, account, server string
	password             secretFlags
}

func (p *probeUser) addFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&p.uri, "probe-user", "", "try to sign in as this user, once; it shows the user online (`uri`: sip:user@domain)")
	f.StringVar(&p.account, "probe-account", "", "the user's `account`: DOMAIN\\user or user@domain")
	f.StringVar(&p.server, "probe-server", "", "the `server` to sign in to, as HOST or HOST:PORT (default: a home server)")
	p.password.addFlags(c, "probe-password", "password of the account")
}

// into puts the flags over what the configuration says.
func (p *probeUser) into(cfg *config.Probe) error {
	for _, f := range []struct {
		to    *string
		value string
	}{{&cfg.User, p.uri}, {&cfg.Account, p.account}, {&cfg.Server, p.server}} {
		if f.value != "" {
			*f.to = f.value
		}
	}
	if s := p.password.secret(); !s.IsZero() {
		cfg.Password = s
	}
	switch {
	case cfg.User == "":
		return nil
	case facts.AddressDomain(facts.NormalizeAddress(cfg.User)) == "":
		return usagef("--probe-user %s: a sign-in name has the form sip:user@domain", cfg.User)
	case cfg.Account == "":
		return usagef("--probe-user %s: name the account to sign in with, as --probe-account 'DOMAIN\\user'", cfg.User)
	case cfg.Server != "":
		_, err := probeTargets([]string{cfg.Server}, "")
		return err
	}
	return nil
}

// probedUser is the sign-in to try, or nil if none is asked for. It goes to the
// server that is named, or else to the best of those given: one that listens
// with TLS, if any.
func probedUser(cfg config.Probe, s *secrets, known []wire.Target) (*wire.ProbeUser, error) {
	if cfg.User == "" {
		return nil, nil
	}
	u := &wire.ProbeUser{URI: cfg.User, User: cfg.Account}
	if domain, user, ok := strings.Cut(cfg.Account, `\`); ok {
		u.Domain, u.User = domain, user
	}
	u.Password = func(ctx context.Context) (string, error) { return s.read(ctx, "probe.password", cfg.Password) }
	if cfg.Server != "" {
		targets, err := probeTargets([]string{cfg.Server}, "")
		if err != nil {
			return nil, err
		}
		u.Server = targets[0]
		if host, _, err := net.SplitHostPort(cfg.Server); err != nil || host == "" {
			u.Server = targets[len(targets)-1] // 5061 rather than 5060
		}
		return u, nil
	}
	secure := slices.IndexFunc(known, func(t wire.Target) bool { return t.Listener && t.Transport == facts.TLS })
	plain := slices.IndexFunc(known, func(t wire.Target) bool { return t.Listener && t.Transport == facts.TCP })
	switch {
	case secure >= 0:
		u.Server = known[secure]
	case plain >= 0:
		u.Server = known[plain]
	default:
		return nil, usagef("--probe-user %s: no server to sign in to is known; name one with --probe-server", cfg.User)
	}
	return u, nil
}

// homeTargets are the listeners of the home servers, to which users sign in.
func homeTargets(d *facts.Deployment, all []wire.Target) []wire.Target {
	return slices.DeleteFunc(slices.Clone(all), func(t wire.Target) bool {
		s := d.Server(t.Host)
		if s == nil {
			return true
		}
		role, _ := s.Role.Get() // empty if not known, and then it may be one
		return role != "" && role != facts.RoleHome
	})
}
