package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/report"
)

// The columns of a picture.
const (
	left = iota
	middle
	right
)

// serverRole is a section of the middle column.
type serverRole struct {
	role         report.ServerRole
	section      string
	one, several string
}

// roles are the sections in their order.
var roles = []serverRole{
	{report.RoleFrontEnd, "Front ends", "front end", "front ends"},
	{report.RoleNoUsers, "Servers without users", "server without users", "servers without users"},
	{report.RoleHome, "Home servers", "home server", "home servers"},
	{report.RoleProxy, "Proxies", "proxy", "proxies"},
	{report.RoleUnknown, "Role not known", "server of unknown role", "servers of unknown role"},
}

// servers adds the servers, by role. Of many, those without findings share a
// node.
func (d *drawing) servers() {
	marks := map[string]*Mark{}
	for _, f := range d.findings {
		name := strings.ToLower(serverOf(f))
		if marks[name] == nil {
			marks[name] = &Mark{}
		}
		marks[name].add(f)
	}
	mark := func(s *report.OutlineServer) *Mark {
		if m := marks[strings.ToLower(s.FQDN)]; m != nil {
			return m
		}
		return &Mark{}
	}
	shown := map[string]bool{}
	if all := len(d.outline.Servers) + d.outline.Omitted["servers"]; all > mostServers {
		worst := slices.Clone(d.outline.Servers)
		slices.SortStableFunc(worst, func(a, b report.OutlineServer) int { return cmp.Compare(mark(&a).rank(), mark(&b).rank()) })
		for i := range worst[:min(len(worst), mostServers-len(roles))] {
			shown[worst[i].FQDN] = mark(&worst[i]).Any()
		}
	} else {
		for i := range d.outline.Servers {
			shown[d.outline.Servers[i].FQDN] = true
		}
	}
	for _, role := range roles {
		var together []report.OutlineServer
		for _, s := range d.outline.Servers {
			known := slices.ContainsFunc(roles, func(r serverRole) bool { return r.role == s.Role })
			if s.Role != role.role && (known || role.role != report.RoleUnknown) {
				continue
			}
			if !shown[s.FQDN] {
				together = append(together, s)
				continue
			}
			detail := role.one
			if !s.HostRead {
				detail += ", host not read"
			}
			if s.Generation != "" {
				detail += ", " + s.Generation
			}
			d.add(&Node{Kind: ServerNode, Name: s.FQDN, Detail: detail, Mark: *mark(&s), Unread: !s.HostRead, pool: strings.ToLower(s.Pool), section: role.section, column: middle}, s.FQDN)
		}
		if len(together) == 0 {
			continue
		}
		stack := &Node{Kind: ServerNode, Name: Count(len(together), role.one, role.several), Stack: true, section: role.section, column: middle}
		names := make([]string, len(together))
		for i := range together {
			stack.merge(mark(&together[i]))
			names[i] = together[i].FQDN
		}
		stack.Detail = stack.Words()
		d.add(stack, names...)
	}
}

// databases adds the databases with the servers or pools that they serve.
func (d *drawing) databases() {
	type seen struct {
		report.OutlineDatabase
		mark  Mark
		users []*Node
	}
	var list []seen
	covered := map[string]bool{}
	for _, db := range d.outline.Databases {
		s := seen{OutlineDatabase: db}
		for _, home := range db.Serves {
			covered[strings.ToLower(home)] = true
			s.users = appendNew(s.users, d.served(home)...)
			for _, f := range d.findings {
				if strings.EqualFold(serverOf(f), home) && ofDatabase(f) {
					s.mark.add(f)
				}
			}
		}
		list = append(list, s)
	}
	for _, p := range d.outline.Pools { // whose back end nobody was told to ask
		if p.BackEnd != "" && !covered[strings.ToLower(p.FQDN)] && len(d.served(p.FQDN)) > 0 &&
			!slices.ContainsFunc(p.Servers, func(s string) bool { return covered[strings.ToLower(s)] }) {
			list = append(list, seen{OutlineDatabase: report.OutlineDatabase{Name: p.BackEnd, Serves: []string{p.FQDN}}, users: d.served(p.FQDN)})
		}
	}
	const section = "RTC databases"
	var stack *Node
	n, read := 0, 0
	for i := range list {
		s := &list[i]
		if len(list) <= mostNeighbors || s.mark.Any() && d.shownOf(DatabaseNode) < mostServers {
			detail := "RTC database"
			if !s.Read {
				detail += ", not read"
			}
			node := d.add(&Node{Kind: DatabaseNode, Name: s.Name, Detail: detail, Mark: s.mark, Unread: !s.Read, section: section, column: right}, s.Name)
			for _, u := range s.users {
				d.join(u, node, "its database")
			}
			continue
		}
		if stack == nil {
			stack = &Node{Kind: DatabaseNode, Stack: true, section: section, column: right}
		}
		stack.merge(&s.mark)
		n++
		if s.Read {
			read++
		}
		for _, u := range s.users {
			d.join(u, stack, "their databases")
		}
	}
	if stack != nil {
		stack.Name, stack.Detail = Count(n, "database", "databases"), fmt.Sprintf("%d read", read)
		stack.Unread = read < n
		d.add(stack)
	}
}

// shownOf counts the nodes of a kind.
func (d *drawing) shownOf(kind NodeKind) (n int) {
	for _, node := range d.p.Nodes {
		if node.Kind == kind {
			n++
		}
	}
	return n
}

// served are the nodes of a home server, or of a pool's members.
func (d *drawing) served(home string) (out []*Node) {
	if n := d.node(ServerNode, home); n != nil {
		return []*Node{n}
	}
	for _, s := range d.outline.Servers {
		if n := d.node(ServerNode, s.FQDN); n != nil && s.Pool != "" && strings.EqualFold(s.Pool, home) {
			out = appendNew(out, n)
		}
	}
	return out
}

// ofDatabase reports whether a finding is told by a database, or of one.
func ofDatabase(f *Finding) bool {
	return f.Cause == "sql-service-stopped" || strings.HasPrefix(f.Reason, "rtcdb ") ||
		slices.ContainsFunc(f.Evidence, func(e checks.Evidence) bool { return e.Source == "rtcdb" })
}
