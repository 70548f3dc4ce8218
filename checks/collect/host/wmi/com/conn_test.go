package com

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/host/wmi"
	"lcshealth/checks/facts"
)

// scripted is a session whose calls do what a test says.
type scripted struct {
	onOpen     func() error
	onQuery    func(stop <-chan struct{}, yield func(map[string]any) bool) error
	onRegistry func() error
	closed     chan struct{}
}

func (s *scripted) open() error {
	if s.onOpen == nil {
		return nil
	}
	return s.onOpen()
}

func (s *scripted) query(_ string, stop <-chan struct{}, yield func(map[string]any) bool) error {
	return s.onQuery(stop, yield)
}

func (s *scripted) registry(string, map[string]any) (map[string]any, error) {
	return map[string]any{"ReturnValue": uint32(0)}, s.onRegistry()
}

func (s *scripted) close() { close(s.closed) }

func open(t *testing.T, s *scripted) *conn {
	t.Helper()
	s.closed = make(chan struct{})
	c, err := start(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Close()
		<-s.closed
	})
	return c
}

func count(n *int) func(map[string]any) error {
	return func(map[string]any) error { *n++; return nil }
}

func wantBroken(t *testing.T, c *conn) {
	t.Helper()
	if err := c.Query(t.Context(), "", count(new(int))); !errors.Is(err, wmi.ErrBroken) {
		t.Errorf("query on a broken connection: %v", err)
	}
	if _, err := c.Registry(t.Context(), "EnumKey", nil); !errors.Is(err, wmi.ErrBroken) {
		t.Errorf("registry on a broken connection: %v", err)
	}
}

func TestACallThatHangs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		ask  func(context.Context, *conn) error
	}{
		{"query", func(ctx context.Context, c *conn) error { return c.Query(ctx, "", count(new(int))) }},
		{"registry", func(ctx context.Context, c *conn) error { _, err := c.Registry(ctx, "", nil); return err }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			hanging, release := make(chan struct{}), make(chan struct{})
			hang := func() error { close(hanging); <-release; return nil }
			s := &scripted{onQuery: func(<-chan struct{}, func(map[string]any) bool) error { return hang() }, onRegistry: hang}
			c := open(t, s)
			ctx, cancel := context.WithCancel(t.Context())
			go func() { <-hanging; cancel() }()
			err := tt.ask(ctx, c)
			if !errors.Is(err, context.Canceled) || !errors.Is(err, wmi.ErrBroken) {
				t.Errorf("%v", err)
			}
			wantBroken(t, c)
			select {
			case <-s.closed:
				t.Error("the session was closed under the call")
			default:
			}
			close(release)
			<-s.closed // by itself
		})
	}
}

func TestAnOpeningThatHangs(t *testing.T) {
	t.Parallel()
	hanging, release := make(chan struct{}), make(chan struct{})
	s := &scripted{onOpen: func() error { close(hanging); <-release; return nil }, closed: make(chan struct{})}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-hanging; cancel() }()
	if _, err := start(ctx, s); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	close(release)
	<-s.closed
}

func TestAnOpeningThatFails(t *testing.T) {
	t.Parallel()
	s := &scripted{onOpen: func() error { return check(0x80070005) }, closed: make(chan struct{})}
	_, err := start(t.Context(), s)
	if status, ok := errors.AsType[*wmi.Status](err); !ok || status.Code != 0x80070005 {
		t.Errorf("%v", err)
	}
	<-s.closed
}

func TestRows(t *testing.T) {
	t.Parallel()
	s := &scripted{onQuery: func(_ <-chan struct{}, yield func(map[string]any) bool) error {
		for i := range 100 {
			if !yield(map[string]any{"i": i}) {
				return nil
			}
		}
		return nil
	}}
	c := open(t, s)
	var n int
	if err := c.Query(t.Context(), "", count(&n)); err != nil || n != 100 {
		t.Errorf("%d rows, %v", n, err)
	}
	// An error of row ends the query, and the connection stays.
	enough := errors.New("enough")
	n = 0
	err := c.Query(t.Context(), "", func(map[string]any) error {
		if n++; n == 3 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) || errors.Is(err, wmi.ErrBroken) || n != 3 {
		t.Errorf("%d rows, %v", n, err)
	}
	n = 0
	if err := c.Query(t.Context(), "", count(&n)); err != nil || n != 100 {
		t.Errorf("after a query that was ended: %d rows, %v", n, err)
	}
	// A context that has ended before asks nothing and breaks nothing.
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Query(over, "", count(&n)); !errors.Is(err, context.Canceled) || errors.Is(err, wmi.ErrBroken) {
		t.Errorf("%v", err)
	}
	if err := c.Query(t.Context(), "", count(&n)); err != nil {
		t.Error(err)
	}
}

// A provider that gives no more rows is asked to stop, and is not waited for.
func TestAQueryIsToldToStop(t *testing.T) {
	t.Parallel()
	stopped := make(chan struct{})
	s := &scripted{onQuery: func(stop <-chan struct{}, yield func(map[string]any) bool) error {
		yield(map[string]any{})
		<-stop
		close(stopped)
		return nil
	}}
	c := open(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := c.Query(ctx, "", func(map[string]any) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) || !errors.Is(err, wmi.ErrBroken) {
		t.Errorf("%v", err)
	}
	<-stopped
	wantBroken(t, c)
}

func TestErrorsOfACall(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		code   uint32
		broken bool
	}{
		{0x80041003, false}, // access denied
		{0x80041010, false}, // no such class
		{0x80070005, false},
		{0x800706BA, true}, // the RPC server is unavailable
		{0x80010108, true},
	} {
		t.Run(fmt.Sprintf("%08X", tt.code), func(t *testing.T) {
			t.Parallel()
			fail := func() error { return check(tt.code) }
			s := &scripted{onQuery: func(<-chan struct{}, func(map[string]any) bool) error { return fail() }, onRegistry: fail}
			c := open(t, s)
			out, err := c.Registry(t.Context(), "EnumKey", nil)
			status, ok := errors.AsType[*wmi.Status](err)
			if !ok || status.Code != tt.code || status.Text == "" || errors.Is(err, wmi.ErrBroken) != tt.broken || out != nil {
				t.Errorf("registry: %v, %v", out, err)
			}
			if tt.broken {
				wantBroken(t, c)
				return
			}
			err = c.Query(t.Context(), "", count(new(int)))
			if status, ok := errors.AsType[*wmi.Status](err); !ok || status.Code != tt.code {
				t.Errorf("query: %v", err)
			}
		})
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	s := &scripted{}
	c := open(t, s)
	for range 2 {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	<-s.closed
	wantBroken(t, c)
}

func TestThereIsCOMOnWindowsOnly(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("this is Windows")
	}
	_, err := Dial(t.Context(), Config{})
	if e, ok := errors.AsType[*collect.Error](err); !ok || e.Class != facts.NotAsked || err.Error() != "COM is there on Windows only" {
		t.Errorf("%v", err)
	}
}
