package plan

import (
	"net/netip"
	"slices"
	"strings"
)

// validate reports what is wrong with the plan in itself. What it would do to
// the deployment is judged later.
func (r *reader) validate(p *Plan) {
	if p.IsEmpty() {
		r.fail(1, "nothing is planned; lcshealth preflight --example writes a plan")
	}
	u := &p.Users
	for _, e := range u.Enable {
		r.need(e.Line, "account", e.Account)
	}
	for _, m := range u.Move {
		r.need(m.Line, "account", m.Account)
		r.host(m.Line, "to", m.To)
	}
	if u.Home != "" {
		r.host(u.Line, "home", u.Home)
	}
	if problem := ruleProblem(u.URI); problem != "" {
		r.fail(u.Line, "uri: %s", problem)
	}
	for _, d := range slices.Concat(p.Domains.Add, p.Domains.Remove) {
		r.domain(d)
	}
	names := map[string]int{}
	for i := range p.Servers {
		s := &p.Servers[i]
		r.host(s.Line, "name", s.Name)
		if first, twice := names[strings.ToLower(s.Name)]; twice {
			r.fail(s.Line, "name: %s is planned in line %d already", s.Name, first)
		}
		names[strings.ToLower(s.Name)] = s.Line
		r.word(s.Line, "role", s.Role, "home", "front-end", "proxy")
		r.word(s.Line, "generation", s.Generation, "2003", "2005")
		for i, text := range s.Addresses {
			a, err := netip.ParseAddr(text)
			if err != nil {
				r.fail(s.Line, "addresses: %q is no IP address", text)
				continue
			}
			s.Addresses[i] = a.Unmap().String() // as DNS gives it
		}
		for _, l := range s.Listeners {
			r.word(l.Line, "transport", l.Transport, "TCP", "TLS", "MTLS")
			r.port(l.Line, l.Port, true)
		}
	}
	for _, c := range p.Certificates {
		r.host(c.Line, "server", c.Server)
		r.need(c.Line, "file", c.File)
		r.port(c.Line, c.Port, false)
	}
	for _, t := range p.Routes {
		r.host(t.Line, "server", t.Server)
		r.need(t.Line, "match", t.Match)
		r.need(t.Line, "next-hop", t.NextHop)
		r.word(t.Line, "transport", t.Transport, "TCP", "TLS", "MTLS")
		r.port(t.Line, t.Port, false)
	}
	for _, c := range p.Expect.Absent {
		r.need(c.Line, "absent", c.Name)
	}
	for _, g := range p.Gateways {
		r.host(g.Line, "server", g.Server)
		r.need(g.Line, "host", g.Host)
	}
}

func (r *reader) need(line int, key, value string) {
	if strings.TrimSpace(value) == "" {
		r.fail(line, "%s: it is missing", key)
	}
}

func (r *reader) host(line int, key, name string) {
	if !isHost(name) {
		r.fail(line, "%s: %q is not a fully qualified host name", key, name)
	}
}

// isHost reports whether a name can be that of a host, with its domain.
func isHost(name string) bool {
	return strings.Contains(name, ".") && !strings.ContainsAny(name, " \t/:\\@,=") && !strings.HasPrefix(name, ".") && !strings.HasSuffix(name, ".")
}

func (r *reader) word(line int, key, value string, words ...string) {
	if !slices.Contains(words, value) {
		r.fail(line, "%s: %q is not one of %s", key, value, strings.Join(words, ", "))
	}
}

func (r *reader) port(line, port int, needed bool) {
	if port < 0 || port > 65535 || needed && port == 0 {
		r.fail(line, "port: %d is not from 1 to 65535", port)
	}
}

func (r *reader) domain(d Item) {
	name := strings.TrimPrefix(d.Name, "*.")
	if name == "" || strings.ContainsAny(name, " \t/:\\@,=*") || strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".") || strings.Contains(name, "..") {
		r.fail(d.Line, "%q is neither a domain such as contoso.com nor a wildcard such as *.contoso.com", d.Name)
	}
}
