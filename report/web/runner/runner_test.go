package runner

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/report"
	"lcshealth/report/audit"
	"lcshealth/report/history"
	"lcshealth/report/notify"
	"lcshealth/report/schedule"
)

// bench is a runner with a clock that stands still, and audits that wait.
type bench struct {
	*testing.T
	*Runner

	mu      sync.Mutex
	now     time.Time
	scopes  []history.Scope
	err     error // of the history
	began   chan string
	let     chan error // how the next audit ends
	trouble []notify.Trouble
	most    int // audits at once
	active  int
}

var midnight = time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) set(t time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = t
}

func (b *bench) Scopes(context.Context) ([]history.Scope, error) { return b.scopes, b.err }

func (b *bench) start(ctx context.Context, scope string, watch Watcher) (*audit.Outcome, error) {
	b.mu.Lock()
	b.active++
	b.most = max(b.most, b.active)
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.active--
	}()
	watch.Step("host", scope, "services", 3)
	b.began <- scope
	select {
	case err := <-b.let:
		if err != nil {
			return &audit.Outcome{}, err
		}
		watch.Finished(facts.Source{Name: "host", Target: scope, Status: facts.OK})
		return &audit.Outcome{Report: &report.Report{Run: report.Run{ID: "run-of-" + scope}}, Stored: true}, nil
	case <-ctx.Done():
		return &audit.Outcome{}, ctx.Err()
	}
}

func daily(t *testing.T, at string) schedule.Schedule {
	t.Helper()
	s, err := schedule.Parse(at, "UTC")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// newBench returns a runner that has begun as [Runner.Run] does, but looks at
// the clock only when a test says so.
func newBench(t *testing.T, change func(*Options, *bench)) *bench {
	b := &bench{T: t, now: midnight, began: make(chan string, 10), let: make(chan error)}
	o := Options{
		Scopes: []Scope{{"a", daily(t, "15 2 * * *")}, {"b", daily(t, "15 2 * * *")}, {"c", daily(t, "15 2 * * *")}, {Name: "asked"}},
		Start:  b.start, History: b, Now: b.clock, Grace: time.Millisecond,
		Trouble: func(_ context.Context, trouble notify.Trouble) error {
			b.trouble = append(b.trouble, trouble)
			return nil
		},
	}
	if change != nil {
		change(&o, b)
	}
	b.Runner = New(o)
	audits, interrupt := context.WithCancelCause(t.Context())
	b.base = context.WithValue(t.Context(), auditsKey{}, audits)
	b.begin(t.Context())
	t.Cleanup(func() { b.stop(interrupt) })
	return b
}

// over waits for an audit to end.
func (b *bench) over(scope string) Progress {
	b.Helper()
	for {
		p, changed, ok := b.Progress(scope)
		if !ok {
			b.Fatalf("there is no audit of %s", scope)
		}
		if p.State.Over() {
			return p
		}
		<-changed
	}
}

func (b *bench) states() (out []State) {
	for _, s := range b.o.Scopes {
		p, _, _ := b.Progress(s.Name)
		out = append(out, p.State)
	}
	return out
}

// What is due begins once, two at a time, and what is asked for waits its turn.
func TestDue(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.set(midnight.Add(2*time.Hour + 14*time.Minute + 59*time.Second))
	b.tick()
	if got := b.states(); !slices.Equal(got, []State{"", "", "", ""}) {
		t.Fatalf("before it is due: %q", got)
	}
	b.set(midnight.Add(2*time.Hour + 15*time.Minute))
	b.tick()
	b.tick()
	<-b.began
	<-b.began
	waiting := 0
	for _, state := range b.states() {
		if state == Waiting {
			waiting++
		}
	}
	if waiting != 1 {
		t.Errorf("states %q, want one to wait", b.states())
	}
	if err := b.Ask("a", "kim"); !errors.Is(err, ErrBusy) {
		t.Errorf("a second audit of a scope: %v", err)
	}
	if err := b.Ask("nonesuch", "kim"); !errors.Is(err, ErrNoScope) {
		t.Errorf("an audit of nothing: %v", err)
	}
	for range 3 {
		b.let <- nil
	}
	for _, scope := range []string{"a", "b", "c"} {
		p := b.over(scope)
		if p.State != Done || p.RunID != "run-of-"+scope || p.By != BySchedule || len(p.Sources) != 1 || p.Sources[0].Status != facts.OK || p.Sources[0].Read != 3 {
			t.Errorf("%+v", p)
		}
	}
	if b.most != 2 {
		t.Errorf("%d audits ran at once", b.most)
	}
	if next := b.Next("a"); !next.Equal(midnight.Add(26*time.Hour + 15*time.Minute)) {
		t.Errorf("the next is at %s", next)
	}
	if !b.Next("asked").IsZero() {
		t.Error("what is not audited by the clock is next")
	}
	// Days that the computer slept through are one audit.
	b.set(midnight.Add(10 * 24 * time.Hour))
	b.tick()
	<-b.began
	if next := b.Next("a"); !next.Equal(midnight.Add(10*24*time.Hour + 2*time.Hour + 15*time.Minute)) {
		t.Errorf("the next is at %s", next)
	}
}

// A clock that is set back does not stop the audits for as long.
func TestClockSetBack(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(o *Options, _ *bench) { o.Scopes = o.Scopes[:1] })
	b.set(midnight.AddDate(-1, 0, 0))
	b.tick()
	b.set(midnight.AddDate(-1, 0, 0).Add(3 * time.Hour))
	b.tick()
	if got := <-b.began; got != "a" {
		t.Errorf("%s began", got)
	}
}

// What was missed while the server was down is made up for once, but for what
// failed, or never ended.
func TestMissed(t *testing.T) {
	t.Parallel()
	at := func(hours int) time.Time { return midnight.Add(-time.Duration(hours) * time.Hour) }
	ran := func(hours int) *history.Run { return &history.Run{StartedAt: at(hours), SavedAt: at(hours)} }
	for name, c := range map[string]struct {
		scope history.Scope
		want  bool
	}{
		"never audited":        {history.Scope{}, false},
		"audited in time":      {history.Scope{Last: ran(21)}, false},
		"missed":               {history.Scope{Last: ran(22 * 3)}, true},
		"missed, and failed":   {history.Scope{Last: ran(48), Trouble: &history.Mark{State: history.Failed, At: at(20)}}, false},
		"missed, interrupted":  {history.Scope{Last: ran(48), Trouble: &history.Mark{State: history.Interrupted, At: at(20)}}, true},
		"missed, never ended":  {history.Scope{Last: ran(48), Trouble: &history.Mark{State: history.Started, At: at(20)}}, false},
		"failed before missed": {history.Scope{Last: ran(96), Trouble: &history.Mark{State: history.Failed, At: at(48)}}, true},
	} {
		c.scope.Name = "a"
		b := newBench(t, func(o *Options, b *bench) { o.Scopes, b.scopes = o.Scopes[:1], []history.Scope{c.scope} })
		p, _, began := b.Progress("a")
		if began != c.want || began && p.By != ByMissed {
			t.Errorf("%s: began %t, %+v", name, began, p)
		}
	}
}

// Audits that are missing are told of, and those that failed are not again.
func TestStale(t *testing.T) {
	t.Parallel()
	saved := midnight.Add(-22 * time.Hour)
	b := newBench(t, func(o *Options, b *bench) {
		b.scopes = []history.Scope{
			{Name: "a", Last: &history.Run{StartedAt: saved, SavedAt: saved}},
			{Name: "b", Last: &history.Run{StartedAt: saved, SavedAt: saved}, Trouble: &history.Mark{State: history.Failed, At: midnight.Add(24 * time.Hour)}},
			{Name: "asked", Last: &history.Run{StartedAt: saved, SavedAt: saved}},
		}
	})
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{2*24*time.Hour + 4*time.Hour, 0}, {2*24*time.Hour + 5*time.Hour, 1}} {
		b.set(saved.Add(c.after))
		if err := b.stale(t.Context()); err != nil || len(b.trouble) != c.want {
			t.Fatalf("after %s: %+v, %v", c.after, b.trouble, err)
		}
	}
	if got := b.trouble[0]; got.Scope != "a" || got.Occasion != notify.AuditsStale || got.Every != 24*time.Hour || !got.LastRun.Equal(saved) {
		t.Errorf("%+v", got)
	}
}
