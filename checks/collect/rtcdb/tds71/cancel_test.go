package tds71_test

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net"
	"testing"

	"lcshealth/checks/collect/rtcdb/tds71"
	"lcshealth/checks/lab/tdsd"
)

// drain reads what a statement returns.
func drain(ctx context.Context, db *sql.DB, statement string, args ...any) error {
	rows, err := db.QueryContext(ctx, statement, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
	}
	return rows.Err()
}

// A query is cancelled by an attention, and the connection used again.
func TestCancel(t *testing.T) {
	t.Parallel()
	column := []tdsd.Column{{Name: "n", Type: tdsd.Int}}
	tests := map[string]func(ctx context.Context, started func()) tdsd.Result{
		"before the first row": func(ctx context.Context, started func()) tdsd.Result {
			started()
			<-ctx.Done()
			return tdsd.Result{Columns: column, Rows: tdsd.Values([]any{1})}
		},
		"waiting for a row": func(ctx context.Context, started func()) tdsd.Result {
			return tdsd.Result{Columns: column, Rows: func(yield func([]any, error) bool) {
				if yield([]any{1}, nil) {
					started()
					<-ctx.Done()
					yield(nil, ctx.Err())
				}
			}}
		},
		"amid endless rows": func(_ context.Context, started func()) tdsd.Result {
			return tdsd.Result{Columns: column, Rows: func(yield func([]any, error) bool) {
				started()
				for i := 0; yield([]any{i & 0xFFFF}, nil); i++ {
				}
			}}
		},
	}
	for name, endless := range tests {
		for how, args := range map[string][]any{"batch": nil, "rpc": {1}} {
			t.Run(name+" of a "+how, func(t *testing.T) {
				t.Parallel()
				started := make(chan struct{})
				cfg := legacy()
				cfg.Handler = func(ctx context.Context, s tdsd.Session, q string) []tdsd.Result {
					if q == "select forever" {
						return []tdsd.Result{endless(ctx, func() { close(started) })}
					}
					return handler(ctx, s, q)
				}
				_, addr := start(t, cfg)
				d := &dialer{wrap: true}
				db := open(t, addr, d, nil)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				go func() {
					<-started
					cancel()
				}()
				if err := drain(ctx, db, "select forever", args...); !errors.Is(err, context.Canceled) {
					t.Errorf("got %v, want the query to end with its context", err)
				}
				if n := count(t, db, "select some"); n != 5000 || d.conns.Load() != 1 {
					t.Errorf("then %d rows over %d connections", n, d.conns.Load())
				}
			})
		}
	}
}

// A connection that is closed while it reads lets go of its reader.
func TestCloseWhileReading(t *testing.T) {
	t.Parallel()
	near, far := net.Pipe()
	defer far.Close()
	c := tds71.Wrap(near, tds71.Options{})
	done := make(chan error)
	go func() {
		_, err := io.ReadAll(c)
		done <- err
	}()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if err := <-done; !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v", err)
	}
}
