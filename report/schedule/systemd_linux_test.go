package schedule

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// commandLines starts systemd as a user's service manager that only tells what it
// would do, and returns the command of every service of a folder as words for a
// shell.
func commandLines(t *testing.T, dir string) map[string]string {
	t.Helper()
	run := filepath.Join(dir, "run")
	if err := os.Mkdir(run, 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "/lib/systemd/systemd", "--user", "--test", "--unit=all.service")
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + dir, "XDG_RUNTIME_DIR=" + run, "SYSTEMD_UNIT_PATH=" + dir}
	cmd.Dir = dir
	if os.Geteuid() == 0 { // who can be no such manager
		const nobody = 65534
		if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // another user reads it
			t.Fatal(err)
		}
		if err := os.Chown(run, nobody, nobody); err != nil {
			t.Fatal(err)
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("systemd --test: %v\n%s", err, out)
	}
	lines := map[string]string{}
	unit := ""
	scan := bufio.NewScanner(bytes.NewReader(out))
	for scan.Scan() {
		text := strings.TrimSpace(scan.Text())
		if name, ok := strings.CutPrefix(text, "-> Unit "); ok {
			unit = strings.TrimSuffix(name, ":")
		}
		if line, ok := strings.CutPrefix(text, "Command Line: "); ok {
			lines[unit] = line
		}
	}
	if len(lines) == 0 {
		t.Fatalf("systemd --test names no command:\n%s", out)
	}
	return lines
}
