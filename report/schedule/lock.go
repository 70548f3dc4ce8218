package schedule

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// ErrRunning is what the error of [Acquire] is if the scope is being audited.
// The error itself is a [RunningError].
var ErrRunning = errors.New("an audit is running")

// RunningError says which run holds the lock of a scope.
type RunningError struct {
	Scope string
	Owner Owner // zero if the holder has not said yet
}

func (e *RunningError) Error() string {
	text := "an audit of scope " + e.Scope + " is running"
	if e.Owner.PID == 0 {
		return text
	}
	text += fmt.Sprintf(" since %s (process %d", e.Owner.Started.Local().Format("2006-01-02 15:04 MST"), e.Owner.PID)
	if own, err := os.Hostname(); err == nil && own != e.Owner.Host {
		text += " on " + e.Owner.Host
	}
	return text + ")"
}

// Is makes the error an [ErrRunning].
func (e *RunningError) Is(target error) bool { return target == ErrRunning }

// Lock is the lock of a scope on this machine. The system takes it back when the
// process ends, however it ends; the file stays and means nothing.
type Lock struct {
	held *flock.Flock
	path string
}

// Acquire takes the lock of a scope in a folder, which it makes if need be. If
// another process, or another part of this one, holds it, the error is an
// [ErrRunning]; Acquire does not wait for the other to end. All runs of a scope
// must name the same folder, on a local disk.
func Acquire(ctx context.Context, dir, scope string) (*Lock, error) {
	if err := validScope(scope); err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	path := filepath.Join(dir, fileName(scope)+".lock")
	fail := func(err error) (*Lock, error) {
		return nil, fmt.Errorf("lock scope %s: %w", scope, err)
	}
	if err := ctx.Err(); err != nil {
		return fail(err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fail(err)
	}
	l := &Lock{held: flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR)), path: path}
	got, err := l.held.TryLock()
	if err != nil {
		return fail(err)
	}
	if !got {
		return nil, &RunningError{Scope: scope, Owner: waitOwner(ctx, path)}
	}
	host, err := os.Hostname()
	if err != nil {
		host = "" // it is for a message only
	}
	if err := writeOwner(path, &Owner{PID: os.Getpid(), Started: time.Now().UTC().Truncate(time.Second), Host: host}); err != nil {
		return fail(errors.Join(err, l.held.Unlock()))
	}
	return l, nil
}

// Release gives the lock back. To release it again does nothing.
func (l *Lock) Release() error {
	if !l.held.Locked() {
		return nil
	}
	if err := errors.Join(writeOwner(l.path, nil), l.held.Unlock()); err != nil {
		return fmt.Errorf("release %s: %w", l.path, err)
	}
	return nil
}
