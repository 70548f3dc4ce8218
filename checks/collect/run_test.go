package collect

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lcshealth/checks/facts"
)

// fake is a source whose behaviour is the function that it holds.
type fake struct {
	target string
	do     func(context.Context, *Session) error
}

// mark is an observation that leaves its name in the deployment.
type mark struct {
	target string
	why    *facts.Unknown
}

func (f fake) Name() string   { return "host" }
func (f fake) Target() string { return f.target }
func (f fake) Collect(ctx context.Context, s *Session) (Observation, error) {
	if err := f.do(ctx, s); err != nil {
		return nil, err
	}
	return mark{target: f.target}, nil
}
func (f fake) Unobserved(why facts.Unknown) Observation { return mark{f.target, &why} }

func (m mark) AddTo(d *facts.Deployment) {
	db := &facts.Database{Name: m.target, Entries: facts.Observed(1, facts.Origin{})}
	if m.why != nil {
		db.Entries = facts.NotObserved[int](*m.why)
	}
	d.Databases = append(d.Databases, db)
}

// Whatever a source does, the others are observed and it is accounted for.
func TestRunIsolatesSources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		sources := []Source{
			fake{"good", func(context.Context, *Session) error { return nil }},
			fake{"partial", func(_ context.Context, s *Session) error {
				s.Warn("no TLS")
				s.Partly(Fail(facts.Rights, "ask", "no right to read %s", "events"))
				s.Partly(errors.New("and this"))
				return nil
			}},
			fake{"panics", func(context.Context, *Session) error { panic("nil map") }},
			fake{"slow", func(ctx context.Context, _ *Session) error { <-ctx.Done(); return ctx.Err() }},
			fake{"deaf", func(context.Context, *Session) error { <-release; return nil }},
			fake{"skipped", func(context.Context, *Session) error { return Fail(facts.NotAsked, "name a file", "no way in") }},
		}
		var d facts.Deployment
		r := Runner{Deadline: 10 * time.Second}
		started := time.Now()
		if err := r.Run(t.Context(), &d, sources); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(started); took > 11*time.Second {
			t.Errorf("a deaf source held the run for %s", took)
		}
		close(release)
		want := []struct {
			status   facts.Status
			class    facts.Class
			message  string
			observed bool
		}{
			{facts.OK, "", "", true},
			{facts.Partial, facts.Rights, "no right to read events (and 1 more)", true},
			{facts.Failed, facts.Internal, "internal error: nil map", false},
			{facts.Failed, facts.Timeout, "no complete answer within 10s", false},
			{facts.Failed, facts.Timeout, "no complete answer within 10s", false},
			{facts.Skipped, facts.NotAsked, "no way in", false},
		}
		for i, w := range want {
			got, target := d.Sources[i], sources[i].Target()
			if got.Target != target || got.Status != w.status || got.Class != w.class || !strings.HasPrefix(got.Message, w.message) {
				t.Errorf("%s is accounted for as %+v, want %+v", target, got, w)
			}
			_, why := d.Databases[i].Entries.Get()
			if (why == nil) != w.observed || (why != nil && (why.Class != w.class || why.Target != target)) {
				t.Errorf("the facts of %s are unknown because of %+v, want %+v", target, why, w)
			}
		}
		if got := d.Sources[1].Warnings; len(got) != 1 || got[0] != "no TLS" {
			t.Errorf("warnings: %q", got)
		}
	})
}

func TestRunCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		slow := fake{"slow", func(ctx context.Context, _ *Session) error { cancel(); <-ctx.Done(); return ctx.Err() }}
		var d facts.Deployment
		if err := (&Runner{}).Run(ctx, &d, []Source{slow}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

// A deadline of the whole run is not a cancellation: what is known is told.
func TestRunDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		slow := fake{"slow", func(ctx context.Context, _ *Session) error { <-ctx.Done(); return ctx.Err() }}
		var d facts.Deployment
		if err := (&Runner{}).Run(ctx, &d, []Source{slow}); err != nil {
			t.Errorf("got %v", err)
		}
		if d.Sources[0].Class != facts.Timeout {
			t.Errorf("got %+v", d.Sources[0])
		}
	})
}

func TestReason(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want facts.Class
	}{
		{fmt.Errorf("read: %w", context.DeadlineExceeded), facts.Timeout},
		{fmt.Errorf("open: %w", Fail(facts.Rights, "a right", "denied")), facts.Rights},
		{errors.New("gibberish"), facts.Protocol},
	} {
		if got := Reason(tt.err); got.Class != tt.want || got.Message != tt.err.Error() {
			t.Errorf("Reason(%v) = %+v, want class %s", tt.err, got, tt.want)
		}
	}
}
