package preflight_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/preflight"
	"lcshealth/checks/preflight/plan"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/jsonreport"
	report "lcshealth/report/preflight"

	"github.com/google/go-cmp/cmp"
)

const evil = "=cmd|'/c calc'!A1 <script>alert(1)</script>\x1b[31m\u202e]]>"

// sample has a line of each verdict, and names that are hard on formats.
func sample() *report.Report {
	line := func(n int, kind preflight.Kind, name string, issues ...preflight.Issue) preflight.Line {
		v := preflight.Go
		if len(issues) > 0 {
			v = issues[0].Verdict
		}
		return preflight.Line{At: plan.Ref{File: "plan.yaml", Line: n}, Kind: kind, Name: name, Target: "sip:kim@contoso.com", Verdict: v, Issues: issues}
	}
	issue := func(v preflight.Verdict, s checks.Severity) preflight.Issue {
		return preflight.Issue{
			Check: "address-taken", Verdict: v, Severity: s, Reason: evil, Settle: []string{evil}, Evidence: []checks.Evidence{{Observed: evil, Source: "directory"}},
			Remedy: []checks.Step{{Text: evil, Command: "OSQL -Q \"exec RtcDeleteResource N'o''hara@contoso.com'\"", Host: "lcs01.contoso.com"}},
		}
	}
	return &report.Report{
		Run: report.Run{ID: "r1", Plan: "plan.yaml", Version: "1.0", Catalog: "2026.2", StartedAt: time.Date(2006, 11, 21, 12, 0, 0, 0, time.UTC), ExitCode: 1},
		Result: preflight.Result{
			Verdict: preflight.NoGo, Counts: preflight.Counts{Go: 1, Risk: 1, NoGo: 1, CannotTell: 1},
			Lines: []preflight.Line{
				line(2, preflight.EnableUser, evil, issue(preflight.NoGo, checks.Major)), line(3, preflight.MoveUser, "kim", issue(preflight.Risk, checks.Minor)),
				line(4, preflight.AddServer, "fe02.contoso.com", issue(preflight.CannotTell, checks.Minor)), line(5, preflight.EnableUser, "o'hara"),
			},
			Changes: []preflight.Change{{Effect: preflight.Introduced, Before: checks.Absent, After: checks.Present, Finding: checks.Finding{Cause: "stale-user-entry", Title: evil, Severity: checks.Major, Subject: checks.Subject{Name: evil}, Affected: &checks.Affected{Count: 3, Users: []string{}}, Codes: []int{}, Evidence: []checks.Evidence{}, Remedy: []checks.Step{}}}},
		},
	}
}

func render(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out); err != nil {
		t.Fatal(err)
	}
	if err := write(full{}); err == nil || !strings.HasSuffix(err.Error(), "disk full") {
		t.Errorf("a full disk gives %v", err)
	}
	return out.String()
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestJSON(t *testing.T) {
	r := sample()
	text := render(t, func(w io.Writer) error { return report.WriteJSON(w, r) })
	if strings.ContainsAny(text, "\x1b\u202e") {
		t.Error("a character that cannot be seen is in the JSON")
	}
	if err := reporttest.Validator(t, report.Schema())([]byte(text)); err != nil {
		t.Error(err)
	}
	want, err := json.MarshalIndent(sample(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if want = append(jsonreport.Escape(want), '\n'); text != string(want) {
		t.Errorf("what is written piece by piece is not the whole (-want +got):\n%s", cmp.Diff(string(want), text))
	}
	if empty := render(t, func(w io.Writer) error { return report.WriteJSON(w, &report.Report{}) }); !strings.Contains(empty, "\n  \"lines\": [],\n  \"changes\": []") || !json.Valid([]byte(empty)) {
		t.Errorf("nothing is\n%s", empty)
	}
	var back report.Report
	if err := json.Unmarshal([]byte(text), &back); err != nil || back.Lines[0].Name != evil {
		t.Errorf("read back: %v, %q", err, back.Lines[0].Name)
	}
}

func TestText(t *testing.T) {
	text := render(t, func(w io.Writer) error { return report.WriteText(w, sample(), report.TextOptions{}) })
	if !strings.HasPrefix(text, "NO GO\n") || strings.ContainsAny(text, "\x1b\u202e") || !strings.Contains(text, "OSQL -Q \"exec RtcDeleteResource N'o''hara@contoso.com'\"\n") {
		t.Errorf("the text is\n%s", text)
	}
}

func TestJUnit(t *testing.T) {
	var back struct {
		Suites []struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Skipped  int `xml:"skipped,attr"`
			Cases    []struct {
				Name string `xml:"name,attr"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	for failOn, want := range map[checks.Severity][2]int{checks.Major: {1, 2}, checks.Minor: {2, 1}} {
		text := render(t, func(w io.Writer) error { return report.WriteJUnit(w, sample(), failOn) })
		if _, err := reporttest.Tool(t, []byte(text), "xmllint", "--noout", "--nonet", "--schema", "../junit/testdata/junit.xsd", "-"); err != nil {
			t.Error(err)
		}
		back.Suites = nil
		if err := xml.Unmarshal([]byte(text), &back); err != nil {
			t.Fatal(err)
		}
		s := back.Suites[0]
		if s.Tests != 4 || s.Failures != want[0] || s.Skipped != want[1] || s.Cases[3].Name != "plan.yaml:5 enable o'hara" {
			t.Errorf("--fail-on %s: %+v", failOn, s)
		}
	}
}

func TestCSV(t *testing.T) {
	text := render(t, func(w io.Writer) error { return report.WriteCSV(w, sample()) })
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
	if err != nil || !strings.HasPrefix(text, "\ufeff") {
		t.Fatal(err)
	}
	if len(rows) != 4 || !strings.HasPrefix(rows[1][0], "'=cmd") || rows[3][3] != "go" || rows[2][3] != "risk" {
		t.Errorf("the rows are %q", rows)
	}
}
