package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lcshealth/report"
	"lcshealth/report/history"
)

// send makes one attempt and reports whether the channel may be given the next
// message.
func (r *round) send(ctx context.Context, m history.Message) bool {
	out := Outcome{ID: m.ID, Scope: m.Scope, Channel: m.Channel, Attempt: m.Attempts + 1}
	n, err := Parse(m.Payload)
	if err != nil {
		r.giveUp(ctx, m, out, err)
		return true
	}
	out.Subject = n.Subject
	channel, ok := r.channels[m.Channel]
	if !ok {
		if r.tooOld(m) {
			r.giveUp(ctx, m, out, fmt.Errorf("the configuration has no channel %s", m.Channel))
		}
		return true
	}
	reply, err := r.attempt(ctx, channel, m, n)
	now := r.delivery.Now()
	switch {
	case err == nil:
		out.State, out.Reply = history.Sent, report.Clean(reply)
		r.record(ctx, out, func(ctx context.Context) error { return r.box.Sent(ctx, m) })
		return true
	case ctx.Err() != nil: // everything is to end; the message has done nothing wrong
		return false
	case permanent(err), out.Attempt >= r.delivery.MaxAttempts, r.tooOld(m):
		r.giveUp(ctx, m, out, err)
		return permanent(err)
	}
	out.State, out.Why, out.Next = history.Pending, report.Clean(err.Error()), now.Add(r.delivery.pause(out.Attempt, wait(err)))
	r.record(ctx, out, func(ctx context.Context) error { return r.box.Retry(ctx, m, out.Next, out.Why) })
	return false
}

// attempt hands a message to its channel. A channel that panics has failed.
func (r *round) attempt(ctx context.Context, c Channel, m history.Message, n *Notification) (reply string, err error) {
	ctx, cancel := context.WithTimeout(ctx, r.delivery.Timeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("send to channel %s: internal error: %v", c.Name(), p)
		}
	}()
	e := Envelope{Key: Key(m), Attempt: m.Attempts + 1, Now: r.delivery.Now(), Notification: n}
	if source := r.delivery.Report; source != nil && m.RunID != "" {
		e.Report = func(ctx context.Context) (*report.Report, error) { return source(ctx, m.Scope, m.RunID) }
	}
	reply, err = c.Send(ctx, e)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = fmt.Errorf("%w (no end within %s)", err, r.delivery.Timeout)
	}
	return reply, err
}

// tooOld reports whether a failure now is the last.
func (r *round) tooOld(m history.Message) bool {
	return r.delivery.Now().Sub(m.CreatedAt) > r.delivery.MaxAge
}

func (r *round) giveUp(ctx context.Context, m history.Message, out Outcome, why error) {
	out.State, out.Why = history.GivenUp, report.Clean(why.Error())
	r.record(ctx, out, func(ctx context.Context) error { return r.box.GiveUp(ctx, m, out.Why) })
}

// record tells the outbox, also if everything is about to end: what was sent
// should not be sent again.
func (r *round) record(ctx context.Context, out Outcome, tell func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err := tell(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil && !errors.Is(err, history.ErrLost) { // else another process has it, and tells
		r.failures = append(r.failures, fmt.Errorf("note that message %d to channel %s is %s: %w", out.ID, out.Channel, out.State, err))
	}
	out.Recorded = err == nil
	r.outcomes = append(r.outcomes, out)
}
