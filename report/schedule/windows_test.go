package schedule

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"

	"lcshealth/checks/lab/peer"
)

func windowsOptions(t testing.TB, expr string) Options {
	o := options(t, expr, "")
	o.Binary, o.Config, o.User = `C:\Program Files\lcshealth\lcshealth.exe`, `C:\ProgramData\lcs health\lcshealth.yaml`, ""
	return o
}

// readTask reads a task back, as UTF-8 and as a value.
func readTask(t testing.TB, f File) ([]byte, task) {
	t.Helper()
	if !bytes.HasPrefix(f.Data, []byte{0xff, 0xfe, '<', 0}) {
		t.Fatalf("the file begins with % x, not as UTF-16 of little endian with its mark", f.Data[:4])
	}
	text, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(f.Data)
	if err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(bytes.NewReader(text))
	d.CharsetReader = func(charset string, r io.Reader) (io.Reader, error) {
		if charset != "UTF-16" {
			return nil, fmt.Errorf("the file calls itself %s", charset)
		}
		return r, nil // decoded above
	}
	var v task
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return text, v
}

func TestWindowsTask(t *testing.T) {
	t.Parallel()
	peer.Need(t, "xmllint")
	dir := t.TempDir()
	for i, expr := range []string{
		"15 2 * * *", "*/15 * * * *", "@hourly", "@weekly", "@monthly", "@yearly", "0 6,18 * * 1-5", "0 3 1,15 2-4 *",
		"0 3 * 6 0", "0 3 13 * 5", "0 3 13 6,7 5", "5,35 * 1-31 * 1", "0 0-23/2 * 1 *",
	} {
		o := windowsOptions(t, expr)
		o.Scope = awkward[i]
		var err error
		if o.Schedule, err = o.Schedule.Jittered(o.Scope, 10*time.Minute); err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			o.User = `CONTOSO\svc--lcs$`
		}
		f, err := WindowsTask(o)
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		readTask(t, f)
		path := filepath.Join(dir, f.Name)
		if err := os.WriteFile(path, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), "xmllint", "--noout", "--nonet", "--schema", "testdata/task.xsd", path).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", expr, err, out)
		}
	}
}

func TestWindowsGolden(t *testing.T) {
	t.Parallel()
	o := windowsOptions(t, "0 3 13 6,7 5")
	o.User, o.Config, o.Scope = `CONTOSO\svc-lcs`, `C:\100% & more\lcshealth.yaml`, "contoso"
	f, err := WindowsTask(o)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := readTask(t, f)
	golden(t, f.Name+".golden", bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")))
}

func TestWindowsTriggers(t *testing.T) {
	t.Parallel()
	everyDay := &daily{DaysInterval: 1}
	tests := []struct {
		expr string
		want []trigger
	}{
		{"15 2 * * *", []trigger{{StartBoundary: "2026-11-23T02:15:00", Daily: everyDay}}},
		{"15 2 1-31 * 1", []trigger{{StartBoundary: "2026-11-23T02:15:00", Daily: everyDay}}},
		{"*/15 * * * *", []trigger{{StartBoundary: "2026-11-23T00:00:00", Daily: everyDay, Repetition: &repetition{Interval: "PT15M", Duration: "P1D"}}}},
		{"5,35 * * * 0", []trigger{{StartBoundary: "2026-11-23T00:05:00", Repetition: &repetition{Interval: "PT30M", Duration: "P1D"},
			Weekly: &weekly{WeeksInterval: 1, DaysOfWeek: names{"Sunday"}}}}},
		{"0 6,7 * * *", []trigger{{StartBoundary: "2026-11-23T06:00:00", Daily: everyDay}, {StartBoundary: "2026-11-23T07:00:00", Daily: everyDay}}},
		{"0 6 * 2 *", []trigger{{StartBoundary: "2026-11-23T06:00:00", Monthly: &monthly{
			DaysOfMonth: days{fields[2].values(1<<32 - 2)}, Months: names{"February"}}}}},
		{"0 6 13 1-2 5", []trigger{
			{StartBoundary: "2026-11-23T06:00:00", Monthly: &monthly{DaysOfMonth: days{[]int{13}}, Months: names{"January", "February"}}},
			{StartBoundary: "2026-11-23T06:00:00", MonthlyByWeek: &weekdayMonth{Weeks: everyWeek, DaysOfWeek: names{"Friday"}, Months: names{"January", "February"}}},
		}},
	}
	for _, tt := range tests {
		for i := range tt.want {
			tt.want[i].Enabled = true
		}
		got, err := mustParse(t, tt.expr, "").triggers(options(t, "15 2 * * *", "").Now)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", tt.expr, err, diff)
		}
	}
}

func TestWindowsRefused(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*Options){
		"leave the zone Europe/Berlin out":                   func(o *Options) { o.Schedule = mustParse(t, "15 2 * * *", "Europe/Berlin") },
		"would need 60 triggers and may have 48":             func(o *Options) { o.Schedule = mustParse(t, "* 2 * * *", "") },
		`path "/usr/bin/lcshealth": it must be absolute, as`: func(o *Options) { o.Binary = "/usr/bin/lcshealth" },
		`path "lcshealth.yaml"`:                              func(o *Options) { o.Config = "lcshealth.yaml" },
		`program "C:\\%TEMP%\\l.exe": Windows replaces`:      func(o *Options) { o.Binary = `C:\%TEMP%\l.exe` },
		`program "C:\\$(Arg0).exe": Windows replaces`:        func(o *Options) { o.Binary = `C:\$(Arg0).exe` },
		`user "a\" /rp x": it is not the name of a user`:     func(o *Options) { o.User = `a" /rp x` },
	} {
		o := windowsOptions(t, "15 2 * * *")
		change(&o)
		if _, err := WindowsTask(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// splitWindows splits a command line as Microsoft's C runtime does since 2008
// ("Parsing C command-line arguments"), which Go follows.
func splitWindows(line string) (out []string) {
	var word strings.Builder
	quoted, some := false, false
	for i := 0; i < len(line); {
		slashes := 0
		for i+slashes < len(line) && line[i+slashes] == '\\' {
			slashes++
		}
		if i += slashes; i < len(line) && line[i] == '"' {
			word.WriteString(strings.Repeat(`\`, slashes/2))
			some = true
			switch {
			case slashes%2 == 1:
				word.WriteByte('"')
			case quoted && i+1 < len(line) && line[i+1] == '"':
				word.WriteByte('"')
				i++
			default:
				quoted = !quoted
			}
			i++
			continue
		}
		if slashes > 0 {
			word.WriteString(strings.Repeat(`\`, slashes))
			some = true
			continue
		}
		if c := line[i]; (c == ' ' || c == '\t') && !quoted {
			if some {
				out = append(out, word.String())
			}
			word.Reset()
			some = false
		} else {
			word.WriteByte(c)
			some = true
		}
		i++
	}
	if some {
		out = append(out, word.String())
	}
	return out
}

// variable is what the Task Scheduler replaces, were there a variable of that
// name. None has a quote in its name.
var variable = regexp.MustCompile(`%[^%"]+%|\$\(`)

func TestWindowsArguments(t *testing.T) {
	t.Parallel()
	for _, text := range awkward {
		o := windowsOptions(t, "15 2 * * *")
		o.Scope, o.Config = text, `C:\a `+text
		f, err := WindowsTask(o)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		_, v := readTask(t, f)
		line := v.Actions.Exec.Arguments
		if diff := cmp.Diff(o.command()[1:], splitWindows(line)); diff != "" || v.Actions.Exec.Command != o.Binary {
			t.Errorf("%s is another command (-want +got):\n%s", line, diff)
		}
		if m := variable.FindString(line); m != "" {
			t.Errorf("Windows replaces %s in %s", m, line)
		}
	}
}
