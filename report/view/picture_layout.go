package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"
)

// The measures of a picture, in CSS pixels.
const (
	pictureWidth  = 944
	nodeHeight    = 46
	nodeGap       = 10
	headingHeight = 28
	sectionGap    = 18
	poolPadding   = 10
	poolHeading   = 24
	forestCells   = 126 // characters of a line of the band
	badgeWidth    = 34
	// A cell of text in tenths of a pixel, for the widest of the fonts that
	// browsers have for the page.
	nameCell = 84
	lineCell = 68
)

// columnsOf has the place and width of each column.
var columnsOf = [...]struct{ x, w int }{left: {1, 186}, middle: {299, 262}, right: {673, 270}}

// layout gives everything its place: the servers first, then what belongs to
// them, as near to their height as there is room.
func (d *drawing) layout() {
	p := d.p
	p.Width = pictureWidth
	p.Forest.Y, p.Forest.H = 1, 36+18*len(p.Forest.Lines)
	top := p.Forest.Y + p.Forest.H + 22
	bottom := d.layServers(top)
	bottom = max(bottom, d.layBeside(left, top), d.layBeside(right, top))
	p.Height = bottom + 2
	for _, n := range p.Nodes {
		room := n.W - 24
		if n.Any() {
			room -= badgeWidth
		}
		n.Short, n.Line = fit(n.Name, room*10/nameCell), fit(n.Detail, room*10/lineCell)
	}
	for _, e := range p.Edges {
		e.path()
	}
	d.placeBadges()
}

// layServers stacks the middle column: by role, the members of a pool in a box.
func (d *drawing) layServers(y int) int {
	column := columnsOf[middle]
	for _, role := range roles {
		var nodes []*Node
		for _, n := range d.p.Nodes {
			if n.Kind == ServerNode && n.section == role.section {
				nodes = append(nodes, n)
			}
		}
		if len(nodes) == 0 {
			continue
		}
		slices.SortStableFunc(nodes, func(a, b *Node) int {
			return cmp.Or(boolCompare(a.Stack, b.Stack), boolCompare(a.pool != "", b.pool != ""), cmp.Compare(a.pool, b.pool))
		})
		d.p.Sections = append(d.p.Sections, Section{role.section, column.x, y + 16})
		y += headingHeight
		for i := 0; i < len(nodes); {
			members := 1
			for nodes[i].pool != "" && i+members < len(nodes) && nodes[i+members].pool == nodes[i].pool {
				members++
			}
			x, w, in := column.x, column.w, nodes[i].pool != ""
			start := y
			if in {
				x, w, y = x+poolPadding, w-2*poolPadding, y+poolHeading
			}
			for _, n := range nodes[i : i+members] {
				n.X, n.Y, n.W, n.H = x, y, w, nodeHeight
				y += nodeHeight + nodeGap
			}
			if in {
				d.p.Boxes = append(d.p.Boxes, Box{Title: fit("Pool "+d.poolName(nodes[i].pool), (column.w-24)*10/lineCell), X: column.x, Y: start, W: column.w, H: y - start})
				y += nodeGap
			}
			i += members
		}
		y += sectionGap - nodeGap
	}
	return y - sectionGap
}

func (d *drawing) poolName(lower string) string {
	for _, s := range d.outline.Servers {
		if strings.ToLower(s.Pool) == lower {
			return s.Pool
		}
	}
	return lower
}

func boolCompare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// layBeside stacks a column beside the servers.
func (d *drawing) layBeside(column, top int) int {
	var sections []string
	nodes := map[string][]*Node{}
	for _, n := range d.p.Nodes {
		if n.column == column {
			sections = appendNew(sections, n.section)
			nodes[n.section] = append(nodes[n.section], n)
		}
	}
	wish := map[*Node]int{} // the height of those that it is joined with
	for _, section := range sections {
		for _, n := range nodes[section] {
			wish[n] = d.beside(n)
		}
		slices.SortStableFunc(nodes[section], func(a, b *Node) int {
			return cmp.Or(boolCompare(a.Stack, b.Stack), cmp.Compare(wish[a], wish[b]))
		})
	}
	slices.SortStableFunc(sections, func(a, b string) int { return cmp.Compare(mean(nodes[a], wish), mean(nodes[b], wish)) })
	c, y := columnsOf[column], top
	for _, section := range sections {
		list := nodes[section]
		if first := wish[list[0]]; first < far && first-headingHeight > y {
			// As far down as the first one wants to be, unless the rest of the
			// column then had no room.
			y = min(first-headingHeight, max(y, d.lowest()-heightOf(sections, nodes, section)))
		}
		d.p.Sections = append(d.p.Sections, Section{section, c.x, y + 16})
		y += headingHeight
		for _, n := range list {
			n.X, n.Y, n.W, n.H = c.x, y, c.w, nodeHeight
			y += nodeHeight + nodeGap
		}
		y += sectionGap - nodeGap
	}
	return y - sectionGap
}

// heightOf is how much room a section and those below it take.
func heightOf(sections []string, nodes map[string][]*Node, from string) (h int) {
	for _, s := range sections[slices.Index(sections, from):] {
		h += headingHeight + len(nodes[s])*(nodeHeight+nodeGap) - nodeGap + sectionGap
	}
	return h - sectionGap
}

// lowest is where the servers end.
func (d *drawing) lowest() (y int) {
	for _, n := range d.p.Nodes {
		if n.Kind == ServerNode {
			y = max(y, n.Y+n.H)
		}
	}
	return y
}

// far is where a node wants to be that is joined with none.
const far = 1 << 30

// beside is the mean height of the servers that a node is joined with.
func (d *drawing) beside(n *Node) int {
	sum, count := 0, 0
	for _, e := range d.p.Edges {
		switch n {
		case e.From:
			sum += e.To.Y
		case e.To:
			sum += e.From.Y
		default:
			continue
		}
		count++
	}
	if count == 0 {
		return far
	}
	return sum / count
}

func mean(nodes []*Node, wish map[*Node]int) int {
	sum, count := 0, 0
	for _, n := range nodes {
		if wish[n] < far {
			sum += wish[n]
			count++
		}
	}
	if count == 0 {
		return far
	}
	return sum / count
}

// ends are where an edge begins and ends.
func (e *Edge) ends() (x1, y1, x2, y2 int) {
	return e.From.X + e.From.W, e.From.Y + e.From.H/2, e.To.X, e.To.Y + e.To.H/2
}

// path draws an edge from the right of one node to the left of the other, level
// at both ends.
func (e *Edge) path() {
	x1, y1, x2, y2 := e.ends()
	bend := (x2 - x1) / 2
	e.Path = fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1, y1, x1+bend, y1, x2-bend, y2, x2, y2)
}

// at is the place on an edge at a share of its curve, in hundredths.
func (e *Edge) at(share int) (x, y int) {
	x1, y1, x2, y2 := e.ends()
	bend := (x2 - x1) / 2
	t := float64(share) / 100
	curve := func(a, b, c, d int) int {
		u := 1 - t
		return int(u*u*u*float64(a) + 3*u*u*t*float64(b) + 3*u*t*t*float64(c) + t*t*t*float64(d) + 0.5)
	}
	return curve(x1, x1+bend, x2-bend, x2), curve(y1, y1, y2, y2)
}

// placeBadges puts the badges of edges where they do not cover each other.
func (d *drawing) placeBadges() {
	var placed []*Edge
	for _, e := range d.p.Edges {
		if !e.Any() {
			continue
		}
		for _, share := range []int{50, 36, 64, 24, 76} {
			e.X, e.Y = e.at(share)
			if !slices.ContainsFunc(placed, func(o *Edge) bool { return abs(o.X-e.X) < 44 && abs(o.Y-e.Y) < 24 }) {
				break
			}
		}
		placed = append(placed, e)
	}
}

func abs(n int) int { return max(n, -n) }

// measure counts the cells that text takes, as a terminal would: characters of
// East Asia take two.
var measure = &runewidth.Condition{StrictEmojiNeutral: true}

func cells(s string) int { return measure.StringWidth(s) }

// fit cuts text to a number of cells.
func fit(s string, limit int) string {
	if cells(s) <= limit {
		return s
	}
	return measure.Truncate(s, max(limit, 2), "…")
}
