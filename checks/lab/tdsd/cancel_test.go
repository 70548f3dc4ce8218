package tdsd_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"lcshealth/checks/lab/tdsd"
)

// drain runs a query and reads all of it.
func drain(t *testing.T, query func(context.Context, string, ...any) (*sql.Rows, error), statement string, args ...any) error {
	t.Helper()
	rows, err := query(t.Context(), statement, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for {
		for rows.Next() {
		}
		if !rows.NextResultSet() {
			return rows.Err()
		}
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	column := []tdsd.Column{{Name: "n", Type: tdsd.Int}}
	tests := map[string]func(started func()) tdsd.Handler{
		"before the first result": func(started func()) tdsd.Handler {
			return func(ctx context.Context, _ tdsd.Session, _ string) []tdsd.Result {
				started()
				<-ctx.Done()
				return []tdsd.Result{{Columns: column, Rows: tdsd.Values([]any{1})}}
			}
		},
		"waiting for a row": func(started func()) tdsd.Handler {
			return func(ctx context.Context, _ tdsd.Session, _ string) []tdsd.Result {
				return []tdsd.Result{{Columns: column, Rows: func(yield func([]any, error) bool) {
					if yield([]any{1}, nil) {
						started()
						<-ctx.Done()
						yield(nil, ctx.Err())
					}
				}}}
			}
		},
		"amid endless rows": func(started func()) tdsd.Handler {
			return func(context.Context, tdsd.Session, string) []tdsd.Result {
				return []tdsd.Result{{Columns: column, Rows: func(yield func([]any, error) bool) {
					started()
					for i := 0; ; i++ {
						if !yield([]any{i & 0xFFFF}, nil) {
							return
						}
					}
				}}}
			}
		},
	}
	for name, handler := range tests {
		for how, args := range map[string][]any{"batch": nil, "rpc": {1}} {
			t.Run(name+" of a "+how, func(t *testing.T) {
				t.Parallel()
				started := make(chan struct{})
				var connections int
				endless := handler(func() { close(started) })
				_, addr := start(t, tdsd.Config{Handler: func(ctx context.Context, s tdsd.Session, q string) []tdsd.Result {
					connections = s.SPID - 50
					if q == "select after" {
						return []tdsd.Result{{Columns: column, Rows: tdsd.Values([]any{42})}}
					}
					return endless(ctx, s, q)
				}})
				db := open(t, addr, nil)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				go func() {
					<-started
					cancel()
				}()
				err := drain(t, func(_ context.Context, q string, args ...any) (*sql.Rows, error) {
					return db.QueryContext(ctx, q, args...)
				}, "select forever", args...)
				if !errors.Is(err, context.Canceled) {
					t.Errorf("got %v, want the query to end with it", err)
				}
				var n int
				if err := db.QueryRowContext(t.Context(), "select after").Scan(&n); err != nil || n != 42 {
					t.Errorf("after it: got %d, %v", n, err)
				}
				// A driver whose attention is not acknowledged gives up its
				// connection.
				if connections != 1 {
					t.Errorf("%d connections were made, want one", connections)
				}
			})
		}
	}
}

func TestHandlerEndsWithConnection(t *testing.T) {
	t.Parallel()
	started, ended := make(chan struct{}), make(chan struct{})
	_, addr := start(t, tdsd.Config{Handler: func(ctx context.Context, _ tdsd.Session, _ string) []tdsd.Result {
		close(started)
		<-ctx.Done()
		close(ended)
		return nil
	}})
	c := dialRaw(t, addr)
	c.login(0x74000004)
	c.batch("select forever")
	<-started
	_ = c.Close()
	<-ended
}
