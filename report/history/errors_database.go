package history

import (
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteKind tells errors of SQLite apart by their primary result code
// (https://www.sqlite.org/rescode.html), which is the low octet.
func sqliteKind(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return nil
	}
	switch e.Code() & 0xFF {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return ErrLocked
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return ErrDamaged
	case sqlite3.SQLITE_FULL:
		return ErrFull
	case sqlite3.SQLITE_IOERR:
		return ErrDisk
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_CANTOPEN:
		return ErrDenied
	}
	return nil
}

// postgresKind tells errors of PostgreSQL apart by their SQLSTATE
// (https://www.postgresql.org/docs/current/errcodes-appendix.html).
func postgresKind(err error) error {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return sqlStateKind(e.Code)
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) || err != nil && strings.Contains(err.Error(), "conn closed") {
		return ErrGone
	}
	return nil
}

func sqlStateKind(code string) error {
	switch code {
	case "53100": // disk_full
		return ErrFull
	case "55P03", "40P01", "40001": // lock_not_available, deadlock_detected, serialization_failure
		return ErrLocked
	case "57P01", "57P02", "57P03", "57P05", "25P03", "53300": // shutdowns, idle timeouts, too_many_connections
		return ErrGone
	case "XX001", "XX002": // data_corrupted, index_corrupted
		return ErrDamaged
	case "58030": // io_error
		return ErrDisk
	case "42501", "3D000", "3F000", "25006": // insufficient_privilege, invalid_catalog_name, invalid_schema_name, read_only_sql_transaction
		return ErrDenied
	}
	switch code[:min(2, len(code))] {
	case "08": // connection exceptions
		return ErrGone
	case "28": // invalid authorization
		return ErrDenied
	}
	return nil
}
