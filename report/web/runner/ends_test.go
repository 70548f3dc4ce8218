package runner

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"lcshealth/report"
	"lcshealth/report/audit"
	"lcshealth/report/history"
)

// An audit that fails, panics or cannot be stored ends, and the next begins.
func TestEnds(t *testing.T) {
	t.Parallel()
	how := map[string]func() (*audit.Outcome, error){
		"failed": func() (*audit.Outcome, error) { return nil, errors.New("no route to host\x1b[2J") },
		"panics": func() (*audit.Outcome, error) { panic("x") },
		"unstored": func() (*audit.Outcome, error) {
			return &audit.Outcome{Report: &report.Report{}, Problems: []error{errors.New("disk full")}}, nil
		},
		"nothing": func() (*audit.Outcome, error) { return &audit.Outcome{}, nil },
	}
	for name, want := range map[string]Progress{
		"failed":   {State: Failed, Error: "no route to host\ufffd"},
		"panics":   {State: Failed, Error: "internal error; the log says more"},
		"unstored": {State: Unstored},
		"nothing":  {State: Failed, Error: "the audit ended without a report"},
	} {
		b := newBench(t, func(o *Options, _ *bench) {
			o.Start = func(context.Context, string, Watcher) (*audit.Outcome, error) { return how[name]() }
		})
		for range 2 {
			if err := b.Ask("asked", "kim"); err != nil {
				t.Fatal(err)
			}
			if got := b.over("asked"); got.State != want.State || got.Error != want.Error || got.By != "kim" {
				t.Errorf("%s: %+v", name, got)
			}
		}
	}
}

// A runner that stops lets an audit finish, or interrupts it when the grace
// period is over, and begins nothing more.
func TestStop(t *testing.T) {
	t.Parallel()
	for _, finishes := range []bool{true, false} {
		b := &bench{T: t, now: midnight, began: make(chan string, 10), let: make(chan error)}
		grace := time.Millisecond
		if finishes {
			grace = time.Hour
		}
		r := New(Options{Scopes: []Scope{{Name: "a"}, {Name: "b"}}, Start: b.start, History: b, Now: b.clock, Parallel: 1, Grace: grace})
		b.Runner = r
		if err := r.Ask("a", "kim"); !errors.Is(err, ErrStopped) {
			t.Errorf("before it runs: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); r.Run(ctx) }()
		for !r.Alive() {
			time.Sleep(time.Millisecond)
		}
		for _, scope := range []string{"a", "b"} {
			if err := r.Ask(scope, "kim"); err != nil {
				t.Fatal(err)
			}
		}
		first := <-b.began
		cancel()
		if finishes {
			for r.Ask(first, "kim") == nil || !errors.Is(r.Ask(first, "kim"), ErrStopped) {
				time.Sleep(time.Millisecond)
			}
			b.let <- nil
		}
		<-ended
		other := strings.Trim("ab", first)
		want := Interrupted
		if finishes {
			want = Done
		}
		if p := b.over(first); p.State != want {
			t.Errorf("the one under way: %+v, want %s", p, want)
		}
		if p := b.over(other); p.State != Interrupted {
			t.Errorf("the one that waited: %+v", p)
		}
		if r.Alive() {
			t.Error("it is alive")
		}
	}
}

// A history that cannot be read does not keep audits from beginning.
func TestHistoryGone(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(_ *Options, b *bench) { b.err = history.ErrGone })
	b.set(midnight.Add(3 * time.Hour))
	b.tick()
	<-b.began
}
