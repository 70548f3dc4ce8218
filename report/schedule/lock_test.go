package schedule

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// hold is this program as another process: it holds a lock until its standard
// input ends.
func hold(dir, scope string) {
	l, err := Acquire(context.Background(), dir, scope)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("held")
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := l.Release(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// holder starts a process that holds a lock, and waits until it does.
func holder(t *testing.T, dir, scope string) (*exec.Cmd, io.Closer) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "SCHEDULE_TEST_HOLD="+dir, "SCHEDULE_TEST_SCOPE="+scope)
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
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || strings.TrimSpace(line) != "held" {
		t.Fatalf("the holder says %q: %v", line, err)
	}
	return cmd, in
}

func TestLockAcrossProcesses(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"ends", "is killed"} {
		t.Run("the holder "+end, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(folder(t), "locks")
			cmd, in := holder(t, dir, "contoso")
			_, err := Acquire(t.Context(), dir, "contoso")
			var running *RunningError
			if !errors.Is(err, ErrRunning) || !errors.As(err, &running) {
				t.Fatalf("the lock of another process: %v", err)
			}
			if o := running.Owner; o.PID != cmd.Process.Pid || o.Started.IsZero() || o.Host == "" {
				t.Errorf("the owner is %+v, not process %d", o, cmd.Process.Pid)
			}
			if want := fmt.Sprintf("(process %d)", cmd.Process.Pid); !strings.Contains(err.Error(), "scope contoso is running since 2") || !strings.Contains(err.Error(), want) {
				t.Errorf("the message is %q, without %q", err, want)
			}
			other, err := Acquire(t.Context(), dir, "fabrikam")
			if err != nil {
				t.Fatalf("another scope: %v", err)
			}
			defer other.Release()

			if end == "ends" {
				in.Close()
				if err := cmd.Wait(); err != nil {
					t.Fatal(err)
				}
			} else {
				if err := cmd.Process.Kill(); err != nil { // SIGKILL
					t.Fatal(err)
				}
				if err := cmd.Wait(); err == nil {
					t.Fatal("the holder ended well although it was killed")
				}
			}
			l, err := Acquire(t.Context(), dir, "contoso")
			if err != nil {
				t.Fatalf("after the holder %s: %v", end, err)
			}
			if o := readOwner(l.path); o.PID != os.Getpid() {
				t.Errorf("the owner is %+v, not this process", o)
			}
			if err := errors.Join(l.Release(), l.Release()); err != nil {
				t.Error(err)
			}
			if o := readOwner(l.path); o != (Owner{}) {
				t.Errorf("nobody's lock names %+v", o)
			}
		})
	}
}

func TestLockWithinProcess(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	var inside, got atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				l, err := Acquire(t.Context(), dir, "default")
				if errors.Is(err, ErrRunning) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if n := inside.Add(1); n != 1 {
					t.Errorf("%d hold the lock", n)
				}
				got.Add(1)
				inside.Add(-1)
				if err := l.Release(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got.Load() == 0 {
		t.Error("nobody ever held the lock")
	}
}

func TestAcquireErrors(t *testing.T) {
	t.Parallel()
	file := filepath.Join(folder(t), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Acquire(t.Context(), file, "default"); err == nil || errors.Is(err, ErrRunning) || !strings.HasPrefix(err.Error(), "lock scope default: ") {
		t.Errorf("a folder that is a file: %v", err)
	}
	for _, scope := range []string{"", "a\nb", "a\xff"} {
		if _, err := Acquire(t.Context(), folder(t), scope); err == nil || !strings.HasPrefix(err.Error(), "lock: ") {
			t.Errorf("scope %q: %v", scope, err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Acquire(ended, folder(t), "default"); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

// A record that a crash left half written, or that somebody wrote, is nobody's.
func TestOwnerDamaged(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "x", "\x00{\"pid\":", "\x00[]", "\x00" + strings.Repeat("{", 600)} {
		path := filepath.Join(folder(t), "damaged.lock")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if o := readOwner(path); o != (Owner{}) {
			t.Errorf("%q names %+v", text, o)
		}
	}
}

func TestFileName(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", nameLength)
	seen := map[string]string{}
	for _, scope := range []string{
		"default", "contoso-eu", "Default", "DEFAULT", "a b", "a-b", "a_b", "a/b", "../a", "..", ".", "-", "con", "nul", "a%b", "ä", "a\\b",
		long, long + "a", long + "b", "default_37a8eec1ce19687d132f", "default_", "$(id)",
	} {
		name := fileName(scope)
		if other, ok := seen[name]; ok {
			t.Errorf("%q and %q share the name %s", scope, other, name)
		}
		seen[name] = scope
		for _, r := range name {
			if r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') {
				t.Errorf("%q has the name %q", scope, name)
			}
		}
	}
	if got := fileName("contoso-eu"); got != "contoso-eu" {
		t.Errorf("a plain scope has the name %s", got)
	}
}
