package text

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

// cells measures text as terminals show it, whatever the locale says, so that
// the same report always gives the same text.
var cells = &runewidth.Condition{StrictEmojiNeutral: true}

// style is the parameter of an SGR escape sequence (ECMA-48, 8.3.117).
type style string

const (
	plain  style = ""
	bold   style = "1"
	faint  style = "2"
	red    style = "1;31"
	green  style = "1;32"
	yellow style = "1;33"
	blue   style = "1;34"
	purple style = "1;35"
	cyan   style = "1;36"
)

// page collects lines of a given width.
type page struct {
	out   strings.Builder
	width int
	color bool
}

// paint colours a piece of one line.
func (p *page) paint(s style, text string) string {
	if !p.color || s == plain || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// blank ends a paragraph.
func (p *page) blank() { p.out.WriteByte('\n') }

// line writes a line as it is.
func (p *page) line(text string) {
	p.out.WriteString(strings.TrimRight(text, " "))
	p.out.WriteByte('\n')
}

// heading begins a part of the report.
func (p *page) heading(text string) {
	p.blank()
	p.line(p.paint(bold, text))
	p.line(p.paint(faint, strings.Repeat("─", cells.StringWidth(text))))
}

// para writes text with a lead-in, the following lines below its first one.
// The lead-in is measured without its colour.
func (p *page) para(indent int, lead string, leadStyle style, text string, s style) {
	margin := indent + cells.StringWidth(lead)
	for i, l := range Wrap(text, p.width-margin) {
		start := strings.Repeat(" ", margin)
		if i == 0 {
			start = strings.Repeat(" ", indent) + p.paint(leadStyle, lead)
		}
		p.line(start + p.paint(s, l))
	}
}

// labelWidth is the width of the labels of fields.
const labelWidth = 11

// field writes text with a label in front of it. An empty label continues the
// field above.
func (p *page) field(indent int, label, text string) {
	p.para(indent, cells.FillRight(label, labelWidth), faint, text, plain)
}

// Wrap breaks text at spaces, and within words that are longer than a line.
// It returns at least one line. Spaces within a line stay as they are, since
// two of them in a name can be what is wrong with it.
func Wrap(text string, width int) []string {
	width = max(width, 2) // the widest character
	var lines []string
	line, used := "", 0
	for i, word := range strings.Split(text, " ") {
		space := min(i, 1)
		n := cells.StringWidth(word)
		if used+space+n > width {
			if line = strings.TrimRight(line, " "); line != "" {
				lines = append(lines, line)
			}
			line, used, space = "", 0, 0
		}
		if n > width {
			pieces := strings.Split(cells.Wrap(word, width), "\n")
			last := len(pieces) - 1
			lines = append(lines, pieces[:last]...)
			word = pieces[last]
			n = cells.StringWidth(word)
		}
		line += strings.Repeat(" ", space) + word
		used += space + n
	}
	return append(lines, strings.TrimRight(line, " "))
}
