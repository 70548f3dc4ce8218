package history_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/history"
	"lcshealth/report/internal/reporttest"
)

// helper starts this binary as a helper.
func helper(t *testing.T, role, dsn string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), helperRole+"="+role, "HISTORY_TEST_DSN="+dsn)
	cmd.Stderr = os.Stderr
	return cmd
}

func TestFileIsForItsOwner(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "folder", "with ? % # &.db")
	if _, err := history.Open(t.Context(), history.Options{DSN: path, MustExist: true}); !errors.Is(err, fs.ErrNotExist) || strings.Count(err.Error(), path) != 1 {
		t.Errorf("one that must exist: %v", err)
	}
	s := opened(t, history.Options{DSN: path})
	save(t, s, "a", night(0, finding(P)))
	if runtime.GOOS != "windows" {
		for name, want := range map[string]fs.FileMode{path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600, filepath.Dir(path): fs.ModeDir | 0o700} {
			if info, err := os.Stat(name); err != nil || info.Mode() != want {
				t.Errorf("%s: %v, %v", name, info, err)
			}
		}
	}
	opened(t, history.Options{DSN: path, MustExist: true})
	if s.Where() != path {
		t.Error(s.Where())
	}
	if _, err := history.Open(t.Context(), history.Options{DSN: filepath.Dir(path)}); err == nil || !strings.Contains(err.Error(), "it is a folder") {
		t.Errorf("a folder: %v", err)
	}
	if _, err := history.Open(t.Context(), history.Options{}); err == nil {
		t.Error("opened nothing")
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Runs(canceled, history.Filter{}); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	if err := s.Save(canceled, history.Record{Scope: "a", Report: night(1)}); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

// big is a report that takes some pages.
func big(n int) *report.Report {
	r := reporttest.Sample()
	r.Run.ID, r.Run.StartedAt = fmt.Sprintf("run-%04d-%d", n, os.Getpid()), day(n)
	r.Findings = append(r.Findings, finding([]checks.Verdict{P, U, A}[n%3]))
	for i := range 40 {
		f := ofUsers(P, fmt.Sprintf("shape-%d-%d", i, n%7), checks.Major)
		f.Reason = fmt.Sprint(rand.Uint64(), rand.Uint64(), rand.Uint64())
		r.Findings = append(r.Findings, f)
	}
	return r
}

func saveForEver(ctx context.Context, dsn string) error {
	s, err := history.Open(ctx, history.Options{DSN: dsn, Wait: time.Minute})
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		record := history.Record{Scope: "default", Report: big(n), Messages: []history.Message{{Channel: "mail"}}}
		if err := s.Save(ctx, record); err != nil {
			return err
		}
		fmt.Println(record.Report.Run.ID) // it is stored
		if n%5 == 4 {
			if _, err := s.Prune(ctx, history.Policy{KeepRuns: 20}); err != nil {
				return err
			}
		}
	}
}

// A process that is killed at any moment leaves a history that is whole and has
// every run that was told to be stored.
func TestKilledWhileSaving(t *testing.T) {
	t.Parallel()
	dsn := filepath.Join(t.TempDir(), "history.db")
	total := 0
	for range 24 {
		cmd := helper(t, "save", dsn)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		last := ""
		for range rand.IntN(4) { // of the first ones nothing, so that opening is hit too
			if lines.Scan() {
				last = lines.Text()
			}
		}
		time.Sleep(time.Duration(rand.Int64N(int64(30 * time.Millisecond)))) // any moment
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() {
			last = lines.Text()
		}
		_ = cmd.Wait() // killed, as it should be

		s := opened(t, history.Options{DSN: dsn})
		if err := s.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		runs := must[[]history.Run](t)(s.Runs(t.Context(), history.Filter{}))
		if last != "" {
			if _, err := s.Run(t.Context(), last); err != nil {
				t.Errorf("run %s was stored: %v", last, err)
			}
			total++
		}
		for _, run := range runs {
			r := must[*report.Report](t)(s.Report(t.Context(), run.ID))
			n := len(must[[]history.SourcePoint](t)(s.SourceHistory(t.Context(), "default", "", "", run.StartedAt)))
			if len(r.Findings) != len(big(0).Findings) || n < len(r.Sources) {
				t.Errorf("run %s has %d findings and %d sources", run.ID, len(r.Findings), n)
			}
		}
		for _, span := range must[[]history.Span](t)(s.Findings(t.Context(), "default")) {
			if span.LastRun != runs[0].ID {
				t.Errorf("%s ends with %s, not with %s", span.Finding, span.LastRun, runs[0].ID)
			}
		}
	}
	if total < 10 {
		t.Errorf("only %d of the processes stored a run before they were killed", total)
	}
}

func holdLocked(ctx context.Context, dsn string) error {
	db, err := openRaw(dsn)
	if err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	fmt.Println("locked")
	_, err = io.Copy(io.Discard, os.Stdin) // until it is told to end
	return err
}

// What is removed is given back to the file system.
func TestPruneShrinksTheFile(t *testing.T) {
	t.Parallel()
	dsn := filepath.Join(t.TempDir(), "history.db")
	s := opened(t, history.Options{DSN: dsn})
	for n := range 60 {
		save(t, s, "a", big(n))
	}
	size := func() int64 {
		info, err := os.Stat(dsn)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	must[history.Pruned](t)(s.Prune(t.Context(), history.Policy{KeepRuns: 59})) // and what is in the log is in the file
	before := size()
	must[history.Pruned](t)(s.Prune(t.Context(), history.Policy{KeepRuns: 1, KeepSpans: 1}))
	if after := size(); after > before/3 {
		t.Errorf("%d octets are left of %d", after, before)
	}
}

// While another process writes, reading goes on and writing waits, for so long
// and no longer.
func TestLockedByAnotherProcess(t *testing.T) {
	t.Parallel()
	dsn := filepath.Join(t.TempDir(), "history.db")
	s := opened(t, history.Options{DSN: dsn, Wait: 50 * time.Millisecond})
	save(t, s, "a", night(0, finding(P)))

	cmd := helper(t, "hold", dsn)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	must[*report.Report](t)(s.Latest(t.Context(), "a"))
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	opened(t, history.Options{DSN: dsn, Wait: 50 * time.Millisecond})
	err = s.Save(t.Context(), history.Record{Scope: "a", Report: night(1, finding(P))})
	var told *history.Error
	if !errors.Is(err, history.ErrLocked) || !errors.As(err, &told) || !strings.Contains(told.Hint(), "another process") {
		t.Errorf("locked: %v", err)
	}
	patient := opened(t, history.Options{DSN: dsn, Wait: time.Minute})
	saved := make(chan error, 1)
	go func() { saved <- patient.Save(t.Context(), history.Record{Scope: "a", Report: night(2, finding(P))}) }()
	select {
	case err := <-saved:
		t.Errorf("it did not wait: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	_ = in.Close()
	if err := <-saved; err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
