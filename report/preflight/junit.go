package preflight

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/preflight"
	"lcshealth/report"
)

// The elements of JUnit XML, with the attributes that Ant's schema asks for.
type (
	suites struct {
		XMLName xml.Name `xml:"testsuites"`
		Suites  []suite  `xml:"testsuite"`
	}
	suite struct {
		Name       string   `xml:"name,attr"`
		Tests      int      `xml:"tests,attr"`
		Failures   int      `xml:"failures,attr"`
		Errors     int      `xml:"errors,attr"`
		Skipped    int      `xml:"skipped,attr"`
		Time       string   `xml:"time,attr"`
		Timestamp  string   `xml:"timestamp,attr"`
		Hostname   string   `xml:"hostname,attr"`
		Package    string   `xml:"package,attr"`
		ID         int      `xml:"id,attr"`
		Properties struct{} `xml:"properties"`
		Cases      []test   `xml:"testcase"`
		Out        string   `xml:"system-out"`
		Err        string   `xml:"system-err"`
	}
	test struct {
		Name    string   `xml:"name,attr"`
		Class   string   `xml:"classname,attr"`
		Time    string   `xml:"time,attr"`
		Skipped *outcome `xml:"skipped"`
		Failure *outcome `xml:"failure"`
	}
	outcome struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",cdata"`
	}
)

// WriteJUnit writes a test for each line of the plan. What makes the exit code 1
// fails; other risks, and what cannot be told, are skipped and say why.
func WriteJUnit(w io.Writer, r *Report, failOn checks.Severity) error {
	s := suite{Name: "preflight " + token(r.Run.Plan), Time: "0.000", Timestamp: r.Run.StartedAt.UTC().Format("2006-01-02T15:04:05"), Hostname: "localhost", Package: "lcshealth"}
	for i := range r.Lines {
		t := testOf(&r.Lines[i], failOn)
		s.Tests++
		switch {
		case t.Failure != nil:
			s.Failures++
		case t.Skipped != nil:
			s.Skipped++
		}
		s.Cases = append(s.Cases, t)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("write the preflight report as JUnit XML: %w", err)
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(suites{Suites: []suite{s}}); err != nil {
		return fmt.Errorf("write the preflight report as JUnit XML: %w", err)
	}
	return nil
}

func testOf(l *preflight.Line, failOn checks.Severity) test {
	t := test{Name: token(l.At.String() + " " + KindWords(l.Kind) + " " + l.Name), Class: "lcshealth.preflight." + string(l.Kind), Time: "0.000"}
	if len(l.Issues) == 0 {
		return t
	}
	first := &l.Issues[0]
	var text strings.Builder
	fails := false
	for i := range l.Issues {
		issue := &l.Issues[i]
		fails = fails || issue.Verdict == preflight.NoGo || issue.Verdict == preflight.Risk && issue.Severity.AtLeast(failOn)
		fmt.Fprintf(&text, "%s: %s: %s\n", VerdictWords(issue.Verdict), issue.Check, report.Clean(issue.Reason))
		for _, s := range issue.Remedy {
			fmt.Fprintf(&text, "  remedy: %s\n", report.Clean(strings.TrimSpace(s.Text+where(&s)+" "+s.Command)))
		}
		for _, s := range issue.Settle {
			fmt.Fprintf(&text, "  to settle: %s\n", report.Clean(s))
		}
	}
	o := &outcome{Message: VerdictWords(l.Verdict) + ": " + report.Clean(first.Reason), Text: text.String()}
	if fails {
		o.Type = first.Check
		t.Failure = o
	} else {
		t.Skipped = o
	}
	return t
}

// token makes a string fit for an attribute of the type xs:token.
func token(s string) string {
	return cmp.Or(strings.Join(strings.Fields(report.Clean(s)), " "), "unnamed")
}
