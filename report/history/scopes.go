package history

import (
	"context"
	"database/sql"
	"time"
)

// Scope is a scope with its runs in short.
type Scope struct {
	Name    string
	Runs    int       // stored
	Last    *Run      // saved last; nil if there is none
	FirstAt time.Time // when the earliest run that is stored was started
	// Trouble is the last mark since the last run: a run that is under way,
	// was interrupted or failed. Nil if there is none.
	Trouble *Mark
}

// Scopes returns every scope that has a run or a mark, by name.
func (s *Store) Scopes(ctx context.Context) ([]Scope, error) {
	out, err := s.scopes(ctx)
	return out, s.failed("read the scopes", err)
}

func (s *Store) scopes(ctx context.Context) ([]Scope, error) {
	var out []Scope
	place := map[string]int{}
	const counts = "SELECT s.name, COUNT(r.seq), COALESCE(MIN(r.started), 0) FROM scopes s LEFT JOIN runs r ON r.scope = s.id GROUP BY s.name"
	err := s.each(ctx, counts+" ORDER BY s.name", nil, func(rows *sql.Rows) error {
		var scope Scope
		var first int64
		err := rows.Scan(&scope.Name, &scope.Runs, &first)
		scope.FirstAt = fromMicros(first)
		place[scope.Name] = len(out)
		out = append(out, scope)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = s.each(ctx, "SELECT "+runColumns+runTables+" WHERE r.seq IN (SELECT MAX(seq) FROM runs GROUP BY scope)", nil, func(rows *sql.Rows) error {
		run, err := scanRun(rows)
		if i, found := place[run.Scope]; err == nil && found {
			out[i].Last = &run
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	const latestMarks = " WHERE NOT EXISTS (SELECT 1 FROM marks o WHERE o.scope = m.scope AND (o.at > m.at OR o.at = m.at AND o.run > m.run))"
	err = s.each(ctx, "SELECT "+markColumns+markTables+latestMarks, nil, func(rows *sql.Rows) error {
		mark, err := scanMark(rows)
		if i, found := place[mark.Scope]; err == nil && found && (out[i].Last == nil || !mark.At.Before(out[i].Last.SavedAt)) {
			out[i].Trouble = &mark
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Stale returns the scopes without a run that was saved at or after
// olderThan, by name, each with its last run. A scope whose runs have all come
// to nothing is among them as soon as it is older than that.
func (s *Store) Stale(ctx context.Context, olderThan time.Time) ([]Scope, error) {
	all, err := s.scopes(ctx)
	if err != nil {
		return nil, s.failed("look for scopes that are overdue", err)
	}
	olderThan = fromMicros(micros(olderThan)) // as exact as what is stored
	var out []Scope
	for _, scope := range all {
		switch {
		case scope.Last != nil && scope.Last.SavedAt.Before(olderThan):
		case scope.Last == nil && scope.Trouble != nil && scope.Trouble.At.Before(olderThan):
		default:
			continue
		}
		out = append(out, scope)
	}
	return out, nil
}
