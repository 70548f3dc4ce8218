package render

import (
	"strings"

	"github.com/mattn/go-runewidth"

	"lcshealth/report/notify"
	"lcshealth/report/view"
)

// mailChanges are the changes that a mail lists.
const mailChanges = 100

const textWidth = 76

// Text writes a notification as plain text, for mail. Notes are what the
// channel itself has to say, such as why the report is not attached.
func Text(n *notify.Notification, notes ...string) string {
	p := &page{}
	p.para("", n.Summary)
	for _, sentence := range n.More {
		p.para("", sentence)
	}
	for _, note := range append(append([]string{}, n.Notes...), notes...) {
		p.para("! ", note)
	}
	if n.URL != "" {
		p.line("")
		p.line(clean(n.URL))
	}
	p.changes(n.Changes, n.Omitted)
	if len(n.Present) > 0 {
		p.heading("Everything that is present")
		p.changes(n.Present, n.PresentOmitted)
	}
	if list := sources(n); len(list) > 0 {
		p.heading("Sources that ended otherwise than before")
		for _, words := range list {
			p.para("  ", words)
		}
	}
	p.line("")
	p.out.WriteString("-- \n") // what follows is a signature to mail programs
	for _, words := range run(n) {
		p.para("", words)
	}
	p.para("", "Scope "+n.Scope+", channel "+n.Channel+", told at "+view.Stamp(n.At)+" by lcshealth.")
	return p.out.String()
}

type page struct{ out strings.Builder }

func (p *page) line(s string) { p.out.WriteString(strings.TrimRight(s, " ") + "\n") }

func (p *page) heading(s string) {
	p.line("")
	p.line(s)
	p.line(strings.Repeat("-", runewidth.StringWidth(s)))
}

func (p *page) changes(list []notify.Change, omitted int) {
	out, left := parts(list, mailChanges)
	for _, part := range out {
		p.heading(part.Title)
		for i, it := range part.Items {
			if i > 0 {
				p.line("")
			}
			p.item(it)
		}
	}
	if words := more(left + omitted); words != "" {
		p.line("")
		p.line(words)
	}
}

func (p *page) item(it *item) {
	if it.Open {
		p.para(it.Shape+" ", it.Title)
	} else {
		p.para(it.Shape+" ", strings.ToUpper(string(it.Severity))+"  "+it.Title)
	}
	for _, fact := range it.Facts {
		p.para("    ", fact)
	}
	if it.Step != "" {
		p.para("    ", it.Step)
	}
	if it.Command != "" {
		p.line("        " + it.Command) // whole, however long it is
	}
	for _, words := range it.Below {
		p.para("    ", words)
	}
}

// para breaks a paragraph into lines. Those after the first are indented as far
// as the lead reaches.
func (p *page) para(lead, text string) {
	indent := strings.Repeat(" ", runewidth.StringWidth(lead))
	words := strings.Fields(clean(text))
	row, width := lead, runewidth.StringWidth(lead)
	for i, word := range words {
		w := runewidth.StringWidth(word)
		if i > 0 && width+1+w > textWidth {
			p.out.WriteString(strings.TrimRight(row, " ") + "\n")
			row, width = indent, len(indent)
		} else if i > 0 {
			row, width = row+" ", width+1
		}
		row, width = row+word, width+w
	}
	p.line(row)
}
