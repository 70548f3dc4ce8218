package schedule

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lcshealth/checks/lab/peer"
)

// verify lets systemd itself look at unit files.
func verify(t *testing.T, dir string, files []File) (string, error) {
	t.Helper()
	args := []string{"verify", "--man=no"}
	for _, f := range files {
		path := filepath.Join(dir, f.Name)
		if err := os.WriteFile(path, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	out, err := exec.CommandContext(t.Context(), "systemd-analyze", args...).CombinedOutput()
	return string(out), err
}

func TestSystemdVerify(t *testing.T) {
	t.Parallel()
	peer.Need(t, "systemd-analyze")
	dir := t.TempDir()
	var all []File
	for i, name := range awkward {
		name = strings.ReplaceAll(name, "/", "_")
		o := options(t, "*/30 1-3 1,15 * mon-fri", "America/New_York")
		o.Scope = name
		o.Binary = filepath.Join(dir, fmt.Sprintf("%d %s", i, name))
		o.Writable = []string{dir, o.Binary}
		if i%2 == 0 {
			o.User = ""
		}
		if err := os.WriteFile(o.Binary, []byte("#!/bin/sh\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		files, err := Systemd(o)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, files...)
	}
	if out, err := verify(t, dir, all); err != nil || out != "" {
		t.Errorf("%v\n%s", err, out)
	}
	o := options(t, "15 2 * * *", "")
	o.Binary = filepath.Join(dir, "gone")
	files, err := Systemd(o)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := verify(t, dir, files); err == nil || !strings.Contains(out, "gone is not executable") {
		t.Errorf("verify finds nothing wrong with a program that is not there: %v %s", err, out)
	}
}

// bare is what a shell takes for more than itself and systemd prints as it is.
var bare = regexp.MustCompile(`(^| )([#~])`)

// systemd reads the arguments back as they were.
func TestSystemdArguments(t *testing.T) {
	t.Parallel()
	peer.Need(t, "systemd-analyze")
	// Not t.TempDir, into which another user cannot look.
	dir, err := os.MkdirTemp("/tmp", "schedule")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	var units bytes.Buffer
	want := map[string][]string{}
	for i, text := range awkward {
		o := options(t, "15 2 * * *", "")
		o.Scope, o.Config, o.Binary = text, "/etc/"+text, fmt.Sprintf("/bin/%d%s", i, text)
		files, err := Systemd(o)
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("audit%d.service", i)
		if err := os.WriteFile(filepath.Join(dir, name), files[0].Data, 0o644); err != nil { //nolint:gosec // another user reads it
			t.Fatal(err)
		}
		fmt.Fprintf(&units, "Wants=%s\n", name)
		want[name] = o.command()
	}
	for name, text := range map[string]string{
		"all.service":  "[Unit]\n" + units.String() + "[Service]\nExecStart=/bin/true\n",
		"basic.target": "[Unit]\n", "shutdown.target": "[Unit]\n", "default.target": "[Unit]\n",
		"network-online.target": "[Unit]\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil { //nolint:gosec // another user reads it
			t.Fatal(err)
		}
	}
	got := commandLines(t, dir)
	for name, args := range want {
		line, ok := got[name]
		if !ok {
			t.Errorf("systemd does not know %s", name)
			continue
		}
		var read []string
		for i, word := range shWords(t, bare.ReplaceAllString(line, `$1\$2`)) {
			if i > 0 { // the path of the program is not expanded, so systemd leaves it alone
				word = strings.ReplaceAll(word, "$$", "$") // as it is run
			}
			read = append(read, word)
		}
		if read[0] == "/bin/sh" { // see systemdCommand
			if read[2] != `exec "$0" "$@"` {
				t.Errorf("%s: the shell runs %s", name, read[2])
			}
			read = read[3:]
		}
		if fmt.Sprintf("%q", read) != fmt.Sprintf("%q", args) {
			t.Errorf("%s\n got %q\nwant %q", name, read, args)
		}
	}
}
