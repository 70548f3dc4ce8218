package rtcdb_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/rtcdb"
	"lcshealth/checks/facts"
	"lcshealth/checks/lab/rtcsim"
	"lcshealth/checks/lab/tdsd"

	"github.com/google/go-cmp/cmp"
)

func TestStreamBreaks(t *testing.T) {
	t.Parallel()
	sim := users(t)
	sim.Break("Resource", 3)
	l := serve(t, sim, nil)
	db, source := l.run(t)
	_, why := db.Entries.Get()
	if why == nil || why.Class != facts.Protocol || !strings.HasSuffix(why.Message, "(SQL 823), after 3 entries") {
		t.Errorf("entries: %+v", why)
	}
	if source.Status != facts.Partial || source.Message != why.Message {
		t.Errorf("the source ended %s: %s", source.Status, source.Message)
	}
	if diff := cmp.Diff(wantUsers()[:3], l.sink.entries); diff != "" {
		t.Errorf("entries (-want +got)\n%s", diff)
	}
	if !db.SIDs.IsObserved() {
		t.Error("where the SIDs are is not observed")
	}
}

// cutting ends a connection after it was read from often enough.
type cutting struct {
	net.Conn
	left *atomic.Int64
}

func (c cutting) Read(b []byte) (int, error) {
	left := c.left.Load()
	if left <= 0 {
		_ = c.Close()
		return 0, net.ErrClosed
	}
	n, err := c.Conn.Read(b[:min(int64(len(b)), left)])
	c.left.Add(int64(-n))
	return n, err
}

func TestConnectionIsCut(t *testing.T) {
	t.Parallel()
	sim := rtcsim.New("rtc", "8.00.2039")
	for i := range 2000 {
		if _, err := sim.AddUser(rtcsim.User{Address: fmt.Sprintf("user%04d@contoso.com", i)}); err != nil {
			t.Fatal(err)
		}
	}
	l := serve(t, sim, nil)
	var left atomic.Int64
	left.Store(40_000)
	dial := l.cfg.Dial
	l.cfg.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return cutting{conn, &left}, err
	}
	db, source := l.run(t)
	n := len(l.sink.entries)
	_, why := db.Entries.Get()
	if n == 0 || n >= 2000 || why == nil || !strings.HasSuffix(why.Message, fmt.Sprintf("after %d entries", n)) || source.Status != facts.Partial {
		t.Errorf("%d entries, the source ended %s: %v", n, source.Status, why)
	}
	if n := l.conns.Load(); n != 1 {
		t.Errorf("%d connections, want 1", n)
	}
}

// cancelled collects until stop is closed, and checks that the end comes soon.
func (l *lab) cancelled(t *testing.T, stop <-chan struct{}) (collect.Observation, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var began time.Time
	go func() {
		<-stop
		began = time.Now()
		cancel()
	}()
	o, err := rtcdb.New(l.cfg, &l.sink).Collect(ctx, collect.NewSession("rtcdb", database, nil, nil))
	if ctx.Err() == nil {
		t.Fatalf("Collect ended by itself: %v, %v", o, err)
	}
	// The driver alone would wait 5 s for the server to confirm.
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("the source ended %s after it was cancelled", took)
	}
	return o, err
}

func TestServerHangs(t *testing.T) {
	t.Parallel()
	partly := func(t *testing.T, o collect.Observation, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		var d facts.Deployment
		o.AddTo(&d)
		_, why := d.Databases[0].Entries.Get()
		if why == nil || !strings.Contains(why.Message, "context canceled, after ") || !d.Databases[0].SIDs.IsObserved() {
			t.Errorf("entries: %+v, SIDs observed: %t", why, d.Databases[0].SIDs.IsObserved())
		}
	}
	t.Run("among the rows", func(t *testing.T) {
		t.Parallel()
		sim := users(t)
		for range 2000 { // more than the server holds back
			if _, err := sim.AddUser(rtcsim.User{Address: "kim@contoso.com", Unmirrored: true}); err != nil {
				t.Fatal(err)
			}
		}
		sim.Hang("Resource", 1990)
		l := serve(t, sim, nil)
		l.sink.first = make(chan struct{})
		o, err := l.cancelled(t, l.sink.first)
		partly(t, o, err)
		if n := len(l.sink.entries); n == 0 || n > 1990 {
			t.Errorf("%d entries", n)
		}
	})
	t.Run("deaf to cancelling", func(t *testing.T) {
		t.Parallel()
		sim := users(t)
		reached, released := make(chan struct{}), make(chan struct{})
		l := serve(t, nil, func(c *tdsd.Config) {
			c.Handler = func(ctx context.Context, s tdsd.Session, statement string) []tdsd.Result {
				if strings.Contains(statement, "UserAtHost") {
					close(reached)
					<-released
				}
				return sim.Handle(ctx, s, statement)
			}
		})
		defer close(released)
		o, err := l.cancelled(t, reached)
		partly(t, o, err)
	})
	t.Run("at the login", func(t *testing.T) {
		t.Parallel()
		ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		reached := make(chan struct{})
		go func() { // accepts, and says nothing
			conn, err := ln.Accept()
			close(reached)
			if err == nil {
				defer conn.Close()
				<-t.Context().Done()
			}
		}()
		l := serve(t, nil, nil)
		l.cfg.Address = ln.Addr().String()
		if o, err := l.cancelled(t, reached); err == nil || !errors.Is(err, context.Canceled) {
			t.Errorf("Collect = %v, %v; want an error of being cancelled", o, err)
		}
	})
	t.Run("silent for too long", func(t *testing.T) {
		t.Parallel()
		sim := users(t)
		sim.Hang("Resource", 0)
		l := serve(t, sim, nil)
		l.cfg.AnswerTimeout = 200 * time.Millisecond
		db, _ := l.run(t)
		if _, why := db.Entries.Get(); why == nil || why.Class != facts.Timeout {
			t.Errorf("entries: %+v", why)
		}
	})
}
