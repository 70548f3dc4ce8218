package signin

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"lcshealth/checks/sip/trace"
)

// Bounds of what is held.
const (
	maxAttempts     = 2048
	maxDialogs      = 4096
	maxInvites      = 2048
	maxObservations = 1024
	maxFaults       = 256
	maxFiles        = 1024
	maxSteps        = 32
	maxList         = 8   // headers of one name, schemes, contacts
	maxString       = 512 // octets
)

// Tracker takes records one by one. The zero value is ready for use.
type Tracker struct {
	files    map[string]*file
	dialogs  map[string]*dialog
	order    []string // Call-IDs of dialogs, the oldest first
	attempts []*Attempt
	invites  invites
	noted    []Observation
	faults   []Fault
	messages int
	omitted  int
}

// Of rebuilds what the records tell.
func Of(records iter.Seq[trace.Record]) *Result {
	var t Tracker
	for r := range records {
		t.Add(r)
	}
	return t.Result()
}

// Add takes the next record. Nothing of it is kept but copies of short parts.
func (t *Tracker) Add(r trace.Record) {
	f := t.file(r.File)
	f.pass(r.At)
	switch {
	case r.Diagnostic != nil:
		t.fault(&r)
	case r.Message != nil:
		t.messages++
		t.message(&r, f)
	}
}

func (t *Tracker) message(r *trace.Record, f *file) {
	before := f.asked
	f.asked = nil // unless this one is the REGISTER that the next one may answer
	method := r.Message.Method
	if r.Message.IsResponse() {
		f.answers = true
		number, asked, ok := r.Message.CSeq()
		if method = asked; !ok || r.Message.CallID() == "" {
			t.headerless(r, f, before, number, method)
			return
		}
	}
	switch method {
	case "REGISTER":
		if r.Message.IsResponse() {
			t.answer(r, f)
		} else {
			t.register(r, f)
		}
	case "INVITE", "CANCEL":
		t.invite(r, f, method)
	default:
		t.other(r, f, method)
	}
}

// Result returns what the records told so far. More may be added after it.
func (t *Tracker) Result() *Result {
	out := &Result{Attempts: []Attempt{}, Observations: slices.Clone(t.noted), Faults: slices.Clone(t.faults), Messages: t.messages, Omitted: t.omitted}
	for _, d := range t.dialogs {
		t.settle(d, nil)
	}
	for _, a := range t.attempts {
		attempt := *a
		attempt.Steps = slices.Clip(a.Steps) // which only grows
		out.Attempts = append(out.Attempts, attempt)
	}
	out.Observations = append(out.Observations, t.invites.observations()...)
	if most := maxObservations; len(out.Observations) > most {
		out.Omitted += len(out.Observations) - most
		out.Observations = out.Observations[:most]
	}
	for _, name := range slices.Sorted(maps.Keys(t.files)) {
		if c := t.files[name].skew; c.Samples > 0 {
			c.File = name
			out.Clocks = append(out.Clocks, c)
		}
	}
	return out
}

// keep adds an attempt. If there are too many the oldest goes.
func (t *Tracker) keep(a *Attempt) {
	if len(t.attempts) == maxAttempts {
		t.attempts = slices.Delete(t.attempts, 0, 1)
		t.omitted++
	}
	t.attempts = append(t.attempts, a)
}

func (t *Tracker) fault(r *trace.Record) {
	d := r.Diagnostic
	text := short(d.Text)
	for i := range t.faults {
		if k := &t.faults[i]; k.Code == d.Code && k.Text == text && slices.Equal(k.Data, d.Data) {
			k.Count++
			return
		}
	}
	if len(t.faults) == maxFaults {
		t.omitted++
		return
	}
	f := Fault{Diagnostic: *d, Count: 1, File: r.File, Line: r.Line, At: r.At}
	for _, s := range []*string{&f.Component, &f.Level, &f.Text, &f.Name, &f.StartLine, &f.CallID, &f.CSeq, &f.Peer} {
		*s = short(*s)
	}
	f.Data = slices.Clone(f.Data[:min(len(f.Data), maxList)])
	t.faults = append(t.faults, f)
}

// short returns a copy of a string that is not longer than what is kept.
func short(s string) string {
	if s == "REGISTER" { // most of them
		return "REGISTER"
	}
	return strings.Clone(clipped(s))
}

// clipped returns the beginning of a string, without a part of a character.
func clipped(s string) string {
	if len(s) <= maxString {
		return s
	}
	end := maxString
	for end > maxString-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}

func shorts(values []string) (kept []string) {
	for _, s := range values[:min(len(values), maxList)] {
		kept = append(kept, short(s))
	}
	return kept
}
