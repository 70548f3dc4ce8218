package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite"
)

// readers bounds the connections to a file: one that writes and some that read.
const readers = 4

// openSQLite opens the file. Its write-ahead log lets others read while one
// writes; with synchronous=FULL what was committed outlives a power cut.
func (s *Store) openSQLite(ctx context.Context, o Options) error {
	path, err := filepath.Abs(o.DSN)
	if err != nil {
		return err
	}
	s.dialect, s.where, s.writing = sqliteDialect, path, make(chan struct{}, 1)
	if err := makeFile(path, o.MustExist); err != nil {
		return err
	}
	if err := s.begin(ctx, path, o.Wait); err != nil {
		return err
	}
	return s.connectSQLite(ctx, sqliteDSN(path, o.Wait), o.Wait)
}

// begin lets an empty file be one that can give space back. SQLite takes that
// only before anything is in the file, and writes to the file whenever it is
// asked for it.
func (s *Store) begin(ctx context.Context, path string, wait time.Duration) error {
	if info, err := os.Stat(path); err != nil || info.Size() > 0 {
		return err
	}
	if err := s.connectSQLite(ctx, sqliteDSN(path, wait)+"&_auto_vacuum=INCREMENTAL", wait); err != nil {
		return err
	}
	return s.db.Close()
}

// connectSQLite makes the first connection. Turning the write-ahead log on
// needs the file alone, and SQLite does not always wait for that by itself.
func (s *Store) connectSQLite(ctx context.Context, dsn string, wait time.Duration) error {
	connector, err := sqlite.NewConnector(dsn)
	if err != nil {
		return err
	}
	s.db = sql.OpenDB(connector)
	s.db.SetMaxOpenConns(readers + 1)
	s.db.SetMaxIdleConns(readers + 1)
	const pause = 20 * time.Millisecond
	for end := time.Now().Add(wait); ; {
		err := s.db.PingContext(ctx)
		if err == nil {
			return nil
		}
		if !errors.Is(sqliteKind(err), ErrLocked) || time.Now().After(end) {
			return errors.Join(err, s.db.Close())
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, s.db.Close())
		case <-time.After(pause):
		}
	}
}

// makeFile makes the file and its folder if they are not there. SQLite gives
// its own files beside it the same mode.
func makeFile(path string, mustExist bool) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return &fs.PathError{Op: "open", Path: path, Err: errors.New("it is a folder")}
	case err == nil || mustExist || !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func sqliteDSN(path string, wait time.Duration) string {
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") { // C:/…
		slashed = "/" + slashed
	}
	address := url.URL{Scheme: "file", Path: slashed, RawQuery: url.Values{
		"_txlock":       {"immediate"}, // a transaction that reads first would otherwise fail when it writes
		"_busy_timeout": {strconv.FormatInt(wait.Milliseconds(), 10)},
		"_journal_mode": {"WAL"},
		"_synchronous":  {"FULL"},
		"_foreign_keys": {"on"},
		"_dqs":          {"false"},
		"_defensive":    {"true"},
		"_error_rc":     {"true"},
	}.Encode()}
	return address.String()
}

// shrinkSQLite gives what was deleted back to the file system.
func (s *Store) shrinkSQLite(ctx context.Context) error {
	done, err := s.turn(ctx)
	if err != nil {
		return err
	}
	defer done()
	for _, statement := range []string{"PRAGMA incremental_vacuum", "PRAGMA wal_checkpoint(TRUNCATE)"} {
		// Each row that is asked for frees a page.
		if err := s.each(ctx, statement, nil, func(*sql.Rows) error { return nil }); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}
