package directory

import (
	"context"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

// expiring is a context whose deadline passes when the test says so.
type expiring struct {
	context.Context
	once    sync.Once
	expired chan struct{}
}

func (e *expiring) expire() { e.once.Do(func() { close(e.expired) }) }

func (e *expiring) Done() <-chan struct{} { return e.expired }

func (e *expiring) Err() error {
	select {
	case <-e.expired:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// stalling is a connection on which, once stalled is set, nothing arrives any
// more until it is closed.
type stalling struct {
	net.Conn
	stalled *atomic.Bool
	hung    func()
	closed  chan struct{}
	once    sync.Once
}

func (c *stalling) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.stalled.Load() {
		c.hung()
		<-c.closed
		return 0, net.ErrClosed
	}
	return n, err
}

func (c *stalling) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// A controller that stops answering between two pages ends the run at its
// deadline, with what was read until then.
func TestHangBetweenPages(t *testing.T) {
	t.Parallel()
	l := newLab(t, 5)
	cfg := l.start(t)
	cfg.PageSize, cfg.Connections = 2, 1
	ctx := &expiring{Context: t.Context(), expired: make(chan struct{})}
	var stalled atomic.Bool
	l.network.wrap = func(_ string, c net.Conn) net.Conn {
		return &stalling{Conn: c, stalled: &stalled, hung: ctx.expire, closed: make(chan struct{})}
	}
	s := collect.NewSession("directory", "dc1.contoso.com", nil, func(string, int) { stalled.Store(true) })
	into := &accounts{}
	o, err := New(cfg, into).Collect(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	var d facts.Deployment
	o.AddTo(&d)
	get(t, d.Directory.Forest)
	get(t, d.Directory.SIPDomains)
	if why := whyNot(t, d.Directory.Users); why.Class != facts.Timeout || !strings.Contains(why.Message, "read the accounts of child.contoso.com on dc2.child.contoso.com: the deadline passed") {
		t.Errorf("reason = %+v", why)
	}
	if len(into.list) != 2 {
		t.Errorf("%d accounts, want the first page's 2", len(into.list))
	}
}

// The same while connecting: nothing is known then.
func TestHangAtRootDSE(t *testing.T) {
	t.Parallel()
	l := newLab(t, 0)
	cfg := l.start(t)
	ctx := &expiring{Context: t.Context(), expired: make(chan struct{})}
	var stalled atomic.Bool
	stalled.Store(true)
	l.network.wrap = func(_ string, c net.Conn) net.Conn {
		return &stalling{Conn: c, stalled: &stalled, hung: ctx.expire, closed: make(chan struct{})}
	}
	_, err := New(cfg, &accounts{}).Collect(ctx, collect.NewSession("directory", "", nil, nil))
	if err == nil || collect.Reason(err).Class != facts.Timeout {
		t.Errorf("error = %v", err)
	}
}

// A password store that hangs is left at the deadline by its own context.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	l := newLab(t, 1)
	cfg := l.start(t)
	ctx, cancel := context.WithCancel(t.Context())
	cfg.Password = func(ctx context.Context) (string, error) {
		cancel()
		<-ctx.Done()
		return "", ctx.Err()
	}
	_, err := New(cfg, &accounts{}).Collect(ctx, collect.NewSession("directory", "", nil, nil))
	if err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("error = %v", err)
	}
}
