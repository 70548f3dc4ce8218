package report_test

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/junit"
	"lcshealth/report/sarif"

	"github.com/google/go-cmp/cmp"
)

// others are the formats for other programs. Each tells a part of the report:
// what it leaves out is nil, and is not compared. keep says which findings it
// tells.
var others = map[string]struct {
	read func(*testing.T, *report.Report) told
	keep func(*checks.Finding) bool
}{
	"JUnit":      {fromJUnit, func(*checks.Finding) bool { return true }},
	"SARIF":      {fromSARIF, func(*checks.Finding) bool { return true }},
	"Nagios":     {fromNagios, nil},
	"Prometheus": {fromPrometheus, nil},
	"Markdown":   {fromMarkdown, func(f *checks.Finding) bool { return f.Verdict == checks.Present }},
	"CSV":        {fromCSV, func(f *checks.Finding) bool { return f.Verdict == checks.Present && f.Affected != nil }},
}

// agree compares what the other formats tell with all that there is to tell.
func agree(t *testing.T, r *report.Report, all told) {
	t.Helper()
	for name, format := range others {
		got, want := format.read(t, r), all
		if format.keep != nil {
			some := newTold()
			for i := range r.Findings {
				if f := &r.Findings[i]; format.keep(f) {
					some.finding(string(f.Verdict), string(f.Severity), report.Clean(f.ID))
				}
			}
			want.Findings = some.Findings
		} else {
			want.Findings = nil
		}
		if got.Verdicts == nil {
			want.Verdicts = nil
		}
		if got.Severities == nil {
			want.Severities = nil
		}
		if got.Codes == nil {
			want.Codes = nil
		}
		if got.Sources == nil {
			want.Sources = nil
		}
		slices.Sort(got.Sources)
		want.Sources = slices.Sorted(slices.Values(want.Sources))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("JSON and %s differ, -json +%s:\n%s", name, name, diff)
		}
	}
}

// tally counts findings that a format lists one by one.
func (o *told) tally(verdict, severity string, codes []int) {
	o.Verdicts[verdict]++
	if verdict != string(checks.Present) {
		return
	}
	o.Severities[severity]++
	for _, code := range codes {
		o.Codes[strconv.Itoa(code)]++
	}
}

// zero makes the counts that may be 0 so, as the summary does.
func (o *told) zero() {
	for _, v := range checks.Verdicts() {
		o.Verdicts[string(v)] += 0
	}
	for _, s := range checks.Severities() {
		o.Severities[string(s)] += 0
	}
}

func fromJUnit(t *testing.T, r *report.Report) told {
	var document struct {
		Cases []struct {
			Name    string `xml:"name,attr"`
			Skipped *struct {
				Message string `xml:"message,attr"`
				Text    string `xml:",chardata"`
			} `xml:"skipped"`
			Failure *struct {
				Text string `xml:",chardata"`
			} `xml:"failure"`
		} `xml:"testsuite>testcase"`
	}
	if err := xml.Unmarshal(output(t, func(w io.Writer) error { return junit.Write(w, r, junit.Options{}) }), &document); err != nil {
		t.Fatal(err)
	}
	o := newTold()
	o.zero()
	for _, c := range document.Cases {
		verdict, text := string(checks.Absent), ""
		switch {
		case c.Failure != nil:
			verdict, text = string(checks.Present), c.Failure.Text
		case c.Skipped != nil: // "not applicable: why", "present, but waived"
			verdict = strings.ReplaceAll(regexp.MustCompile(`^[a-z ]+`).FindString(c.Skipped.Message), " ", "-")
			text = c.Skipped.Text
		}
		line := func(label string) string {
			_, rest, _ := strings.Cut(text, "\n"+label+": ")
			return rest[:max(strings.IndexAny(rest, ";\n"), 0)]
		}
		severity := line("Severity")
		var codes []int
		for _, code := range regexp.MustCompile(`\d{3}`).FindAllString(line("Codes"), -1) {
			n, _ := strconv.Atoi(code)
			codes = append(codes, n)
		}
		o.tally(verdict, severity, codes)
		o.finding(verdict, severity, c.Name)
	}
	o.Sources = nil
	return o
}

func fromSARIF(t *testing.T, r *report.Report) told {
	var document struct {
		Runs []struct {
			Invocations []struct {
				Properties struct {
					Sources []struct{ Name, Target, Status string }
				}
			}
			Results []struct {
				Kind       string
				Properties struct {
					ID, Severity string
					Codes        []int
				}
			}
		}
	}
	if err := json.Unmarshal(output(t, func(w io.Writer) error { return sarif.Write(w, r, sarif.Options{}) }), &document); err != nil {
		t.Fatal(err)
	}
	o := newTold()
	o.zero()
	verdicts := map[string]string{"fail": "present", "open": "undetermined", "notApplicable": "not-applicable", "pass": "absent"}
	for _, f := range document.Runs[0].Results {
		verdict := verdicts[f.Kind]
		o.tally(verdict, f.Properties.Severity, f.Properties.Codes)
		o.finding(verdict, f.Properties.Severity, f.Properties.ID)
	}
	for _, s := range document.Runs[0].Invocations[0].Properties.Sources {
		o.source(s.Name, s.Target, s.Status)
	}
	return o
}
