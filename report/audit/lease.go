package audit

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"lcshealth/report/history"
)

// lease is how long a scope stays locked after its auditor has died.
const lease = 90 * time.Second

// Hold keeps the auditors of all computers that share the history from auditing
// a scope at the same time. The error is [history.ErrHeld] if one does. The
// lock is renewed until release is called; if that fails for too long, the
// returned context is cancelled, since another auditor may then begin.
func Hold(ctx context.Context, store *history.Store, scope string) (held context.Context, release func(), err error) {
	host, err := os.Hostname()
	if err != nil {
		host = "a computer without a name"
	}
	lock, err := store.Lock(ctx, "audit "+scope, fmt.Sprintf("process %d on %s", os.Getpid(), host), lease)
	if err != nil {
		return nil, nil, err
	}
	held, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	var renewing sync.WaitGroup
	renewing.Go(func() { renew(held, cancel, lock, done) })
	return held, func() {
		close(done)
		renewing.Wait()
		cancel(context.Canceled)
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), aside)
		defer cancel()
		_ = lock.Unlock(ending) // else it ends by itself
	}, nil
}

// renew makes the lock last until done is closed.
func renew(ctx context.Context, cancel context.CancelCauseFunc, lock *history.Lock, done <-chan struct{}) {
	const every = lease / 6
	tick := time.NewTicker(every)
	defer tick.Stop()
	since := time.Now()
	for {
		select {
		case <-done:
			return
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		attempt, end := context.WithTimeout(ctx, every)
		err := lock.Renew(attempt, lease)
		end()
		switch {
		case err == nil:
			since = time.Now()
		case time.Since(since) > lease-2*every:
			cancel(fmt.Errorf("the lock of the audit was lost: %w", err))
			return
		}
	}
}
