package signin_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	lab "lcshealth/checks/lab/clientlog"
	"lcshealth/checks/sip/signin"
	"lcshealth/checks/sip/trace"
)

// Whatever a trace has, it is judged the same each time, asking in between
// changes nothing, and what is said hangs together.
func FuzzAttempts(f *testing.F) {
	for name := range stories {
		f.Add(write(f, trace.RTC, story(name).Log, lab.Options{}), 3)
	}
	c := story("nobody answers")
	f.Add(write(f, trace.RTC, c.Log[5:], lab.Options{}), 0) // begins with an answer
	f.Add(write(f, trace.SIPStack, story("nobody answers").Log, lab.Options{LineEnd: "\n"}), 0)
	f.Add([]byte("REGISTER sip:a SIP/2.0\nCSeq: 1 REGISTER\n\nSIP/2.0 401\n\nSIP/2.0 100\n\nSIP/2.0 200 OK\nCSeq: 1 REGISTER\nCall-ID: x\n\nCANCEL sip:a SIP/2.0\nCall-ID: x\nCSeq: 1 CANCEL\n"), 1)
	f.Fuzz(func(t *testing.T, file []byte, between int) {
		result := told(t, file)
		var tracker signin.Tracker
		n := 0
		for r := range records(t, "trace", file) {
			tracker.Add(r)
			if n++; between > 0 && n%(between%5+1) == 0 {
				tracker.Result()
			}
		}
		if diff := cmp.Diff(result, tracker.Result()); diff != "" {
			t.Fatal(diff)
		}
		text, err := json.Marshal(result)
		if err != nil {
			t.Fatal(err)
		}
		if len(text) > 400*len(file)+4096 {
			t.Fatalf("%d octets of %d", len(text), len(file))
		}
		for i := range result.Attempts {
			check(t, &result.Attempts[i])
		}
		for i := range result.Observations {
			l := result.Observations[i].Ladder()
			if len(l.Arrows) != len(result.Observations[i].Steps) {
				t.Fatalf("%+v", l)
			}
		}
	})
}

func check(t *testing.T, a *signin.Attempt) {
	t.Helper()
	family := map[signin.Outcome]int{signin.Succeeded: 2, signin.Redirected: 3, signin.Refused: 4, signin.Challenged: 4}[a.Outcome]
	switch {
	case family != 0 && a.Code/100 != family,
		a.Outcome == signin.Failed && a.Code < 400,
		a.Outcome == signin.Unanswered && (a.Code != 0 || a.Provisional),
		a.Outcome == signin.Unfinished && !a.Provisional,
		a.Outcome == signin.Refused && a.Refusals == 0,
		len(a.Steps) == 0 || len(a.Steps) > 32:
		t.Fatalf("%+v", a)
	}
	for _, arrow := range a.Ladder().Arrows {
		if n := len(a.Ladder().Participants); arrow.From < 0 || arrow.To < 0 || arrow.From >= n || arrow.To >= n || arrow.From == arrow.To {
			t.Fatalf("%+v of %d", arrow, n)
		}
	}
}
