package history

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"strings"
	"time"
)

// Store is an open history. It may be used by several goroutines at once, and
// its database by several processes.
type Store struct {
	db      *sql.DB
	dialect *dialect
	where   string        // path, or host and database; never a password
	writing chan struct{} // SQLite: the turn of the one writer of this process
	now     func() time.Time
	lease   time.Duration
	host    string
}

// Options say where the history is.
type Options struct {
	// DSN is the path of an SQLite file, or the address of a PostgreSQL
	// database that begins with postgres:// or postgresql://, as libpq has
	// it. There the tables lie in the schema lcshealth, which is made if it
	// may be, unless the address sets search_path.
	//
	// An SQLite file must lie on a local disk: its locks do not work over
	// NFS or SMB.
	DSN string
	// MustExist refuses to make an SQLite file that is not there; the error
	// is fs.ErrNotExist.
	MustExist bool
	// Wait bounds how long another process's work is waited for;
	// [DefaultWait] if 0.
	Wait time.Duration
	// Lease is how long messages that were handed out are held back from
	// others; [DefaultLease] if 0.
	Lease time.Duration
	// Now is the clock; time.Now if nil.
	Now func() time.Time
}

// What the options that are not set amount to.
const (
	DefaultWait  = 10 * time.Second
	DefaultLease = 5 * time.Minute
)

// Open opens a history, makes it if it is not there, and brings its schema up
// to date. A file that it makes is readable by its owner only, since reports
// name users. The errors say what to do; see [Error].
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Wait <= 0 {
		o.Wait = DefaultWait
	}
	if o.Lease <= 0 {
		o.Lease = DefaultLease
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Store{now: o.Now, lease: o.Lease}
	s.host, _ = os.Hostname() // told to people only
	var err error
	switch {
	case o.DSN == "":
		return nil, errors.New("open the history: no path or address was given")
	case isPostgres(o.DSN):
		err = s.connectPostgres(o)
	default:
		err = s.openSQLite(ctx, o)
	}
	if err != nil {
		return nil, s.failed("open the history", err)
	}
	if err := s.migrate(ctx, migrations()); err != nil {
		_ = s.db.Close()
		return nil, s.failed("open the history", err)
	}
	return s, nil
}

func isPostgres(dsn string) bool {
	scheme, _, found := strings.Cut(dsn, "://")
	return found && (strings.EqualFold(scheme, "postgres") || strings.EqualFold(scheme, "postgresql"))
}

// Where says where the history is, without a password.
func (s *Store) Where() string { return s.where }

// Close closes the history. What was saved stays.
func (s *Store) Close() error {
	if err := s.db.Close(); err != nil {
		return s.failed("close the history", err)
	}
	return nil
}
