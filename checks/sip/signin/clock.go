package signin

import (
	"time"

	"lcshealth/checks/sip/trace"
)

// quiet is how long a client may wait for the answer to a REGISTER: timer F of
// RFC 3261, section 17.1.2.2, which is 64 times T1. What has been quiet for so
// long is over.
const quiet = 32 * time.Second

// file is what is known of one file of the trace.
type file struct {
	name    string
	at      trace.Stamp   // the last one
	elapsed time.Duration // sum of the steps forward from stamp to stamp
	answers bool          // it has responses
	asked   *dialog       // whose REGISTER was the last message
	user    string        // who registers, in small letters
	skew    Clock
}

func (t *Tracker) file(name string) *file {
	if f := t.files[clipped(name)]; f != nil {
		return f
	}
	if t.files == nil || len(t.files) == maxFiles {
		t.files = map[string]*file{}
	}
	f := &file{name: short(name)}
	t.files[f.name] = f
	return f
}

// pass takes a stamp. A step back is no time: threads write side by side, and
// clocks are set. So the time between two records depends on those between
// them, and not on where the trace begins.
func (f *file) pass(at trace.Stamp) {
	if step, ok := at.Since(f.at); ok && step > 0 {
		f.elapsed += step
	}
	if at.Known {
		f.at = at
	}
}

// moment is a place in the time of a trace.
type moment struct {
	file    *file
	elapsed time.Duration
	at      trace.Stamp
}

func (f *file) now() moment { return moment{f, f.elapsed, f.at} }

// over says whether a time has passed since, in the same file.
func (m moment) over(time time.Duration) bool {
	return m.file != nil && m.file.elapsed-m.elapsed >= time
}

// before says whether another file is later by a time, which only dates tell:
// it may be older, or of another machine.
func (m moment) before(now *file, time time.Duration) bool {
	if m.file == nil || m.file == now || !m.at.Dated() || !now.at.Dated() {
		return false
	}
	later, _ := now.at.Since(m.at)
	return later >= time
}
