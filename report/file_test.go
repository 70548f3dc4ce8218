package report_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"lcshealth/report"
)

func write(text string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}
}

func TestWriteFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.json")
	for _, text := range []string{"first", "second, over the first"} {
		if err := report.WriteFile(path, write(text)); err != nil {
			t.Fatal(err)
		}
		wantFile(t, path, text)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %v, want 0600", info.Mode())
	}
	wantAlone(t, path)
}

func TestWriteFileFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.json")
	if err := report.WriteFile(path, write("first")); err != nil {
		t.Fatal(err)
	}
	boom := errors.New("boom")
	err := report.WriteFile(path, func(w io.Writer) error {
		_, _ = io.WriteString(w, "half of it")
		return boom
	})
	if !errors.Is(err, boom) {
		t.Errorf("error is %v, want boom", err)
	}
	if got, want := err.Error(), "write "+path+": boom"; got != want {
		t.Errorf("error is %q, want %q", got, want)
	}
	wantFile(t, path, "first")
	wantAlone(t, path)
}

func TestWriteFilePanics(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.json")
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = report.WriteFile(path, func(io.Writer) error { panic("boom") })
	}()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v %v", entries, err)
	}
}

func TestWriteFileRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := report.WriteFile(filepath.Join(dir, "missing", "x"), write("")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("folder that is not there: %v", err)
	}
	if err := report.WriteFile(dir, write("")); err == nil {
		t.Error("wrote over a folder")
	}
}

// What is not a file must be written to, not replaced by one.
func TestWriteFilePipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	path := fmt.Sprintf("/dev/fd/%d", w.Fd())
	if _, err := os.Stat(path); err != nil {
		t.Skip("this system has no /dev/fd")
	}
	if err := report.WriteFile(path, write("through the pipe")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if err != nil || string(got) != "through the pipe" {
		t.Errorf("read %q, %v", got, err)
	}
}

func wantFile(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("file holds %q, want %q", got, want)
	}
}

// wantAlone fails if a temporary file was left next to path.
func wantAlone(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || entries[0].Name() != filepath.Base(path) {
		t.Errorf("folder holds %v, want only %s", entries, filepath.Base(path))
	}
}
