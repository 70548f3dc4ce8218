package rtcdb

import (
	"context"
	"database/sql"
	"errors"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

// progressStep is after how many entries a waiting person is told.
const progressStep = 10_000

// readRows reads all entries, in no order, and returns how many there were.
func (s *Source) readRows(ctx context.Context, db *session, l Layout, told *collect.Session) (int, error) {
	n := 0
	err := query(ctx, db, selectRows(l), func(scan func(...any) error) error {
		var r Row
		var mirrored sql.NullBool
		if err := scan(&r.ResourceID, &r.Address, &r.SID, &r.GUID, &mirrored); err != nil {
			return err
		}
		if mirrored.Valid {
			r.InDirectory = &mirrored.Bool
		}
		if err := s.entries.AddEntry(Entry(s.cfg.Name, r)); err != nil {
			return &storageError{err}
		}
		if n++; n%progressStep == 0 {
			told.Progress("entries", n)
		}
		return nil
	})
	switch {
	case err == nil:
		return n, nil
	case isStorage(err):
		return n, collect.Fail(facts.Internal, "", "keep the entries of database %s: %w", s.cfg.Name, err)
	}
	why := collect.Reason(s.explainQuery(ctx, "table "+l.Table, err))
	return n, collect.Fail(why.Class, why.Settle, "%s, after %d entries", why.Message, n)
}

// storageError is an error of whoever takes the entries, not of the database.
type storageError struct{ err error }

func (e *storageError) Error() string { return e.err.Error() }
func (e *storageError) Unwrap() error { return e.err }

func isStorage(err error) bool {
	_, ok := errors.AsType[*storageError](err)
	return ok
}
