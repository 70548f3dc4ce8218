package notify

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"lcshealth/report"
	"lcshealth/report/history"
)

// Outbox holds the messages that have not arrived yet: *history.Store, with
// messages named by their number. A message that Due hands out is nobody else's
// for a while; if that has passed before it is told what became of it, the
// error may be [history.ErrLost].
type Outbox interface {
	// Due returns messages that may be sent now, at most limit, oldest first.
	Due(ctx context.Context, now time.Time, limit int) ([]history.Message, error)
	Sent(ctx context.Context, m history.Message) error
	Retry(ctx context.Context, m history.Message, notBefore time.Time, why string) error
	GiveUp(ctx context.Context, m history.Message, why string) error
}

// Delivery says how messages are delivered. The zero value is usable.
type Delivery struct {
	Timeout     time.Duration    // of one attempt; zero means 30 seconds
	FirstPause  time.Duration    // after the first failure; it doubles with each; zero means a minute
	LongestWait time.Duration    // zero means an hour
	MaxAge      time.Duration    // a failure after this is the last; zero means three days
	MaxAttempts int              // zero means 50
	Now         func() time.Time // nil means time.Now
	Jitter      func() float64   // from 0 up to 1; nil means chance
	// Report returns the report of a run, for channels that attach it; nil
	// means that there are none.
	Report func(ctx context.Context, scope, run string) (*report.Report, error)
}

// Outcome is what became of a message, or of an attempt to deliver it.
type Outcome struct {
	ID       int64
	Scope    string
	Channel  string
	Attempt  int
	State    history.State // Pending: it will be tried again at Next
	Next     time.Time
	Reply    string // of the other side, if it was sent
	Why      string // it was not
	Subject  string
	Recorded bool // the outbox knows; if not, the message may be sent once more
}

// firstBatch is how many messages are asked for at a time to begin with.
const firstBatch = 100

// longestTurn is for how long a channel is given messages of one batch. What is
// left then is handed out again later, before this process's turn at it ends.
const longestTurn = 2 * time.Minute

// mostDue is how many messages are looked through at one time.
const mostDue = 10_000

// Deliver sends what is due, each channel beside the others, and tells the
// outbox what became of it. A message is sent at least once: if the outbox
// cannot be told that it was, it is sent again. After a failure the channel's
// other messages wait for the next time. Messages to channels that are not
// configured wait until they are too old, since another configuration may share
// the outbox.
//
// The error is that of the outbox; failures to deliver are outcomes.
func Deliver(ctx context.Context, box Outbox, channels []Channel, d Delivery) ([]Outcome, error) {
	d = d.complete()
	r := &round{box: box, delivery: d, channels: map[string]Channel{}, stuck: map[string]bool{}, seen: map[int64]bool{}}
	for _, c := range channels {
		r.channels[c.Name()] = c
	}
	for limit := firstBatch; limit <= mostDue && ctx.Err() == nil; {
		due, err := box.Due(ctx, d.Now(), limit)
		if err != nil {
			return r.outcomes, errors.Join(append(r.failures, fmt.Errorf("read what is due to be sent: %w", err))...)
		}
		fresh := r.sort(due)
		for _, queue := range fresh {
			r.running.Go(func() { r.empty(ctx, queue) })
		}
		r.running.Wait()
		switch {
		case len(due) < limit:
			limit = mostDue + 1
		case len(fresh) == 0: // messages that wait stand before others
			limit *= 2
		}
	}
	return r.outcomes, errors.Join(r.failures...)
}

func (d Delivery) complete() Delivery {
	d.Timeout, d.FirstPause = or(d.Timeout, 30*time.Second), or(d.FirstPause, time.Minute)
	d.LongestWait, d.MaxAge, d.MaxAttempts = or(d.LongestWait, time.Hour), or(d.MaxAge, 3*day), or(d.MaxAttempts, 50)
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Jitter == nil {
		d.Jitter = rand.Float64
	}
	return d
}

// pause is how long to wait after an attempt: twice as long after each, give or
// take a fifth, and no less than the other side asked for.
func (d Delivery) pause(attempt int, asked time.Duration) time.Duration {
	p := d.LongestWait
	if doubled := attempt - 1; doubled < 30 {
		p = min(p, d.FirstPause<<doubled)
	}
	p = time.Duration(float64(p) * (0.8 + 0.4*d.Jitter()))
	return max(p, min(asked, day))
}

// round is one call of Deliver.
type round struct {
	box      Outbox
	delivery Delivery
	channels map[string]Channel
	running  sync.WaitGroup

	mu       sync.Mutex
	seen     map[int64]bool
	stuck    map[string]bool // channels that have failed
	outcomes []Outcome
	failures []error
}

// sort puts the messages that were not seen yet into a queue for each channel.
func (r *round) sort(due []history.Message) map[string][]history.Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := map[string][]history.Message{}
	for _, m := range due {
		if !r.seen[m.ID] && !r.stuck[m.Channel] {
			out[m.Channel] = append(out[m.Channel], m)
		}
		r.seen[m.ID] = true
	}
	return out
}

// empty sends the messages of one channel, one after the other, until one fails
// or its turn is over.
func (r *round) empty(ctx context.Context, queue []history.Message) {
	began := r.delivery.Now()
	for _, m := range queue {
		if ctx.Err() != nil || r.delivery.Now().Sub(began) > longestTurn || !r.send(ctx, m) {
			r.mu.Lock()
			r.stuck[m.Channel] = true
			r.mu.Unlock()
			return
		}
	}
}
