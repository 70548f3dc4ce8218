package history

import (
	"context"
	"database/sql"
)

// tx is a transaction that writes.
type tx struct {
	*sql.Tx
	dialect *dialect
}

func (t *tx) exec(ctx context.Context, query string, args ...any) error {
	_, err := t.ExecContext(ctx, t.dialect.bind(query), args...)
	return err
}

// count is exec, and returns how many rows it was about.
func (t *tx) count(ctx context.Context, query string, args ...any) (int, error) {
	result, err := t.ExecContext(ctx, t.dialect.bind(query), args...)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

func (t *tx) row(ctx context.Context, query string, args ...any) *sql.Row {
	return t.QueryRowContext(ctx, t.dialect.bind(query), args...)
}

// turn waits for the turn to write. SQLite lets one write at a time; within this
// process they queue here, fairly and no longer than ctx allows.
func (s *Store) turn(ctx context.Context) (done func(), err error) {
	if s.writing == nil {
		return func() {}, nil
	}
	select {
	case s.writing <- struct{}{}:
		return func() { <-s.writing }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// write does work in one transaction: all of it or nothing.
func (s *Store) write(ctx context.Context, work func(*tx) error) error {
	done, err := s.turn(ctx)
	if err != nil {
		return err
	}
	defer done()
	begun, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer begun.Rollback() //nolint:errcheck // after a commit there is nothing to take back
	if err := work(&tx{begun, s.dialect}); err != nil {
		return err
	}
	return begun.Commit()
}

// each calls scan for each row of a query.
func each(ctx context.Context, q queryer, d *dialect, query string, args []any, scan func(*sql.Rows) error) error {
	rows, err := q.QueryContext(ctx, d.bind(query), args...)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (s *Store) each(ctx context.Context, query string, args []any, scan func(*sql.Rows) error) error {
	return each(ctx, s.db, s.dialect, query, args, scan)
}

func (s *Store) row(ctx context.Context, query string, args ...any) *sql.Row {
	return s.db.QueryRowContext(ctx, s.dialect.bind(query), args...)
}
