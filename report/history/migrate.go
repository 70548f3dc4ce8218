package history

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migration is one step of the schema. Steps are only ever added.
type migration struct {
	version int64 // 1, 2, 3, …
	name    string
	sql     string
}

// migrations returns the embedded steps in order.
func migrations() []migration {
	names, _ := fs.Glob(migrationFiles, "migrations/*.sql") // the pattern is right
	out := make([]migration, 0, len(names))
	for _, name := range names {
		number, _, _ := strings.Cut(path.Base(name), "_")
		version, _ := strconv.ParseInt(number, 10, 64) // a test reads them all
		text, _ := fs.ReadFile(migrationFiles, name)
		out = append(out, migration{version, path.Base(name), string(text)})
	}
	slices.SortFunc(out, func(a, b migration) int { return cmp.Compare(a.version, b.version) })
	return out
}

// migrationLock is the key of the advisory lock under which PostgreSQL
// databases are migrated; the octets of "lcsh".
const migrationLock = 0x6C637368

// migrate applies the steps that the database does not have yet, each in its
// own transaction. Another process that does the same is waited for.
func (s *Store) migrate(ctx context.Context, steps []migration) error {
	if s.dialect == sqliteDialect {
		// Most often there is nothing to do, and so no need to wait for a
		// writer.
		if version, err := s.version(ctx, s.db); err == nil && version == steps[len(steps)-1].version {
			return nil
		}
	}
	for done := false; !done; {
		err := s.write(ctx, func(tx *tx) error {
			var err error
			done, err = s.step(ctx, tx, steps)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// step applies the next step, and reports whether there was none.
func (s *Store) step(ctx context.Context, tx *tx, steps []migration) (done bool, err error) {
	if s.dialect == postgresDialect {
		if err := ownTheSchema(ctx, tx); err != nil {
			return false, err
		}
	}
	if err := tx.exec(ctx, "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY, applied BIGINT NOT NULL)"); err != nil {
		return false, fmt.Errorf("make the table schema_version: %w", err)
	}
	version, err := s.version(ctx, tx.Tx)
	if err != nil {
		return false, err
	}
	if newest := steps[len(steps)-1].version; version > newest {
		return false, &newerError{version, newest}
	}
	for _, m := range steps {
		if m.version <= version {
			continue
		}
		if _, err := tx.ExecContext(ctx, s.dialect.types.Replace(m.sql)); err != nil {
			return false, fmt.Errorf("migrate to schema %d (%s): %w", m.version, m.name, err)
		}
		return false, tx.exec(ctx, "INSERT INTO schema_version (version, applied) VALUES (?, ?)", m.version, micros(s.now()))
	}
	return true, nil
}

// ownTheSchema takes the lock and makes the schema that the tables lie in.
func ownTheSchema(ctx context.Context, tx *tx) error {
	if err := tx.exec(ctx, "SELECT pg_advisory_xact_lock(?)", int64(migrationLock)); err != nil {
		return fmt.Errorf("wait for another migration: %w", err)
	}
	var there bool
	err := tx.row(ctx, "SELECT current_schema() IS NOT NULL").Scan(&there)
	if err != nil || there {
		return err
	}
	if err := tx.exec(ctx, "CREATE SCHEMA "+ownSchema); err != nil {
		return fmt.Errorf("make the schema %s: %w", ownSchema, err)
	}
	return nil
}

// queryer is a database or a transaction.
type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// version returns the last step that was applied, 0 for none.
func (s *Store) version(ctx context.Context, q queryer) (version int64, err error) {
	if err := q.QueryRowContext(ctx, "SELECT COALESCE(MAX(version), 0) FROM schema_version").Scan(&version); err != nil {
		return 0, fmt.Errorf("read the schema's version: %w", err)
	}
	return version, nil
}
