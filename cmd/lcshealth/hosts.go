package main

import (
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/host"
	"lcshealth/checks/collect/host/wmi"
	"lcshealth/checks/collect/host/wmi/com"
	"lcshealth/checks/collect/host/wmi/dcom"
	"lcshealth/config"
)

// hostFile is the protocol of host files in a plan.
const hostFile = "file"

// way is a way into one host, with what plan says of it.
type way struct {
	source  collect.Source
	contact contact
}

// hosts are the ways into hosts: those of the configured servers, and the files
// that say themselves on which host they were made.
func (s *sources) hosts(ctx context.Context) []way {
	files, out := s.hostFiles(ctx)
	for i := range s.cfg.Servers {
		server := &s.cfg.Servers[i]
		key := strings.ToLower(server.Name)
		found := files[key]
		delete(files, key)
		switch {
		case server.Host != "":
			out = append(out, s.network(server, unused(found, "the configuration has host: "+server.Host+" for this server")))
		case server.HostFile != "":
			out = append(out, s.file(server.Name, server, server.HostFile, unused(found, "the configuration has another for this server")))
		case len(found) > 0:
			out = append(out, s.file(server.Name, server, found[0].path, older(found)))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(files)) {
		found := files[key]
		out = append(out, s.file(found[0].header.Host, nil, found[0].path, older(found)))
	}
	return out
}

// foundFile is a host file that says on which host it was made.
type foundFile struct {
	path   string
	header host.Header
}

// hostFiles finds the host files of the configuration, by the host that each
// says it was made on, newest first. What is none becomes a source that fails.
func (s *sources) hostFiles(ctx context.Context) (byHost map[string][]foundFile, bad []way) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeouts.Source)
	defer cancel()
	byHost = map[string][]foundFile{}
	seen := map[string]bool{}
	for _, pattern := range s.cfg.Hosts.Files {
		paths, err := host.Find(ctx, pattern)
		if err != nil {
			bad = append(bad, unreadable(pattern, err))
		}
		for _, path := range paths {
			if seen[path] {
				continue
			}
			seen[path] = true
			header, err := host.Identify(ctx, path)
			if err != nil {
				bad = append(bad, unreadable(path, err))
				continue
			}
			key := strings.ToLower(header.Host)
			byHost[key] = append(byHost[key], foundFile{path, header})
		}
	}
	for _, found := range byHost {
		slices.SortStableFunc(found, func(a, b foundFile) int { return b.header.StartedAt.Compare(a.header.StartedAt) })
	}
	return byHost, bad
}

// older tells of the files that a newer one of the same host replaces.
func older(found []foundFile) []string {
	return unused(found[1:], "that of "+found[0].header.StartedAt.UTC().Format(time.RFC3339)+" is newer")
}

func unused(found []foundFile, why string) (out []string) {
	for _, f := range found {
		out = append(out, fmt.Sprintf("host file %s was not read: %s", f.path, why))
	}
	return out
}

func unreadable(path string, err error) way {
	return way{host.Unreadable(path, err), contact{host.Name, path, hostFile, "", "it cannot be used: " + err.Error()}}
}

// file is the way through a host file. server is nil if the configuration does
// not name the server.
func (s *sources) file(fqdn string, server *config.Server, path string, warnings []string) way {
	s.reached = append(s.reached, strings.ToLower(fqdn))
	cfg := host.Config{FQDN: fqdn, File: path, MaxAge: s.cfg.Hosts.MaxAge, AllowOld: s.cfg.Hosts.AllowOld, Warnings: warnings}
	source := host.New(cfg, s.users)
	if server != nil && server.Database != "" {
		source = host.New(cfg, nil) // the database is read directly
	}
	return way{source, contact{host.Name, path, hostFile, "", "read the file, made on " + fqdn}}
}

// network is the way over the network, by the host's WMI.
func (s *sources) network(server *config.Server, warnings []string) way {
	s.reached = append(s.reached, strings.ToLower(server.Name))
	c := &s.cfg.WMI
	password := s.password("wmi.password", c.Password)
	cfg := wmi.Config{FQDN: server.Name, Warnings: warnings}
	target, protocol := net.JoinHostPort(server.Name, "135")+" and the port that it names", "WMI over DCOM, encrypted"
	who := c.Auth + ": " + account(c.Username, c.Kerberos)
	switch server.Host {
	case "wmi":
		d := dcom.Config{
			Host: server.Name, Auth: dcom.Auth(c.Auth), Username: c.Username, Password: password,
			Kerberos: dcom.KerberosOptions{Realm: c.Kerberos.Realm, ConfigFile: c.Kerberos.Config, CCache: c.Kerberos.CCache, Keytab: c.Kerberos.Keytab, SPN: c.Kerberos.SPN},
			Dial:     s.dial(), ConnectTimeout: s.cfg.Timeouts.Connect,
		}
		cfg.Dial = func(ctx context.Context) (wmi.Conn, error) { return dcom.Dial(ctx, d) }
	case "com":
		protocol = "WMI over the COM of this Windows"
		d := com.Config{Host: server.Name, Username: c.Username}
		if c.Username == "" {
			who = account("", config.Kerberos{})
		} else {
			d.Password = password
		}
		cfg.Dial = func(ctx context.Context) (wmi.Conn, error) { return com.Dial(ctx, d) }
	}
	return way{wmi.New(cfg), contact{host.Name, target, protocol, who, "Administrators, or Remote Enable on root\\cimv2 and root\\default and Remote Activation in DCOM"}}
}
