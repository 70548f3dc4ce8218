package history_test

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lcshealth/report/history"

	_ "modernc.org/sqlite"
)

func openRaw(dsn string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn)
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// use does everything that reads and writes, and returns what goes wrong.
func use(t *testing.T, dsn string) error {
	t.Helper()
	s, err := history.Open(t.Context(), history.Options{DSN: dsn})
	if err != nil {
		return err
	}
	defer s.Close()
	_, latest := s.Latest(t.Context(), "default")
	_, runs := s.Runs(t.Context(), history.Filter{})
	return errors.Join(latest, runs, s.Check(t.Context()), s.Save(t.Context(), history.Record{Scope: "default", Report: big(100)}))
}

// A damaged file is told as such wherever it is damaged, and nothing panics.
func TestDamagedFile(t *testing.T) {
	t.Parallel()
	whole := filepath.Join(t.TempDir(), "whole.db")
	s, err := history.Open(t.Context(), history.Options{DSN: whole})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 5 {
		save(t, s, "default", big(n))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	noise := []byte(strings.Repeat("\xA5\x5A\xFF\x00damage!", page/11+1))[:page]
	damage := map[string][]byte{
		"another file":  []byte(strings.Repeat("this is no database\n", 1000)),
		"cut short":     content[:len(content)/2],
		"cut to a page": content[:page],
	}
	for _, offset := range []int{0, 100, page, 2 * page, 3 * page, 5 * page, len(content) / 3 / page * page, len(content) / 2 / page * page, len(content) - page} {
		changed := append([]byte(nil), content...)
		copy(changed[offset:], noise)
		damage[fmt.Sprint("at octet ", offset)] = changed
	}
	for name, data := range damage {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "history.db")
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			err := use(t, path)
			var told *history.Error
			if !errors.Is(err, history.ErrDamaged) || !errors.As(err, &told) || !strings.Contains(err.Error(), path) || !strings.Contains(told.Hint(), "move the file aside") {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("one bit of a report", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "history.db")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := openRaw(path)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec("UPDATE reports SET body = CAST(substr(body, 1, 500) || x'00' || substr(body, 502) AS BLOB) WHERE run = 3"); err != nil {
			t.Fatal(err)
		}
		s := opened(t, history.Options{DSN: path})
		if err := s.Check(t.Context()); !errors.Is(err, history.ErrDamaged) || !strings.Contains(err.Error(), "the report of run run-0002") {
			t.Errorf("got %v", err)
		}
	})
}
