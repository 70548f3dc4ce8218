package signin

import (
	"strconv"

	"lcshealth/checks/sip/trace"
)

// Ladder is a diagram of messages between participants, for a text or a page.
type Ladder struct {
	Participants []Participant `json:"participants"` // from left to right
	Arrows       []Arrow       `json:"arrows"`       // from top to bottom
	Omitted      int           `json:"omitted,omitempty"`
}

// Participant is a line of the diagram.
type Participant struct {
	Name string `json:"name"`
	Role Role   `json:"role"`
}

// Role is what a participant is to the trace.
type Role string

// The roles.
const (
	ClientRole Role = "client"
	ServerRole Role = "server"
	PeerRole   Role = "peer" // the other end of a connection of a server, which may be either
)

// Arrow is a message from one participant to another.
type Arrow struct {
	From     int         `json:"from"` // of Participants
	To       int         `json:"to"`
	At       trace.Stamp `json:"at"`
	Label    string      `json:"label"` // "REGISTER 2 NTLM proof", "401 Unauthorized"
	Code     int         `json:"code,omitempty"`
	Meaning  Meaning     `json:"meaning"`
	Inferred bool        `json:"inferred,omitempty"` // which way it goes is not in the trace
	File     string      `json:"file"`
	Line     int         `json:"line"`
}

// maxParticipants bounds a diagram; the last one stands for all others.
const maxParticipants = 8

// Ladder draws the attempt.
func (a *Attempt) Ladder() Ladder {
	client, server := a.User, a.Target
	if server == "" {
		server = a.Peer
	}
	l := draw(a.Steps, client, server)
	l.Omitted = a.StepsOmitted
	return l
}

// Ladder draws the observation.
func (o *Observation) Ladder() Ladder { return draw(o.Steps, "", "") }

// draw draws messages. Each file has a participant that wrote it, and each other
// end of a connection is one.
func draw(steps []Step, client, server string) Ladder {
	l := Ladder{Participants: []Participant{}, Arrows: []Arrow{}}
	index := map[string]int{}
	participant := func(key, name string, role Role) int {
		if at, ok := index[key]; ok {
			return at
		}
		if len(l.Participants) == maxParticipants {
			return maxParticipants - 1
		}
		index[key] = len(l.Participants)
		l.Participants = append(l.Participants, Participant{name, role})
		return index[key]
	}
	for _, s := range steps {
		writer, far := Participant{client, ClientRole}, Participant{server, ServerRole}
		if s.Frame == trace.SIPStack {
			writer, far = Participant{"", ServerRole}, Participant{s.Peer, PeerRole}
		}
		if writer.Name == "" {
			writer.Name = s.File
		}
		if far.Name == "" {
			far.Name = s.Peer
		}
		if far.Name == "" {
			far.Name = string(far.Role)
		}
		here, there := participant("file "+s.File, writer.Name, writer.Role), participant("end "+far.Name, far.Name, far.Role)
		sent := s.Direction == trace.Sent || s.Direction == trace.Unknown && s.Code == 0
		arrow := Arrow{
			From: there, To: here, At: s.At, Label: s.label(), Code: s.Code, Meaning: s.Meaning,
			Inferred: s.Inferred || s.Direction == trace.Unknown, File: s.File, Line: s.Line,
		}
		if sent {
			arrow.From, arrow.To = here, there
		}
		l.Arrows = append(l.Arrows, arrow)
	}
	return l
}

// label is what stands at an arrow.
func (s *Step) label() string {
	if s.Code != 0 {
		return join(strconv.Itoa(s.Code), s.Reason)
	}
	label := join(s.Method, strconv.FormatUint(uint64(s.Sequence), 10))
	return join(join(label, s.Scheme), string(s.Credentials))
}

func join(a, b string) string {
	if b == "" {
		return a
	}
	return a + " " + b
}
