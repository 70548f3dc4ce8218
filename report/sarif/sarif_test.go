package sarif_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/catalog"
	"lcshealth/report"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/sarif"

	"github.com/google/go-cmp/cmp"
)

// causes stand for the catalogue: two of them occur in the sample.
func causes() []checks.Cause {
	return []checks.Cause{
		{
			ID: "sql-service-stopped", Title: "The database service is stopped", Codes: []int{503}, Severity: checks.Critical,
			Article: checks.Article{KB: "871023", Section: "503 - Service Unavailable"},
			Meaning: "Nobody can sign in.", Detection: "The service is not running.", Fix: []string{"Start the service.", "Restart the server."},
		},
		{ID: "server-service-stopped", Title: "The server does not run", Severity: checks.Critical, Article: checks.Article{URL: "https://learn.microsoft.com/example"}},
		{ID: "clock-skew", Title: "The clock is wrong"},
	}
}

func render(t *testing.T, r *report.Report, causes []checks.Cause) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := sarif.Write(&out, r, sarif.Options{Causes: causes}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestGolden(t *testing.T) {
	reporttest.GoldenCases(t, ".sarif", func(r *report.Report) []byte { return render(t, r, causes()) })
}

// validator reads the schema of the format as Microsoft's @microsoft/jest-sarif
// 1.0.0-beta.0 carries it: that of the OASIS standard, for JSON schema draft 4.
func validator(t *testing.T) func([]byte) error {
	t.Helper()
	schema, err := os.ReadFile("testdata/sarif-2.1.0-rtm.5.json")
	if err != nil {
		t.Fatal(err)
	}
	return reporttest.Validator(t, schema)
}

func TestSchema(t *testing.T) {
	validate := validator(t)
	cases := reporttest.Cases()
	cases["empty"] = &report.Report{}
	cases["empty finding"] = &report.Report{Findings: []checks.Finding{{Codes: []int{404, 404}}}}
	hostile := reporttest.Sample()
	hostile.Run.ID, hostile.Findings[0].ID = "{not-a-guid}", "\xff\x00"
	cases["hostile"] = hostile
	for name, r := range cases {
		if err := validate(render(t, r, catalog.All())); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}

	// The schema must be able to refuse.
	good := string(render(t, reporttest.Sample(), nil))
	for _, change := range [][2]string{
		{`"kind": "fail"`, `"kind": "present"`},
		{`"level": "error"`, `"level": "critical"`},
		{`"version": "2.1.0"`, `"version": "2.0.0"`},
		{`"startTimeUtc": "2026-03-04T05:06:07.000Z"`, `"startTimeUtc": "yesterday"`},
		{`"guid": "6f1c`, `"guid": "x`},
		{`"ruleIndex": 0`, `"rulesIndex": 0`},
	} {
		changed := strings.Replace(good, change[0], change[1], 1)
		if changed == good {
			t.Fatalf("the sample does not hold %s", change[0])
		}
		if validate([]byte(changed)) == nil {
			t.Errorf("with %s it is valid", change[1])
		}
	}
}

type document struct {
	Runs []struct {
		Tool struct {
			Driver struct {
				Rules []struct {
					ID      string
					HelpURI string
					Help    struct{ Text string }
				}
			}
		}
		Results []struct {
			RuleID              string
			RuleIndex           int
			Kind, Level         string
			Message             struct{ Text string }
			PartialFingerprints map[string]string
			Suppressions        []struct{ Justification string }
		}
	}
}

func parse(t *testing.T, r *report.Report) document {
	t.Helper()
	var d document
	if err := json.Unmarshal(render(t, r, causes()), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestRules(t *testing.T) {
	run := parse(t, reporttest.Sample()).Runs[0]
	for _, r := range run.Results {
		if got := run.Tool.Driver.Rules[r.RuleIndex].ID; got != r.RuleID {
			t.Errorf("the rule of %s is %s", r.RuleID, got)
		}
		if (r.Kind == "fail") != (r.Level != "none") {
			t.Errorf("%s: kind %s has level %s", r.RuleID, r.Kind, r.Level)
		}
	}
	for _, rule := range run.Tool.Driver.Rules {
		switch rule.ID {
		case "sql-service-stopped":
			want := "What it does to users:\nNobody can sign in.\n\nHow it is detected:\nThe service is not running.\n\nHow to fix it:\n1. Start the service.\n2. Restart the server.\n\nWhere it is documented:\nKB 871023, 503 - Service Unavailable"
			if diff := cmp.Diff(want, rule.Help.Text); diff != "" {
				t.Error(diff)
			}
		case "server-service-stopped":
			if rule.HelpURI != "https://learn.microsoft.com/example" {
				t.Errorf("help is at %q", rule.HelpURI)
			}
		case "clock-skew":
			t.Error("a cause is a rule though nothing was judged of it")
		}
	}
}

// Fingerprints stay from run to run; that of the evidence changes with it.
func TestFingerprints(t *testing.T) {
	first := parse(t, reporttest.Sample()).Runs[0].Results
	later := reporttest.Sample()
	later.Run.ID = "another"
	for i := range later.Findings {
		for k := range later.Findings[i].Evidence {
			later.Findings[i].Evidence[k].At = later.Findings[i].Evidence[k].At.Add(24 * time.Hour)
		}
	}
	later.Findings[1].Evidence[0].Observed = "sip.fabrikam.com: no answer"
	seen := map[string]bool{}
	for i, second := range parse(t, later).Runs[0].Results {
		if seen[second.PartialFingerprints["finding/v1"]] {
			t.Errorf("two results have the fingerprint %q", second.PartialFingerprints["finding/v1"])
		}
		seen[second.PartialFingerprints["finding/v1"]] = true
		same := cmp.Equal(first[i].PartialFingerprints, second.PartialFingerprints)
		if same != (i != 1) || first[i].PartialFingerprints["finding/v1"] != second.PartialFingerprints["finding/v1"] {
			t.Errorf("result %d: %v, later %v", i, first[i].PartialFingerprints, second.PartialFingerprints)
		}
	}
}

func TestSuppressions(t *testing.T) {
	for i, r := range parse(t, reporttest.Waived()).Runs[0].Results {
		f := reporttest.Waived().Findings[i]
		if waived := len(r.Suppressions) == 1 && strings.HasPrefix(r.Suppressions[0].Justification, "waived by dba@contoso.com until 2026-06-30: waits"); waived != (f.Waived != nil) {
			t.Errorf("%s: suppressions are %v", f.ID, r.Suppressions)
		}
	}
}

// Nothing acts on a terminal, and no name becomes a link.
func TestHostile(t *testing.T) {
	r := reporttest.Sample()
	r.Findings[0].Title = "see [the remedy](https://evil.example)"
	for line := range strings.Lines(string(render(t, r, nil))) {
		line = strings.TrimSuffix(line, "\n")
		if cleaned := report.Clean(line); cleaned != line {
			t.Errorf("%q is not clean", line)
		}
	}
	if got := parse(t, r).Runs[0].Results[0].Message.Text; !strings.HasPrefix(got, `see [the remedy\](https://evil.example)`) {
		t.Errorf("the message is %q", got)
	}
}

func TestWriteError(t *testing.T) {
	err := sarif.Write(reporttest.Full{}, reporttest.Sample(), sarif.Options{})
	if err == nil || err.Error() != "write the report as SARIF: disk full" {
		t.Errorf("error is %v", err)
	}
}
