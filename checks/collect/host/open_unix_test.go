//go:build unix

package host

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

func fifo(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lcs01.ndjson")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestPipeWithoutWriter opens a named pipe at whose other end nobody is. The
// source must end with its context although opening the pipe does not.
func TestPipeWithoutWriter(t *testing.T) {
	path := fifo(t)
	ctx, cancel := context.WithCancel(t.Context())
	source := New(Config{FQDN: lcs01, File: path}, nil)
	done := make(chan error)
	go func() {
		_, err := source.Collect(ctx, collect.NewSession("host", lcs01, nil, nil))
		done <- err
	}()
	select {
	case err := <-done:
		t.Fatalf("it ended before its context: %v", err)
	default:
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	// Whoever opens the pipe now lets the goroutine go that was left behind.
	writer, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_ = writer.Close()
}

// TestPipeThatStops writes half a file into a named pipe and then nothing. The
// goroutine that reads it must end, which its writer sees as a broken pipe.
func TestPipeThatStops(t *testing.T) {
	path := fifo(t)
	ctx, cancel := context.WithCancel(t.Context())
	source := New(Config{FQDN: lcs01, File: path}, nil)
	done := make(chan error)
	go func() {
		_, err := source.Collect(ctx, collect.NewSession("host", lcs01, func() time.Time { return now }, nil))
		done <- err
	}()
	writer, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	if _, err := writer.WriteString(header + "\n" + end("port", 0) + "\n"); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for err == nil {
		_, err = writer.WriteString("\n")
	}
	if !errors.Is(err, syscall.EPIPE) {
		t.Error(err)
	}
}

// TestDeadline runs a source on a named pipe as a check does.
func TestDeadline(t *testing.T) {
	path := fifo(t)
	d := &facts.Deployment{}
	runner := collect.Runner{Deadline: 50 * time.Millisecond}
	if err := runner.Run(t.Context(), d, []collect.Source{New(Config{FQDN: lcs01, File: path}, nil)}); err != nil {
		t.Fatal(err)
	}
	if s := d.Sources[0]; s.Status != facts.Failed || s.Class != facts.Timeout {
		t.Errorf("%+v", s)
	}
	if _, why := d.Server(lcs01).Host.Services.Get(); why == nil || why.Class != facts.Timeout {
		t.Errorf("%+v", why)
	}
	writer, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_ = writer.Close()
}

// TestPipe reads a host file that another program writes into a named pipe.
func TestPipe(t *testing.T) {
	path := fifo(t)
	go func() {
		if err := os.WriteFile(path, []byte(example(t)), 0); err != nil {
			t.Error(err)
		}
	}()
	if h, account := collectFrom(t, Config{FQDN: lcs01, File: path}); account.Status != facts.OK || !h.Services.IsObserved() {
		t.Errorf("%+v", account)
	}
}
