package history

import (
	"context"
	"database/sql"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/report"
)

// TrendPoint is what one run had of a cause.
type TrendPoint struct {
	RunID    string               `json:"runId"`
	At       time.Time            `json:"at"` // when the run was started
	Verdicts report.VerdictCounts `json:"verdicts"`
	Waived   int                  `json:"waived,omitempty"` // of those present
	Worst    checks.Severity      `json:"worst,omitempty"`  // of those present; empty without any
}

// since limits rows of runs to those that were started at or after a time, which
// is given twice. The first condition only tells where to begin.
const since = ">= (SELECT MIN(seq) FROM runs WHERE started >= ?) AND r.started >= ?"

// Trend returns what each run of a scope that was started at or after from had
// of a cause, oldest first. Runs that did not judge it are not there.
func (s *Store) Trend(ctx context.Context, scope, cause string, from time.Time) ([]TrendPoint, error) {
	var out []TrendPoint
	const query = "SELECT r.id, r.started, t.present, t.absent, t.undetermined, t.not_applicable, t.waived, t.worst" +
		" FROM trend t JOIN runs r ON r.seq = t.run" +
		" WHERE t.scope = (SELECT id FROM scopes WHERE name = ?) AND t.cause = (SELECT id FROM causes WHERE name = ?) AND t.run " + since + " ORDER BY t.run"
	err := s.each(ctx, query, []any{key(scope), key(cause), micros(from), micros(from)}, func(rows *sql.Rows) error {
		var p TrendPoint
		var at int64
		err := rows.Scan(&p.RunID, &at, &p.Verdicts.Present, &p.Verdicts.Absent, &p.Verdicts.Undetermined, &p.Verdicts.NotApplicable, &p.Waived, &p.Worst)
		p.At = fromMicros(at)
		out = append(out, p)
		return err
	})
	return out, s.failed("read the trend of "+cause+" in "+scope, err)
}

// SourcePoint is how a source ended in one run.
type SourcePoint struct {
	RunID    string
	At       time.Time // when the run was started
	Name     string    // directory, rtcdb, host or wire
	Target   string    // in lower case
	Status   facts.Status
	Class    facts.Class
	Duration time.Duration
}

// SourceHistory returns how a source ended in each run of a scope that was
// started at or after from, oldest first. An empty name stands for all
// sources.
func (s *Store) SourceHistory(ctx context.Context, scope, name, target string, from time.Time) ([]SourcePoint, error) {
	query := "SELECT r.id, r.started, t.name, t.target, x.status, x.class, x.duration" +
		" FROM targets t JOIN sources x ON x.target = t.id JOIN runs r ON r.seq = x.run" +
		" WHERE t.scope = (SELECT id FROM scopes WHERE name = ?) AND x.run " + since
	args := []any{key(scope), micros(from), micros(from)}
	if name != "" {
		query, args = query+" AND t.name = ? AND t.target = ?", append(args, key(name), targetKey(target))
	}
	var out []SourcePoint
	err := s.each(ctx, query+" ORDER BY r.seq, t.name, t.target", args, func(rows *sql.Rows) error {
		var p SourcePoint
		var at, ms int64
		err := rows.Scan(&p.RunID, &at, &p.Name, &p.Target, &p.Status, &p.Class, &ms)
		p.At, p.Duration = fromMicros(at), time.Duration(ms)*time.Millisecond
		out = append(out, p)
		return err
	})
	return out, s.failed("read the sources of "+scope, err)
}
