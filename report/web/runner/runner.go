package runner

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"lcshealth/report"
	"lcshealth/report/audit"
)

// Runner runs audits. It may be used by many at once.
type Runner struct {
	o     Options
	slots chan struct{} // one for each audit that runs

	mu     sync.Mutex
	base   context.Context //nolint:containedctx // of the audits; nil while none may begin
	jobs   map[string]*job // the last one of each scope
	next   map[string]time.Time
	ticked time.Time // when the clock was last looked at
	ending sync.WaitGroup
}

// New returns a runner that does not run yet.
func New(o Options) *Runner {
	o.complete()
	return &Runner{o: o, slots: make(chan struct{}, o.Parallel), jobs: map[string]*job{}, next: map[string]time.Time{}}
}

// Scopes lists what is audited.
func (r *Runner) Scopes() []Scope { return slices.Clone(r.o.Scopes) }

// Progress returns how the audit of a scope gets on or, if none is under way,
// how the last one since the server began has ended. changed is closed when
// there is more to tell.
func (r *Runner) Progress(scope string) (p Progress, changed <-chan struct{}, ok bool) {
	r.mu.Lock()
	j := r.jobs[scope]
	r.mu.Unlock()
	if j == nil {
		return Progress{}, nil, false
	}
	p, changed = j.look()
	return p, changed, true
}

// Ask begins an audit of a scope, or has it wait for others to end. The error
// is [ErrNoScope], [ErrBusy] or [ErrStopped].
func (r *Runner) Ask(scope, by string) error {
	if !slices.ContainsFunc(r.o.Scopes, func(s Scope) bool { return s.Name == scope }) {
		return fmt.Errorf("audit %q: %w", scope, ErrNoScope)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.base == nil || r.base.Err() != nil {
		return fmt.Errorf("audit %s: %w", scope, ErrStopped)
	}
	if last := r.jobs[scope]; last != nil {
		if p, _ := last.look(); !p.State.Over() {
			return fmt.Errorf("audit %s: %w", scope, ErrBusy)
		}
	}
	j, ctx := newJob(scope, report.Clean(by), r.o.Now()), r.base
	r.jobs[scope] = j
	r.ending.Go(func() { r.perform(ctx, j, scope) })
	return nil
}

// perform waits for its turn and runs an audit. stopping ends when no more
// audits may begin; those that have begun have the context that it carries.
func (r *Runner) perform(stopping context.Context, j *job, scope string) {
	select {
	case <-stopping.Done():
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	}
	if stopping.Err() != nil {
		j.change(func(p *Progress) {
			p.State, p.Error, p.Ended = Interrupted, ErrStopped.Error(), r.o.Now().UTC()
		})
		return
	}
	ctx, _ := stopping.Value(auditsKey{}).(context.Context)
	j.change(func(p *Progress) { p.State, p.Started = Running, r.o.Now().UTC() })
	r.o.Log.InfoContext(ctx, "audit begins", slog.String("scope", scope))
	out, err := r.guarded(ctx, scope, j)
	p := r.ended(ctx, j, out, err)
	level := slog.LevelInfo
	if p.State != Done || len(p.Problems) > 0 {
		level = slog.LevelWarn
	}
	r.o.Log.Log(ctx, level, "audit ends", slog.String("scope", scope), slog.String("state", string(p.State)), slog.String("run", p.RunID),
		slog.String("news", p.Line), slog.String("error", p.Error), slog.Any("problems", p.Problems))
}

// guarded makes of a panic an error: one audit must not end the others.
func (r *Runner) guarded(ctx context.Context, scope string, j *job) (out *audit.Outcome, err error) {
	defer func() {
		if v := recover(); v != nil {
			r.o.Log.ErrorContext(ctx, "audit panicked", slog.String("scope", scope), slog.String("panic", fmt.Sprint(v)), slog.String("stack", string(debug.Stack())))
			err = errors.New("internal error; the log says more")
		}
	}()
	return r.o.Start(ctx, scope, j)
}

// ended notes how an audit ended.
func (r *Runner) ended(ctx context.Context, j *job, out *audit.Outcome, err error) Progress {
	j.change(func(p *Progress) {
		p.Ended, p.State = r.o.Now().UTC(), Done
		if out != nil {
			for _, problem := range out.Problems {
				p.Problems = append(p.Problems, report.Clean(problem.Error()))
			}
			p.Line = report.Clean(out.Line())
		}
		switch {
		case err == nil && (out == nil || out.Report == nil):
			p.State, p.Error = Failed, "the audit ended without a report"
		case err == nil && !out.Stored:
			p.State = Unstored
		case err == nil:
			p.RunID = out.Report.Run.ID
		case ctx.Err() != nil:
			p.State, p.Error = Interrupted, report.Clean(context.Cause(ctx).Error())
		default:
			p.State, p.Error = Failed, report.Clean(err.Error())
		}
	})
	p, _ := j.look()
	return p
}
