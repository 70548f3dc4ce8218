package nagios_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/nagios"
)

func render(t *testing.T, r *report.Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := nagios.Write(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGolden(t *testing.T) {
	reporttest.GoldenCases(t, ".txt", func(r *report.Report) []byte { return []byte(render(t, r)) })
}

func TestState(t *testing.T) {
	type finding = checks.Finding
	present := func(s checks.Severity) finding { return finding{Verdict: checks.Present, Severity: s} }
	waived := finding{Verdict: checks.Present, Severity: checks.Critical, Waived: &checks.Waived{Owner: "dba"}}
	open, absent := finding{Verdict: checks.Undetermined, Severity: checks.Critical}, finding{Verdict: checks.Absent, Severity: checks.Critical}
	for _, c := range []struct {
		findings []finding
		want     nagios.State
		code     int
		word     string
	}{
		{nil, nagios.Unknown, 3, "UNKNOWN"},
		{[]finding{absent}, nagios.OK, 0, "OK"},
		{[]finding{{Verdict: checks.NotApplicable}}, nagios.OK, 0, "OK"},
		{[]finding{present(checks.Info), absent}, nagios.OK, 0, "OK"},
		{[]finding{present(checks.Minor), open}, nagios.Warning, 1, "WARNING"},
		{[]finding{open, present(checks.Major)}, nagios.Warning, 1, "WARNING"},
		{[]finding{present(checks.Minor), open, present(checks.Critical)}, nagios.Critical, 2, "CRITICAL"},
		{[]finding{present(checks.Info), open, absent}, nagios.Unknown, 3, "UNKNOWN"},
		{[]finding{waived, absent}, nagios.OK, 0, "OK"},
		{[]finding{waived, open}, nagios.Unknown, 3, "UNKNOWN"},
		{[]finding{waived, present(checks.Minor)}, nagios.Warning, 1, "WARNING"},
	} {
		r := report.New(report.Run{}, c.findings, nil)
		got := nagios.Of(r)
		if got != c.want || int(got) != c.code {
			t.Errorf("%v: state %v (%d), want %v (%d)", c.findings, got, int(got), c.want, c.code)
		}
		if prefix := "LCS " + c.word + " - "; !strings.HasPrefix(render(t, r), prefix) {
			t.Errorf("the output does not begin with %q:\n%s", prefix, render(t, r))
		}
	}
}

// datum is performance data as in the Monitoring Plugins Development
// Guidelines.
var datum = regexp.MustCompile(`^'[A-Za-z0-9_-]+'=[0-9.]+s?;;;0$`)

// The output has text, one vertical bar, and performance data on its first
// line, and text alone below.
func TestShape(t *testing.T) {
	cases := reporttest.Cases()
	hostile := reporttest.Sample()
	for i := range hostile.Findings {
		f := &hostile.Findings[i]
		f.Title, f.Reason, f.Subject.Name = f.Title+" | 'x'=1 <b>", "a\n|b|\r\n"+f.Reason, "lcs|01"
	}
	hostile.Summary.Codes["4=0'4|\n"] = 1
	cases["hostile"] = hostile
	cases["empty"] = &report.Report{}
	for name, r := range cases {
		out := render(t, r)
		lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
		text, data, found := strings.Cut(lines[0], " | ")
		if !found || text == "" || strings.Contains(data, "|") {
			t.Errorf("%s: the first line is %q", name, lines[0])
		}
		for _, d := range strings.Split(data, " ") {
			if !datum.MatchString(d) {
				t.Errorf("%s: %q is no performance data", name, d)
			}
		}
		for _, line := range lines {
			if report.Clean(line) != line || strings.ContainsAny(line, "<>") {
				t.Errorf("%s: %q is not plain", name, line)
			}
		}
		if strings.ContainsAny(strings.Join(lines[1:], ""), "|") {
			t.Errorf("%s: text begins performance data:\n%s", name, out)
		}
	}
}

// A command is shown as it is or not at all.
func TestCommands(t *testing.T) {
	out := render(t, reporttest.Sample())
	if !strings.Contains(out, "\n  Remedy, step 1 of 3: Start the database service. On lcs01.contoso.com: net start mssql$rtc\n") {
		t.Errorf("the remedy is missing:\n%s", out)
	}
	for _, command := range []string{"type a | find b", "dir > c", strings.Repeat("x", 300), "a\x00b"} {
		f := checks.Finding{ID: "x", Title: "x", Verdict: checks.Present, Severity: checks.Major, Remedy: []checks.Step{{Text: "Run it.", Command: command}}}
		out := render(t, report.New(report.Run{}, []checks.Finding{f}, nil))
		if strings.Contains(out, "Run it. ") {
			t.Errorf("the command %q is shown changed:\n%s", command, out)
		}
	}
}

// What is waived does not count, and the output says why it is calm.
func TestWaived(t *testing.T) {
	if out := render(t, reporttest.Waived()); !strings.HasPrefix(out, "LCS OK - 6 of 7 findings are waived: Sign-in is broken") {
		t.Errorf("got:\n%s", out)
	}
}

// However much there is, the output stays short and its lines whole.
func TestLength(t *testing.T) {
	var findings []checks.Finding
	for i := range 300 {
		findings = append(findings, checks.Finding{
			ID: fmt.Sprint(i), Title: fmt.Sprintf("It is broken %d", i), Verdict: checks.Present, Severity: checks.Major, Codes: []int{404},
			Reason: strings.Repeat("山", 50), Subject: checks.Subject{Kind: checks.ServerSubject, Name: "lcs01.contoso.com"},
		})
	}
	out := render(t, report.New(report.Run{}, findings, nil))
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	last := fmt.Sprintf("… and %d more; see the whole report", 300-len(lines)+2)
	if len(out) > 4096 || len(out) < 3500 || !utf8.ValidString(out) || lines[len(lines)-1] != last {
		t.Errorf("%d bytes, the last line is %q, want %q", len(out), lines[len(lines)-1], last)
	}
}

func TestWriteError(t *testing.T) {
	err := nagios.Write(reporttest.Full{}, reporttest.Sample())
	if err == nil || err.Error() != "write the report as plug-in output: disk full" {
		t.Errorf("error is %v", err)
	}
}
