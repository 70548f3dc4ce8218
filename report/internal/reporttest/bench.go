package reporttest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Spent is how long some work takes.
func Spent(work func()) time.Duration {
	started := time.Now()
	work()
	return time.Since(started)
}

// NoteAim tells whether a benchmark reaches its aim, and adds a line to the file
// beside the one that BENCH_REPORT names, with those of the other pages.
func NoteAim(b *testing.B, what, aim, measured string, met bool) {
	b.Helper()
	line := fmt.Sprintf("| %s | %s | %s | %s |\n", what, aim, measured, map[bool]string{true: "met", false: "**missed**"}[met])
	fmt.Printf("\n%s", line)
	if !met {
		b.Errorf("missed: %s", strings.TrimSpace(line))
	}
	file := os.Getenv("BENCH_REPORT")
	if file == "" {
		return
	}
	file = strings.TrimSuffix(file, filepath.Ext(file)) + "-page" + filepath.Ext(file)
	out, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	_, err = out.WriteString(line)
	if err = errors.Join(err, out.Close()); err != nil {
		b.Fatal(err)
	}
}
