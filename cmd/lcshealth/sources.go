package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/directory"
	"lcshealth/checks/collect/host"
	"lcshealth/checks/collect/rtcdb"
	"lcshealth/checks/collect/wire"
	"lcshealth/checks/facts"
	"lcshealth/config"
)

// sources turns a configuration into sources.
type sources struct {
	cfg     *config.Config
	secrets *secrets
	users   records
	reached []string // hosts that there is a way into, in lower case
	wire    wire.Config
	wanted  []string // accounts to look up
	unasked string   // why the sign-in that was asked for is not tried; empty if it is
}

// records takes the accounts of the directory and the entries of databases,
// as [collect.Users] does.
type records interface {
	directory.Users
	rtcdb.Entries
}

func (s *sources) dial() func(context.Context, string, string) (net.Conn, error) {
	return collect.Dialer(s.cfg.DNS.Resolver, s.cfg.Timeouts.Connect).DialContext
}

// first are the sources that need nothing but the configuration: the
// directory, the databases and the hosts.
func (s *sources) first(ctx context.Context) ([]collect.Source, error) {
	var out []collect.Source
	d, err := s.directory()
	if err != nil {
		return nil, err
	}
	out = append(out, d)
	for _, server := range s.cfg.Servers {
		if server.Database != "" {
			db, err := s.database(server.Name, server.Database)
			if err != nil {
				return nil, err
			}
			out = append(out, db)
		}
	}
	for _, pool := range s.cfg.Pools {
		db, err := s.database(pool.Name, pool.Database)
		if err != nil {
			return nil, err
		}
		out = append(out, db)
	}
	for _, way := range s.hosts(ctx) {
		out = append(out, way.source)
	}
	// Now, and not when everything else has been read.
	return out, clientCertificate(ctx, &s.wire, s.secrets, "wire.certificate.password", s.cfg.Wire.Certificate)
}

// then are the sources that need what the first ones found: the wire, and an
// account of each server that nobody gave a way into.
func (s *sources) then(d *facts.Deployment) []collect.Source {
	var out []collect.Source
	for _, server := range d.Servers {
		if !slices.Contains(s.reached, strings.ToLower(server.FQDN)) {
			out = append(out, host.Unavailable(server.FQDN, facts.Unknown{
				Class: facts.NotAsked, Message: "no way into the host is configured",
				Settle: "run the script that lcshealth script prints on " + server.FQDN + " and give its file with --host-file, or ask the host with host: wmi in its entry of servers",
			}))
		}
	}
	if !s.cfg.Wire.Enabled {
		return out
	}
	domains, _ := d.Directory.SIPDomains.Get() // without them no client record is looked up, and the causes say why
	var names []string
	for _, domain := range domains {
		names = append(names, domain.Name)
	}
	trusted, _ := d.Directory.TrustedServers.Get() // the directory's facts say why not
	var others []string
	for _, t := range trusted {
		others = append(others, t.FQDN)
	}
	cfg := s.wire
	cfg.Targets, cfg.SIPDomains, cfg.Names, cfg.SIP = wire.Targets(d), names, others, s.cfg.Wire.SIP
	cfg.Resolver, cfg.ConnectTimeout = s.cfg.DNS.Resolver, s.cfg.Timeouts.Connect
	var err error
	if cfg.ProbeUser, err = probedUser(s.cfg.Probe, s.secrets, homeTargets(d, cfg.Targets)); err != nil {
		s.unasked = strings.TrimPrefix(err.Error(), errUsage.Error()+": ") // the rest is checked all the same
	}
	return append(out, wire.New(cfg))
}

func (s *sources) directory() (collect.Source, error) {
	c := &s.cfg.Directory
	roots, err := authorities("directory.ca-file", c.CAFile)
	if err != nil {
		return nil, err
	}
	return directory.New(directory.Config{
		Controllers: c.Controllers,
		Security:    map[string]directory.Security{"ldaps": directory.LDAPS, "starttls": directory.StartTLS, "plain": directory.Plain}[c.Security],
		Auth:        map[string]directory.Auth{"simple": directory.Simple, "ntlm": directory.NTLM, "kerberos": directory.Kerberos}[c.Auth],
		Username:    c.Username,
		Password:    s.password("directory.password", c.Password),
		Kerberos:    directory.KerberosOptions{Realm: c.Kerberos.Realm, ConfigFile: c.Kerberos.Config, CCache: c.Kerberos.CCache, Keytab: c.Kerberos.Keytab, SPN: c.Kerberos.SPN},
		RootCAs:     roots, ServerName: c.ServerName, OldTLS: c.OldTLS,
		PageSize: c.PageSize, Connections: c.Connections,
		Wanted: s.wanted,
		Dial:   s.dial(),
	}, s.users), nil
}

func (s *sources) database(name, address string) (collect.Source, error) {
	c := &s.cfg.Database
	roots, err := authorities("database.ca-file", c.CAFile)
	if err != nil {
		return nil, err
	}
	cfg := rtcdb.Config{
		Name: name, Serves: []string{name}, Address: address, Database: c.Name,
		Auth: rtcdb.Auth(c.Auth), Username: c.Username, Encrypt: rtcdb.Encrypt(c.Encrypt),
		Kerberos: rtcdb.Kerberos{Realm: c.Kerberos.Realm, ConfigFile: c.Kerberos.Config, CCache: c.Kerberos.CCache, Keytab: c.Kerberos.Keytab, SPN: c.Kerberos.SPN},
		RootCAs:  roots, ServerName: c.ServerName,
		DialTimeout: s.cfg.Timeouts.Connect,
		Dial:        s.dial(),
	}
	if c.Auth == "sql" || c.Auth == "ntlm" || !c.Password.IsZero() {
		cfg.Password = s.password("database.password", c.Password)
	}
	if err := cfg.Validate(); err != nil {
		return nil, usagef("database of %s: %w", name, err)
	}
	return rtcdb.New(cfg, s.users), nil
}

func (s *sources) password(key string, secret config.Secret) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) { return s.secrets.read(ctx, key, secret) }
}

// authorities reads the certificates of authorities; nil means the system's.
func authorities(key, file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, usagef("%s: %w", key, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, usage(fmt.Errorf("%s: %s holds no certificate in PEM form", key, file))
	}
	return pool, nil
}
