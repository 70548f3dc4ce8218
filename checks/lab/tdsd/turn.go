package tdsd

import (
	"context"
	"sync"
)

// turn lets one goroutine read requests while another answers them, one at a
// time, so that an attention can reach the request it is meant for.
//
// An attention is acknowledged once: at the end of the reply that it cut
// short, or, when that reply was already complete, in a reply of its own.
// settle is the point that decides which.
type turn struct {
	free chan struct{} // holds a value while no request is being answered

	mu          sync.Mutex
	cancel      context.CancelFunc // of the request being answered, until settled
	interrupted bool
}

func newTurn() *turn {
	t := &turn{free: make(chan struct{}, 1)}
	t.free <- struct{}{}
	return t
}

// begin waits until the request before is done and returns the context of the
// next. It reports false when parent ends first.
func (t *turn) begin(parent context.Context) (context.Context, bool) {
	select {
	case <-t.free:
	case <-parent.Done():
	}
	if parent.Err() != nil {
		return nil, false // for good, so free need not be given back
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	ctx, cancel := context.WithCancel(parent)
	t.cancel = cancel
	t.interrupted = false
	return ctx, true
}

// interrupt cancels the request being answered. It reports false when there is
// none.
func (t *turn) interrupt() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cancel == nil {
		return false
	}
	t.interrupted = true
	t.cancel()
	return true
}

// settle says that the reply is about to be completed and reports whether it
// was interrupted. From here on, interrupt reports false.
func (t *turn) settle() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cancel != nil {
		t.cancel()
		t.cancel = nil
	}
	return t.interrupted
}

// done lets the next request begin.
func (t *turn) done() {
	t.settle()
	t.free <- struct{}{}
}
