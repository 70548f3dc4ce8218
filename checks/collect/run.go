package collect

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"lcshealth/checks/facts"

	"golang.org/x/sync/errgroup"
)

// Runner runs sources side by side.
type Runner struct {
	Limit    int           // how many sources run at once; 0 means 16
	Deadline time.Duration // for each source; 0 means 2 minutes
	Now      func() time.Time
	// Progress may be nil. It is called from several goroutines, as each source
	// begins with nothing done.
	Progress func(source, target, what string, done int)
	Done     func(facts.Source) // may be nil; called as each source ends
}

// grace is how long a source may take to notice that its deadline has passed
// before it is left behind.
const grace = time.Second

// Run runs the sources, adds what each observed to d, in the order given, and
// appends their accounts to d.Sources. It returns an error only if ctx itself
// was cancelled, as by Ctrl-C; a deadline of ctx ends the sources and is told
// in their accounts.
func (r *Runner) Run(ctx context.Context, d *facts.Deployment, sources []Source) error {
	type result struct {
		observation Observation
		account     facts.Source
	}
	results := make([]result, len(sources))
	var group errgroup.Group
	group.SetLimit(max(r.Limit, 0))
	if r.Limit == 0 {
		group.SetLimit(16)
	}
	for i, source := range sources {
		group.Go(func() error {
			results[i].observation, results[i].account = r.one(ctx, source)
			if r.Done != nil {
				r.Done(results[i].account)
			}
			return nil
		})
	}
	_ = group.Wait() // the sources' errors are in their accounts
	for _, res := range results {
		res.observation.AddTo(d)
		d.Sources = append(d.Sources, res.account)
	}
	if errors.Is(context.Cause(ctx), context.Canceled) {
		return context.Canceled
	}
	return nil
}

// one runs a source within its deadline. A source that does not end in time is
// left behind; what it would still return is dropped.
func (r *Runner) one(ctx context.Context, source Source) (Observation, facts.Source) {
	deadline := r.Deadline
	if deadline == 0 {
		deadline = 2 * time.Minute
	}
	if whole, ok := ctx.Deadline(); ok {
		deadline = min(deadline, time.Until(whole).Round(100*time.Millisecond))
	}
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	var progress func(string, int)
	if r.Progress != nil {
		progress = func(what string, done int) { r.Progress(source.Name(), source.Target(), what, done) }
	}
	if progress != nil {
		progress("", 0) // it has begun
	}
	session := NewSession(source.Name(), source.Target(), r.Now, progress)

	type answer struct {
		observation Observation
		err         error
	}
	answers := make(chan answer, 1)
	started := time.Now()
	go func() {
		defer func() {
			if p := recover(); p != nil {
				answers <- answer{err: Fail(facts.Internal, "report this as a fault of lcshealth", "internal error: %v", p)}
			}
		}()
		o, err := source.Collect(ctx, session)
		answers <- answer{o, err}
	}()

	var got answer
	select {
	case got = <-answers:
	case <-ctx.Done():
		select {
		case got = <-answers:
		case <-time.After(grace):
			got.err = ctx.Err()
		}
	}
	if got.err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		got.err = &Error{
			Class:  facts.Timeout,
			Settle: "look whether the target answers at all, or allow it more time with timeouts.source",
			Err:    &lateError{deadline, got.err},
		}
	}
	account := session.account(got.err, time.Since(started))
	if got.err != nil || got.observation == nil {
		if got.err == nil {
			got.err = Fail(facts.Internal, "", "the source returned nothing")
			account = session.account(got.err, time.Since(started))
		}
		got.observation = source.Unobserved(session.Unknown(got.err))
	}
	return got.observation, account
}

// lateError is the error of a source that did not end within its deadline. It
// says what the source was at, if that is known, and not the deadline twice.
type lateError struct {
	deadline time.Duration
	err      error
}

func (e *lateError) Error() string {
	text := fmt.Sprintf("no complete answer within %s", e.deadline)
	at := strings.TrimSuffix(strings.TrimSuffix(e.err.Error(), context.DeadlineExceeded.Error()), ": ")
	if at == "" {
		return text
	}
	return text + ": " + at
}

func (e *lateError) Unwrap() error { return e.err }
