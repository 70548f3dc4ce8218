package view

import (
	"cmp"
	"net"
	"slices"
	"strings"

	"lcshealth/report"
)

// clients adds a node for each SIP domain whose clients look for a server in
// DNS, joined with the servers that the records lead to.
func (d *drawing) clients() {
	const section = "Clients, by DNS"
	type domain struct {
		name    string
		records []report.OutlineRecord
		mark    Mark
	}
	var list []*domain
	for _, r := range d.outline.Records {
		i := slices.IndexFunc(list, func(x *domain) bool { return strings.EqualFold(x.name, r.SIPDomain) })
		if i < 0 {
			i = len(list)
			list = append(list, &domain{name: r.SIPDomain})
		}
		list[i].records = append(list[i].records, r)
		for _, f := range about(d.findings, r.Name) {
			if !slices.Contains(list[i].mark.Findings, f) {
				list[i].mark.add(f)
			}
		}
	}
	var stack *Node
	together := 0
	for _, x := range list {
		node := stack
		if len(list) <= mostNeighbors || x.mark.Any() && d.shownOf(ClientsNode) < mostNeighbors {
			node = d.add(&Node{Kind: ClientsNode, Name: x.name, Detail: recordWords(x.records), Mark: x.mark, Unread: !slices.ContainsFunc(x.records, func(r report.OutlineRecord) bool { return r.Read }), section: section, column: left}, x.name)
		} else {
			if stack == nil {
				stack = d.add(&Node{Kind: ClientsNode, Stack: true, Detail: "led by DNS", section: section, column: left})
				node = stack
			}
			together++
			stack.Name = Count(together, "SIP domain", "SIP domains")
			stack.merge(&x.mark)
		}
		var elsewhere []string
		led := false
		for _, r := range x.records {
			found := d.led(r)
			led = led || len(found) > 0
			for _, to := range found {
				d.join(node, to, "DNS leads there")
			}
			if len(found) == 0 && r.Type != "A" {
				for _, target := range r.Targets {
					host, _, _ := net.SplitHostPort(target) // empty if it has no port
					elsewhere = appendNew(elsewhere, cmp.Or(host, target))
				}
			}
		}
		if !led && len(elsewhere) > 0 && !node.Stack {
			node.Detail = "led to " + List(elsewhere, 2) + "; " + node.Detail
		}
	}
}

// recordWords name the records that are there: "_sip._tls, sip".
func recordWords(records []report.OutlineRecord) string {
	var there []string
	read := 0
	for _, r := range records {
		if !r.Read {
			continue
		}
		read++
		if len(r.Targets) > 0 && len(r.Name) > 0 {
			there = appendNew(there, strings.TrimSuffix(r.Name, "."+r.SIPDomain))
		}
	}
	switch {
	case read == 0:
		return "DNS not read"
	case len(there) == 0:
		return "no DNS records"
	}
	return "DNS: " + strings.Join(there, ", ")
}

// led are the servers that a record leads to, as far as that is certain: an
// address that several servers have leads to none of them.
func (d *drawing) led(r report.OutlineRecord) (out []*Node) {
	for _, target := range r.Targets {
		host := target
		if h, _, err := net.SplitHostPort(target); err == nil {
			host = h
		}
		if found := d.served(host); len(found) > 0 {
			out = appendNew(out, found...)
			continue
		}
		var owners []*Node
		n := 0
		for _, s := range d.outline.Servers {
			if slices.Contains(s.Addresses, host) {
				n++
				owners = appendNew(owners, d.node(ServerNode, s.FQDN))
			}
		}
		if n == 1 {
			out = appendNew(out, owners...)
		}
	}
	if len(out) == 0 && len(r.Targets) > 0 {
		out = d.served(r.Name) // the name of a server itself
	}
	return out
}
