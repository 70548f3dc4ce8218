package lab

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
	"lcshealth/checks/preflight/plan"
)

// install installs a planned server, and runs it. A home server knows everybody
// at once, as if its user replicator had been through.
func (r *rollout) install(ctx context.Context, p *plan.Server) error {
	f := r.forest
	s, err := r.planned(p)
	if err != nil {
		return err
	}
	outbound, err := r.give(s, p.Certificate, !p.NoKey)
	if err != nil {
		return err
	}
	s.outbound, s.certificate = outbound, outbound
	if outbound == nil { // a database server makes one for itself
		if s.certificate, err = f.issue(s.fqdn); err != nil {
			return err
		}
	}
	for _, l := range p.Listeners {
		own, err := r.listener(ctx, s, &l, cmp.Or(l.Certificate, p.Certificate), !p.NoKey)
		if err != nil {
			return fmt.Errorf("the %s listener on port %d: %w", l.Transport, l.Port, err)
		}
		s.listeners = append(s.listeners, own)
	}
	for _, file := range p.Roots {
		roots, err := r.parse(file)
		if err != nil {
			return err
		}
		for _, root := range roots {
			s.keep(pki.Root, root, false)
		}
	}
	if len(p.Roots) == 0 { // that of the forest comes with Active Directory
		s.keep(pki.Root, f.authority.root.Certificate, false)
	}
	f.install(s)
	if s.database == nil {
		return nil
	}
	for _, u := range f.users {
		if u.enabled && u.uri != "" {
			s.database.add(u.row(s))
		}
	}
	s.database.add(contacts()...)
	return nil
}

// planned is a planned server before anything is on it.
func (r *rollout) planned(p *plan.Server) (*server, error) {
	f, fqdn := r.forest, strings.ToLower(p.Name)
	computer, parent, _ := strings.Cut(fqdn, ".")
	at := slices.IndexFunc(f.domains, func(d *domain) bool { return d.name == parent })
	if _, err := r.server(fqdn); err == nil {
		return nil, fmt.Errorf("the lab has a server %s already", fqdn)
	}
	switch {
	case at < 0:
		return nil, fmt.Errorf("the lab has no domain %s", parent)
	case p.GenerationOf() != facts.LCS2003:
		return nil, fmt.Errorf("the lab is of LCS 2003, and %s is not", fqdn)
	case len(p.Addresses) > 0 && !slices.Contains(p.Addresses, f.addresses.of[fqdn]):
		return nil, fmt.Errorf("the lab has announced no such address of %s", fqdn)
	}
	return &server{computer: computer, fqdn: fqdn, address: f.addresses.assign(fqdn), domain: f.domains[at], role: p.RoleOf()}, nil
}

// listener opens the port of a planned listener.
func (r *rollout) listener(ctx context.Context, s *server, p *plan.Listener, file string, key bool) (*listener, error) {
	l := &listener{transport: facts.Transport(p.Transport), port: p.Port, trusted: p.Trusted}
	if l.transport != facts.TCP {
		c, err := r.give(s, file, key)
		if err != nil {
			return nil, err
		}
		if l.certificate = c; c == nil {
			return nil, errNoCertificate
		}
	}
	_, err := r.sockets.reserve(ctx, s.address, p.Port)
	return l, err
}

// addRoute adds a static route. Where it leads to a server of the lab without
// saying to which port, it is that of the listener.
func (r *rollout) addRoute(p plan.Route) error {
	s, err := r.server(p.Server)
	if err != nil {
		return err
	}
	added := &route{match: p.Match, nextHop: p.NextHop, port: p.Port, transport: facts.Transport(p.Transport), trusted: p.Trusted}
	if hop, err := r.server(p.NextHop); err == nil && p.Port == 0 {
		added.to = hop.listener(added.transport)
	}
	s.routes = append(s.routes, added)
	return nil
}

// trust makes a gateway an authorized host.
func (r *rollout) trust(p plan.Gateway) error {
	s, err := r.server(p.Server)
	if err != nil {
		return err
	}
	s.authorized = append(s.authorized, facts.AuthorizedHost{Host: p.Host, ThrottleAsServer: true, TreatAsAuthenticated: true})
	return nil
}
