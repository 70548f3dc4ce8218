package diagnosis

import (
	"cmp"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// Checked is the server side as it was judged, for the failure's user.
type Checked struct {
	From       string // configuration, or facts
	Deployment *facts.Deployment
	Findings   []checks.Finding // of every cause and server
	Homes      []string         // what the user's accounts name as home server, as they have it
	Held       bool             // an account has the user's sign-in name
	Notes      []string
}

// Judge adds what the server side shows.
func (d *Diagnosis) Judge(c Checked) {
	s := &ServerSide{
		From: c.From, CollectedAt: c.Deployment.CollectedAt, Sources: append([]facts.Source{}, c.Deployment.Sources...),
		Servers: []string{}, Home: []string{}, Notes: append([]string{}, c.Notes...),
	}
	d.Server = s
	s.Home = append(s.Home, homes(c.Deployment, c.Homes)...)
	matched, how := match(c.Deployment, &d.Failure)
	switch {
	case d.Failure.Kind == Asked && len(matched) == 0 && len(s.Home) > 0:
		s.Servers = unique(append(slices.Clone(s.Home), withoutUsers(c.Deployment)...))
		s.Notes = append(s.Notes, "Checked for the home server of the user, and the servers that hold no users: other home servers cannot stop him.")
	case len(matched) == 0:
		s.Notes = append(s.Notes, how)
	case d.Basis.wide():
		s.Servers = unique(append(matched, s.Home...))
		s.Notes = append(s.Notes, how, "The code is about the way between servers, which the log does not tell: every server was checked.")
	default:
		s.Servers = unique(append(matched, s.Home...))
		s.Notes = append(s.Notes, how)
	}
	if d.Failure.User != "" && len(c.Homes) == 0 && !c.Held && c.Deployment.Directory.Users.IsObserved() && !s.redactedOtherwise(c) {
		s.Notes = append(s.Notes, "Nobody in the directory has the sign-in name "+d.Failure.User+".")
	}
	d.place(c.Findings)
}

// redactedOtherwise says whether the facts' names cannot be compared.
func (s *ServerSide) redactedOtherwise(c Checked) bool {
	return c.Deployment.Redacted != "" && len(c.Notes) > 0
}

// homes are the servers behind the home servers that accounts name.
func homes(d *facts.Deployment, names []string) (out []string) {
	for _, name := range names {
		home := d.HomeServer(name)
		if home == nil {
			continue
		}
		object, why := home.Object.Get()
		switch {
		case why != nil || !object.Exists:
		case len(object.Members) > 0:
			out = append(out, object.Members...)
		default:
			out = append(out, members(d, object.FQDN)...)
		}
	}
	return unique(out)
}

// members are the servers of a name: one server, or those of a pool.
func members(d *facts.Deployment, name string) (out []string) {
	for _, s := range d.Servers {
		if strings.EqualFold(s.FQDN, name) || s.PoolFQDN != "" && strings.EqualFold(s.PoolFQDN, name) {
			out = append(out, s.FQDN)
		}
	}
	return out
}

// withoutUsers are the servers that are no home servers, as far as is known.
func withoutUsers(d *facts.Deployment) (out []string) {
	for _, s := range d.Servers {
		if role, why := s.Role.Get(); why != nil || role != facts.RoleHome {
			out = append(out, s.FQDN)
		}
	}
	return out
}

// match finds the server that the client asked among those that are known, and
// says how.
func match(d *facts.Deployment, f *Failure) (servers []string, how string) {
	host, port := f.Peer, ""
	if h, p, err := net.SplitHostPort(f.Peer); err == nil {
		host, port = h, p
	}
	for _, by := range []struct{ name, how string }{{f.Server, "the name by which it challenges"}, {host, "the other end of the connection"}} {
		if by.name == "" {
			continue
		}
		if servers = members(d, by.name); len(servers) > 0 {
			return servers, fmt.Sprintf("The server is %s, by %s.", strings.Join(servers, ", "), by.how)
		}
	}
	if servers = listening(d, host, port); len(servers) == 0 {
		servers = listening(d, host, "")
	}
	switch name := cmp.Or(f.Server, f.Peer); {
	case len(servers) > 0:
		return servers, fmt.Sprintf("The server is %s, which has the address %s.", strings.Join(servers, ", "), f.Peer)
	case name != "":
		return nil, name + " is none of the servers that are known; all of them were checked."
	case f.Kind == Asked:
		return nil, "No server was named; all of them were checked."
	default:
		return nil, "Which server was asked is not known; all of them were checked."
	}
}

// listening are the servers with a listener at an address. Several at one
// address without a port tell nothing.
func listening(d *facts.Deployment, host, port string) (out []string) {
	if host == "" || port == "" && net.ParseIP(host) == nil {
		return nil
	}
	for _, e := range d.Wire.Endpoints {
		addresses, _ := e.Addresses.Get() // none if not observed
		if d.Server(e.Host) != nil && slices.Contains(addresses, host) && (port == "" || port == strconv.Itoa(e.Port)) {
			out = append(out, d.Server(e.Host).FQDN)
		}
	}
	if out = unique(out); port == "" && len(out) > 1 {
		return nil
	}
	return out
}
