package com

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"lcshealth/checks/collect/host/wmi"
)

// session is what is done with COM. All its methods are called on one thread, one
// after the other. Each may hang, for minutes or for ever.
type session interface {
	// open enters COM and connects. close follows, whatever open returns.
	open() error
	// query hands each instance to yield until that returns false, and
	// gives up soon after stop is closed.
	query(wql string, stop <-chan struct{}, yield func(map[string]any) bool) error
	registry(method string, in map[string]any) (map[string]any, error)
	// close lets go of all there is and leaves COM.
	close()
}

// conn keeps a session on a thread of its own. What COM gives out belongs to the
// thread, and a caller that waits for it no longer leaves the thread behind.
type conn struct {
	calls  chan func(session)
	quit   chan struct{} // closed when nobody will call any more
	once   sync.Once
	broken bool
}

var _ wmi.Conn = (*conn)(nil)

// start opens a session on a new thread.
func start(ctx context.Context, s session) (*conn, error) {
	c := &conn{calls: make(chan func(session)), quit: make(chan struct{})}
	go c.serve(s)
	done, err := c.begin(ctx, session.open)
	if err == nil {
		select {
		case err = <-done:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// serve makes the calls, until the connection is closed and the last one has
// returned.
func (c *conn) serve(s session) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer s.close()
	for {
		select {
		case call := <-c.calls:
			call(s)
		case <-c.quit:
			return
		}
	}
}

// begin has the thread make a call. The result comes over the channel.
func (c *conn) begin(ctx context.Context, call func(session) error) (<-chan error, error) {
	if c.broken {
		return nil, wmi.ErrBroken
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	done := make(chan error, 1)
	select {
	case c.calls <- func(s session) { done <- call(s) }:
		return done, nil
	case <-c.quit:
		return nil, wmi.ErrBroken
	}
}

// do makes a call and waits for its end.
func (c *conn) do(ctx context.Context, call func(session) error) error {
	done, err := c.begin(ctx, call)
	if err != nil {
		return err
	}
	return c.wait(ctx, done)
}

// wait waits for the end of a call.
func (c *conn) wait(ctx context.Context, done <-chan error) error {
	select {
	case err := <-done:
		return c.ended(err)
	case <-ctx.Done():
		return c.abandon(ctx)
	}
}

// ended looks whether the error of a call leaves a connection.
func (c *conn) ended(err error) error {
	if breaks(err) {
		c.broken = true
		return fmt.Errorf("%w: %w", err, wmi.ErrBroken)
	}
	return err
}

// abandon leaves the thread to itself: what it does cannot be ended.
func (c *conn) abandon(ctx context.Context) error {
	c.broken = true
	_ = c.Close()
	return fmt.Errorf("%w: %w", ctx.Err(), wmi.ErrBroken)
}

// Query asks a question in WQL. See [wmi.Conn].
func (c *conn) Query(ctx context.Context, wql string, row func(map[string]any) error) error {
	rows, stop := make(chan map[string]any), make(chan struct{})
	done, err := c.begin(ctx, func(s session) error {
		return s.query(wql, stop, func(properties map[string]any) bool {
			select {
			case rows <- properties:
				return true
			case <-stop:
				return false
			}
		})
	})
	if err != nil {
		return err
	}
	end := sync.OnceFunc(func() { close(stop) })
	defer end()
	for {
		select {
		case properties := <-rows:
			if err := row(properties); err != nil {
				end()
				_ = c.wait(ctx, done) // the next call finds the thread at rest, or the connection broken
				return err
			}
		case err := <-done:
			return c.ended(err)
		case <-ctx.Done():
			end()
			return c.abandon(ctx)
		}
	}
}

// Registry calls a method of StdRegProv. See [wmi.Conn].
func (c *conn) Registry(ctx context.Context, method string, in map[string]any) (map[string]any, error) {
	var out map[string]any
	err := c.do(ctx, func(s session) error {
		var err error
		out, err = s.registry(method, in)
		return err
	})
	if err != nil {
		return nil, err // out may still be written to
	}
	return out, nil
}

// Close lets go of the connection. It waits for nothing.
func (c *conn) Close() error {
	c.once.Do(func() { close(c.quit) })
	return nil
}
