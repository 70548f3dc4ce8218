package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"lcshealth/report"
)

// Run is a stored run without its report. Its JSON form only ever gains fields.
type Run struct {
	Seq         int64     `json:"seq"` // its place in the order in which runs were saved; the cursor of [Filter]
	ID          string    `json:"id"`
	Scope       string    `json:"scope"`
	StartedAt   time.Time `json:"startedAt"`
	FinishedAt  time.Time `json:"finishedAt"`
	CollectedAt time.Time `json:"collectedAt"`
	SavedAt     time.Time `json:"savedAt"`
	ExitCode    int       `json:"exitCode"`
	Version     string    `json:"version"` // of lcshealth
	Catalog     string    `json:"catalog"` // version of the catalogue
	Config      string    `json:"config"`  // digest of the configuration
	// RedactionKey names the key of its pseudonyms; empty if it is not redacted.
	RedactionKey string         `json:"redactionKey,omitempty"`
	FactsFile    string         `json:"factsFile,omitempty"` // where its facts are kept; empty if they are not
	Auditor      string         `json:"auditor,omitempty"`   // the computer that made it
	Complete     bool           `json:"complete"`            // it could decide everything
	Summary      report.Summary `json:"summary"`
	Limits       report.Scope   `json:"limits"`     // what it was limited to
	ReportSize   int64          `json:"reportSize"` // octets of the report's JSON; 0 if the report was removed
}

// HasReport reports whether the run's report is still there.
func (r *Run) HasReport() bool { return r.ReportSize > 0 }

// Filter chooses runs.
type Filter struct {
	Scope  string    // empty: every scope
	From   time.Time // started at or after; zero: any
	To     time.Time // started before; zero: any
	Limit  int       // most runs; 0: all
	Before int64     // a Seq: only runs saved before that one; 0: any
}

const runColumns = "r.seq, r.id, s.name, r.started, r.finished, r.collected, r.saved, r.exit_code, r.version, r.catalog, r.config," +
	" r.redaction_key, r.facts_file, r.auditor, r.complete, r.summary, r.limits, COALESCE(p.size, 0)"

const runTables = " FROM runs r JOIN scopes s ON s.id = r.scope LEFT JOIN reports p ON p.run = r.seq"

func scanRun(rows *sql.Rows) (r Run, err error) {
	var started, finished, collected, saved, complete int64
	var summary, limits string
	err = rows.Scan(&r.Seq, &r.ID, &r.Scope, &started, &finished, &collected, &saved, &r.ExitCode, &r.Version, &r.Catalog, &r.Config,
		&r.RedactionKey, &r.FactsFile, &r.Auditor, &complete, &summary, &limits, &r.ReportSize)
	if err != nil {
		return r, err
	}
	r.StartedAt, r.FinishedAt, r.CollectedAt, r.SavedAt = fromMicros(started), fromMicros(finished), fromMicros(collected), fromMicros(saved)
	r.Complete = complete != 0
	for text, value := range map[string]any{summary: &r.Summary, limits: &r.Limits} {
		if err := json.Unmarshal([]byte(text), value); err != nil {
			return r, fmt.Errorf("run %s: %w: %w", r.ID, ErrDamaged, err)
		}
	}
	return r, nil
}

// where writes the conditions of a filter.
func (f Filter) where() (condition string, args []any) {
	parts := []string{"1 = 1"}
	add := func(part string, value any) {
		parts, args = append(parts, part), append(args, value)
	}
	if f.Scope != "" {
		add("r.scope = (SELECT id FROM scopes WHERE name = ?)", key(f.Scope))
	}
	if !f.From.IsZero() {
		add("r.started >= ?", micros(f.From))
	}
	if !f.To.IsZero() {
		add("r.started < ?", micros(f.To))
	}
	if f.Before > 0 {
		add("r.seq < ?", f.Before)
	}
	return strings.Join(parts, " AND "), args
}

// Runs returns runs, the last one saved first. The Seq of the last that it
// returns is the cursor of the next page.
func (s *Store) Runs(ctx context.Context, f Filter) ([]Run, error) {
	runs, err := s.runs(ctx, f, " ORDER BY r.seq DESC")
	return runs, s.failed("read the runs", err)
}

func (s *Store) runs(ctx context.Context, f Filter, order string) ([]Run, error) {
	condition, args := f.where()
	query := "SELECT " + runColumns + runTables + " WHERE " + condition + order
	if f.Limit > 0 {
		query, args = query+" LIMIT ?", append(args, f.Limit)
	}
	var out []Run
	err := s.each(ctx, query, args, func(rows *sql.Rows) error {
		r, err := scanRun(rows)
		out = append(out, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Run returns the run with an id, or the only one whose id begins so:
// [ErrNone] if there is none, [ErrAmbiguous] if there are several.
func (s *Store) Run(ctx context.Context, id string) (Run, error) {
	r, err := s.run(ctx, id)
	return r, s.failed("read run "+id, err)
}

func (s *Store) run(ctx context.Context, id string) (Run, error) {
	if id == "" {
		return Run{}, ErrNone
	}
	var found []Run
	// The last character of Unicode ends the range of those that begin so.
	err := s.each(ctx, "SELECT "+runColumns+runTables+" WHERE r.id >= ? AND r.id < ? ORDER BY r.id LIMIT 2", []any{key(id), key(id) + "\U0010FFFF"}, func(rows *sql.Rows) error {
		r, err := scanRun(rows)
		found = append(found, r)
		return err
	})
	switch {
	case err != nil:
		return Run{}, err
	case len(found) == 0:
		return Run{}, ErrNone
	case len(found) > 1 && found[0].ID != key(id): // the whole id sorts before what is longer
		return Run{}, ErrAmbiguous
	}
	return found[0], nil
}

// Latest returns the report of the run of a scope that was saved last, or
// [ErrNone].
func (s *Store) Latest(ctx context.Context, scope string) (*report.Report, error) {
	r, err := s.report(ctx, "SELECT p.body"+runTables+" WHERE r.scope = (SELECT id FROM scopes WHERE name = ?) ORDER BY r.seq DESC LIMIT 1", key(scope))
	return r, s.failed("read the last run of "+scope, err)
}

// Report returns the report of a run, which may be named as for [Store.Run]. If
// it was removed while the run was kept the error is [ErrPruned].
func (s *Store) Report(ctx context.Context, id string) (*report.Report, error) {
	op := "read the report of run " + id
	run, err := s.run(ctx, id)
	if err != nil {
		return nil, s.failed(op, err)
	}
	r, err := s.report(ctx, "SELECT p.body"+runTables+" WHERE r.seq = ?", run.Seq)
	return r, s.failed(op, err)
}

func (s *Store) report(ctx context.Context, query string, args ...any) (*report.Report, error) {
	var body []byte
	switch err := s.row(ctx, query, args...).Scan(&body); {
	case errors.Is(err, sql.ErrNoRows):
		return nil, ErrNone
	case err != nil:
		return nil, err
	case body == nil:
		return nil, ErrPruned
	}
	r := &report.Report{}
	if err := unpackInto(body, r); err != nil {
		return nil, err
	}
	return r, nil
}
