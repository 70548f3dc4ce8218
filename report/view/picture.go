package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/report"
)

// How many nodes of a kind stand for themselves. If there are more, those
// without findings share one.
const (
	mostServers   = 24
	mostNeighbors = 12
)

// Picture is a deployment laid out as a graph: what clients look up on the
// left, servers in the middle, and what they depend on, on the right. Lengths
// are in CSS pixels.
type Picture struct {
	Width, Height int
	Forest        Forest
	Sections      []Section
	Boxes         []Box // pools, behind the nodes
	Nodes         []*Node
	Edges         []*Edge
	Unread        string // what was not read, or ""
	Words         string // one sentence for those who do not see it
}

// Forest is the band above the graph.
type Forest struct {
	Title string
	Lines []string
	Full  []string // the same, uncut
	Mark  Mark     // findings that concern no single server
	Y, H  int
}

// Section is the heading of some nodes.
type Section struct {
	Title string
	X, Y  int
}

// Box is drawn around the members of a pool.
type Box struct {
	Title      string
	X, Y, W, H int
}

// Node is a server, a database or another host.
type Node struct {
	Mark
	Kind    NodeKind
	Name    string // in full
	Short   string // as it fits
	Detail  string // in full
	Line    string // as it fits
	Stack   bool   // it stands for several
	Unread  bool   // nothing was read of it
	X, Y    int
	W, H    int
	pool    string
	section string
	column  int
}

// NodeKind says what a node is.
type NodeKind string

// The kinds of nodes.
const (
	ClientsNode  NodeKind = "clients"
	ServerNode   NodeKind = "server"
	DatabaseNode NodeKind = "database"
	HopNode      NodeKind = "hop"
	TrustedNode  NodeKind = "trusted"
)

// Title says in words what a node shows.
func (n *Node) Title() string {
	words := n.Name
	if n.Detail != "" {
		words += ": " + n.Detail
	}
	if n.Detail != n.Words() && (n.Any() || n.Kind == ServerNode) {
		words += "; " + n.Words()
	}
	return words
}

// Edge joins two nodes.
type Edge struct {
	Mark
	From, To *Node
	Words    string // what it stands for
	Off      bool   // only routes that are not enabled
	Faint    bool   // nothing goes that way by itself: it is trust only
	Path     string // of SVG
	X, Y     int    // where its badge is
}

// Title says in words what an edge shows.
func (e *Edge) Title() string {
	words := fmt.Sprintf("%s to %s: %s", e.From.Name, e.To.Name, e.Words)
	if e.Any() {
		words += "; " + e.Mark.Words()
	}
	return words
}

// picture draws an outline. It returns nil if there is none.
func picture(o *report.Outline, findings []*Finding) *Picture {
	if o == nil {
		return nil
	}
	o = cleanOutline(o)
	d := drawing{outline: o, findings: findings, nodes: map[string]*Node{}, p: &Picture{}}
	d.servers()
	d.databases()
	d.hops()
	d.trusted()
	d.clients()
	d.forest()
	d.layout()
	d.p.Unread = unreadWords(o)
	d.p.Words = d.words()
	return d.p
}

// Listing is a section with its nodes.
type Listing struct {
	Title string
	Nodes []*Node
}

// List gives the nodes by section, for those who do not see the picture.
func (p *Picture) List() (out []Listing) {
	nodes := slices.Clone(p.Nodes)
	slices.SortStableFunc(nodes, func(a, b *Node) int { return cmp.Compare(a.column, b.column) })
	for _, n := range nodes {
		i := slices.IndexFunc(out, func(l Listing) bool { return l.Title == n.section })
		if i < 0 {
			i = len(out)
			out = append(out, Listing{Title: n.section})
		}
		out[i].Nodes = append(out[i].Nodes, n)
	}
	return out
}

// From gives the edges that begin at a node.
func (p *Picture) From(n *Node) (out []*Edge) {
	for _, e := range p.Edges {
		if e.From == n {
			out = append(out, e)
		}
	}
	return out
}

// drawing is a picture in the making.
type drawing struct {
	outline  *report.Outline
	findings []*Finding
	nodes    map[string]*Node // by kind and name in lower case
	p        *Picture
}

func (d *drawing) node(kind NodeKind, name string) *Node {
	return d.nodes[string(kind)+" "+strings.ToLower(name)]
}

func (d *drawing) add(n *Node, names ...string) *Node {
	d.p.Nodes = append(d.p.Nodes, n)
	for _, name := range names {
		d.nodes[string(n.Kind)+" "+strings.ToLower(name)] = n
	}
	return n
}

// join adds an edge, or returns the one that is there.
func (d *drawing) join(from, to *Node, words string) *Edge {
	for _, e := range d.p.Edges {
		if e.From == from && e.To == to {
			return e
		}
	}
	e := &Edge{From: from, To: to, Words: words}
	d.p.Edges = append(d.p.Edges, e)
	return e
}

// forest describes the band above the graph.
func (d *drawing) forest() {
	f := &d.p.Forest
	f.Title = "Forest not known"
	if d.outline.Forest != "" {
		f.Title = "Forest " + d.outline.Forest
	}
	line := func(label string, names []string) {
		if len(names) == 0 {
			return
		}
		full := label + ": " + strings.Join(names, ", ")
		f.Full = append(f.Full, full)
		for most := min(len(names), 8); ; most-- {
			short := label + ": " + strings.Join(names[:most], ", ")
			if rest := len(names) - most; rest > 0 {
				short += fmt.Sprintf(" and %d more", rest)
			}
			if most == 1 || cells(short) <= forestCells {
				f.Lines = append(f.Lines, fit(short, forestCells))
				return
			}
		}
	}
	line(plural(len(d.outline.Domains), "Domain", "Domains"), d.outline.Domains)
	line(plural(len(d.outline.SIPDomains), "SIP domain", "SIP domains"), d.outline.SIPDomains)
	for _, finding := range d.findings {
		if serverOf(finding) == "" {
			f.Mark.add(finding)
		}
	}
}

// words tell the picture in a sentence.
func (d *drawing) words() string {
	busy := 0
	for _, n := range d.p.Nodes {
		if n.Kind == ServerNode && n.Any() {
			busy++
		}
	}
	words := fmt.Sprintf("%s, %s, %s and %s", Count(len(d.outline.Servers)+d.outline.Omitted["servers"], "server", "servers"),
		Count(len(d.outline.Databases)+d.outline.Omitted["databases"], "database", "databases"),
		Count(len(d.outline.Routes)+d.outline.Omitted["routes"], "static route", "static routes"),
		Count(len(d.outline.Trusted)+d.outline.Omitted["trusted"], "other trusted host", "other trusted hosts"))
	return words + ". Everything in it is in the list below it, too."
}

func unreadWords(o *report.Outline) string {
	if len(o.Unread) == 0 {
		return ""
	}
	list := o.Unread
	if n := len(list) - 4 + o.Omitted["unread"]; n > 1 {
		list = append(slices.Clone(list[:4]), fmt.Sprintf("%d more", n))
	}
	return "Not read, and therefore not shown: " + List(list, len(list)) + "."
}

// about returns the findings of a server that name something together with a
// word that says what it is, so that a name in passing does not count.
func about(findings []*Finding, name string, words ...string) (out []*Finding) {
	tells := func(text string) bool {
		if !mentions(text, name) {
			return false
		}
		lower := strings.ToLower(text)
		return len(words) == 0 || slices.ContainsFunc(words, func(w string) bool { return strings.Contains(lower, w) })
	}
	for _, f := range findings {
		if f.Verdict != checks.Present && f.Verdict != checks.Undetermined {
			continue
		}
		if tells(f.Reason) || slices.ContainsFunc(f.Evidence, func(e checks.Evidence) bool { return e.Expected != "" && tells(e.Observed) }) {
			out = append(out, f)
		}
	}
	return out
}

func cleanOutline(o *report.Outline) *report.Outline {
	clean := report.Clean
	out := *o
	out.Forest = clean(o.Forest)
	out.Domains, out.SIPDomains, out.Unread = cleanAll(o.Domains), cleanAll(o.SIPDomains), cleanAll(o.Unread)
	out.Servers, out.Pools, out.Databases = slices.Clone(o.Servers), slices.Clone(o.Pools), slices.Clone(o.Databases)
	out.Routes, out.Trusted, out.Records = slices.Clone(o.Routes), slices.Clone(o.Trusted), slices.Clone(o.Records)
	for i := range out.Servers {
		s := &out.Servers[i]
		s.FQDN, s.Pool, s.Generation, s.Role = clean(s.FQDN), clean(s.Pool), clean(s.Generation), report.ServerRole(clean(string(s.Role)))
		s.Addresses = cleanAll(s.Addresses)
	}
	for i := range out.Pools {
		p := &out.Pools[i]
		p.FQDN, p.BackEnd, p.Servers = clean(p.FQDN), clean(p.BackEnd), cleanAll(p.Servers)
	}
	for i := range out.Databases {
		db := &out.Databases[i]
		db.Name, db.Serves = clean(db.Name), cleanAll(db.Serves)
	}
	for i := range out.Routes {
		r := &out.Routes[i]
		r.Server, r.Match, r.NextHop, r.Transport = clean(r.Server), clean(r.Match), clean(r.NextHop), clean(r.Transport)
	}
	for i := range out.Trusted {
		t := &out.Trusted[i]
		t.Host, t.Server = clean(t.Host), clean(t.Server)
	}
	for i := range out.Records {
		r := &out.Records[i]
		r.Name, r.Type, r.SIPDomain, r.Targets = clean(r.Name), clean(r.Type), clean(r.SIPDomain), cleanAll(r.Targets)
	}
	return &out
}
