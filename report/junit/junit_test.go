package junit_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/junit"

	"github.com/google/go-cmp/cmp"
)

func render(t *testing.T, r *report.Report, o junit.Options) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := junit.Write(&out, r, o); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestGolden(t *testing.T) {
	reporttest.GoldenCases(t, ".xml", func(r *report.Report) []byte { return render(t, r, junit.Options{FailOn: checks.Minor}) })
}

func validate(t *testing.T, document []byte) error {
	t.Helper()
	_, err := reporttest.Tool(t, document, "xmllint", "--noout", "--nonet", "--schema", "testdata/junit.xsd", "-")
	return err
}

func TestSchema(t *testing.T) {
	cases := reporttest.Cases()
	cases["empty"] = &report.Report{}
	cases["empty finding"] = &report.Report{Findings: []checks.Finding{{Verdict: checks.Present}, {Verdict: checks.Undetermined}, {}}}
	hostile := reporttest.Sample()
	hostile.Run.ID, hostile.Run.Version = "]]>\x00", "  a  \ufffe\xff"
	hostile.Findings[0].ID, hostile.Findings[0].Subject.Server = " \t ", "  two  spaces\n"
	cases["hostile"] = hostile
	for name, r := range cases {
		if err := validate(t, render(t, r, junit.Options{})); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}

	// The schema must be able to refuse.
	good := string(render(t, reporttest.Sample(), junit.Options{}))
	for _, change := range [][2]string{
		{`errors="0"`, ``},
		{`timestamp="2026-03-04T05:06:07"`, `timestamp="2026-03-04T05:06:07Z"`},
		{`type="critical"`, ``},
		{`<system-out></system-out>`, ``},
		{`id="1"`, `id="0"`},
		{`time="0.000"`, `time="soon"`},
	} {
		changed := strings.Replace(good, change[0], change[1], 1)
		if changed == good {
			t.Fatalf("the sample does not hold %s", change[0])
		}
		if validate(t, []byte(changed)) == nil {
			t.Errorf("without %s it is valid", change[0])
		}
	}
}

type document struct {
	Suites []struct {
		Name     string `xml:"name,attr"`
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Skipped  int    `xml:"skipped,attr"`
		Time     string `xml:"time,attr"`
		Err      string `xml:"system-err"`
		Cases    []struct {
			Name    string   `xml:"name,attr"`
			Failure *outcome `xml:"failure"`
			Skipped *outcome `xml:"skipped"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

type outcome struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

func parse(t *testing.T, r *report.Report, o junit.Options) document {
	t.Helper()
	var d document
	if err := xml.Unmarshal(render(t, r, o), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestSuites(t *testing.T) {
	d := parse(t, reporttest.Sample(), junit.Options{})
	var got []string
	tests := 0
	for _, s := range d.Suites {
		failures, skipped := 0, 0
		for _, c := range s.Cases {
			if c.Failure != nil {
				failures++
			}
			if c.Skipped != nil {
				skipped++
			}
		}
		if len(s.Cases) != s.Tests || failures != s.Failures || skipped != s.Skipped {
			t.Errorf("%s counts %d tests, %d failures and %d skipped, but has %d, %d and %d", s.Name, s.Tests, s.Failures, s.Skipped, len(s.Cases), failures, skipped)
		}
		tests += s.Tests
		got = append(got, s.Name+" "+s.Time)
	}
	if want := len(reporttest.Sample().Findings); tests != want {
		t.Errorf("%d tests, want %d", tests, want)
	}
	if diff := cmp.Diff([]string{"deployment 1.840", "lcs01.contoso.com 2.204", "lcs02.contoso.com 3.031", "lcs03.contoso.com 15.021"}, got); diff != "" {
		t.Error(diff)
	}
	if want := "rtcdb lcs03.contoso.com: connect to 192.0.2.13:1433: connection refused"; !strings.HasPrefix(d.Suites[3].Err, want) {
		t.Errorf("what the sources complain of is %q", d.Suites[3].Err)
	}
}

// How each kind of finding is shown.
func TestOutcomes(t *testing.T) {
	finding := func(verdict checks.Verdict, severity checks.Severity, waived *checks.Waived) checks.Finding {
		return checks.Finding{
			ID: "x/y", Cause: "x", Title: "It is broken", Verdict: verdict, Severity: severity, Waived: waived, Reason: "why",
			Subject: checks.Subject{Kind: checks.ServerSubject, Name: "lcs01.contoso.com", Server: "lcs01.contoso.com"},
		}
	}
	waived := &checks.Waived{Reason: "known", Owner: "dba", Until: "2026-12-31"}
	for _, c := range []struct {
		finding checks.Finding
		failOn  checks.Severity
		want    string
	}{
		{finding(checks.Absent, checks.Critical, nil), "", "passed"},
		{finding(checks.Present, checks.Critical, nil), "", "failed critical: It is broken (server lcs01.contoso.com)"},
		{finding(checks.Present, checks.Info, nil), "", "failed info: It is broken (server lcs01.contoso.com)"},
		{finding(checks.Present, checks.Minor, nil), checks.Minor, "failed minor: It is broken (server lcs01.contoso.com)"},
		{finding(checks.Present, checks.Info, nil), checks.Minor, "skipped: present, but info is below minor: It is broken (server lcs01.contoso.com)"},
		{finding(checks.Present, checks.Critical, waived), "", "skipped: present, but waived by dba until 2026-12-31: known"},
		{finding(checks.Undetermined, checks.Critical, nil), "", "skipped: undetermined: why"},
		{finding(checks.NotApplicable, checks.Critical, nil), "", "skipped: not applicable: why"},
	} {
		d := parse(t, report.New(report.Run{}, []checks.Finding{c.finding}, nil), junit.Options{FailOn: c.failOn})
		got := "passed"
		switch test := d.Suites[0].Cases[0]; {
		case test.Failure != nil:
			got = "failed " + test.Failure.Type + ": " + test.Failure.Message
		case test.Skipped != nil:
			got = "skipped: " + test.Skipped.Message
		}
		if got != c.want {
			t.Errorf("%s %s: got %q, want %q", c.finding.Verdict, c.finding.Severity, got, c.want)
		}
	}
}

// A failure tells what to do.
func TestText(t *testing.T) {
	d := parse(t, reporttest.Sample(), junit.Options{})
	failure := d.Suites[1].Cases[0].Failure
	for _, want := range []string{"\nEvidence: service MSSQL$RTC: stopped and disabled (expected: running", "\nRemedy 1: Start the database service. On lcs01.contoso.com: net start mssql$rtc\n"} {
		if !strings.Contains(failure.Text, want) {
			t.Errorf("the failure lacks %q:\n%s", want, failure.Text)
		}
	}
}

// Nothing from outside is an element, and nothing acts on a terminal.
func TestHostile(t *testing.T) {
	r := reporttest.Sample()
	r.Findings[0].Title += "]]><script/>"
	out := string(render(t, r, junit.Options{}))
	for decoder := xml.NewDecoder(strings.NewReader(out)); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if element, ok := token.(xml.StartElement); ok && element.Name.Local == "script" {
			t.Fatal("a name has become an element")
		}
	}
	for line := range strings.Lines(out) {
		line = strings.TrimSuffix(line, "\n")
		if cleaned := report.Clean(line); cleaned != line {
			t.Errorf("%q holds what a terminal acts on", line)
		}
	}
}

func TestWriteError(t *testing.T) {
	err := junit.Write(reporttest.Full{}, reporttest.Sample(), junit.Options{})
	if err == nil || err.Error() != "write the report as JUnit XML: disk full" {
		t.Errorf("error is %v", err)
	}
}
