package signin_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	lab "lcshealth/checks/lab/clientlog"
	"lcshealth/checks/sip/signin"
	"lcshealth/checks/sip/trace"
)

// contradiction returns what a part of a trace says for good and the whole does
// not, or "".
func contradiction(part, whole *signin.Result) string {
	for i := range part.Attempts {
		a := &part.Attempts[i]
		if a.Provisional || a.Outcome == signin.Unfinished {
			continue
		}
		found := false
		for j := range whole.Attempts {
			w := &whole.Attempts[j]
			found = found || w.CallID == a.CallID && w.Sequence == a.Sequence && w.Outcome == a.Outcome && !w.Provisional &&
				w.Code == a.Code && (w.Kind == a.Kind || a.Kind == signin.Unknown)
		}
		if !found {
			return fmt.Sprintf("%s %s %d of %s %d", a.Kind, a.Outcome, a.Code, a.CallID, a.Sequence)
		}
	}
	for _, o := range part.Observations {
		if o.Provisional {
			continue
		}
		found := false
		for _, w := range whole.Observations {
			refined := o.Kind == signin.InvitePending && w.Kind == signin.InviteCancelled // as it went on
			found = found || w.CallID == o.CallID && w.Sequence == o.Sequence && w.Code == o.Code && (w.Kind == o.Kind || refined)
		}
		if !found {
			return fmt.Sprintf("%s %d of %s", o.Kind, o.Code, o.CallID)
		}
	}
	return ""
}

// Wherever a trace is cut, what the part says for good the whole says too.
func TestTruncation(t *testing.T) {
	for name := range stories {
		for _, frame := range []trace.Frame{trace.RTC, trace.UCCAPI, trace.SIPStack, trace.Bare} {
			t.Run(name+" "+string(frame), func(t *testing.T) {
				t.Parallel()
				options := lab.Options{LineEnd: "\n"}
				if frame == trace.UCCAPI {
					options = lab.Options{Spaced: true, LineEnd: "\r\r\n"}
				}
				file := write(t, frame, story(name).Log, options)
				step := 1 // every octet
				if frame != trace.RTC || raceDetector {
					step += len(file) / 100
				}
				whole := told(t, file)
				random := rand.New(rand.NewPCG(1, uint64(len(file)))) //nolint:gosec // the same cuts in every run
				said := 0
				check := func(from, to int) {
					part := told(t, file[from:to])
					if c := contradiction(part, whole); c != "" {
						t.Fatalf("octets %d to %d of %d say: %s\n%s", from, to, len(file), c, file[max(from, to-400):to])
					}
					for _, a := range part.Attempts {
						if !a.Provisional {
							said++
						}
					}
				}
				for at := 0; at <= len(file); at += step {
					check(0, at)
				}
				for at := 0; at <= len(file); at += max(step, 11) {
					check(at, len(file))
				}
				for range 40 {
					from := random.IntN(len(file))
					check(from, from+random.IntN(len(file)-from))
				}
				if said == 0 && frame != trace.Bare {
					t.Error("no part says anything")
				}
			})
		}
	}
}

// A trace of several clients at once is a trace like any other.
func FuzzTruncation(f *testing.F) {
	f.Add("signs in, refreshes and signs out", "nobody answers", 3, uint16(100), uint16(9000))
	f.Add("wrong password, then the right one", "moves to another server", 0, uint16(0), uint16(3000))
	f.Add("keys forgotten", "invites, and is told of a call", 5, uint16(40), uint16(60000))
	f.Fuzz(func(t *testing.T, one, other string, shift int, from, to uint16) {
		if stories[one] == nil || stories[other] == nil {
			return
		}
		a, b := story(one), story(other)
		log := interleave(a.Log, b.Log, shift)
		file := write(t, trace.UCCAPI, log, lab.Options{})
		whole := told(t, file)
		start, end := min(int(from), len(file)), min(int(to), len(file))
		if start > end {
			start, end = end, start
		}
		if c := contradiction(told(t, file[start:end]), whole); c != "" {
			t.Fatal(c)
		}
	})
}

// interleave puts two logs into one, in the order of time.
func interleave(a, b []lab.Exchange, shift int) (all []lab.Exchange) {
	for i := range b {
		b[i].At = b[i].At.Add(time.Duration(shift%3600) * time.Second)
		b[i].Text = strings.ReplaceAll(b[i].Text, "Call-ID: ", "Call-ID: b")
	}
	for len(a)+len(b) > 0 {
		if len(b) == 0 || len(a) > 0 && !b[0].At.Before(a[0].At) {
			all, a = append(all, a[0]), a[1:]
		} else {
			all, b = append(all, b[0]), b[1:]
		}
	}
	return all
}
