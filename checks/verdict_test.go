package checks_test

import (
	"testing"

	"lcshealth/checks"
)

// Present goes before all, then what is not known, then what cannot be.
func TestVerdictPrecedence(t *testing.T) {
	for _, tt := range []struct {
		present, unknown, excluded bool
		want                       checks.Verdict
	}{
		{false, false, false, checks.Absent},
		{false, false, true, checks.NotApplicable},
		{false, true, false, checks.Undetermined},
		{false, true, true, checks.Undetermined},
		{true, false, false, checks.Present},
		{true, false, true, checks.Present},
		{true, true, false, checks.Present},
		{true, true, true, checks.Present},
	} {
		var j checks.Judgement
		if tt.excluded {
			j.NotApplicable("cannot be")
		}
		if tt.unknown {
			j.Unknown(why)
		}
		if tt.present {
			j.Present(checks.Info, "is there")
		}
		j.Unknown(nil) // is ignored
		j.Note(checks.Saw(from, "noted", ""))
		j.Remedy(checks.Step{Text: "do"})
		if got := j.Verdict(); got != tt.want {
			t.Errorf("%+v: got %s", tt, got)
		}
	}
}

func TestExit(t *testing.T) {
	f := func(v checks.Verdict, s checks.Severity) checks.Finding {
		return checks.Finding{Verdict: v, Severity: s}
	}
	for _, tt := range []struct {
		name     string
		findings []checks.Finding
		failOn   checks.Severity
		want     checks.ExitCode
	}{
		{"nothing judged", nil, checks.Minor, 0},
		{"all absent", []checks.Finding{f(checks.Absent, checks.Critical), f(checks.NotApplicable, checks.Critical)}, checks.Info, 0},
		{"present at the limit", []checks.Finding{f(checks.Present, checks.Minor)}, checks.Minor, 1},
		{"present above the limit", []checks.Finding{f(checks.Present, checks.Critical)}, checks.Minor, 1},
		{"present below the limit", []checks.Finding{f(checks.Present, checks.Info)}, checks.Minor, 0},
		{"info, if asked for", []checks.Finding{f(checks.Present, checks.Info)}, checks.Info, 1},
		{"undetermined", []checks.Finding{f(checks.Undetermined, checks.Info), f(checks.Absent, checks.Critical)}, checks.Critical, 3},
		{"undetermined before present", []checks.Finding{f(checks.Undetermined, checks.Major), f(checks.Present, checks.Major)}, checks.Minor, 1},
		{"present before undetermined", []checks.Finding{f(checks.Present, checks.Major), f(checks.Undetermined, checks.Major)}, checks.Minor, 1},
		{"present below the limit, and undetermined", []checks.Finding{f(checks.Present, checks.Minor), f(checks.Undetermined, checks.Minor)}, checks.Major, 3},
	} {
		if got := checks.Exit(tt.findings, tt.failOn); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestSeverities(t *testing.T) {
	all := checks.Severities()
	for i, worse := range all {
		for k, other := range all {
			if got := worse.AtLeast(other); got != (i <= k) {
				t.Errorf("%s at least %s: %t", worse, other, got)
			}
		}
	}
}

func TestArticle(t *testing.T) {
	for _, tt := range []struct {
		article checks.Article
		want    string
	}{
		{checks.Article{KB: "871023", Section: "403 - Forbidden"}, "KB 871023, 403 - Forbidden"},
		{checks.Article{KB: "871023"}, "KB 871023"},
		{checks.Article{URL: "https://example.com/", Section: "1"}, "https://example.com/, 1"},
	} {
		if got := tt.article.String(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
