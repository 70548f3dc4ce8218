package report_test

import (
	"slices"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/report"
)

func TestFingerprint(t *testing.T) {
	finding := func(change func(*checks.Finding)) string {
		at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
		f := checks.Finding{
			ID: "x/LCS01.contoso.com", Cause: "x", Verdict: checks.Present, Severity: checks.Major,
			Subject: checks.Subject{Kind: checks.ServerSubject, Name: "LCS01.contoso.com", Server: "LCS01.contoso.com"},
			Evidence: []checks.Evidence{
				{Observed: "service a: stopped", Expected: "running", Source: "host", Host: "LCS01.contoso.com", At: at},
				{Observed: "row 1, for 3h0m0s", Source: "directory", Host: "dc1", At: at},
			},
		}
		change(&f)
		return report.Fingerprint(&f)
	}
	plain := finding(func(*checks.Finding) {})
	// It may stand in people's files: it must stay what it is in every version.
	if want := "sha256:bc3481f75f9faffcec7e7bbbe888cc2d"; plain != want {
		t.Errorf("fingerprint is %s, want %s", plain, want)
	}
	for name, tt := range map[string]struct {
		change func(*checks.Finding)
		same   bool
	}{
		"order":           {func(f *checks.Finding) { slices.Reverse(f.Evidence) }, true},
		"time":            {func(f *checks.Finding) { f.Evidence[0].At = time.Time{} }, true},
		"duration":        {func(f *checks.Finding) { f.Evidence[1].Observed = "row 1, for 51h12m3s" }, true},
		"letters":         {func(f *checks.Finding) { f.Subject.Name = "lcs01.contoso.com" }, true},
		"severity":        {func(f *checks.Finding) { f.Severity = checks.Minor }, true},
		"remedy":          {func(f *checks.Finding) { f.Remedy = []checks.Step{{Text: "x"}} }, true},
		"cause":           {func(f *checks.Finding) { f.Cause = "y" }, false},
		"shape":           {func(f *checks.Finding) { f.Shape = "y" }, false},
		"observed":        {func(f *checks.Finding) { f.Evidence[0].Observed = "service a: paused" }, false},
		"expected":        {func(f *checks.Finding) { f.Evidence[0].Expected = "" }, false},
		"host":            {func(f *checks.Finding) { f.Evidence[0].Host = "lcs02.contoso.com" }, false},
		"number of a row": {func(f *checks.Finding) { f.Evidence[1].Observed = "row 2, for 3h0m0s" }, false},
		"less evidence":   {func(f *checks.Finding) { f.Evidence = f.Evidence[:1] }, false},
	} {
		if got := finding(tt.change); (got == plain) != tt.same {
			t.Errorf("%s: same is %t, want %t", name, got == plain, tt.same)
		}
	}
}
