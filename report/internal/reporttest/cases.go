package reporttest

import (
	"fmt"
	"testing"

	"lcshealth/checks"
	"lcshealth/report"
)

// Cases returns reports by name, each with its exit code at the end of the
// name: the sample; what is left of it if nothing, or nothing that counts, is
// present; and one with waived findings.
func Cases() map[string]*report.Report {
	out := map[string]*report.Report{}
	add := func(name string, r *report.Report) {
		r.Run.ExitCode = int(checks.Exit(r.Findings, checks.Minor))
		out[fmt.Sprintf("%s-%d", name, r.Run.ExitCode)] = r
	}
	add("sample", Sample())
	add("open", Only(func(f *checks.Finding) bool { return f.Verdict != checks.Present }))
	add("clear", Only(func(f *checks.Finding) bool { return f.Verdict == checks.Absent || f.Verdict == checks.NotApplicable }))
	add("waived", Waived())
	return out
}

// Waived returns the findings of the sample that are present or absent. Those
// that are present are waived, but for an info.
func Waived() *report.Report {
	r := Only(func(f *checks.Finding) bool { return f.Verdict == checks.Present || f.Verdict == checks.Absent })
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Verdict == checks.Present && f.Severity != checks.Info {
			f.Waived = &checks.Waived{Reason: "waits for the new database server " + Script, Owner: "dba@contoso.com", Until: "2026-06-30"}
		}
	}
	return report.New(r.Run, r.Findings, r.Sources)
}

// GoldenCases compares what a format writes of each of the cases with the
// files testdata/NAME-EXITCODE.extension.
func GoldenCases(t *testing.T, extension string, write func(*report.Report) []byte) {
	t.Helper()
	cases := Cases()
	for _, name := range []string{"sample-1", "open-3", "clear-0", "waived-0"} {
		r, ok := cases[name]
		if !ok {
			t.Fatalf("no report is called %s", name)
		}
		Golden(t, "testdata/"+name+extension, write(r))
	}
}
