package schedule

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/lab/peer"
)

// shWords lets a real shell split a line.
func shWords(t *testing.T, line string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `set -f; printf '%s\0' `+line)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("sh on %q: %v", line, err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

// crons are what crons do to a command before the shell sees it: cut it at a %
// that has no backslash before it, and then remove that backslash (cronie), or
// leave it (Vixie's 3.0), or remove it before another backslash too (ISC's 4.0).
var crons = map[string]func(string) string{
	"cronie":    func(line string) string { return cronCommandOf(line, "%") },
	"vixie 3.0": func(line string) string { return cronCommandOf(line, "") },
	"isc 4.0":   func(line string) string { return cronCommandOf(line, `%\`) },
}

func cronCommandOf(line, unescape string) string {
	var out strings.Builder
	escaped := false
	for _, r := range line {
		switch {
		case escaped:
			escaped = false
			if strings.ContainsRune(unescape, r) {
				text := strings.TrimSuffix(out.String(), `\`)
				out.Reset()
				out.WriteString(text)
			}
		case r == '\\':
			escaped = true
		case r == '%':
			return out.String()
		}
		out.WriteRune(r)
	}
	return out.String()
}

// commandOf is the last line of a crontab without its times and its user.
func commandOf(t *testing.T, f File, user string) string {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(string(f.Data)), "\n")
	words := 5
	if user != "" {
		words = 6
	}
	parts := strings.SplitN(lines[len(lines)-1], " ", words+1)
	if user != "" && parts[5] != user {
		t.Fatalf("the user is %q in %q", parts[5], lines[len(lines)-1])
	}
	return parts[words]
}

// A real shell runs what each cron makes of the line, and the program sees its
// arguments as they were.
func TestCronArguments(t *testing.T) {
	t.Parallel()
	peer.Need(t, "sh", "shuf")
	dir := t.TempDir()
	for i, text := range awkward {
		o := options(t, "15 2 * * *", "")
		jittered, err := o.Schedule.Jittered(text, time.Second) // shuf -i 0-1
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			o.Schedule = jittered
		}
		o.Scope, o.Config = text, "/etc/"+text
		o.Binary = filepath.Join(dir, fmt.Sprintf("%d ", i)+strings.ReplaceAll(text, "/", "_"))
		if i%2 == 0 {
			o.User = ""
		}
		if err := os.WriteFile(o.Binary, []byte("#!/bin/sh\nprintf '%s\\0' \"$0\" \"$@\"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		f, err := Cron(o)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Join(o.command(), "\x00") + "\x00"
		command := commandOf(t, f, o.User)
		for name, cron := range crons {
			out, err := exec.CommandContext(t.Context(), "sh", "-c", cron(command)).CombinedOutput()
			if err != nil || string(out) != want {
				t.Errorf("%s: %s\n got %q, %v\nwant %q", name, command, out, err, want)
			}
		}
	}
}

func TestCrontabFields(t *testing.T) {
	t.Parallel()
	for expr, want := range map[string]string{
		"15 2 * * *":                "15 2 * * *",
		"@hourly":                   "0 * * * *",
		"*/15 0-23 ? jan-dec 7":     "0-45/15 * * * 0",
		"0-59 */5 1-31 1,2 mon-fri": "* 0-20/5 1-31 1,2 1-5",
		"5,6 1 1,3,7 * 0-6":         "5,6 1 1,3,7 * 0-6",
	} {
		s := mustParse(t, expr, "")
		got := s.crontab()
		if got != want {
			t.Errorf("%s: %s, want %s", expr, got, want)
		}
		if again := mustParse(t, got, ""); !sameTimes(again, s) {
			t.Errorf("%s: %s is another schedule", expr, got)
		}
	}
}

// sameTimes says whether two schedules run at the same times. Whether a time of
// the day was written with a star does not matter; for days it does.
func sameTimes(a, b Schedule) bool {
	for _, s := range []*Schedule{&a, &b} {
		s.spec.Minute &^= star
		s.spec.Hour &^= star
		s.spec.Month &^= star
	}
	return a.spec == b.spec && a.zone == b.zone
}
