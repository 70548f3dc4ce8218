package peer

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// WineOptions says what the Windows of a [Wine] holds. The zero value is a
// Windows as Wine installs it.
type WineOptions struct {
	// Services are installed and put into their states, as [Wine.Service] does.
	Services []WineService
}

// Wine is a Windows of its own: a Wine prefix with its server and services
// running, without a display. It stands for the host of a server: it has a
// service control manager, a registry, certificate stores, cscript and WMI.
//
// Programs built by Go run in it, see [Wine.BuildGo].
type Wine struct {
	dir    string // holds everything
	server *process

	mu    sync.Mutex
	built map[string]string // by arguments of the build: the program
}

// StartWine installs a Windows and ends it when the test ends. It takes some seconds:
// [ShareWine] one where tests do not change it. Without the programs the test ends
// as [Need] says.
func StartWine(t testing.TB, opt WineOptions) *Wine {
	t.Helper()
	needWine(t)
	w, err := startWine(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.stop(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func needWine(t testing.TB) {
	t.Helper()
	Need(t, "wine", "wineserver", "setpriv", "go")
}

// Command returns a command that runs a Windows program: the name of one of Wine's
// own (cscript, reg), or the path of one on this machine or in Windows. Its
// arguments are handed over as they are; see [Wine.Path] for those that are paths.
func (w *Wine) Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	if filepath.IsAbs(name) {
		name = w.Path(name)
	}
	cmd := exec.CommandContext(ctx, "wine", append([]string{name}, args...)...)
	cmd.Env = w.env(cmd.Environ())
	cmd.WaitDelay = killTimeout
	return cmd
}

// Path returns what a file or folder of this machine is called in Windows.
func (w *Wine) Path(host string) string {
	if abs, err := filepath.Abs(host); err == nil {
		host = abs
	}
	return "Z:" + strings.ReplaceAll(host, "/", `\`)
}

// DriveC returns the folder of this machine that is C:\ in Windows.
func (w *Wine) DriveC() string { return filepath.Join(w.prefix(), "drive_c") }

func (w *Wine) prefix() string { return filepath.Join(w.dir, "prefix") }

// env replaces what belongs to the display and to any other Wine of the user.
func (w *Wine) env(own []string) []string {
	var env []string
	for _, setting := range own {
		name, _, _ := strings.Cut(setting, "=")
		if name == "DISPLAY" || name == "WAYLAND_DISPLAY" || strings.HasPrefix(name, "WINE") {
			continue
		}
		env = append(env, setting)
	}
	return append(env,
		"WINEPREFIX="+w.prefix(),
		"WINEARCH=win64",
		"WINEDEBUG=-all",
		// Without the first two nobody offers to download .NET and a browser, and
		// without the last Windows does not write to the user's menus.
		"WINEDLLOVERRIDES=mscoree,mshtml=;winemenubuilder.exe=",
		"TMPDIR="+w.dir, // Debian's Wine has its server's socket there
		"LC_ALL=C.UTF-8",
	)
}
