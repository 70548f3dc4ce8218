package text

import (
	"strings"

	"lcshealth/report/view"
)

// Part is a text that is made of parts of a report, such as a diagnosis. Its
// strings are to be clean ([lcshealth/report.Clean]).
type Part struct {
	page

	verbose bool
}

// NewPart begins a text.
func NewPart(o Options) *Part {
	if o.Width == 0 {
		o.Width = 80
	}
	return &Part{page{width: max(o.Width, 40), color: o.Color}, o.Verbose}
}

// Width is that of a line, in cells.
func (p *Part) Width() int { return p.width }

// Answer writes the first sentence, with the shape of its tone.
func (p *Part) Answer(t view.Tone, sentence string) {
	p.para(0, t.Shape()+" ", toneStyle(t), sentence, bold)
}

// Heading begins a part.
func (p *Part) Heading(text string) { p.heading(text) }

// Para writes text behind a lead-in, with further lines below its beginning.
func (p *Part) Para(indent int, lead, text string) { p.para(indent, lead, faint, text, plain) }

// Strong is [Part.Para] in bold.
func (p *Part) Strong(indent int, lead, text string) { p.para(indent, lead, faint, text, bold) }

// Field writes text with a label. An empty label continues the field above.
func (p *Part) Field(indent int, label, text string) { p.field(indent, label, text) }

// Line writes a line as it is, however long.
func (p *Part) Line(text string) { p.line(text) }

// Command writes a line that is to be copied.
func (p *Part) Command(indent int, text string) {
	p.line(strings.Repeat(" ", indent) + p.paint(bold, text))
}

// Finding writes a finding as a report does.
func (p *Part) Finding(f *view.Finding) { p.finding(f, p.verbose) }

// Settle writes what would settle what could not be seen.
func (p *Part) Settle(indent int, list []string) { p.settle(indent, list) }

// String returns what was written so far.
func (p *Part) String() string { return p.out.String() }
