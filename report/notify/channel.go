package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"lcshealth/report"
)

// Channel is a way to reach somebody.
type Channel interface {
	// Name is its name in the configuration.
	Name() string
	// Send hands one message over and returns what the other side said to it.
	// An error is temporary unless it is a [Refusal]; none of them holds a
	// secret. Send ends when ctx does.
	Send(ctx context.Context, e Envelope) (reply string, err error)
}

// Envelope is a message on its way.
type Envelope struct {
	Key          string // the same at each attempt; see Key
	Attempt      int    // 1 is the first
	Now          time.Time
	Notification *Notification
	// Report is the report that the message tells of, for a channel that
	// attaches it. It is nil if there is none, as for a test.
	Report func(context.Context) (*report.Report, error)
	Steps  *Steps // what the channel did; may be nil
}

// Refusal is an error that another attempt would meet again, or must not come
// too soon after.
type Refusal struct {
	Permanent bool
	After     time.Duration // how long to wait, if the other side said so
	Err       error
}

func (r *Refusal) Error() string { return r.Err.Error() }
func (r *Refusal) Unwrap() error { return r.Err }

// Permanent returns an error that another attempt would meet again.
func Permanent(format string, args ...any) error {
	return &Refusal{Permanent: true, Err: fmt.Errorf(format, args...)}
}

func permanent(err error) bool {
	var r *Refusal
	return errors.As(err, &r) && r.Permanent
}

func wait(err error) time.Duration {
	var r *Refusal
	if errors.As(err, &r) {
		return r.After
	}
	return 0
}

// Steps are what a channel did to hand a message over, one line each. They are
// safe for concurrent use.
type Steps struct {
	mu    sync.Mutex
	lines []string
}

// Add notes a step. Nothing is noted without a list.
func (s *Steps) Add(format string, args ...any) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, report.Clean(fmt.Sprintf(format, args...)))
}

// Lines returns the steps so far.
func (s *Steps) Lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.lines)
}

// Test tries a channel out with a message that says so, and returns what
// happened step by step, also if it came to an error.
func Test(ctx context.Context, c Channel, scope string, now time.Time) (steps []string, err error) {
	done := &Steps{}
	n := TrialOf(now, c.Name(), scope)
	e := Envelope{Key: fmt.Sprintf("test-%d", now.UnixNano()), Attempt: 1, Now: now, Notification: n, Steps: done}
	reply, err := c.Send(ctx, e)
	if err != nil {
		return done.Lines(), fmt.Errorf("test channel %s: %w", c.Name(), err)
	}
	done.Add("accepted: %s", or(reply, "without a word"))
	return done.Lines(), nil
}
