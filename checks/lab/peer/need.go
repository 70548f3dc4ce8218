package peer

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Need ends the test when one of the programs is not installed. On a developer's
// machine the test is skipped, and says what to install. With CI=true in the
// environment it fails, because a test that never runs there proves nothing.
func Need(t testing.TB, programs ...string) {
	t.Helper()
	var missing []string
	for _, name := range programs {
		if _, err := lookPath(name); err != nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		Lack(t, "not installed: "+strings.Join(missing, ", ")+" (.ci/peers installs it)")
	}
}

// Program returns where a program is, and ends the test, as [Need] does, when it
// is not installed.
func Program(t testing.TB, name string) string {
	t.Helper()
	Need(t, name)
	path, err := lookPath(name)
	if err != nil {
		t.Fatal(err) // it was there a moment ago
	}
	return path
}

// NeedRoot ends the test, as [Need] does, when it does not run as root on Linux.
func NeedRoot(t testing.TB) {
	t.Helper()
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		Lack(t, "needs root on Linux, to serve the well-known ports below 1024")
	}
}

// Lack ends the test, as [Need] does, for want of something else.
func Lack(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("TEST CANNOT RUN: %s", why)
	}
	t.Skipf("TEST NOT RUN: %s", why)
}

// lookPath finds a program as the shell would, and also where Debian keeps servers,
// which is not on an ordinary user's PATH.
func lookPath(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err == nil {
		return path, nil
	}
	for _, dir := range []string{"/usr/sbin", "/sbin"} {
		if path, sbinErr := exec.LookPath(filepath.Join(dir, name)); sbinErr == nil {
			return path, nil
		}
	}
	return "", err
}
