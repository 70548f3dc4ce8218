package reporttest

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// quietly are the flags with which a browser starts without asking or looking
// for anything.
var quietly = []string{
	"no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
	"disable-component-update", "disable-sync", "disable-dev-shm-usage", "hide-scrollbars",
}

// chromium finds the browser. Without one the test is skipped, or fails where
// the environment says CI=true.
func chromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	absent(t, "no Chromium is installed, so nothing shows what browsers make of the page")
	return ""
}

// absent ends a test for which something is not installed.
func absent(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal("NOT TESTED: " + what)
	}
	t.Skip("NOT TESTED: " + what)
}

// Chromium loads a page from a file and returns its document once it has
// settled, and what the browser wrote to its console. Without the browser the
// test is skipped, or fails where the environment says CI=true.
func Chromium(t *testing.T, page []byte, flags ...string) (dom, console string) {
	t.Helper()
	browser := chromium(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "page.html")
	if err := os.WriteFile(file, page, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	args := []string{"--headless", "--enable-logging=stderr", "--user-data-dir=" + filepath.Join(dir, "profile"), "--dump-dom"}
	for _, flag := range quietly {
		args = append(args, "--"+flag)
	}
	args = append(args, flags...)
	command := exec.CommandContext(ctx, browser, append(args, "file://"+file)...)
	command.WaitDelay = 5 * time.Second
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", browser, err, stderr.String())
	}
	return stdout.String(), stderr.String()
}
