package diagnosis

import (
	"fmt"
	"strings"

	"lcshealth/checks/sip/signin"
)

// The measures of a drawing, in CSS pixels.
const (
	lane     = 300 // from one participant to the next
	laneEdge = 150 // of the first to the border
	noteEdge = 230 // of the last, for the notes
	noteX    = 12
	rowStep  = 44
	rowFirst = 76
)

// drawing is a ladder laid out. Lengths are in CSS pixels.
type drawing struct {
	Width, Height int
	Bottom        int // of the lifelines
	NoteX         int
	Lanes         []laneAt
	Rows          []rowAt
	Title, Words  string
	Omitted       int
	Inferred      bool
}

type laneAt struct {
	X           int
	Name, Short string
	Role        string
}

type rowAt struct {
	Y, TextY   int
	FromX, ToX int
	TextX      int
	Head       string // points of the arrow's head
	Time       string
	Label      string // in full
	Short      string
	Note       string
	Class      string
	From, To   string // names
	Line       int
	File       string
}

// draw lays a ladder out.
func draw(l *signin.Ladder, title string) *drawing {
	if l == nil || len(l.Arrows) == 0 {
		return nil
	}
	d := &drawing{Title: title, Omitted: l.Omitted, Inferred: inferred(l)}
	d.Width = laneEdge + lane*max(len(l.Participants)-1, 1) + noteEdge
	for i, p := range l.Participants {
		d.Lanes = append(d.Lanes, laneAt{X: laneEdge + i*lane, Name: p.Name, Short: clip(p.Name, 34), Role: string(p.Role)})
	}
	d.NoteX = d.Lanes[len(d.Lanes)-1].X + noteX
	for i, a := range l.Arrows {
		from, to := d.Lanes[a.From], d.Lanes[a.To]
		r := rowAt{
			Y: rowFirst + i*rowStep, FromX: from.X, ToX: to.X, Time: clock(a.At), Label: a.Label, Short: clip(a.Label, 36), Note: note(a.Meaning),
			Class: class(a), From: from.Name, To: to.Name, Line: a.Line, File: a.File,
		}
		if a.From == a.To { // one end stands for many
			r.ToX += lane / 3
		}
		r.TextY, r.TextX = r.Y-7, (r.FromX+r.ToX)/2
		back := 9
		if r.ToX < r.FromX {
			back = -9
		}
		r.Head = fmt.Sprintf("%d,%d %d,%d %d,%d", r.ToX, r.Y, r.ToX-back, r.Y-5, r.ToX-back, r.Y+5)
		d.Rows = append(d.Rows, r)
	}
	d.Bottom = rowFirst + (len(d.Rows)-1)*rowStep + 20
	d.Height = d.Bottom + 12
	names := make([]string, len(l.Participants))
	for i, p := range l.Participants {
		names[i] = p.Name
	}
	d.Words = fmt.Sprintf("%d messages between %s; the list below has all of them.", len(d.Rows), strings.Join(names, " and "))
	return d
}

// class says how an arrow looks.
func class(a signin.Arrow) string {
	switch {
	case a.Meaning == signin.Refuses, a.Meaning == signin.Decides && a.Code >= 400:
		return "bad"
	case a.Meaning == signin.Decides && a.Code < 300:
		return "good"
	case a.Meaning == signin.Challenges, a.Meaning == signin.Continues:
		return "normal"
	}
	return "plain"
}
