package history

import (
	"context"
	"database/sql"
	"time"
)

// Mark says of a run without a report what became of it.
type Mark struct {
	Scope  string    `json:"scope"`
	RunID  string    `json:"runId"`
	At     time.Time `json:"at"`
	State  MarkState `json:"state"`
	Reason string    `json:"reason,omitempty"`
	Host   string    `json:"host,omitempty"` // the computer that set it
}

// MarkState is what became of a run that has no report.
type MarkState string

// The states of a run without a report.
const (
	Started     MarkState = "started"     // under way or, after a crash, never ended
	Interrupted MarkState = "interrupted" // stopped from outside
	Failed      MarkState = "failed"
)

// Mark notes what has become of a run that is not saved. Saving the run
// removes the note; a later one replaces it.
func (s *Store) Mark(ctx context.Context, scope, runID string, state MarkState, reason string) error {
	return s.failed("mark run "+runID, s.write(ctx, func(tx *tx) error {
		id, err := scopeOf(ctx, tx, scope, s.now())
		if err != nil {
			return err
		}
		return tx.exec(ctx, "INSERT INTO marks (scope, run, at, state, reason, host) VALUES (?, ?, ?, ?, ?, ?)"+
			" ON CONFLICT (scope, run) DO UPDATE SET at = excluded.at, state = excluded.state, reason = excluded.reason, host = excluded.host",
			id, key(runID), micros(s.now()), string(state), clean(reason), clean(s.host))
	}))
}

const (
	markColumns = "s.name, m.run, m.at, m.state, m.reason, m.host"
	markTables  = " FROM marks m JOIN scopes s ON s.id = m.scope"
)

func scanMark(rows *sql.Rows) (m Mark, err error) {
	var at int64
	err = rows.Scan(&m.Scope, &m.RunID, &at, &m.State, &m.Reason, &m.Host)
	m.At = fromMicros(at)
	return m, err
}

// Marks returns what became of runs of a scope that have no report, the last
// first; of every scope if it is empty. A limit of 0 is none.
func (s *Store) Marks(ctx context.Context, scope string, limit int) ([]Mark, error) {
	query, args := "SELECT "+markColumns+markTables, []any(nil)
	if scope != "" {
		query, args = query+" WHERE s.name = ?", append(args, key(scope))
	}
	query += " ORDER BY m.at DESC, m.run"
	if limit > 0 {
		query, args = query+" LIMIT ?", append(args, limit)
	}
	var out []Mark
	err := s.each(ctx, query, args, func(rows *sql.Rows) error {
		m, err := scanMark(rows)
		out = append(out, m)
		return err
	})
	return out, s.failed("read the marks", err)
}
