package signin

import (
	"slices"
	"strconv"
	"strings"

	"lcshealth/checks/sip/trace"
)

// answer takes a response to a REGISTER.
func (t *Tracker) answer(r *trace.Record, f *file) {
	number, _, _ := r.Message.CSeq()
	d := t.dialog(r.Message.CallID())
	t.settle(d, f)
	switch {
	case d.open != nil && number == d.open.Sequence:
		if !d.awaiting {
			d.last = f.now()
			d.open.step(r, f, Repeats)
			return
		}
	case d.any && number <= d.highest:
		if c := d.closed; c != nil && c.Sequence == number && r.Message.Code >= 200 && c.Late == 0 {
			c.Late = r.Message.Code
			c.step(r, f, ComesLate)
		}
		return
	case d.open != nil: // its request is not in the trace
		d.open.Sequence, d.open.Kind, d.known, d.awaiting, d.guessed = number, Unknown, false, true, false
	default:
		d.begin(t, r.Message)
		d.open.Sequence, d.open.Headless, d.awaiting = number, true, true
		d.open.describe(r)
	}
	d.highest, d.any = max(d.highest, number), true
	d.guessed = false
	d.take(r, f)
}

// take takes what answers the last request of the open attempt.
func (d *dialog) take(r *trace.Record, f *file) {
	a := d.open
	if d.known && r.Message.Code >= 200 {
		f.measure(d.asked.At, r)
	}
	d.untimed = d.known && r.Message.Code >= 200 && r.At.Known && !d.asked.At.Known
	d.last = f.now()
	meaning := d.meaning(r)
	a.step(r, f, meaning)
	if meaning == Waits {
		return
	}
	a.answered(r, meaning, d.contact)
	if d.guessed {
		return // the answer proper may be to come
	}
	d.awaiting = false
	if meaning == Decides {
		d.close(true)
	}
}

// meaning says what an answer is to the request.
func (d *dialog) meaning(r *trace.Record) Meaning {
	switch code := r.Message.Code; {
	case code < 200:
		return Waits
	case code != 401 && code != 407:
		return Decides
	case !d.known || d.asked.Cut || r.Cut:
		return Unclear // what would tell may be missing
	case r.Continues:
		return Continues
	}
	switch d.asked.Credentials {
	case trace.None, trace.Opening, trace.Signed: // keys that the server has forgotten are no wrong password
		return Challenges
	case trace.Proof:
		if slices.ContainsFunc(r.Message.Values("WWW-Authenticate"), notEmpty) || slices.ContainsFunc(r.Message.Values("Proxy-Authenticate"), notEmpty) {
			return Refuses
		}
	}
	return Unclear // somebody has removed what would tell
}

func notEmpty(s string) bool { return s != "" }

// answered notes a final answer.
func (a *Attempt) answered(r *trace.Record, meaning Meaning, contact string) {
	m := r.Message
	a.Code, a.Reason = m.Code, short(m.Reason)
	a.Warnings, a.Diagnostics = shorts(m.Values("Warning")), shorts(m.Values("ms-diagnostics"))
	a.Server = replaced(a.Server, m.Get("Server"))
	for _, c := range m.Challenges() {
		if len(a.Schemes) < maxList && c.Scheme != "" && !slices.Contains(a.Schemes, c.Scheme) {
			a.Schemes = append(a.Schemes, short(c.Scheme))
		}
		if c.Scheme != "Kerberos" || a.Target == "" {
			a.Target = replaced(a.Target, strings.TrimPrefix(c.TargetName(), "sip/"))
		}
	}
	a.Outcome, a.Provisional = Failed, true
	switch {
	case meaning == Unclear:
		a.Outcome = Unfinished
	case meaning == Refuses:
		a.Outcome = Refused
		a.Refusals++
	case meaning == Challenges, meaning == Continues:
		a.Outcome = Challenged
		a.Challenges++
	case m.Code < 300:
		a.Outcome = Succeeded
		a.Expires = granted(r, contact)
	case m.Code < 400:
		a.Outcome = Redirected
		for _, c := range m.Contacts() {
			if len(a.Contacts) < maxList {
				a.Contacts = append(a.Contacts, short(c.URI))
			}
		}
	}
}

// granted is for how long a server registered the client: the parameter of its
// contact, among all those of the user, or the header Expires.
func granted(r *trace.Record, contact string) *int64 {
	contacts := r.Message.Contacts()
	for _, c := range contacts {
		if len(contacts) > 1 && (contact == "" || c.URI != contact) {
			continue
		}
		if value, ok := c.Param("expires"); ok {
			if n, err := strconv.ParseInt(value, 10, 64); err == nil && n >= 0 {
				return &n
			}
		}
	}
	if n, ok := r.Message.Expires(); ok {
		return &n
	}
	return nil
}

// headerless takes an answer that does not say what it answers. It is taken for
// that of a REGISTER which stands right before it in the trace; what follows
// from it is provisional, whatever comes.
func (t *Tracker) headerless(r *trace.Record, f *file, d *dialog, number uint32, method string) {
	if d == nil || d.open == nil || !d.awaiting || method != "" && (method != "REGISTER" || number != d.open.Sequence) ||
		r.Message.CallID() != "" && r.Message.CallID() != d.open.CallID {
		if r.Message.Code >= 400 {
			t.note(Observation{Kind: LooseAnswer, Provisional: true, Code: r.Message.Code, Reason: short(r.Message.Reason), Method: short(method)}, r, f)
		}
		return
	}
	d.guessed = true
	d.take(r, f)
	if r.Message.Code < 200 { // the answer proper follows, likely without headers too
		d.guessed = false
		f.asked = d
	}
}

func replaced(old, value string) string {
	if value == "" || value == old {
		return old
	}
	return short(value)
}

// describe notes who asks whom.
func (a *Attempt) describe(r *trace.Record) {
	m := r.Message
	if to, ok := m.To(); ok {
		a.User = replaced(a.User, to.URI)
	}
	if from, ok := m.From(); ok {
		a.Epid = replaced(a.Epid, from.Epid())
		if a.User == "" {
			a.User = short(from.URI)
		}
	}
	if !m.IsResponse() {
		a.Client = replaced(a.Client, m.Get("User-Agent"))
		a.Scheme = replaced(a.Scheme, r.Scheme)
	}
	a.Transport, a.Peer, a.Local = replaced(a.Transport, r.Transport), replaced(a.Peer, r.Peer), replaced(a.Local, r.Local)
}

// step adds a message.
func (a *Attempt) step(r *trace.Record, f *file, meaning Meaning) {
	if len(a.Steps) == maxSteps {
		a.StepsOmitted++
		return
	}
	a.Steps = append(a.Steps, newStep(r, f, meaning))
}

func newStep(r *trace.Record, f *file, meaning Meaning) Step {
	m := r.Message
	number, method, _ := m.CSeq()
	if !m.IsResponse() {
		method = m.Method
	}
	s := Step{
		File: f.name, Line: r.Line, Frame: r.Frame, At: r.At, Direction: r.Direction, Peer: short(r.Peer),
		Method: short(method), Sequence: number, Code: m.Code, Reason: short(m.Reason),
		Credentials: r.Credentials, Scheme: short(r.Scheme), Meaning: meaning,
	}
	if s.Direction == trace.Unknown {
		s.Direction = f.direction(r, method)
		s.Inferred = s.Direction != trace.Unknown
	}
	return s
}

// direction infers which way a message went in the trace of a client: it sends
// REGISTER, and what comes from the user that it registers.
func (f *file) direction(r *trace.Record, method string) (d trace.Direction) {
	m := r.Message
	switch {
	case r.Frame == trace.SIPStack:
		return trace.Unknown
	case method == "REGISTER":
		d = trace.Sent
	default:
		from, _ := m.From()
		to, _ := m.To()
		ours, theirs := strings.ToLower(from.URI), strings.ToLower(to.URI)
		switch {
		case f.user == "" || ours == theirs:
		case ours == f.user:
			d = trace.Sent
		case theirs == f.user:
			d = trace.Received
		}
	}
	if m.IsResponse() {
		d = d.Reverse()
	}
	return d
}
