package schedule

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/windows"
)

// Windows hands a program one line; the program and the system's own function
// split it into what was written.
func TestWindowsReadsArguments(t *testing.T) {
	t.Parallel()
	for _, text := range awkward {
		want := []string{"audit", text, `C:\a ` + text, "end"}
		var quoted []string
		for _, arg := range want {
			quoted = append(quoted, windowsQuote(arg))
		}
		line := `"` + os.Args[0] + `" ` + strings.Join(quoted, " ")
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), "SCHEDULE_TEST_ARGUMENTS=1")
		cmd.SysProcAttr = &syscall.SysProcAttr{CmdLine: line}
		out, err := cmd.Output()
		if diff := cmp.Diff(want, strings.Split(string(out), "\x00")); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", line, err, diff)
		}
		args, err := windows.DecomposeCommandLine(line)
		if err != nil {
			t.Errorf("%s: %v", line, err)
		} else if diff := cmp.Diff(want, args[1:]); diff != "" {
			t.Errorf("%s: CommandLineToArgv (-want +got):\n%s", line, diff)
		}
	}
}
