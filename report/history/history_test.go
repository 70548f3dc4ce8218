package history_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/lab/peer/pgtest"
	"lcshealth/report"
	"lcshealth/report/history"

	"github.com/google/go-cmp/cmp"
)

// helperRole, set in the environment, makes the test binary a helper of a test.
const helperRole = "HISTORY_TEST_HELPER"

func TestMain(m *testing.M) {
	if role := os.Getenv(helperRole); role != "" {
		if err := help(role); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// backend is one of the two databases.
type backend struct {
	name string
	dsn  func(t testing.TB) string // of a new, empty database
}

// suite is what both databases must do alike.
var suite = map[string]func(*testing.T, backend){}

func TestSQLite(t *testing.T) {
	t.Parallel()
	b := backend{"SQLite", func(t testing.TB) string { return filepath.Join(t.TempDir(), "history.db") }}
	for name, test := range suite {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, b)
		})
	}
}

func TestPostgreSQL(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	b := backend{"PostgreSQL", func(t testing.TB) string {
		return server.Database(t, strings.ToLower(strings.NewReplacer("/", "_", "=", "_").Replace(t.Name()))+fmt.Sprint(time.Now().UnixNano()%1e6))
	}}
	for name, test := range suite {
		t.Run(name, func(t *testing.T) { test(t, b) }) // one after the other: the server's connections are few
	}
}

// day0 is when the first run was started.
var day0 = time.Date(2026, 3, 1, 2, 0, 0, 123456789, time.UTC)

func day(n int) time.Time { return day0.AddDate(0, 0, n) }

func opened(t testing.TB, o history.Options) *history.Store {
	t.Helper()
	s, err := history.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (b backend) open(t testing.TB) *history.Store {
	t.Helper()
	return opened(t, history.Options{DSN: b.dsn(t)})
}

// night makes the report of the run of a day.
func night(n int, findings ...checks.Finding) *report.Report {
	return report.New(report.Run{
		ID: fmt.Sprintf("run-%04d", n), StartedAt: day(n), FinishedAt: day(n).Add(time.Minute), CollectedAt: day(n).Add(time.Second),
		Version: "1.0.0", Catalog: "2026.1", Config: "sha256:1234",
	}, findings, []facts.Source{{Name: "host", Target: "LCS01.contoso.com", Status: facts.OK, DurationMs: int64(1000 + n)}})
}

func save(t testing.TB, s *history.Store, scope string, reports ...*report.Report) {
	t.Helper()
	for _, r := range reports {
		if err := s.Save(t.Context(), history.Record{Scope: scope, Report: r}); err != nil {
			t.Fatal(err)
		}
	}
}

func same(t testing.TB, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s, -want +got:\n%s", what, diff)
	}
}

// must returns what a query returned.
func must[T any](t testing.TB) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// finding makes one of cause x on lcs01.
func finding(verdict checks.Verdict, observed ...string) checks.Finding {
	f := checks.Finding{
		ID: "x/lcs01.contoso.com", Cause: "x", Codes: []int{503}, Severity: checks.Major, Verdict: verdict,
		Subject: checks.Subject{Kind: checks.ServerSubject, Name: "lcs01.contoso.com", Server: "lcs01.contoso.com"},
	}
	for _, o := range observed {
		f.Evidence = append(f.Evidence, checks.Evidence{Observed: o, Source: "host", Host: "lcs01.contoso.com"})
	}
	if verdict == checks.Undetermined {
		f.Reason = "host lcs01.contoso.com: refused"
	}
	return f
}

// ofUsers makes a finding of users of lcs01; present ones have a shape and a
// severity in their id.
func ofUsers(verdict checks.Verdict, shape string, severity checks.Severity) checks.Finding {
	f := checks.Finding{
		ID: "u/users of lcs01.contoso.com", Cause: "u", Shape: shape, Codes: []int{403}, Severity: severity, Verdict: verdict,
		Subject: checks.Subject{Kind: checks.UsersSubject, Name: "users of lcs01.contoso.com", Server: "lcs01.contoso.com"},
	}
	if verdict == checks.Present {
		f.ID += "/" + shape + "/" + string(severity)
		f.Affected = &checks.Affected{Count: 1, Users: []string{"kim@contoso.com"}}
	}
	if verdict == checks.Undetermined {
		f.Reason = "rtcdb lcs01.contoso.com: refused"
	}
	return f
}

// help does what a helper process is for.
func help(role string) error {
	ctx := context.Background()
	switch role {
	case "save":
		return saveForEver(ctx, os.Getenv("HISTORY_TEST_DSN"))
	case "full":
		return saveUntilFull(ctx, os.Getenv("HISTORY_TEST_DSN"))
	case "hold":
		return holdLocked(ctx, os.Getenv("HISTORY_TEST_DSN"))
	}
	return fmt.Errorf("no helper is called %s", role)
}
