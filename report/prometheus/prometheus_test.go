package prometheus_test

import (
	"bytes"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/report"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/prometheus"
)

func render(t *testing.T, r *report.Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := prometheus.Write(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGolden(t *testing.T) {
	reporttest.GoldenCases(t, ".prom", func(r *report.Report) []byte { return []byte(render(t, r)) })
}

func hostile() *report.Report {
	r := reporttest.Sample()
	f := &r.Findings[0]
	f.Cause, f.Subject.Server = `quote " back \ slash`, "line\nfeed "+reporttest.Script+reporttest.Override
	r.Sources[0].Target = `C:\temp\n" 1`
	return r
}

var (
	comment = regexp.MustCompile(`^# (HELP|TYPE) (lcshealth_[a-z_]+) (.+)$`)
	datum   = regexp.MustCompile(`^(lcshealth_[a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\]|\\["\\n])*",?)+)\})? ([0-9.]+)$`)
)

// Every line has the form that Prometheus' documentation gives, a metric's help
// and type stand once and before its samples, and no sample occurs twice.
func TestFormat(t *testing.T) {
	cases := reporttest.Cases()
	cases["hostile"], cases["empty"] = hostile(), &report.Report{}
	for name, r := range cases {
		out := render(t, r)
		if !strings.HasSuffix(out, "\n") {
			t.Errorf("%s: the last line does not end", name)
		}
		current, seen := "", map[string]bool{}
		for line := range strings.Lines(out) {
			line = strings.TrimSuffix(line, "\n")
			if report.Clean(line) != line {
				t.Errorf("%s: %q is not clean", name, line)
			}
			if m := comment.FindStringSubmatch(line); m != nil {
				if m[1] == "TYPE" && (m[2] != current || m[3] != "gauge") || m[1] == "HELP" && seen[m[2]] {
					t.Errorf("%s: %s follows that of %s", name, line, current)
				}
				current = m[2]
				seen[current] = true
				continue
			}
			m := datum.FindStringSubmatch(line)
			if m == nil || m[1] != current {
				t.Errorf("%s: %q is no sample of %s", name, line, current)
				continue
			}
			if _, err := strconv.ParseFloat(m[3], 64); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if seen[m[1]+"{"+m[2]] {
				t.Errorf("%s: %q occurs twice", name, line)
			}
			seen[m[1]+"{"+m[2]] = true
		}
	}
}

func TestLabels(t *testing.T) {
	out := render(t, hostile())
	for _, want := range []string{
		`lcshealth_findings{cause="quote \" back \\ slash",server="line feed <script>document.title=\"owned\"</script>user` + "\ufffd" + `gpj.exe",severity="critical",verdict="present"} 1`,
		`lcshealth_source_up{source="directory",target="C:\\temp\\n\" 1"} 1`,
	} {
		if !strings.Contains(out, "\n"+want+"\n") {
			t.Errorf("lacks %s:\n%s", want, out)
		}
	}
}

// The order of findings and sources does not matter.
func TestOrder(t *testing.T) {
	want := render(t, reporttest.Sample())
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		r := reporttest.Sample()
		random.Shuffle(len(r.Findings), func(i, j int) { r.Findings[i], r.Findings[j] = r.Findings[j], r.Findings[i] })
		random.Shuffle(len(r.Sources), func(i, j int) { r.Sources[i], r.Sources[j] = r.Sources[j], r.Sources[i] })
		if got := render(t, r); got != want {
			t.Fatalf("in another order the metrics differ:\n%s", got)
		}
	}
}

// Findings that differ in what is no label are counted together, and a source
// that is asked twice is up if it was so both times.
func TestSameLabels(t *testing.T) {
	finding := checks.Finding{Cause: "x", Severity: checks.Major, Verdict: checks.Present, Affected: &checks.Affected{Count: 2}}
	other := finding
	other.Shape, other.Affected = "y", &checks.Affected{Count: 40}
	out := render(t, report.New(report.Run{}, []checks.Finding{finding, other}, []facts.Source{
		{Name: "host", Status: facts.Partial, DurationMs: 500}, {Name: "host", Status: facts.Failed, DurationMs: 1000}, {Name: "host", Status: facts.OK},
		{Name: "wire", Status: facts.Skipped},
	}))
	for _, want := range []string{
		`lcshealth_findings{cause="x",server="",severity="major",verdict="present"} 2`,
		`lcshealth_affected_users{cause="x",server="",severity="major"} 42`,
		`lcshealth_source_up{source="host",target=""} 0`,
		`lcshealth_source_duration_seconds{source="host",target=""} 1.5`,
	} {
		if !strings.Contains(out, "\n"+want+"\n") {
			t.Errorf("lacks %s:\n%s", want, out)
		}
	}
	if strings.Contains(out, `up{source="wire"`) {
		t.Error("a source that was not asked is up or down")
	}
}

func TestWriteError(t *testing.T) {
	err := prometheus.Write(reporttest.Full{}, reporttest.Sample())
	if err == nil || err.Error() != "write the report as metrics: disk full" {
		t.Errorf("error is %v", err)
	}
}
