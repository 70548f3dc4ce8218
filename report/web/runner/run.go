package runner

import (
	"context"
	"log/slog"
	"time"
)

// auditsKey is where the context that says when no audit may begin carries the
// context of the audits themselves, which lasts longer.
type auditsKey struct{}

// second is how often the clock is looked at.
const second = time.Second

// Run looks at the clock and does what is due, until ctx ends. Then it begins
// nothing more, gives the audits that are under way the grace period, and
// interrupts what is left, which the history then says of them.
func (r *Runner) Run(ctx context.Context) {
	audits, interrupt := context.WithCancelCause(context.WithoutCancel(ctx))
	defer interrupt(ErrStopped)
	r.mu.Lock()
	r.base = context.WithValue(ctx, auditsKey{}, audits)
	r.mu.Unlock()

	r.begin(ctx)
	r.every(ctx, time.Minute, "deliver messages", r.o.Deliver)
	r.every(ctx, time.Minute, "look for audits that are missing", r.stale)
	r.every(ctx, 24*time.Hour, "remove what is too old", r.o.Prune)
	tick := time.NewTicker(second)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-tick.C:
			r.tick()
		}
	}
	r.stop(interrupt)
}

// stop waits for what is under way.
func (r *Runner) stop(interrupt context.CancelCauseFunc) {
	r.mu.Lock()
	r.base = nil // nothing is added to ending from here on
	r.mu.Unlock()
	r.o.Log.Info("no more audits begin; those that are under way may finish", slog.Duration("grace", r.o.Grace))
	over := make(chan struct{})
	go func() { r.ending.Wait(); close(over) }()
	grace := time.NewTimer(r.o.Grace)
	defer grace.Stop()
	select {
	case <-over:
	case <-grace.C:
		r.o.Log.Warn("audits that are under way are interrupted", slog.Duration("grace", r.o.Grace))
		interrupt(ErrStopped)
		<-over
	}
}

// every does something now and then, until ctx ends. The first time is when the
// first pause is over, or after a minute if that is sooner.
func (r *Runner) every(ctx context.Context, pause time.Duration, what string, do func(context.Context) error) {
	if do == nil {
		return
	}
	r.ending.Go(func() {
		wait := time.NewTimer(min(pause, time.Minute))
		defer wait.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-wait.C:
			}
			if err := do(ctx); err != nil && ctx.Err() == nil {
				r.o.Log.ErrorContext(ctx, "cannot "+what, slog.String("error", err.Error()))
			}
			wait.Reset(pause)
		}
	})
}

// aliveFor is how long after the last look at the clock the scheduler counts as
// alive.
const aliveFor = 30 * second

// Alive reports whether audits begin when they are due.
func (r *Runner) Alive() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.base != nil && r.base.Err() == nil && r.o.Now().Sub(r.ticked) < aliveFor
}
