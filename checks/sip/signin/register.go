package signin

import (
	"strings"

	"lcshealth/checks/sip"
	"lcshealth/checks/sip/trace"
)

// status is whether a dialogue's user is registered.
type status uint8

const (
	unsure status = iota
	absent
	registered
)

// dialog is all that has one Call-ID.
type dialog struct {
	status  status
	highest uint32   // of the numbers in CSeq
	any     bool     // highest is one
	open    *Attempt // that is not decided
	closed  *Attempt // the last one that was

	// Of the open attempt:
	last     moment // of its last record
	awaiting bool   // its last request has no final answer
	asked    asked
	contact  string // that asked registers
	known    bool   // asked is in the trace
	guessed  bool   // its outcome is from an answer that says not what it answers
	untimed  bool   // asked has no stamp and its answer has one: it may have come late
}

// asked is what matters of a REGISTER for its answer.
type asked struct {
	At          trace.Stamp
	Credentials trace.Credentials
	Cut         bool
}

// dialog returns that of a Call-ID. Without one the dialogue is nobody else's.
func (t *Tracker) dialog(callID string) *dialog {
	if d := t.dialogs[callID]; d != nil && callID != "" {
		return d
	}
	d := &dialog{}
	if callID == "" {
		return d
	}
	if t.dialogs == nil {
		t.dialogs = map[string]*dialog{}
	}
	if len(t.order) == maxDialogs {
		delete(t.dialogs, t.order[0])
		t.order = t.order[1:]
	}
	t.order = append(t.order, strings.Clone(callID))
	t.dialogs[t.order[len(t.order)-1]] = d
	return d
}

// register takes a REGISTER.
func (t *Tracker) register(r *trace.Record, f *file) {
	m := r.Message
	number, _, numbered := m.CSeq()
	d := t.dialog(m.CallID())
	t.settle(d, f)
	if !d.any && numbered && number == 1 {
		d.status = absent
	}
	if d.any && numbered && number <= d.highest {
		if d.open != nil && number == d.open.Sequence {
			d.last = f.now()
			d.open.step(r, f, Repeats)
		}
		return
	}
	contacts := m.Contacts()
	kind := d.kind(r, contacts)
	switch {
	case d.open == nil:
	case d.awaiting && !goesOn(d.asked.Credentials, r.Credentials):
		t.superseded(d, f)
	case kind != Unknown && d.open.Kind != Unknown && (kind == SignOut) != (d.open.Kind == SignOut):
		d.close(false)
	}
	if d.open == nil {
		d.begin(t, m)
		d.open.Kind = kind
	}
	a := d.open
	a.Sequence, d.highest, d.any = number, max(d.highest, number), d.any || numbered
	a.Outcome, a.Provisional = Unfinished, true
	a.Code, a.Reason, a.Warnings, a.Diagnostics = 0, "", nil, nil
	d.awaiting, d.known, d.guessed, d.untimed, d.last = true, true, false, false, f.now()
	d.asked = asked{r.At, r.Credentials, r.Cut}
	d.contact = ""
	if len(contacts) > 0 {
		d.contact = short(contacts[0].URI)
	}
	a.describe(r)
	if f.user == "" && r.Direction != trace.Received && r.Frame != trace.SIPStack {
		f.user = strings.ToLower(a.User)
	}
	a.step(r, f, Asks)
	f.asked = d
}

// goesOn says whether a request shows by its credentials that the one before
// was challenged, though the trace lacks the answer.
func goesOn(before, now trace.Credentials) bool {
	rank := func(c trace.Credentials) int {
		switch c {
		case trace.None:
			return 0
		case trace.Opening:
			return 1
		default:
			return 2
		}
	}
	return rank(now) > rank(before)
}

// kind says what a REGISTER is for.
func (d *dialog) kind(r *trace.Record, contacts []sip.Address) Kind {
	switch {
	case r.Cut: // the header that would say so may be missing
		return Unknown
	case removes(r.Message, contacts):
		return SignOut
	case d.status == registered:
		return Refresh
	case d.status == absent:
		return SignIn
	default:
		return Unknown
	}
}

// removes says whether a REGISTER takes back what is registered (RFC 3261,
// section 10.2.2).
func removes(m *sip.Message, contacts []sip.Address) bool {
	all := len(contacts) > 0
	some := false
	for _, c := range contacts {
		value, ok := c.Param("expires")
		some = some || ok
		all = all && ok && value == "0"
	}
	seconds, ok := m.Expires()
	return all || !some && ok && seconds == 0
}

// begin begins an attempt.
func (d *dialog) begin(t *Tracker, m *sip.Message) {
	d.open = &Attempt{CallID: short(m.CallID()), Outcome: Unfinished, Provisional: true}
	d.awaiting, d.known, d.guessed, d.untimed, d.asked = false, false, false, false, asked{}
	d.contact = ""
	t.keep(d.open)
}

// close ends the open attempt. For good, unless its answer was guessed, there is
// none, or the request it is to is not in the trace and may be long over.
func (d *dialog) close(decided bool) {
	a := d.open
	a.Provisional = d.guessed || d.untimed || !d.known || a.Outcome == Unfinished
	if decided {
		switch {
		case a.Outcome != Succeeded:
		case !d.known || d.asked.Cut:
			d.status = unsure
		case a.Kind == SignOut:
			d.status = absent
		default:
			d.status = registered
		}
	}
	d.closed, d.open, d.awaiting = nil, nil, false
	if a.Outcome == Unanswered { // whose answer may yet come
		d.closed = a
	}
}

// settle closes what has been quiet for long. If it is only another file that is
// so much later, what came between may be in none.
func (t *Tracker) settle(d *dialog, now *file) {
	if d.open == nil {
		return
	}
	switch {
	case d.last.over(quiet):
		if d.awaiting && d.known && !d.guessed && !d.asked.Cut {
			d.open.Outcome = Unanswered
		}
		d.close(false)
	case now != nil && d.last.before(now, quiet):
		a := d.open
		d.close(false)
		a.Provisional = true
	}
}

// superseded closes an attempt whose client began anew. RFC 3261, section 10.2,
// has it wait until the request before was answered or timed out; that it was
// not answered is sure only in a file that has answers.
func (t *Tracker) superseded(d *dialog, f *file) {
	if d.known && !d.guessed && f.answers && d.last.file == f {
		d.open.Outcome = Unanswered
	}
	d.close(false)
}
