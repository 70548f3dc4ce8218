package diagnosis

import (
	"fmt"
	"io"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/sip/signin"
	"lcshealth/report/text"
	"lcshealth/report/view"
)

// How much a text shows unless it is verbose.
const (
	mostAttempts = 6
	mostArrows   = 24
	mostOthers   = 6
)

// WriteText writes the diagnosis for a terminal.
func WriteText(w io.Writer, d *Diagnosis, o text.Options) error {
	t := &page{Part: text.NewPart(o), Diagnosis: d.clean(), verbose: o.Verbose}
	t.Answer(t.tone(), t.Failure.Headline)
	for _, sentence := range t.Failure.Words {
		t.Para(2, "", sentence)
	}
	t.failure()
	t.exchange()
	t.attempts()
	t.others()
	t.causes()
	t.besides()
	t.server()
	t.next()
	if _, err := io.WriteString(w, t.String()); err != nil {
		return fmt.Errorf("write the diagnosis as text: %w", err)
	}
	return nil
}

// page writes a diagnosis.
type page struct {
	*text.Part
	*Diagnosis

	verbose bool
}

// tone is what the diagnosis comes to in one word.
func (d *Diagnosis) tone() view.Tone {
	switch {
	case d.Failure.Kind == Asked && d.Exit() == checks.ExitNothing, d.Failure.Kind == None:
		return view.Clear
	case d.Failure.Kind == Asked && d.Exit() == checks.ExitIncomplete, d.Failure.Kind == Empty, d.Failure.Kind == Unfinished, d.Failure.Kind == Challenged:
		return view.Unsure
	default:
		return view.Broken
	}
}

func (p *page) failure() {
	rows := p.rows()
	if len(rows) == 0 {
		return
	}
	p.Heading("What is known")
	for i, r := range rows {
		if i > 0 && rows[i-1].Label == r.Label {
			r.Label = ""
		}
		p.Field(2, r.Label, r.Value)
	}
}

func (p *page) exchange() {
	l := p.ladder()
	if l == nil || len(l.Arrows) == 0 {
		return
	}
	p.Heading("Exchange")
	shown := *l
	if len(shown.Arrows) > mostArrows && !p.verbose {
		shown.Arrows = shown.Arrows[len(shown.Arrows)-mostArrows:]
	}
	if left := len(l.Arrows) - len(shown.Arrows) + l.Omitted; left > 0 {
		p.Para(2, "", fmt.Sprintf("%s before or after are not shown.", view.Count(left, "message", "messages")))
	}
	for _, line := range ladderText(&shown, p.Width()-2) {
		if len(shown.Participants) == 2 {
			p.Line("  " + line)
		} else {
			p.Para(2, "", line)
		}
	}
	if inferred(l) {
		p.Para(2, "", inferredWords)
	}
}

// attempts lists the sign-ins of the log.
func (p *page) attempts() {
	if p.Log == nil || len(p.Log.Attempts) == 0 {
		return
	}
	n := len(p.Log.Attempts) + p.Log.More
	p.Heading(fmt.Sprintf("Attempts in the log (%d)", n))
	shown := 0
	for i := range p.Log.Attempts {
		a := &p.Log.Attempts[i]
		if i == mostAttempts && !p.verbose && n > mostAttempts+1 {
			break
		}
		shown++
		words := a.Words
		if len(a.Steps) > 0 {
			if at := a.Steps[0].At.String(); at != "" {
				words = at + "  " + words
			}
			words += fmt.Sprintf(" (%s, line %d)", a.Steps[0].File, a.Steps[0].Line)
		}
		p.Para(2, attemptShape(&a.Attempt)+" ", words)
	}
	if n > shown {
		p.Para(2, "", fmt.Sprintf("and %d more", n-shown))
	}
	if p.Log.Others > 0 {
		p.Para(2, "", fmt.Sprintf("Besides, %s of other users.", view.Count(p.Log.Others, "attempt", "attempts")))
	}
}

// attemptShape is the shape that goes with how an attempt ended.
func attemptShape(a *signin.Attempt) string {
	switch {
	case a.Outcome == signin.Succeeded:
		return view.ShapeClear
	case rank(a) == 0:
		return view.ShapeFailed
	default:
		return view.ShapeOpen
	}
}

// others writes what else the log tells.
func (p *page) others() {
	list := p.elsewise(p.verbose, mostOthers)
	if len(list) == 0 {
		return
	}
	p.Heading("What else the log tells")
	for _, words := range list {
		p.Para(2, "- ", words)
	}
}

// elsewise is what else the log tells, of each kind the first. That a file
// begins or ends in a message matters only where it leaves something open.
func (d *Diagnosis) elsewise(verbose bool, most int) (out []string) {
	if d.Log == nil {
		return nil
	}
	add := func(total, i int, words string) {
		switch {
		case i < most || verbose:
			out = append(out, words)
		case i == most:
			out = append(out, fmt.Sprintf("And %d more of this kind.", total-i))
		}
	}
	for i := range d.Log.Observations {
		if i+1 != d.Failure.Observation {
			add(len(d.Log.Observations), i, d.Log.Observations[i].Words)
		}
	}
	for i := range d.Log.Faults {
		add(len(d.Log.Faults), i, d.Log.Faults[i].words())
	}
	for i, m := range d.Log.Damage {
		if !strings.HasPrefix(m.Kind, "file ") || d.Failure.Provisional || verbose {
			add(len(d.Log.Damage), i, m.words())
		}
	}
	return out
}

func (f *Fault) words() string {
	text := fmt.Sprintf("A server noted (%s): %s", f.Component, f.Text)
	for _, more := range append([]string{f.Result}, f.Data...) {
		if more != "" {
			text += "; " + more
		}
	}
	if f.Count > 1 {
		text += fmt.Sprintf(" (%d times)", f.Count)
	}
	return text
}

func (m *Damage) words() string {
	return fmt.Sprintf("Damaged: %s, %s, first in %s, line %d.", m.Kind, view.Count(m.Count, "time", "times"), m.File, m.Line)
}
