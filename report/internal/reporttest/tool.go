package reporttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"
)

// Tool runs a program that reads what a format wrote, and returns its output.
// Without the program the test is skipped, or fails where the environment says
// CI=true.
func Tool(t *testing.T, input []byte, name string, args ...string) (stdout string, err error) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing := "NOT TESTED: " + name + " is not installed, so nothing but this program's own tests shows that others read the format"
		if os.Getenv("CI") == "true" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, path, args...)
	command.Stdin = bytes.NewReader(input)
	var out, stderr bytes.Buffer
	command.Stdout, command.Stderr = &out, &stderr
	if err := command.Run(); err != nil {
		return out.String(), fmt.Errorf("%s: %w\n%s", name, err, stderr.String())
	}
	return out.String(), nil
}

// Full is a writer that takes nothing: "disk full".
type Full struct{}

func (Full) Write([]byte) (int, error) { return 0, errors.New("disk full") }
