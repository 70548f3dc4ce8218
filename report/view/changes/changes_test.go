package changes_test

import (
	"slices"
	"testing"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/compare"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/view"
	"lcshealth/report/view/changes"

	"github.com/google/go-cmp/cmp"
)

func of(before, after []checks.Finding) *changes.View {
	return changes.Of(compare.Compare(report.New(report.Run{}, before, nil), report.New(report.Run{}, after, nil)))
}

func found(cause string, verdict checks.Verdict, severity checks.Severity) checks.Finding {
	return checks.Finding{ID: cause, Cause: cause, Verdict: verdict, Severity: severity, Subject: checks.Subject{Kind: checks.DeploymentSubject, Name: "deployment"}}
}

func TestHeadline(t *testing.T) {
	const P, A, U = checks.Present, checks.Absent, checks.Undetermined
	list := func(findings ...checks.Finding) []checks.Finding { return findings }
	waived := found("w", P, checks.Critical)
	waived.Waived = &checks.Waived{Owner: "Kim"}
	for _, tt := range []struct {
		before, after []checks.Finding
		tone          view.Tone
		headline      string
		more          []string
	}{
		{nil, nil, view.Clear, "Nothing has changed.", nil},
		{list(found("x", P, checks.Major)), list(found("x", P, checks.Major)), view.Clear, "Nothing has changed.", []string{"1 finding is present as before."}},
		{list(found("x", A, checks.Major)), list(found("x", P, checks.Major)), view.Broken, "1 finding is new.", nil},
		{list(found("x", A, checks.Minor)), list(found("x", P, checks.Minor)), view.Risk, "1 finding is new.", nil},
		{list(found("w", A, checks.Critical)), list(waived), view.Risk, "1 finding is new.", nil},
		{list(found("x", P, checks.Major)), list(found("x", A, checks.Major)), view.Clear, "No finding is new; 1 resolved.", nil},
		{list(found("x", P, checks.Major), found("y", U, checks.Major)), list(found("x", U, checks.Major), found("y", U, checks.Major)), view.Unsure, "No finding is new; 1 not seen any more.", []string{"1 check could be decided in neither."}},
		{list(found("x", P, checks.Major)), nil, view.Clear, "Nothing has changed.", []string{"1 finding of one report cannot be compared, as the other did not judge the like."}},
	} {
		v := of(tt.before, tt.after)
		if v.Tone != tt.tone || v.Headline != tt.headline || !slices.Equal(v.More, tt.more) {
			t.Errorf("got %s: %s %q\nwant %s: %s %q", v.Tone, v.Headline, v.More, tt.tone, tt.headline, tt.more)
		}
	}
}

// Each change is shown once, in the section of its kind, with every difference.
func TestSections(t *testing.T) {
	c := compare.Compare(reporttest.Sample(), reporttest.Later())
	n := 0
	for _, s := range changes.Of(c).Sections {
		n += len(s.Changes)
		if len(s.Changes) != c.Counts[s.Kind] || s.Title == "" || s.Lead == "" {
			t.Errorf("%s: %d changes, title %q, lead %q", s.Kind, len(s.Changes), s.Title, s.Lead)
		}
		for _, change := range s.Changes {
			if (len(change.Rows) > 0) != (s.Kind == compare.Changed) {
				t.Errorf("%s is %s and has %d rows", change.ID, s.Kind, len(change.Rows))
			}
		}
	}
	if n != len(c.Changes) {
		t.Errorf("%d changes are shown, want %d", n, len(c.Changes))
	}
}

func TestRows(t *testing.T) {
	before, after := found("x", checks.Present, checks.Minor), found("x", checks.Present, checks.Major)
	before.Affected, after.Affected = &checks.Affected{Count: 2, Users: []string{"a", "b"}}, &checks.Affected{Count: 1, Users: []string{"c"}}
	before.Evidence = []checks.Evidence{{Observed: "a: no SID", Source: "rtcdb", Host: "s1"}, {Observed: reporttest.Escapes, Source: "rtcdb"}}
	after.Evidence = []checks.Evidence{{Observed: "a: a foreign SID", Expected: "his", Source: "rtcdb", Host: "s1"}}
	after.Waived = &checks.Waived{Owner: "Kim", Until: "2026-12-31", Reason: reporttest.Override}
	after.Settle = []string{"rights"}
	got := of([]checks.Finding{before}, []checks.Finding{after}).Sections[0].Changes[0]
	want := []changes.Row{
		{Label: "Severity", Before: "minor", After: "major"},
		{Label: "Affected", Before: "2 users", After: "1 user"},
		{Label: "Users", After: "c"},
		{Label: "Users", Before: "a and b"},
		{Label: "Evidence", Before: "a: no SID", After: "a: a foreign SID (expected: his)", Origin: "rtcdb s1"},
		{Label: "Evidence", Before: "�red�", Origin: "rtcdb"},
		{Label: "Waived", Before: "not waived", After: "by Kim until 2026-12-31: user�gpj.exe"},
	}
	if diff := cmp.Diff(want, got.Rows); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if want := "Not everything could be seen this time, so what is gone may still be there."; got.Note != want {
		t.Errorf("the note is %q", got.Note)
	}
	marks := ""
	for _, row := range got.Rows {
		marks += row.Mark()
	}
	if marks != "~~+−~−~" {
		t.Errorf("the marks are %s", marks)
	}
}
