package text_test

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/text"

	"github.com/mattn/go-runewidth"
)

func render(t *testing.T, r *report.Report, o text.Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := text.Write(&out, r, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGolden(t *testing.T) {
	for _, width := range []int{80, 120} {
		for _, color := range []bool{false, true} {
			name := fmt.Sprintf("testdata/sample-%d", width)
			if color {
				name += "-color"
			}
			got := render(t, reporttest.Sample(), text.Options{Width: width, Color: color})
			reporttest.Golden(t, name+".txt", []byte(got))
		}
	}
	verbose := render(t, reporttest.Sample(), text.Options{Verbose: true})
	reporttest.Golden(t, "testdata/sample-verbose.txt", []byte(verbose))
	clear := render(t, reporttest.Only(func(f *checks.Finding) bool { return f.Verdict == checks.Absent }), text.Options{})
	reporttest.Golden(t, "testdata/clear.txt", []byte(clear))
}

var sgr = regexp.MustCompile(`\x1b\[[0-9;]+m`)

// Colour adds nothing but colour: every word and shape is there without it.
func TestColorAddsOnlyColor(t *testing.T) {
	plain := render(t, reporttest.Sample(), text.Options{Verbose: true})
	color := render(t, reporttest.Sample(), text.Options{Verbose: true, Color: true})
	if color == plain {
		t.Error("there is no colour")
	}
	if got := sgr.ReplaceAllString(color, ""); got != plain {
		t.Error("the coloured text differs in more than its colour")
	}
}

// Whatever the width, only commands may be longer than a line, and each of
// them is whole.
func TestWidth(t *testing.T) {
	width := runewidth.Condition{StrictEmojiNeutral: true}
	commands := map[string]bool{}
	for _, f := range reporttest.Sample().Findings {
		for _, s := range f.Remedy {
			commands[report.Clean(s.Command)] = true
		}
	}
	for columns := 40; columns <= 200; columns += 3 {
		out := render(t, reporttest.Sample(), text.Options{Width: columns, Verbose: true})
		seen := map[string]bool{}
		for line := range strings.Lines(out) {
			line = strings.TrimSuffix(line, "\n")
			if command := strings.TrimLeft(line, " "); commands[command] {
				seen[command] = true
				continue
			}
			if n := width.StringWidth(line); n > columns {
				t.Errorf("width %d: a line is %d wide: %q", columns, n, line)
			}
			if strings.HasSuffix(line, " ") {
				t.Errorf("width %d: %q ends in a space", columns, line)
			}
		}
		for command := range commands {
			if command != "" && !seen[command] {
				t.Errorf("width %d: command is not on a line of its own: %s", columns, command)
			}
		}
	}
}

// Nothing from outside may act on the terminal.
func TestHostile(t *testing.T) {
	out := render(t, reporttest.Sample(), text.Options{Verbose: true})
	for line := range strings.Lines(out) {
		line = strings.TrimSuffix(line, "\n")
		if cleaned := report.Clean(line); cleaned != line {
			t.Errorf("%q holds what a terminal acts on", line)
		}
	}
	// A line break in a name must not let a second command be pasted.
	if !strings.Contains(out, "user�gpj.exe format c:") {
		t.Error("the hostile command is not on one line")
	}
	if n := strings.Count(strings.Join(strings.Fields(out), " "), "Do not run it as it stands"); n != 1 {
		t.Errorf("%d commands are marked as inexact, want 1", n)
	}
}

func TestManyUsersAndEvidence(t *testing.T) {
	f := checks.Finding{ID: "x", Title: "x", Verdict: checks.Present, Severity: checks.Major, Affected: &checks.Affected{Count: 5000}}
	for i := range 100 {
		f.Affected.Users = append(f.Affected.Users, fmt.Sprintf("user%03d@contoso.com", i))
		f.Evidence = append(f.Evidence, checks.Evidence{Observed: fmt.Sprintf("row %03d", i), Source: "rtcdb"})
	}
	r := report.New(report.Run{}, []checks.Finding{f}, nil)
	short := render(t, r, text.Options{Width: 200})
	for _, want := range []string{"5000 users: user000@contoso.com", "user004@contoso.com and 4995 more", "row 007", "and 92 more"} {
		if !strings.Contains(short, want) {
			t.Errorf("lacks %q:\n%s", want, short)
		}
	}
	long := render(t, r, text.Options{Width: 200, Verbose: true})
	for _, want := range []string{"user099@contoso.com and 4900 more", "row 099"} {
		if !strings.Contains(long, want) {
			t.Errorf("verbose lacks %q", want)
		}
	}
}

func TestEmpty(t *testing.T) {
	out := render(t, &report.Report{}, text.Options{})
	if !strings.HasPrefix(out, "– Nothing was judged.\n") {
		t.Errorf("got:\n%s", out)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriteError(t *testing.T) {
	err := text.Write(full{}, reporttest.Sample(), text.Options{})
	if err == nil || err.Error() != "write the report as text: disk full" {
		t.Errorf("error is %v", err)
	}
}
