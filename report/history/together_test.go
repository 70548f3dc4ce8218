package history_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/report/history"
)

func init() {
	suite["several write at once"] = func(t *testing.T, b backend) {
		dsn := b.dsn(t)
		const writers, runs = 4, 8
		var wait sync.WaitGroup
		for w := range writers {
			s := opened(t, history.Options{DSN: dsn, Wait: time.Minute})
			wait.Go(func() {
				for n := range runs {
					r := night(n, finding([]checks.Verdict{P, P, A}[n%3]), ofUsers(P, "stuck", checks.Minor))
					r.Run.ID = fmt.Sprintf("%d-%d", w, n)
					// Two scopes: one has three writers.
					if err := s.Save(t.Context(), history.Record{Scope: fmt.Sprint(w / 3), Report: r, Messages: []history.Message{{Channel: "mail"}}}); err != nil {
						t.Error(err)
					}
					if _, err := s.Runs(t.Context(), history.Filter{Limit: 3}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		s := opened(t, history.Options{DSN: dsn})
		whole(t, s, writers*runs)
		if err := s.Check(t.Context()); err != nil {
			t.Error(err)
		}
	}
	suite["a run is stored whole or not at all"] = func(t *testing.T, b backend) {
		s := b.open(t)
		stored := 0
		for n := range 60 {
			// It is given up somewhere on the way.
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rand.Int64N(int64(6*time.Millisecond))))
			err := s.Save(ctx, history.Record{Scope: "a", Report: night(n, finding(P), ofUsers(P, "stuck", checks.Minor)), Messages: []history.Message{{Channel: "mail"}}})
			cancel()
			_, missing := s.Run(t.Context(), night(n).Run.ID)
			switch {
			case missing == nil:
				stored++
			case err == nil:
				t.Errorf("run %d is not there: %v", n, missing)
			case !errors.Is(missing, history.ErrNone):
				t.Error(missing)
			}
		}
		whole(t, s, stored)
		save(t, s, "a", night(1000, finding(P)))
	}
	suite["several migrate at once"] = func(t *testing.T, b backend) {
		for range 3 {
			dsn := b.dsn(t)
			var wait sync.WaitGroup
			for range 6 {
				wait.Go(func() {
					s, err := history.Open(t.Context(), history.Options{DSN: dsn})
					if err != nil {
						t.Error(err)
						return
					}
					if err := s.Close(); err != nil {
						t.Error(err)
					}
				})
			}
			wait.Wait()
			save(t, opened(t, history.Options{DSN: dsn}), "a", night(0, finding(P)))
		}
	}
}

// whole tests that each run that is stored has all that belongs to it.
func whole(t testing.TB, s *history.Store, want int) {
	t.Helper()
	ctx := t.Context()
	runs := must[[]history.Run](t)(s.Runs(ctx, history.Filter{}))
	messages := must[[]history.Message](t)(s.Pending(ctx, ""))
	if len(runs) != want || len(messages) != want {
		t.Errorf("%d runs and %d messages instead of %d", len(runs), len(messages), want)
	}
	told := map[string]bool{}
	for _, m := range messages {
		told[m.RunID] = true
	}
	ends := map[string]string{} // scope → its last run
	points := map[string]int{}
	for _, run := range runs {
		if ends[run.Scope] == "" {
			ends[run.Scope] = run.ID
			for _, p := range must[[]history.TrendPoint](t)(s.Trend(ctx, run.Scope, "x", time.Time{})) {
				points[p.RunID]++
			}
			for _, p := range must[[]history.SourcePoint](t)(s.SourceHistory(ctx, run.Scope, "", "", time.Time{})) {
				points[p.RunID]++
			}
		}
		if r, err := s.Report(ctx, run.ID); err != nil || r.Run.ID != run.ID {
			t.Errorf("the report of run %s: %v", run.ID, err)
		}
		if points[run.ID] != 2 || !told[run.ID] {
			t.Errorf("run %s has %d of trend and sources, message %t", run.ID, points[run.ID], told[run.ID])
		}
	}
	for scope, last := range ends {
		for _, span := range must[[]history.Span](t)(s.Findings(ctx, scope)) {
			if span.LastRun != last {
				t.Errorf("%s in %s ends with run %s, not %s", span.Finding, scope, span.LastRun, last)
			}
		}
	}
}
