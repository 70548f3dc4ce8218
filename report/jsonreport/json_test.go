package jsonreport_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/jsonreport"

	"github.com/google/go-cmp/cmp"
)

func encode(t *testing.T, r *report.Report) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jsonreport.Write(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestGolden(t *testing.T) {
	reporttest.Golden(t, "testdata/sample.json", encode(t, reporttest.Sample()))
}

func TestSchema(t *testing.T) {
	validate := reporttest.Validator(t, report.Schema())

	for name, r := range map[string]*report.Report{
		"sample":        reporttest.Sample(),
		"later":         reporttest.Later(),
		"empty":         {},
		"empty finding": {Findings: []checks.Finding{{Severity: checks.Info, Verdict: checks.Absent, Subject: checks.Subject{Kind: checks.ServerSubject}, Affected: &checks.Affected{}}}},
	} {
		encoded := encode(t, r)
		if err := validate(encoded); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if bytes.Contains(encoded, []byte("null")) {
			t.Errorf("%s holds null:\n%s", name, encoded)
		}
	}

	// The schema must be able to refuse, and must allow fields to be added.
	good := string(encode(t, reporttest.Sample()))
	for _, change := range []struct {
		old, new string
		valid    bool
	}{
		{`"verdict": "present"`, `"verdict": "maybe"`, false},
		{`"severity": "critical"`, `"severity": "terrible"`, false},
		{`"kind": "server"`, `"kind": "toaster"`, false},
		{`"status": "failed"`, `"status": "gone"`, false},
		{`"class": "rights"`, `"class": "wrongs"`, false},
		{`"startedAt": "2026-03-04T05:06:07Z"`, `"startedAt": "yesterday"`, false},
		{`"exitCode": 1`, `"exitCodes": 1`, false},
		{`"exitCode": 1`, `"exitCode": 1, "added": [1, 2]`, true},
	} {
		changed := strings.Replace(good, change.old, change.new, 1)
		if changed == good {
			t.Fatalf("the sample does not hold %s", change.old)
		}
		if err := validate([]byte(changed)); (err == nil) != change.valid {
			t.Errorf("%s: valid is %t, want %t (%v)", change.new, err == nil, change.valid, err)
		}
	}
}

// Strings come back as they were, yet nothing in the file acts on a terminal.
func TestRoundTrip(t *testing.T) {
	want := reporttest.Sample()
	want.Findings[0].Reason = "bad \u009b31m \u202e \U000E0041 <b>&amp;</b> \u2028"
	encoded := encode(t, want)
	var got report.Report
	if err := json.Unmarshal(encoded, &got); err != nil {
		t.Fatal(err)
	}
	if got.Findings[0].Reason != want.Findings[0].Reason {
		t.Errorf("reason is %q, want %q", got.Findings[0].Reason, want.Findings[0].Reason)
	}
	if diff := cmp.Diff(want.Summary, got.Summary); diff != "" {
		t.Errorf("summary, -want +got:\n%s", diff)
	}
	if !bytes.Contains(encoded, []byte(`"bad \u009b31m \u202e \udb40\udc41 <b>&amp;</b> \u2028"`)) {
		t.Error("the reason is not written as expected")
	}
	for _, line := range strings.Split(string(encoded), "\n") {
		if cleaned := report.Clean(line); cleaned != line {
			t.Errorf("%q is not clean", line)
		}
	}
}

// The report itself must stay as it is.
func TestWriteDoesNotChange(t *testing.T) {
	r := reporttest.Sample()
	encode(t, r)
	if diff := cmp.Diff(reporttest.Sample(), r); diff != "" {
		t.Error(diff)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriteError(t *testing.T) {
	err := jsonreport.Write(full{}, reporttest.Sample())
	if err == nil || err.Error() != "write the report as JSON: disk full" {
		t.Errorf("error is %v", err)
	}
}
