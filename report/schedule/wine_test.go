//go:build !windows

package schedule

import (
	"context"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/lab/peer"
)

// TestOnWindows runs the tests of the lock and of the arguments again, as a
// program of the Windows that Wine provides.
func TestOnWindows(t *testing.T) {
	t.Parallel()
	w := peer.StartWine(t, peer.WineOptions{})
	program := w.BuildGoTest(t, ".")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	out, err := w.Command(ctx, program, "-test.v", "-test.timeout=90s", "-test.run",
		"^Test(Lock|Acquire|Owner|FileName|WindowsReads|NextWhen|ParseErrors)").CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	for _, name := range []string{"TestLockAcrossProcesses/the_holder_is_killed", "TestLockWithinProcess", "TestWindowsReadsArguments"} {
		if !strings.Contains(string(out), "--- PASS: "+name+" ") {
			t.Errorf("%s did not pass:\n%s", name, out)
		}
	}
}
