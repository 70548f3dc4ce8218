package peer

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// BuildGo builds the main package for Windows and returns the program's path on this
// machine. The package is named as for go build, from the folder of the test.
func (w *Wine) BuildGo(t testing.TB, pkg string) string {
	t.Helper()
	return w.mustBuild(t, pkg, "build")
}

// BuildGoTest builds the tests of a package for Windows, as go test -c does, and
// returns the program's path on this machine.
func (w *Wine) BuildGoTest(t testing.TB, pkg string) string {
	t.Helper()
	return w.mustBuild(t, pkg, "test", "-c", "-vet=off")
}

func (w *Wine) mustBuild(t testing.TB, pkg string, how ...string) string {
	t.Helper()
	program, err := w.build(t.Context(), pkg, how...)
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// build builds a package once.
func (w *Wine) build(ctx context.Context, pkg string, how ...string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := strings.Join(append(how, pkg), " ")
	if program, ok := w.built[key]; ok {
		return program, nil
	}
	program := filepath.Join(w.dir, strconv.Itoa(len(w.built))+".exe")
	// A go test that runs this may have set flags (-race) that Windows does not take.
	cmd := exec.CommandContext(ctx, "go", append(how, "-trimpath", "-o", program, pkg)...)
	cmd.Env = append(cmd.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0", "GOFLAGS=")
	cmd.WaitDelay = killTimeout
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go %s: %w: %s", key, errors.Join(err, ctx.Err()), tail(string(out)))
	}
	w.built[key] = program
	return program, nil
}
