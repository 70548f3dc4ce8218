package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/report"
)

// mostRows is how many servers a matrix has rows for.
const mostRows = 60

// Matrix is a table of what was found, SIP codes across and servers down.
type Matrix struct {
	Columns []Column
	Rows    []MatrixRow // the deployment as a whole first, then servers, the worst first
	// Rest sums up the servers that are too many for rows of their own; nil if
	// there are none.
	Rest  *MatrixRow
	Quiet []Quiet // the servers of which there is nothing to tell
}

// Quiet counts servers that need no rows of their own.
type Quiet struct {
	Count int
	Shape string
	Words string // "187 servers: nothing found"
}

// Column is a SIP code with what is present of it in the whole deployment.
type Column struct {
	Code    int // 0 for causes without a code
	Present int
}

// MatrixRow is a server, or the deployment as a whole.
type MatrixRow struct {
	Name  string // of the server; "" for the deployment and for several servers
	Label string
	Cells []Cell
	mark  Mark
}

// Cell is what was found for one code on one server.
type Cell struct {
	Mark
	Code   int
	ID     string // an HTML id that is unique on the page
	Waived bool   // all that is present is waived
	judged bool   // as not applicable, at least
}

// Link is where a cell leads to: its only finding, or the list of all of them.
func (c *Cell) Link() string {
	if len(c.Findings) == 1 {
		return c.Findings[0].Anchor
	}
	return c.ID
}

// State is that of the mark, or not-applicable.
func (c *Cell) State() string {
	if state := c.Mark.State(); state != "none" || !c.judged {
		return state
	}
	return string(checks.NotApplicable)
}

// Words say what a cell shows.
func (c *Cell) Words() string {
	words := c.Mark.Words()
	switch {
	case c.State() == string(checks.NotApplicable):
		return "not applicable"
	case c.Waived:
		return words + ", all waived"
	}
	return words
}

// Shape is that of the mark, or of what does not apply.
func (c *Cell) Shape() string {
	if c.State() == string(checks.NotApplicable) {
		return ShapeNone
	}
	return c.Mark.Shape()
}

// matrix arranges findings. It returns nil if there are none.
func matrix(findings []*Finding, codes []Code, outline *report.Outline) *Matrix {
	m := &Matrix{Columns: columns(findings, codes)}
	if len(m.Columns) == 0 {
		return nil
	}
	rows := map[string]*MatrixRow{}
	row := func(name string) *MatrixRow {
		r := rows[strings.ToLower(name)]
		if r == nil {
			r = m.row(name, name)
			rows[strings.ToLower(name)] = r
		}
		return r
	}
	if outline != nil {
		for _, s := range outline.Servers {
			row(report.Clean(s.FQDN))
		}
	}
	whole := m.row("", "Whole deployment")
	for _, f := range findings {
		r := whole
		if name := serverOf(f); name != "" {
			r = row(name)
		}
		r.mark.add(f)
		m.count(r, f)
	}
	m.arrange(whole, rows, outline)
	for i := range m.Rows {
		m.Rows[i].finish(fmt.Sprintf("m-%d", i))
	}
	if m.Rest != nil {
		m.Rest.finish("m-rest")
	}
	return m
}

// serverOf is the server that a finding concerns, or "" if it concerns more.
func serverOf(f *Finding) string {
	if f.Subject.Server == "" && f.Subject.Kind == checks.ServerSubject {
		return f.Subject.Name
	}
	return f.Subject.Server
}

// columns are the codes that were judged. The counts are the report's own.
func columns(findings []*Finding, codes []Code) (out []Column) {
	at := func(code int) *Column {
		i := slices.IndexFunc(out, func(c Column) bool { return c.Code == code })
		if i < 0 {
			i = len(out)
			out = append(out, Column{Code: code})
		}
		return &out[i]
	}
	for _, f := range findings {
		for _, code := range codesOf(f) {
			c := at(code)
			if code == 0 && f.Verdict == checks.Present {
				c.Present++
			}
		}
	}
	for _, code := range codes {
		at(code.Code).Present = code.Count
	}
	slices.SortFunc(out, func(a, b Column) int {
		return cmp.Or(cmp.Compare(min(b.Code, 1), min(a.Code, 1)), cmp.Compare(a.Code, b.Code)) // none is last
	})
	return out
}

// codesOf are the codes of a finding, each once; 0 if it has none.
func codesOf(f *Finding) []int {
	if len(f.Codes) == 0 {
		return []int{0}
	}
	return slices.Compact(slices.Sorted(slices.Values(f.Codes)))
}

// Listed reports whether there is anything to list.
func (m *Matrix) Listed() bool {
	return slices.ContainsFunc(m.Rows, func(r MatrixRow) bool { return r.mark.Any() })
}

func (m *Matrix) row(name, label string) *MatrixRow {
	r := &MatrixRow{Name: name, Label: label, Cells: make([]Cell, len(m.Columns))}
	for i, c := range m.Columns {
		r.Cells[i].Code = c.Code
	}
	return r
}

func (m *Matrix) count(r *MatrixRow, f *Finding) {
	for _, code := range codesOf(f) {
		i := slices.IndexFunc(m.Columns, func(c Column) bool { return c.Code == code })
		r.Cells[i].add(f)
		r.Cells[i].judged = true
	}
}

// arrange chooses the rows that are shown.
func (m *Matrix) arrange(whole *MatrixRow, rows map[string]*MatrixRow, outline *report.Outline) {
	var busy []*MatrixRow
	quiet, unjudged := 0, 0
	for _, r := range rows {
		switch {
		case r.mark.Any():
			busy = append(busy, r)
		case slices.ContainsFunc(r.Cells, func(c Cell) bool { return c.judged }):
			quiet++
		default:
			unjudged++
		}
	}
	if outline != nil {
		unjudged += outline.Omitted["servers"]
	}
	slices.SortFunc(busy, func(a, b *MatrixRow) int {
		return cmp.Or(cmp.Compare(a.mark.rank(), b.mark.rank()), cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)))
	})
	if slices.ContainsFunc(whole.Cells, func(c Cell) bool { return c.judged }) {
		m.Rows = append(m.Rows, *whole)
	}
	for i, r := range busy {
		if i < mostRows {
			m.Rows = append(m.Rows, *r)
			continue
		}
		if m.Rest == nil {
			m.Rest = m.row("", Count(len(busy)-mostRows, "more server", "more servers"))
		}
		for k := range r.Cells {
			m.Rest.Cells[k].merge(&r.Cells[k].Mark)
			m.Rest.Cells[k].judged = m.Rest.Cells[k].judged || r.Cells[k].judged
		}
	}
	m.quiet(quiet, ShapeClear, "nothing found")
	m.quiet(unjudged, ShapeNone, "not judged")
}

func (m *Matrix) quiet(n int, shape, words string) {
	if n > 0 {
		m.Quiet = append(m.Quiet, Quiet{n, shape, Count(n, "server", "servers") + ": " + words})
	}
}

func (r *MatrixRow) finish(id string) {
	for i := range r.Cells {
		c := &r.Cells[i]
		c.ID = fmt.Sprintf("%s-%d", id, c.Code)
		c.Waived = c.Present > 0
		for _, f := range c.Findings {
			if f.Verdict == checks.Present && f.Waived == nil {
				c.Waived = false
			}
		}
	}
}
