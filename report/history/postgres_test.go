package history_test

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/lab/peer/pgtest"
	"lcshealth/report/history"

	"github.com/jackc/pgx/v5/pgconn"
)

// blocked starts to save a run while another transaction holds the scope, and
// returns once it waits for that in the middle of its own.
func blocked(t *testing.T, s *history.Store, other *sql.DB, n int) (release func(), saved <-chan error) {
	t.Helper()
	tx, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec("SELECT id FROM lcshealth.scopes FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		done <- s.Save(t.Context(), history.Record{Scope: "a", Report: night(n, finding(P)), Messages: []history.Message{{Channel: "mail"}}})
	}()
	for range 10_000 {
		var waiting int
		if err := other.QueryRow("SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'").Scan(&waiting); err != nil {
			t.Fatal(err)
		}
		if waiting > 0 {
			return func() { _ = tx.Rollback() }, done
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("it does not wait for the scope")
	return nil, nil
}

func TestPostgresGone(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	dsn := server.Database(t, "gone")
	s := opened(t, history.Options{DSN: dsn})
	other, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := s.Save(t.Context(), history.Record{Scope: "a", Report: night(0, finding(P)), Messages: []history.Message{{Channel: "mail"}}}); err != nil {
		t.Fatal(err)
	}

	t.Run("somebody else is at the scope", func(t *testing.T) {
		hasty := opened(t, history.Options{DSN: dsn, Wait: 3 * time.Second})
		release, saved := blocked(t, hasty, other, 1)
		if err := <-saved; !errors.Is(err, history.ErrLocked) {
			t.Errorf("got %v", err)
		}
		release()
		release, saved = blocked(t, s, other, 1)
		release()
		if err := <-saved; err != nil {
			t.Error(err)
		}
	})
	t.Run("the connection is ended", func(t *testing.T) {
		release, saved := blocked(t, s, other, 2)
		defer release()
		if _, err := other.Exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"); err != nil {
			t.Fatal(err)
		}
		if err := <-saved; !errors.Is(err, history.ErrGone) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("the server crashes", func(t *testing.T) {
		_, saved := blocked(t, s, other, 3)
		server.Kill()
		err := <-saved
		var told *history.Error
		if !errors.Is(err, history.ErrGone) || !errors.As(err, &told) || !strings.Contains(told.Hint(), "saving it again tells") {
			t.Errorf("got %v", err)
		}
		if _, err := s.Latest(t.Context(), "a"); !errors.Is(err, history.ErrGone) {
			t.Errorf("latest: %v", err)
		}
		if _, err := history.Open(t.Context(), history.Options{DSN: dsn}); !errors.Is(err, history.ErrGone) || strings.Contains(err.Error(), "Geheim") {
			t.Errorf("open: %v", err)
		}
		server.Restart(t)
		whole(t, s, 2) // the same store connects again
	})
	t.Run("it crashes again and again", func(t *testing.T) {
		stored := map[string]bool{}
		for round := range 5 {
			failed := make(chan error)
			go func() {
				for n := 0; ; n++ {
					r := night(n, finding(P), ofUsers(P, fmt.Sprint(n%3), "major"))
					r.Run.ID = fmt.Sprintf("round-%d-%04d", round, n)
					err := s.Save(t.Context(), history.Record{Scope: "a", Report: r, Messages: []history.Message{{Channel: "mail"}}})
					if err != nil {
						failed <- err
						return
					}
					stored[r.Run.ID] = true
				}
			}()
			time.Sleep(time.Duration(20+round*17) * time.Millisecond) // any moment
			server.Kill()
			if err := <-failed; !errors.Is(err, history.ErrGone) {
				t.Errorf("got %v", err)
			}
			server.Restart(t)
		}
		runs := must[[]history.Run](t)(s.Runs(t.Context(), history.Filter{}))
		whole(t, s, len(runs))
		for _, run := range runs {
			delete(stored, run.ID)
		}
		if len(stored) > 0 {
			t.Errorf("lost: %v", stored)
		}
	})
}

// No error tells a password, in whatever way the address is wrong.
func TestErrorsTellNoPassword(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	right, err := url.Parse(server.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	changed := func(change func(*url.URL)) string {
		u := *right
		change(&u)
		return u.String()
	}
	const secret = "Sehr&Geheim"
	for name, tt := range map[string]struct {
		dsn  string
		kind error
		text string
	}{
		"malformed":        {"postgres://auditor:" + secret + "%zz@db01.contoso.com/x", nil, "malformed"},
		"two addresses":    {"postgres://auditor:Sehr@" + secret + ":x/y@db01.contoso.com:port/x", nil, "malformed"},
		"a wrong setting":  {"postgres://auditor:" + secret + "@db01.contoso.com/x?sslmode=" + secret, nil, "malformed"},
		"a wrong password": {changed(func(u *url.URL) { u.User = url.UserPassword(pgtest.User, secret) }), history.ErrDenied, "password authentication failed"},
		"a wrong user":     {changed(func(u *url.URL) { u.User = url.UserPassword("nobody", secret) }), history.ErrDenied, ""},
		"no database":      {changed(func(u *url.URL) { u.Path = "/none" }), history.ErrDenied, `database "none" does not exist`},
		"no schema":        {changed(func(u *url.URL) { u.RawQuery += "&search_path=none" }), history.ErrDenied, "no schema has been selected"},
		"nobody there":     {"postgres://auditor:" + secret + "@127.0.0.1:1/x", history.ErrGone, "PostgreSQL at 127.0.0.1:1, database x"},
		"no such name":     {"postgres://auditor:" + secret + "@db01.invalid/x", history.ErrGone, "db01.invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := history.Open(t.Context(), history.Options{DSN: tt.dsn, Wait: 5 * time.Second})
			if err == nil || tt.kind != nil && !errors.Is(err, tt.kind) || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("got %v", err)
			}
			var told *history.Error
			if !errors.As(err, &told) {
				t.Fatalf("got %T", err)
			}
			var parse *pgconn.ParseConfigError
			if errors.As(err, &parse) {
				t.Error("the whole address can be had from the error")
			}
			for _, said := range []string{err.Error(), fmt.Sprintf("%+v", err), told.Hint(), told.Where} {
				if strings.Contains(strings.ToLower(said), "geheim") || strings.Contains(said, "\n") {
					t.Errorf("it tells too much: %s", said)
				}
			}
		})
	}
}
