package history

import (
	"context"
	"database/sql"
	"time"

	"lcshealth/checks"
)

// Span is a stretch of runs in which a finding was judged the same. Its ends
// stay what they are when their runs are removed.
type Span struct {
	Finding     string          `json:"finding"` // id
	Cause       string          `json:"cause"`
	Subject     checks.Subject  `json:"subject"`
	Verdict     checks.Verdict  `json:"verdict"` // [Gone] if there is nothing to judge any more
	Severity    checks.Severity `json:"severity"`
	Waived      bool            `json:"waived"`
	Fingerprint string          `json:"fingerprint,omitempty"` // report.Fingerprint; empty if not reported
	// Reported is false if the verdict follows from what the runs say of
	// others: that all users of a server are well says so of each group.
	Reported bool      `json:"reported"`
	Reason   string    `json:"reason,omitempty"` // of the first run
	FirstRun string    `json:"firstRun"`
	FirstAt  time.Time `json:"firstAt"` // when the first run was started
	LastRun  string    `json:"lastRun"`
	LastAt   time.Time `json:"lastAt"`
	Latest   bool      `json:"latest"` // how the finding stands; runs after LastRun, if any, did not judge it
}

const spanColumns = "finding, cause, kind, subject, server, verdict, severity, waived, fingerprint, reported, reason," +
	" first_run, first_at, last_run, last_at, latest"

func scanSpan(rows *sql.Rows) (s Span, err error) {
	var waived, reported, latest, first, last int64
	err = rows.Scan(&s.Finding, &s.Cause, &s.Subject.Kind, &s.Subject.Name, &s.Subject.Server, &s.Verdict, &s.Severity, &waived,
		&s.Fingerprint, &reported, &s.Reason, &s.FirstRun, &first, &s.LastRun, &last, &latest)
	s.Waived, s.Reported, s.Latest = waived != 0, reported != 0, latest != 0
	s.FirstAt, s.LastAt = fromMicros(first), fromMicros(last)
	return s, err
}

// Findings returns how each finding of a scope stands, by id, those of earlier
// runs that nothing stands for now included.
func (s *Store) Findings(ctx context.Context, scope string) ([]Span, error) {
	out, err := s.spans(ctx, "scope = (SELECT id FROM scopes WHERE name = ?) AND latest = 1 ORDER BY finding", key(scope))
	return out, s.failed("read the findings of "+scope, err)
}

// Spans returns the spans of a finding, with whatever severity its id ends, or
// of all findings of a cause; oldest first.
func (s *Store) Spans(ctx context.Context, scope, findingOrCause string) ([]Span, error) {
	const inScope = "scope = (SELECT id FROM scopes WHERE name = ?) AND "
	out, err := s.spans(ctx, inScope+"problem = ? ORDER BY first_seq, id", key(scope), problemOf(findingOrCause))
	if err == nil && len(out) == 0 {
		out, err = s.spans(ctx, inScope+"cause = ? ORDER BY first_seq, id", key(scope), key(findingOrCause))
	}
	return out, s.failed("read the history of "+findingOrCause+" in "+scope, err)
}

func (s *Store) spans(ctx context.Context, condition string, args ...any) ([]Span, error) {
	var out []Span
	err := s.each(ctx, "SELECT "+spanColumns+" FROM spans WHERE "+condition, args, func(rows *sql.Rows) error {
		span, err := scanSpan(rows)
		out = append(out, span)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
