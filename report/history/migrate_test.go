package history

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"lcshealth/checks/lab/peer/pgtest"
	"lcshealth/report/internal/reporttest"
)

// The steps are numbered without gaps, and each says what it is.
func TestMigrationsAreNumbered(t *testing.T) {
	for i, m := range migrations() {
		if m.version != int64(i+1) || !strings.HasPrefix(m.sql, "-- ") || strings.Contains(m.sql, "?") {
			t.Errorf("step %d: %s", i+1, m.name)
		}
	}
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	for _, b := range []struct {
		name   string
		dsn    func(*testing.T, int) string
		schema func(*testing.T, *Store) string
	}{
		{"sqlite", func(t *testing.T, _ int) string { return filepath.Join(t.TempDir(), "history.db") }, sqliteSchema},
		{"postgres", func(t *testing.T, n int) string { return server.Database(t, fmt.Sprint("from", n)) }, postgresSchema},
	} {
		for n := range migrations() {
			t.Run(fmt.Sprint(b.name, " from ", n), func(t *testing.T) {
				dsn := b.dsn(t, n)
				old := prepared(t, dsn)
				for i := 1; i <= n; i++ {
					if err := old.migrate(t.Context(), migrations()[:i]); err != nil {
						t.Fatal(err)
					}
				}
				if n > 0 {
					if _, err := old.db.Exec("INSERT INTO scopes (name, created) VALUES ('kept', 7)"); err != nil {
						t.Fatal(err)
					}
				}
				for range 2 { // the second time there is nothing to do
					s, err := Open(t.Context(), Options{DSN: dsn})
					if err != nil {
						t.Fatal(err)
					}
					if err := s.Check(t.Context()); err != nil {
						t.Error(err)
					}
					reporttest.Golden(t, "testdata/schema-"+b.name+".txt", []byte(b.schema(t, s)))
					if scopes, err := s.Scopes(t.Context()); err != nil || len(scopes) != min(n, 1) {
						t.Errorf("what was there: %+v, %v", scopes, err)
					}
					_ = s.Close()
				}
			})
		}
		t.Run(b.name+" broken off", func(t *testing.T) {
			dsn := b.dsn(t, 90)
			s := prepared(t, dsn)
			broken := []migration{migrations()[0], {2, "0002_broken.sql", "CREATE TABLE half (a BIGINT); CREATE TABLE half (a BIGINT);"}}
			if err := s.migrate(t.Context(), broken); err == nil || !strings.Contains(err.Error(), "migrate to schema 2 (0002_broken.sql)") {
				t.Errorf("got %v", err)
			}
			if version, err := s.version(t.Context(), s.db); version != 1 || err != nil {
				t.Errorf("version %d, %v", version, err)
			}
			if err := s.migrate(t.Context(), migrations()); err != nil {
				t.Error(err)
			}
		})
		t.Run(b.name+" newer", func(t *testing.T) {
			dsn := b.dsn(t, 99)
			s := prepared(t, dsn)
			if err := s.migrate(t.Context(), append(migrations(), migration{4, "0004_future.sql", "CREATE TABLE future (a BIGINT);"})); err != nil {
				t.Fatal(err)
			}
			_, err := Open(t.Context(), Options{DSN: dsn})
			var told *Error
			if !errors.Is(err, ErrNewerSchema) || !strings.Contains(err.Error(), "its schema is 4, and this version knows 3") || !errors.As(err, &told) || told.Hint() == "" {
				t.Errorf("got %v", err)
			}
		})
	}
}

// prepared connects to a database and migrates nothing.
func prepared(t *testing.T, dsn string) *Store {
	t.Helper()
	s := &Store{now: reporttest.Sample().Run.StartedAt.UTC}
	var err error
	if isPostgres(dsn) {
		err = s.connectPostgres(Options{DSN: dsn, Wait: DefaultWait})
	} else {
		err = s.openSQLite(t.Context(), Options{DSN: dsn, Wait: DefaultWait})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.db.Close() })
	return s
}

// lines joins the first column of a query.
func lines(t *testing.T, s *Store, query string) string {
	t.Helper()
	var out strings.Builder
	err := s.each(t.Context(), query, nil, func(rows *sql.Rows) error {
		var line string
		err := rows.Scan(&line)
		out.WriteString(line + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func sqliteSchema(t *testing.T, s *Store) string {
	return lines(t, s, "SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type DESC, name") +
		lines(t, s, "SELECT 'journal_mode ' || journal_mode FROM pragma_journal_mode") + lines(t, s, "SELECT 'auto_vacuum ' || auto_vacuum FROM pragma_auto_vacuum") +
		lines(t, s, "SELECT 'synchronous ' || synchronous FROM pragma_synchronous") + lines(t, s, "SELECT 'foreign_keys ' || foreign_keys FROM pragma_foreign_keys")
}

func postgresSchema(t *testing.T, s *Store) string {
	return lines(t, s, "SELECT table_schema || '.' || table_name || '.' || column_name || ' ' || data_type || COALESCE(' COLLATE ' || collation_name, '') ||"+
		" CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END || CASE is_identity WHEN 'YES' THEN ' IDENTITY' ELSE '' END"+
		" FROM information_schema.columns WHERE table_schema = 'lcshealth' ORDER BY table_name, ordinal_position") +
		lines(t, s, "SELECT indexdef FROM pg_indexes WHERE schemaname = 'lcshealth' ORDER BY indexname") +
		lines(t, s, "SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'lcshealth'::regnamespace AND contype = 'f' ORDER BY 1")
}

// Numbers of placeholders are those of their order.
func TestBind(t *testing.T) {
	if got := postgresDialect.bind("a = ? AND b IN (" + list(3) + ")"); got != "a = $1 AND b IN ($2, $3, $4)" {
		t.Error(got)
	}
	if got := sqliteDialect.bind("a = ?"); got != "a = ?" {
		t.Error(got)
	}
}

// A problem is a finding whatever its severity.
func TestProblemOf(t *testing.T) {
	long := strings.Repeat("ü", 2000)
	for id, want := range map[string]string{
		"x/LCS01.contoso.com":                   "x/lcs01.contoso.com",
		"u/users of lcs01/no-sid/major":         "u/users of lcs01/no-sid",
		"u/users of lcs01/no-sid/major/major":   "u/users of lcs01/no-sid/major",
		"u/users of lcs01/no-sid/" + "critical": "u/users of lcs01/no-sid",
		"major":                                 "major",
		"/info":                                 "/info",
		"":                                      "",
	} {
		if got := problemOf(id); got != want {
			t.Errorf("%q: %q", id, got)
		}
	}
	if a, b := key(long), key(long+"x"); a == b || len(a) > maxKey || key(a) != a {
		t.Errorf("long keys: %d, %t", len(a), a == b)
	}
}
