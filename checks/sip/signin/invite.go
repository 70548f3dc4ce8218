package signin

import (
	"strconv"
	"time"

	"lcshealth/checks/sip/trace"
)

// ringing is how long an invitation may go without a word: a proxy waits longer
// than 3 minutes (RFC 3261, section 16.6, timer C).
const ringing = 3*time.Minute + quiet

const (
	maxViews    = 4  // traces in which one invitation is looked at
	maxPatience = 12 // messages of one invitation that are kept
)

// invites are the invitations of all traces, by Call-ID and number.
type invites struct {
	byKey map[string]*invite
	order []*invite
}

// invite is one invitation.
type invite struct {
	key       string
	o         Observation
	views     []view
	cancelled bool // before a final answer
	answered  bool // whoever asked has an answer, or one went nobody can tell where

	// What was so for long enough stays so, whatever comes later.
	pended  bool
	dropped final
}

// view is what one file has of an invitation.
type view struct {
	file     *file
	stack    bool // it is a server's
	asked    bool // it has the INVITE
	way      trace.Direction
	received bool // the INVITE came in; a server's file may have it going out too
	passed   final
	came     final
	last     moment
}

// final is a final answer; its code is 0 where there is none.
type final struct {
	code   int
	reason string
}

// invite takes a message of an invitation.
func (t *Tracker) invite(r *trace.Record, f *file, method string) {
	m := r.Message
	number, _, ok := m.CSeq()
	if !ok || m.CallID() == "" {
		return
	}
	i := t.invites.get(short(m.CallID())+" "+strconv.FormatUint(uint64(number), 10), t)
	if i.o.CallID == "" {
		i.o.CallID, i.o.Sequence, i.o.Method = short(m.CallID()), number, "INVITE"
		i.o.parties(r)
	}
	v := i.view(f, r)
	if v == nil {
		return
	}
	i.latch(v)
	step := newStep(r, f, Asks)
	switch direction := step.Direction; {
	case method == "CANCEL":
		i.cancelled = i.cancelled || !m.IsResponse() && v.came.code == 0 && v.passed.code == 0
	case !m.IsResponse():
		v.asked, v.received = true, v.received || direction == trace.Received
		if v.way == trace.Unknown {
			v.way = direction
		}
	case m.Code < 200:
		step.Meaning = Waits
	default:
		step.Meaning = Decides
		if step.Direction == trace.Unknown {
			step.Direction = v.way.Reverse()
			step.Inferred = step.Direction != trace.Unknown
		}
		i.final(v, step.Direction, final{m.Code, short(m.Reason)})
		i.o.Diagnostics = append(i.o.Diagnostics, shorts(m.Values("ms-diagnostics"))...)
		i.o.Diagnostics = i.o.Diagnostics[:min(len(i.o.Diagnostics), maxList)]
	}
	v.last = f.now()
	if len(i.o.Steps) < maxPatience {
		i.o.Steps = append(i.o.Steps, step)
	}
}

// latch notes what has been so for long enough.
func (i *invite) latch(v *view) {
	switch {
	case v.loses() && v.last.over(quiet):
		i.dropped = v.came
	case v.waits() && !i.answered && !i.cancelled && v.last.over(ringing):
		i.pended = true
	}
}

// loses says whether a server has an answer that it did not pass on.
func (v *view) loses() bool {
	return v.stack && v.received && v.came.code >= 300 && v.passed.code == 0
}

// waits says whether an invitation is without a final answer where it came from
// or passed.
func (v *view) waits() bool {
	return v.asked && (v.stack || !v.received) && v.came.code == 0 && v.passed.code == 0
}

// final takes a final answer.
func (i *invite) final(v *view, direction trace.Direction, answer final) {
	switch direction {
	case trace.Sent:
		v.passed = answer
	case trace.Received:
		v.came = answer
	}
	switch {
	case v.stack: // where it goes on to is not seen
	case direction == trace.Sent: // by the callee
	case answer.code == 487 && i.cancelled: // the caller has given up
	default:
		i.answered = true
	}
}

// get returns an invitation.
func (l *invites) get(key string, t *Tracker) *invite {
	if i := l.byKey[key]; i != nil {
		return i
	}
	if l.byKey == nil {
		l.byKey = map[string]*invite{}
	}
	i := &invite{key: key}
	if len(l.order) == maxInvites {
		delete(l.byKey, l.order[0].key)
		l.order = l.order[1:]
		t.omitted++
	}
	l.order = append(l.order, i)
	l.byKey[key] = i
	return i
}

// view returns what a file has of an invitation.
func (i *invite) view(f *file, r *trace.Record) *view {
	for n := range i.views {
		if i.views[n].file == f {
			return &i.views[n]
		}
	}
	if len(i.views) == maxViews {
		return nil
	}
	i.views = append(i.views, view{file: f, stack: r.Frame == trace.SIPStack})
	return &i.views[len(i.views)-1]
}

// observations tells of the invitations that were left pending.
func (l *invites) observations() (list []Observation) {
	for _, i := range l.order {
		if o, ok := i.observe(); ok {
			list = append(list, o)
		}
	}
	return list
}

// observe says what became of an invitation, if it is worth saying.
func (i *invite) observe() (Observation, bool) {
	o := i.o
	o.Count = 1
	for n := range i.views { // what a server lost it lost, whoever else has a trace
		v := &i.views[n]
		i.latch(v)
		if lost := i.dropped; lost.code != 0 || v.loses() {
			o.Kind, o.Provisional = AnswerNotPassed, lost.code == 0
			if lost.code == 0 {
				lost = v.came
			}
			o.Code, o.Reason = lost.code, lost.reason
			return o, true
		}
	}
	if i.answered && !i.pended {
		return o, false
	}
	for n := range i.views {
		v := &i.views[n]
		if !v.waits() && !i.pended && (!i.cancelled || !v.asked || v.received) {
			continue
		}
		o.Kind, o.Provisional = InvitePending, !i.pended
		if i.cancelled {
			o.Kind, o.Provisional = InviteCancelled, !i.pended && !v.last.over(ringing)
		}
		for _, other := range i.views {
			if !i.cancelled && !i.answered && !other.stack && other.received && other.passed.code >= 300 {
				o.Kind, o.Code, o.Reason = AnswerLost, other.passed.code, other.passed.reason
			}
		}
		return o, true
	}
	return o, false
}
