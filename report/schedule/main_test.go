package schedule

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones are the same on every machine

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestMain makes this program hold a lock or print its arguments if a test asks
// for it.
func TestMain(m *testing.M) {
	if dir := os.Getenv("SCHEDULE_TEST_HOLD"); dir != "" {
		hold(dir, os.Getenv("SCHEDULE_TEST_SCOPE"))
		return
	}
	if os.Getenv("SCHEDULE_TEST_ARGUMENTS") != "" {
		fmt.Print(strings.Join(os.Args[1:], "\x00"))
		return
	}
	os.Exit(m.Run())
}

// golden compares with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got; -update writes it):\n%s", path, diff)
	}
}

func mustParse(t testing.TB, expr, zone string) Schedule {
	t.Helper()
	s, err := Parse(expr, zone)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func at(t testing.TB, text string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// runs are the runs after a time and not after another.
func runs(s Schedule, after, until time.Time) (out []time.Time) {
	for n := s.Next(after); !n.IsZero() && !n.After(until); n = s.Next(n) {
		out = append(out, n)
	}
	return out
}

// options are those of an ordinary audit.
func options(t testing.TB, expr, zone string) Options {
	return Options{
		Schedule: mustParse(t, expr, zone), Scope: "default", Binary: "/usr/local/bin/lcshealth",
		Config: "/etc/lcshealth/lcshealth.yaml", Deadline: 30 * time.Minute, User: "lcshealth",
		Now: time.Date(2026, 11, 22, 4, 30, 0, 0, time.UTC),
	}
}

// folder is a folder for a test. That of testing is not used on Windows, since
// Wine does not remove files the way Go asks for, and the test would fail.
func folder(t *testing.T) string {
	t.Helper()
	if runtime.GOOS != "windows" {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp("", "schedule")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
