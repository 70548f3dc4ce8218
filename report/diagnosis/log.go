package diagnosis

import (
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks/facts"
	"lcshealth/checks/sip"
	"lcshealth/checks/sip/signin"
)

// newLog arranges what a log tells: failed attempts first, of each the last
// first, since KB 871023 reads a log from its end.
func newLog(q Question) *Log {
	r := q.Log
	l := &Log{
		Files: append([]string{}, q.Files...), Messages: r.Messages, Omitted: r.Omitted, Damage: append([]Damage{}, q.Damage...),
		Attempts: []Attempt{}, Observations: []Observation{}, Faults: []Fault{}, Clocks: []Clock{},
	}
	asked := facts.NormalizeAddress(q.User)
	for _, a := range slices.Backward(r.Attempts) {
		if asked != "" && a.User != "" && facts.NormalizeAddress(a.User) != asked {
			l.Others++
			continue
		}
		l.Attempts = append(l.Attempts, Attempt{Attempt: a, Words: attemptWords(&a)})
	}
	slices.SortStableFunc(l.Attempts, func(a, b Attempt) int { return rank(&a.Attempt) - rank(&b.Attempt) })
	for _, o := range r.Observations {
		if asked != "" && o.From != "" && facts.NormalizeAddress(o.From) != asked && facts.NormalizeAddress(o.To) != asked {
			continue
		}
		l.Observations = append(l.Observations, Observation{Observation: o, Words: observationWords(&o), Ladder: o.Ladder()})
	}
	for _, f := range r.Faults {
		l.Faults = append(l.Faults, newFault(&f))
	}
	for _, c := range r.Clocks {
		l.Clocks = append(l.Clocks, newClock(c))
	}
	return l
}

// mostKept is how many attempts a diagnosis keeps, failed ones before others.
const mostKept = 200

// shorten leaves the attempts that matter, and draws them. kept are to stay
// whatever there is.
func (l *Log) shorten(kept int) {
	if most := max(mostKept, kept); len(l.Attempts) > most {
		l.More = len(l.Attempts) - most
		l.Attempts = slices.Clone(l.Attempts[:most])
	}
	for i := range l.Attempts {
		l.Attempts[i].Ladder = l.Attempts[i].Attempt.Ladder()
	}
}

// rank orders attempts: those that failed, those that came to no end, those
// that succeeded. Taking back a registration is no sign-in.
func rank(a *signin.Attempt) int {
	switch {
	case a.Kind == signin.SignOut:
		return 3
	case a.Outcome == signin.Failed, a.Outcome == signin.Refused, a.Outcome == signin.Unanswered:
		return 0
	case a.Outcome == signin.Succeeded:
		return 2
	default:
		return 1
	}
}

func newFault(f *signin.Fault) Fault {
	out := Fault{Component: f.Component, Text: f.Text, About: f.StartLine, Count: f.Count, At: f.At, File: f.File, Line: f.Line}
	if f.Code != 0 {
		out.Result = strings.TrimSpace(fmt.Sprintf("%#08x %s", f.Code, f.Name))
	}
	for _, p := range f.Data {
		out.Data = append(out.Data, sip.Param{Name: p.Name, Value: p.Value}.String())
	}
	return out
}

// failure chooses what the diagnosis is about: the last sign-in that failed,
// else an invitation without an answer, else one that came to no end, else
// another request that was refused.
func (l *Log) failure() Failure {
	if len(l.Attempts) > 0 && rank(&l.Attempts[0].Attempt) == 0 {
		return l.ofAttempt(0)
	}
	for i := range l.Observations {
		if o := &l.Observations[i]; pending(o.Kind) && !o.Provisional {
			return l.ofObservation(i, Pending)
		}
	}
	if i := slices.IndexFunc(l.Observations, func(o Observation) bool { return o.Kind == signin.LooseAnswer }); i >= 0 && len(l.Attempts) == 0 {
		return l.ofObservation(i, Code)
	}
	if i := slices.IndexFunc(l.Attempts, func(a Attempt) bool { return a.Outcome == signin.Challenged && !a.Provisional }); i >= 0 && !l.succeededAfter(i) {
		return l.ofAttempt(i)
	}
	for i := range l.Observations {
		if pending(l.Observations[i].Kind) {
			return l.ofObservation(i, Pending)
		}
	}
	if i := slices.IndexFunc(l.Observations, func(o Observation) bool {
		return o.Kind == signin.RequestRefused && len(Lookup(o.Code, o.Reason).Sections) > 0
	}); i >= 0 {
		return l.ofObservation(i, Other)
	}
	if len(l.Attempts) > 0 && rank(&l.Attempts[0].Attempt) == 1 && !l.succeededAfter(0) {
		return l.ofAttempt(0)
	}
	if len(l.Attempts) == 0 {
		return Failure{Kind: Empty}
	}
	f := l.ofAttempt(0)
	f.Kind = None
	f.Code, f.Phrase = 0, ""
	return f
}

// pending says whether an observation is how KB 834477 looks.
func pending(k signin.ObservationKind) bool {
	switch k {
	case signin.InvitePending, signin.InviteCancelled, signin.AnswerNotPassed, signin.AnswerLost:
		return true
	}
	return false
}

// succeededAfter says whether the user of an attempt signed in later.
func (l *Log) succeededAfter(i int) bool {
	a := &l.Attempts[i]
	return slices.ContainsFunc(l.Attempts, func(b Attempt) bool {
		return b.Outcome == signin.Succeeded && b.Kind != signin.SignOut && strings.EqualFold(a.User, b.User) && b.follows(a)
	})
}

// follows says whether an attempt began later in the same file, or at a later
// time.
func (a *Attempt) follows(b *Attempt) bool {
	if len(a.Steps) == 0 || len(b.Steps) == 0 {
		return false
	}
	first, other := a.Steps[0], b.Steps[0]
	if first.File == other.File {
		return first.Line > other.Line
	}
	if first.At.Dated() && other.At.Dated() {
		later, _ := first.At.Since(other.At)
		return later > 0
	}
	return false
}

func (l *Log) ofAttempt(i int) Failure {
	a := &l.Attempts[i]
	f := Failure{
		Kind: Unfinished, Provisional: a.Provisional, Code: a.Code, Phrase: a.Reason, User: a.User, Server: a.Target, Peer: a.Peer, Transport: a.Transport, Attempt: i + 1,
	}
	if len(a.Steps) > 0 {
		f.At = a.Steps[len(a.Steps)-1].At
	}
	switch a.Outcome {
	case signin.Failed:
		f.Kind = Code
	case signin.Refused:
		f.Kind = Refused
	case signin.Unanswered:
		f.Kind = Unanswered
	case signin.Challenged:
		if !a.Provisional {
			f.Kind = Challenged
		}
	}
	if f.Kind != Code && f.Kind != Refused {
		f.Code, f.Phrase = 0, ""
	}
	return f
}

func (l *Log) ofObservation(i int, kind Kind) Failure {
	o := &l.Observations[i]
	f := Failure{Kind: kind, Provisional: o.Provisional, Code: o.Code, Phrase: o.Reason, User: o.From, Observation: i + 1}
	if len(o.Steps) > 0 {
		last := o.Steps[len(o.Steps)-1]
		f.At, f.Peer = last.At, last.Peer
	}
	// The server is that of the user's sign-in in the same log.
	for _, a := range l.Attempts {
		if f.User == "" || strings.EqualFold(a.User, f.User) {
			f.Server, f.Transport = a.Target, a.Transport
			if f.User == "" {
				f.User = a.User
			}
			break
		}
	}
	return f
}
