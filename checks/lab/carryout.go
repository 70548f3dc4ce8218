package lab

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks/preflight/plan"
)

// CarryOut does what a plan says, but for the lines that skip reports; nil skips
// none. files are those that the plan names, by the names that it gives them.
// Certificates must be of [Lab.Issue], since who serves one needs its key.
//
// The lab is then served on the ports that it had before, and its files are
// written anew. What it was asked before is forgotten ([Lab.Requests],
// [Lab.Statements]). If a line cannot be carried out, the error names it, and
// nothing has changed. No other method may be called meanwhile.
func (l *Lab) CarryOut(ctx context.Context, p *plan.Plan, users *plan.Users, files map[string][]byte, skip func(plan.Ref) bool) error {
	r := &rollout{forest: l.forest.clone(), sockets: l.sockets, issued: l.issued, files: files}
	for _, d := range r.deeds(ctx, p, users) {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("carry out the plan: %w", err)
		}
		if skip != nil && skip(d.at) {
			continue
		}
		if err := d.do(); err != nil {
			return fmt.Errorf("carry out %s: %w", d.at, err)
		}
	}
	return l.become(r.forest)
}

// Restore undoes every roll-out: the lab is as it was started. What was
// announced stays so.
func (l *Lab) Restore() error { return l.become(l.started) }

// become serves another state of the forest, or goes on with this one if that
// fails.
func (l *Lab) become(next *forest) error {
	now := l.forest
	err := l.serveInstead(next)
	if err != nil {
		err = errors.Join(fmt.Errorf("serve the lab anew: %w", err), l.serveInstead(now))
	}
	return err
}

func (l *Lab) serveInstead(f *forest) error {
	l.letGo()
	for _, s := range l.forest.servers {
		if err := remove(l.inFolder(hostFile(s))); err != nil { // the other may lack the server
			return err
		}
	}
	l.group = l.group.anew()
	l.forest, l.controllers, l.databases = f, nil, nil
	return l.serve()
}

// rollout changes a forest as a plan says.
type rollout struct {
	forest  *forest
	sockets *sockets
	issued  []*certificate
	files   map[string][]byte
}

// deed is what a line of a plan asks for.
type deed struct {
	at plan.Ref
	do func() error
}

// deeds are those of a plan. What others need comes first, and what is taken
// away comes last.
func (r *rollout) deeds(ctx context.Context, p *plan.Plan, users *plan.Users) (out []deed) {
	add := func(line int, do func() error) { out = append(out, deed{plan.Ref{File: p.File, Line: line}, do}) }
	for _, d := range p.Domains.Add {
		add(d.Line, func() error { return r.addDomain(d.Name) })
	}
	for i := range p.Servers {
		add(p.Servers[i].Line, func() error { return r.install(ctx, &p.Servers[i]) })
	}
	for _, c := range p.Certificates {
		add(c.Line, func() error { return r.selectCertificate(c) })
	}
	for _, route := range p.Routes {
		add(route.Line, func() error { return r.addRoute(route) })
	}
	for _, g := range p.Gateways {
		add(g.Line, func() error { return r.trust(g) })
	}
	for i := range users.Len() {
		u := users.At(i)
		do := func() error { return r.enable(&u) }
		if u.Moves() {
			do = func() error { return r.move(&u) }
		}
		out = append(out, deed{u.Ref, do})
	}
	for _, d := range p.Domains.Remove {
		add(d.Line, func() error { return r.removeDomain(d.Name) })
	}
	return out
}

// addDomain lists a SIP domain.
func (r *rollout) addDomain(name string) error {
	if !r.lists(name) {
		r.forest.sipDomains = append(r.forest.sipDomains, strings.ToLower(name))
	}
	return nil
}

// removeDomain takes a SIP domain off the list. Nobody's address changes.
func (r *rollout) removeDomain(name string) error {
	if !r.lists(name) {
		return fmt.Errorf("the lab has no SIP domain %s", name)
	}
	r.forest.sipDomains = slices.DeleteFunc(r.forest.sipDomains, func(d string) bool { return strings.EqualFold(d, name) })
	return nil
}

func (r *rollout) lists(domain string) bool {
	return slices.ContainsFunc(r.forest.sipDomains, func(d string) bool { return strings.EqualFold(d, domain) })
}

// server finds a server by its FQDN.
func (r *rollout) server(fqdn string) (*server, error) {
	for _, s := range r.forest.servers {
		if strings.EqualFold(s.fqdn, fqdn) {
			return s, nil
		}
	}
	return nil, fmt.Errorf("the lab has no server %s", fqdn)
}
