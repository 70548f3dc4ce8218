package view

import (
	"cmp"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"lcshealth/report"
)

// hops adds the next hops of static routes.
func (d *drawing) hops() {
	type hop struct {
		name   string
		routes []report.OutlineRoute
		mark   Mark
	}
	var list []*hop
	at := map[string]*hop{}
	for _, r := range d.outline.Routes {
		name := r.NextHop
		if name == "" {
			name = "no next hop"
		} else if r.Port != 0 {
			name = net.JoinHostPort(r.NextHop, strconv.Itoa(r.Port))
		}
		h := at[strings.ToLower(name)]
		if h == nil {
			h = &hop{name: name}
			at[strings.ToLower(name)] = h
			list = append(list, h)
		}
		h.routes = append(h.routes, r)
		for _, f := range d.ofRoute(r) {
			h.mark.add(f)
		}
	}
	const section = "Next hops of static routes"
	worst := slices.Clone(list)
	slices.SortStableFunc(worst, func(a, b *hop) int { return cmp.Compare(a.mark.rank(), b.mark.rank()) })
	alone := map[*hop]bool{}
	for i, h := range worst {
		alone[h] = len(list) <= mostNeighbors || i < mostNeighbors && h.mark.Any()
	}
	var stack *Node
	n := 0
	for _, h := range list {
		node := stack
		if alone[h] {
			detail := hopDetail(h.routes)
			if len(d.served(h.routes[0].NextHop)) > 0 {
				detail = "own server, " + detail
			}
			node = d.add(&Node{Kind: HopNode, Name: h.name, Detail: detail, section: section, column: right}, h.routes[0].NextHop)
		} else {
			if stack == nil {
				stack = d.add(&Node{Kind: HopNode, Stack: true, section: section, column: right})
				node = stack
			}
			n++
			stack.Name, stack.Detail = Count(n, "next hop", "next hops"), "of static routes"
		}
		for _, r := range h.routes {
			from := d.node(ServerNode, r.Server)
			if from == nil {
				continue
			}
			before := len(d.p.Edges)
			e := d.join(from, node, "")
			isNew := len(d.p.Edges) > before
			e.Off = (isNew || e.Off) && !r.Enabled
			if words := routeWords(r); !strings.Contains(e.Words, words) && len(e.Words) < 200 {
				e.Words = strings.TrimPrefix(e.Words+", "+words, ", ")
			}
			for _, f := range d.ofRoute(r) {
				if !slices.Contains(e.Findings, f) {
					e.add(f)
				}
			}
		}
	}
}

// ofRoute are the findings of a route: those of its server that tell of a route
// or next hop by its name.
func (d *drawing) ofRoute(r report.OutlineRoute) []*Finding {
	if !r.Enabled || r.NextHop == "" {
		return nil
	}
	var own []*Finding
	for _, f := range d.findings {
		if strings.EqualFold(serverOf(f), r.Server) {
			own = append(own, f)
		}
	}
	name := r.NextHop
	if r.Port != 0 {
		name = fmt.Sprintf("%s:%d", r.NextHop, r.Port)
	}
	found := about(own, name, "route", "next hop", "it takes messages")
	found = appendNew(found, about(own, r.NextHop, "next hop")...)
	return appendNew(found, about(own, "route for "+r.Match)...)
}

func routeWords(r report.OutlineRoute) string {
	words := "route for " + r.Match
	if r.Transport != "" {
		words += " over " + r.Transport
	}
	if !r.Enabled {
		words += " (disabled)"
	}
	return words
}

func hopDetail(routes []report.OutlineRoute) string {
	var matches []string
	off := true
	for _, r := range routes {
		matches = appendNew(matches, r.Match)
		off = off && !r.Enabled
	}
	detail := "for " + List(matches, 3)
	if off {
		detail = "disabled, " + detail
	}
	return detail
}

// trusted adds the hosts that are trusted and no next hops.
func (d *drawing) trusted() {
	const section = "Trusted hosts"
	by := map[string][]string{}
	var hosts []string
	for _, t := range d.outline.Trusted {
		key := strings.ToLower(t.Host)
		if _, known := by[key]; !known {
			hosts = append(hosts, t.Host)
		}
		by[key] = append(by[key], t.Server)
	}
	var alone []string
	for _, host := range hosts {
		hop := d.node(HopNode, host)
		if hop == nil || hop.Stack {
			alone = append(alone, host)
			continue
		}
		if !strings.Contains(hop.Detail, "; trusted") {
			hop.Detail += "; trusted"
		}
	}
	var stack *Node
	for _, host := range alone {
		servers := by[strings.ToLower(host)]
		node := stack
		if len(alone) <= mostNeighbors {
			detail := "trusted by the forest"
			if named := slices.DeleteFunc(slices.Clone(servers), func(s string) bool { return s == "" }); len(named) > 0 {
				detail = "authorized by " + List(named, 2)
			}
			node = d.add(&Node{Kind: TrustedNode, Name: host, Detail: detail, section: section, column: right}, host)
		} else if stack == nil {
			stack = d.add(&Node{Kind: TrustedNode, Stack: true, Name: Count(len(alone), "trusted host", "trusted hosts"), Detail: "by the forest or by a server", section: section, column: right})
			node = stack
		}
		for _, s := range servers {
			if from := d.node(ServerNode, s); from != nil && s != "" {
				if before := len(d.p.Edges); d.join(from, node, "trusts it") != nil && len(d.p.Edges) > before {
					d.p.Edges[before].Faint = true
				}
			}
		}
	}
}
