package signin

import "lcshealth/checks/sip/trace"

// Observation is something that is no sign-in and may still explain what users
// see.
type Observation struct {
	Kind        ObservationKind `json:"kind"`
	Provisional bool            `json:"provisional,omitempty"` // more of the trace could say otherwise
	Method      string          `json:"method,omitempty"`
	Code        int             `json:"code,omitempty"`
	Reason      string          `json:"reason,omitempty"`
	Diagnostics []string        `json:"diagnostics,omitempty"` // headers ms-diagnostics
	CallID      string          `json:"callId,omitempty"`
	Sequence    uint32          `json:"sequence,omitempty"`
	From        string          `json:"from,omitempty"`
	To          string          `json:"to,omitempty"`
	Count       int             `json:"count"` // how often; the rest is of the first
	Steps       []Step          `json:"steps"`
}

// ObservationKind says what was observed.
type ObservationKind string

// The kinds of observations. The first four are how KB 834477 looks: the callee
// is busy, its 486 is lost on the way back, and the caller waits.
const (
	InvitePending   ObservationKind = "invite-pending"    // an INVITE had no final answer for 3 minutes
	InviteCancelled ObservationKind = "invite-cancelled"  // the caller gave up before a final answer came
	AnswerNotPassed ObservationKind = "answer-not-passed" // a server's trace has the answer coming in and not going out
	AnswerLost      ObservationKind = "answer-lost"       // the callee's trace has the answer, the caller's has none

	RequestRefused ObservationKind = "request-refused" // a request other than REGISTER and INVITE was answered with 4xx to 6xx
	LooseAnswer    ObservationKind = "loose-answer"    // an answer that does not say what it answers
)

// other takes a message of a method that is neither REGISTER nor of an
// invitation.
func (t *Tracker) other(r *trace.Record, f *file, method string) {
	m := r.Message
	if m.Code < 400 || m.Code == 401 || m.Code == 407 {
		return
	}
	o := Observation{
		Kind: RequestRefused, Method: short(method), Code: m.Code, Reason: short(m.Reason),
		Diagnostics: shorts(m.Values("ms-diagnostics")), CallID: short(m.CallID()),
	}
	o.Sequence, _, _ = m.CSeq()
	o.parties(r)
	t.note(o, r, f)
}

// parties notes who asked whom.
func (o *Observation) parties(r *trace.Record) {
	if from, ok := r.Message.From(); ok {
		o.From = short(from.URI)
	}
	if to, ok := r.Message.To(); ok {
		o.To = short(to.URI)
	}
}

// note adds an observation of one record, or counts it where there is one like
// it.
func (t *Tracker) note(o Observation, r *trace.Record, f *file) {
	for i := range t.noted {
		if n := &t.noted[i]; n.Kind == o.Kind && n.Code == o.Code && n.Method == o.Method && n.Reason == o.Reason && same(n.Diagnostics, o.Diagnostics) {
			n.Count++
			return
		}
	}
	if len(t.noted) == maxObservations/2 {
		t.omitted++
		return
	}
	o.Count = 1
	o.Steps = []Step{newStep(r, f, Decides)}
	t.noted = append(t.noted, o)
}

// same compares diagnostics by their numbers: what follows may name a moment.
func same(a, b []string) bool {
	return number(a) == number(b)
}

func number(diagnostics []string) string {
	if len(diagnostics) == 0 {
		return ""
	}
	for i, c := range diagnostics[0] {
		if c < '0' || c > '9' {
			return diagnostics[0][:i]
		}
	}
	return diagnostics[0]
}
