package prose_test

import (
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/internal/prose"
	"lcshealth/report/internal/reporttest"

	"github.com/google/go-cmp/cmp"
)

func TestLines(t *testing.T) {
	f := &checks.Finding{
		ID: "user-sid-invalid/x", Title: "The SID is wrong", Codes: []int{403, 404}, Article: "KB 871023", Severity: checks.Major,
		Reason: "2 users", Subject: checks.Subject{Kind: checks.UsersSubject, Name: "users of lcs01.contoso.com", Server: "lcs01.contoso.com"},
		Evidence: []checks.Evidence{{Observed: "S-1", Expected: "S-2", Source: "rtcdb", Host: "lcs01.contoso.com"}, {Observed: "S-3", Source: "rtcdb"}},
		Affected: &checks.Affected{Count: 3, Users: []string{"a@contoso.com", "b\n@contoso.com"}},
		Remedy:   []checks.Step{{Text: "Wait."}, {Text: "Run.", Command: "format\nc:", Host: "lcs01.contoso.com"}},
		Settle:   []string{"open a port"}, Parent: "sql-service-stopped/lcs01.contoso.com",
		Waived: &checks.Waived{Reason: "known", Owner: "dba", Until: "2026-12-31"},
	}
	want := []string{
		"About: users of lcs01.contoso.com", "Severity: major", "Codes: 403 Forbidden, 404 Not Found; KB 871023", "Reason: 2 users",
		"waived by dba until 2026-12-31: known", "Affected: 3 users: a@contoso.com, b @contoso.com and 1 more",
		"Follows from: sql-service-stopped/lcs01.contoso.com",
		"Evidence: S-1 (expected: S-2; seen by rtcdb, lcs01.contoso.com)", "Evidence: S-3 (seen by rtcdb)",
		"Remedy 1: Wait.",
		"Remedy 2: Run. On lcs01.contoso.com: format c: (This command holds characters that cannot be shown. Do not run it as it stands.)",
		"To settle: open a port", "Id: user-sid-invalid/x",
	}
	if diff := cmp.Diff(want, prose.Lines(f)); diff != "" {
		t.Error(diff)
	}
	if got := prose.Step(&f.Remedy[1], false); got != "Run. On lcs01.contoso.com" {
		t.Errorf("step without its command is %q", got)
	}
	if got := prose.Headline(&checks.Finding{Title: "x", Subject: checks.Subject{Kind: checks.DeploymentSubject}}); got != "x (the deployment)" {
		t.Errorf("headline is %q", got)
	}
}

func TestLinesAreClean(t *testing.T) {
	r := reporttest.Sample()
	for i := range r.Findings {
		for _, line := range append(prose.Lines(&r.Findings[i]), prose.Headline(&r.Findings[i])) {
			if report.Clean(line) != line || strings.Contains(line, "\n") {
				t.Errorf("%q is not clean", line)
			}
		}
	}
}
