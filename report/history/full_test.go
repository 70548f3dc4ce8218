package history_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"lcshealth/report/history"
)

// saveUntilFull saves until there is no more space, which must be told, and
// then reads everything.
func saveUntilFull(ctx context.Context, dsn string) error {
	s, err := history.Open(ctx, history.Options{DSN: dsn})
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		err := s.Save(ctx, history.Record{Scope: "default", Report: big(n), Messages: []history.Message{{Channel: "mail"}}})
		if err == nil {
			continue
		}
		var told *history.Error
		if !errors.Is(err, history.ErrFull) && !errors.Is(err, history.ErrDisk) || !errors.As(err, &told) || !strings.Contains(told.Hint(), "intact") {
			return fmt.Errorf("the wrong error: %w", err)
		}
		runs, err := s.Runs(ctx, history.Filter{})
		if err != nil || len(runs) != n || n == 0 {
			return fmt.Errorf("%d runs instead of %d: %w", len(runs), n, err)
		}
		fmt.Println(n)
		return s.Check(ctx)
	}
}

// On a full disk nothing is lost, and saving goes on once there is space.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("TEST NOT RUN: limits of files and file systems are set on Linux only")
	}
	for _, tt := range []struct {
		name    string
		command string // runs "$0" where space is short, in the folder $1
		away    string // how to have space again
	}{
		{"no file may grow", `ulimit -f 1200; exec "$0"`, ""}, // of 512 octets, or 1024
		{"the file system is full", `mount -t tmpfs -o size=600k none "$1" && "$0"; code=$?; cp "$1"/* "$1"/../copy/; umount "$1"; exit $code`, "copy"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			folder := filepath.Join(t.TempDir(), "full")
			for _, name := range []string{folder, filepath.Join(folder, "../copy")} {
				if err := os.MkdirAll(name, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			args := []string{"sh", "-c", tt.command, os.Args[0], folder}
			if tt.away != "" {
				if os.Geteuid() != 0 || exec.CommandContext(t.Context(), "unshare", "-m", "true").Run() != nil {
					t.Skip("TEST NOT RUN: a file system can be mounted by root only, where mounting is allowed")
				}
				args = append([]string{"unshare", "-m"}, args...)
			}
			cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
			cmd.Env = append(os.Environ(), helperRole+"=full", "HISTORY_TEST_DSN="+filepath.Join(folder, "history.db"))
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			s := opened(t, history.Options{DSN: filepath.Join(folder, "..", map[bool]string{true: "full", false: tt.away}[tt.away == ""], "history.db"), MustExist: true})
			if err := s.Check(t.Context()); err != nil {
				t.Error(err)
			}
			var n int
			if _, err := fmt.Sscan(string(out), &n); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			save(t, s, "default", night(5000, finding(P)))
			if runs := must[[]history.Run](t)(s.Runs(t.Context(), history.Filter{})); len(runs) != n+1 {
				t.Errorf("%d runs instead of %d", len(runs), n+1)
			}
		})
	}
}
