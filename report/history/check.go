package history

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// Check looks whether the history is whole: the file of SQLite with its
// indexes, or the connection to PostgreSQL; the schema; and every report and finding, whose
// own sums tell. What is damaged gives [ErrDamaged]. It reads everything.
func (s *Store) Check(ctx context.Context) error {
	return s.failed("check the history", s.check(ctx))
}

func (s *Store) check(ctx context.Context) error {
	if err := s.db.PingContext(ctx); err != nil {
		return err
	}
	version, err := s.version(ctx, s.db)
	if err != nil {
		return err
	}
	steps := migrations()
	if newest := steps[len(steps)-1].version; version > newest {
		return &newerError{version, newest}
	}
	if s.dialect == sqliteDialect {
		if err := s.checkSQLite(ctx); err != nil {
			return err
		}
	}
	return s.checkPacked(ctx)
}

// checkSQLite lets SQLite look at every page and every reference.
func (s *Store) checkSQLite(ctx context.Context) error {
	var wrong []string
	err := s.each(ctx, "PRAGMA integrity_check(5)", nil, func(rows *sql.Rows) error {
		var line string
		err := rows.Scan(&line)
		if line != "ok" {
			wrong = append(wrong, line)
		}
		return err
	})
	if err != nil {
		return err
	}
	err = s.each(ctx, "SELECT \"table\", \"parent\" FROM pragma_foreign_key_check LIMIT 5", nil, func(rows *sql.Rows) error {
		var table, parent string
		err := rows.Scan(&table, &parent)
		wrong = append(wrong, "a row of "+table+" refers to none of "+parent)
		return err
	})
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%w: %s", ErrDamaged, strings.Join(wrong, "; "))
	}
	return nil
}

// checkPacked unpacks every report and every finding.
func (s *Store) checkPacked(ctx context.Context) error {
	for what, query := range map[string]string{
		"the report of run": "SELECT r.id, p.body FROM reports p JOIN runs r ON r.seq = p.run",
		"the finding":       "SELECT finding, body FROM spans",
	} {
		err := s.each(ctx, query, nil, func(rows *sql.Rows) error {
			var id string
			var body []byte
			if err := rows.Scan(&id, &body); err != nil {
				return err
			}
			if _, err := unpack(body); err != nil {
				return fmt.Errorf("%s %s: %w", what, id, err)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
