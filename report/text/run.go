package text

import (
	"strings"

	"lcshealth/checks/facts"
	"lcshealth/report/view"
)

// sources writes a table, with what a source has to say below its row.
func (p *page) sources(list []facts.Source, verbose bool) {
	if len(list) == 0 {
		return
	}
	p.heading("Sources")
	rows := [][]string{{"SOURCE", "TARGET", "STATUS", "CLASS", "TIME"}}
	for _, s := range list {
		rows = append(rows, []string{s.Name, s.Target, view.StatusShape(s.Status) + " " + string(s.Status), string(s.Class), view.Duration(s.DurationMs)})
	}
	lines, fits := p.table(rows)
	if fits {
		p.line(p.paint(faint, lines[0]))
	}
	for i, s := range list {
		if fits {
			p.line(p.paint(statusStyle(s.Status), lines[i+1]))
		} else {
			p.para(2, "", plain, strings.Join(strings.Fields(strings.Join(rows[i+1], " ")), " "), statusStyle(s.Status))
		}
		if s.Message != "" {
			p.para(6, "", plain, s.Message, plain)
		}
		for _, warning := range s.Warnings {
			p.para(4, "! ", yellow, warning, plain)
		}
		for _, detail := range s.Details {
			if verbose {
				p.para(6, "", faint, detail, faint)
			}
		}
	}
}

// table aligns columns, indented by two. It reports whether they fit the page.
func (p *page) table(rows [][]string) (lines []string, fits bool) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, text := range row {
			widths[i] = max(widths[i], cells.StringWidth(text))
		}
	}
	fits = true
	for _, row := range rows {
		line := ""
		for i, text := range row {
			line += "  " + cells.FillRight(text, widths[i])
		}
		line = strings.TrimRight(line, " ")
		fits = fits && cells.StringWidth(line) <= p.width
		lines = append(lines, line)
	}
	return lines, fits
}

func statusStyle(s facts.Status) style {
	switch s {
	case facts.Failed:
		return red
	case facts.Partial:
		return yellow
	case facts.Skipped:
		return faint
	default:
		return plain
	}
}

func (p *page) run(r view.Run) {
	p.heading("Run")
	width := 0
	for _, row := range r.Rows {
		width = max(width, cells.StringWidth(row.Label)+2)
	}
	for _, row := range r.Rows {
		p.para(2, cells.FillRight(row.Label, width), faint, row.Value, plain)
	}
}
