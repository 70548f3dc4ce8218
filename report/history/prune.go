package history

import (
	"context"
	"database/sql"
	"time"
)

// Policy says what is kept. The last run of a scope always is, with its report,
// and so is every message that still has to be sent.
type Policy struct {
	// KeepAge is how long runs are kept, with the marks and the messages of
	// that time; 0 is for ever.
	KeepAge time.Duration
	// KeepRuns is how many runs of each scope are kept; 0 is all. A run goes
	// if either limit says so.
	KeepRuns int
	// KeepReports is how long the reports of runs are kept. Of an older run
	// its summary, sources and trend stay. 0 is as long as the run.
	KeepReports time.Duration
	// KeepSpans is how long it is known of findings how they stood before;
	// 0 is for ever. How they stand now, and since when, always is.
	KeepSpans time.Duration
}

// Pruned counts what was removed.
type Pruned struct {
	Runs, Reports, Spans, Messages, Marks int
}

// atOnce bounds how much is removed in one transaction, so that a run that is
// to be saved does not wait long.
const atOnce = 50

// Prune removes what a policy does not keep, bit by bit, and gives the space
// back: if it is interrupted what is left is whole. The ends of spans stay what
// they are, so that since when a problem is known does not change with the
// runs.
func (s *Store) Prune(ctx context.Context, p Policy) (Pruned, error) {
	var out Pruned
	err := s.prune(ctx, p, &out)
	if err == nil && s.dialect == sqliteDialect && out != (Pruned{}) {
		err = s.shrinkSQLite(ctx)
	}
	return out, s.failed("remove what is too old", err)
}

func (s *Store) prune(ctx context.Context, p Policy, out *Pruned) error {
	before := func(age time.Duration) int64 { return micros(s.now().Add(-age)) }
	const last = " AND seq NOT IN (SELECT MAX(seq) FROM runs GROUP BY scope)"
	if p.KeepAge > 0 {
		cut := before(p.KeepAge)
		for _, what := range []struct {
			count           *int
			table, key, old string
		}{
			{&out.Runs, "runs", "seq", "started < ?" + last},
			{&out.Messages, "outbox", "id", "state <> 'pending' AND settled < ?"},
		} {
			if err := s.remove(ctx, what.count, what.table, what.key, what.old, cut); err != nil {
				return err
			}
		}
		err := s.write(ctx, func(tx *tx) (err error) {
			out.Marks, err = tx.count(ctx, "DELETE FROM marks WHERE at < ?", cut)
			return err
		})
		if err != nil {
			return err
		}
	}
	if p.KeepRuns > 0 {
		if err := s.pruneCount(ctx, p.KeepRuns, &out.Runs); err != nil {
			return err
		}
	}
	if p.KeepReports > 0 {
		old := "run IN (SELECT seq FROM runs WHERE started < ?" + last + ")"
		if err := s.remove(ctx, &out.Reports, "reports", "run", old, before(p.KeepReports)); err != nil {
			return err
		}
	}
	if p.KeepSpans > 0 {
		return s.remove(ctx, &out.Spans, "spans", "id", "latest = 0 AND last_at < ?", before(p.KeepSpans))
	}
	return nil
}

// pruneCount removes the runs of each scope beyond the newest.
func (s *Store) pruneCount(ctx context.Context, keep int, count *int) error {
	var scopes []int64
	err := s.each(ctx, "SELECT id FROM scopes", nil, func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		scopes = append(scopes, id)
		return err
	})
	if err != nil {
		return err
	}
	for _, scope := range scopes {
		const beyond = "scope = ? AND seq <= (SELECT seq FROM runs WHERE scope = ? ORDER BY seq DESC LIMIT 1 OFFSET ?)"
		if err := s.remove(ctx, count, "runs", "seq", beyond, scope, scope, keep); err != nil {
			return err
		}
	}
	return nil
}

// remove deletes the rows of a table that a condition names, some at a time.
func (s *Store) remove(ctx context.Context, count *int, table, key, condition string, args ...any) error {
	query := "DELETE FROM " + table + " WHERE " + key + " IN (SELECT " + key + " FROM " + table + " WHERE " + condition + " LIMIT ?)"
	for {
		n := 0
		err := s.write(ctx, func(tx *tx) (err error) {
			n, err = tx.count(ctx, query, append(args, atOnce)...)
			return err
		})
		*count += n
		if err != nil || n < atOnce {
			return err
		}
	}
}
