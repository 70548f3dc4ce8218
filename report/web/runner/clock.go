package runner

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"lcshealth/report/history"
	"lcshealth/report/notify"
	"lcshealth/report/schedule"
)

// begin makes up for the audits that were missed, and notes when the next are.
func (r *Runner) begin(ctx context.Context) {
	now := r.o.Now()
	known := map[string]history.Scope{}
	if all, err := r.o.History.Scopes(ctx); err != nil {
		r.o.Log.ErrorContext(ctx, "cannot tell which audits were missed", slog.String("error", err.Error()))
	} else {
		for _, s := range all {
			known[s.Name] = s
		}
	}
	for _, s := range r.o.Scopes {
		if _, missed := s.Schedule.Missed(lastBegun(known[s.Name]), now); missed {
			r.due(s, ByMissed)
		}
	}
	r.tick()
}

// lastBegun is when an audit of a scope last began that need not be made up
// for. One that the end of the server interrupted has to be; one that failed
// has not, nor has one that never ended: it may be what ended the server.
func lastBegun(s history.Scope) (at time.Time) {
	if s.Last != nil {
		at = s.Last.StartedAt
	}
	if t := s.Trouble; t != nil && t.State != history.Interrupted && t.At.After(at) {
		at = t.At
	}
	return at
}

// tick begins what is due by the clock. What is due several times over is due
// once.
func (r *Runner) tick() {
	now := r.o.Now()
	r.mu.Lock()
	r.ticked = now
	var due []Scope
	for _, s := range r.o.Scopes {
		next := s.Schedule.Next(now)
		if at := r.next[s.Name]; !at.IsZero() && !now.Before(at) {
			due = append(due, s)
		}
		// Also earlier than it was, should the clock have been set back.
		r.next[s.Name] = next
	}
	r.mu.Unlock()
	for _, s := range due {
		r.due(s, BySchedule)
	}
}

func (r *Runner) due(s Scope, by string) {
	switch err := r.Ask(s.Name, by); {
	case errors.Is(err, ErrBusy):
		r.o.Log.Warn("an audit is left out, since the one before is still under way", slog.String("scope", s.Name))
	case err != nil:
		r.o.Log.Error("an audit that is due cannot begin", slog.String("scope", s.Name), slog.String("error", err.Error()))
	}
}

// Next is when the next audit of a scope begins by the clock; zero if none
// does.
func (r *Runner) Next(scope string) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.next[scope]
}

// stale tells of scopes whose audits do not end any more.
func (r *Runner) stale(ctx context.Context) error {
	if r.o.Trouble == nil {
		return nil
	}
	all, err := r.o.History.Scopes(ctx)
	if err != nil {
		return err
	}
	known := map[string]history.Scope{}
	for _, s := range all {
		known[s.Name] = s
	}
	now := r.o.Now()
	var errs []error
	for _, s := range r.o.Scopes {
		last, ended := lastEnded(known[s.Name])
		period, overdue := Overdue(s.Schedule, last, now)
		if !overdue {
			continue
		}
		errs = append(errs, r.o.Trouble(ctx, notify.Trouble{Scope: s.Name, Occasion: notify.AuditsStale, LastRun: ended, Every: period}))
	}
	return errors.Join(errs...)
}

// lastEnded is when an audit last ended, also without a report: that was told
// when it happened. ended is when the last one with a report did. Where none
// ever ended it is counted from when the first one began.
func lastEnded(s history.Scope) (last, ended time.Time) {
	if s.Last != nil {
		last, ended = s.Last.SavedAt, s.Last.SavedAt
	}
	if t := s.Trouble; t != nil && (t.State == history.Failed || last.IsZero()) && t.At.After(last) {
		last = t.At
	}
	return last, ended
}

// late is after how many periods without an audit they are missing, in tenths:
// one may fail to begin without anybody being told.
const late = 22

// Overdue reports whether audits are missing: none has ended for 2.2 times the
// period of the schedule. A last that is zero is not overdue, since it is not
// known from when on to count.
func Overdue(s schedule.Schedule, last, now time.Time) (period time.Duration, overdue bool) {
	period = Period(s, now)
	return period, period > 0 && !last.IsZero() && now.Sub(last) > period*late/10
}

// looked is how many runs ahead are looked at to learn how far apart they are.
const looked = 16

// Period is the longest time between two runs of a schedule, as far as the next
// ones tell; zero if it does not repeat.
func Period(s schedule.Schedule, now time.Time) (longest time.Duration) {
	at := s.Next(now)
	for range looked {
		next := s.Next(at)
		if at.IsZero() || next.IsZero() {
			return longest
		}
		longest = max(longest, next.Sub(at))
		at = next
	}
	return longest
}
