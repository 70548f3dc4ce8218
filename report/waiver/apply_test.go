package waiver_test

import (
	"slices"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/waiver"
)

var today = time.Date(2026, 3, 5, 23, 59, 0, 0, time.FixedZone("", -8*3600))

func TestApply(t *testing.T) {
	sql := reporttest.Sample().Findings[0] // sql-service-stopped/lcs01.contoso.com
	for _, tt := range []struct {
		name   string
		w      waiver.Waiver
		scope  report.Scope
		state  report.WaiverState
		about  []string
		waived []string
	}{
		{"a server, whatever its letters", waiver.Waiver{Cause: sql.Cause, Subject: "LCS01.contoso.com", Until: "2026-03-06"}, report.Scope{}, report.WaiverApplied, []string{sql.ID}, []string{sql.ID}},
		{"on its last day", waiver.Waiver{Cause: sql.Cause, Subject: "*", Until: "2026-03-05"}, report.Scope{}, report.WaiverApplied, []string{sql.ID}, []string{sql.ID}},
		{"on the day after", waiver.Waiver{Cause: sql.Cause, Subject: "*", Until: "2026-03-04"}, report.Scope{}, report.WaiverExpired, []string{sql.ID}, nil},
		{"expired, and nothing is there", waiver.Waiver{Cause: "messenger-on-server", Subject: "*", Until: "2026-03-04"}, report.Scope{}, report.WaiverExpired, nil, nil},
		{"fingerprint", waiver.Waiver{Cause: sql.Cause, Subject: "*", Until: "2026-12-31", Fingerprint: report.Fingerprint(&sql)}, report.Scope{}, report.WaiverApplied, []string{sql.ID}, []string{sql.ID}},
		{"another fingerprint", waiver.Waiver{Cause: sql.Cause, Subject: "*", Until: "2026-12-31", Fingerprint: "sha256:0"}, report.Scope{}, report.WaiverOutdated, []string{sql.ID}, nil},
		{"users", waiver.Waiver{Cause: "user-sid-invalid", Subject: "users of lcs02.contoso.com", Until: "2026-12-31"}, report.Scope{}, report.WaiverApplied, []string{"user-sid-invalid/users of lcs02.contoso.com/foreign-sid"}, []string{"user-sid-invalid/users of lcs02.contoso.com/foreign-sid"}},
		{"a server is not its users", waiver.Waiver{Cause: "user-sid-invalid", Subject: "lcs02.contoso.com", Until: "2026-12-31"}, report.Scope{}, report.WaiverUnmatched, nil, nil},
		{"another shape", waiver.Waiver{Cause: "user-sid-invalid", Subject: "users of lcs02.contoso.com", Shape: "no-sid", Until: "2026-12-31"}, report.Scope{}, report.WaiverUnmatched, nil, nil},
		{"undetermined", waiver.Waiver{Cause: "root-ca-in-user-store", Subject: "lcs01.contoso.com", Until: "2026-12-31"}, report.Scope{}, report.WaiverUnjudged, nil, nil},
		{"undetermined for the deployment", waiver.Waiver{Cause: "sip-domain-not-listed", Subject: "lcs01.contoso.com", Until: "2026-12-31"}, report.Scope{}, report.WaiverUnjudged, nil, nil},
		{"absent", waiver.Waiver{Cause: "messenger-on-server", Subject: "lcs01.contoso.com", Until: "2026-12-31"}, report.Scope{}, report.WaiverUnmatched, nil, nil},
		{"no such cause", waiver.Waiver{Cause: "clock-skw", Subject: "*", Until: "2026-12-31"}, report.Scope{}, report.WaiverUnmatched, nil, nil},
		{"left out by the run", waiver.Waiver{Cause: "clock-skew", Subject: "*", Until: "2026-12-31"}, report.Scope{Codes: []int{404}}, report.WaiverUnjudged, nil, nil},
		{"absent in a run that was limited", waiver.Waiver{Cause: "messenger-on-server", Subject: "lcs01.contoso.com", Until: "2026-12-31"}, report.Scope{Codes: []int{405}}, report.WaiverUnmatched, nil, nil},
		{"other users", waiver.Waiver{Cause: "user-sid-invalid", Subject: "users of lcs02.contoso.com", Shape: "no-sid", Until: "2026-12-31"}, report.Scope{User: "kim@contoso.com"}, report.WaiverUnjudged, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := reporttest.Sample()
			r.Run.Scope = tt.scope
			tt.w.Reason, tt.w.Owner = "why", "Kim"
			waiver.Apply(r, []waiver.Waiver{tt.w}, today)
			if got := r.Waivers[0]; got.State != tt.state || !slices.Equal(got.Findings, tt.about) || got.Reason != "why" || got.Until != tt.w.Until {
				t.Errorf("got %+v, want %s of %q", got, tt.state, tt.about)
			}
			var waived []string
			for _, f := range r.Findings {
				if f.Waived != nil {
					waived = append(waived, f.ID)
					if want := (checks.Waived{Reason: "why", Owner: "Kim", Until: tt.w.Until}); *f.Waived != want {
						t.Errorf("waived is %+v, want %+v", *f.Waived, want)
					}
				}
			}
			if !slices.Equal(waived, tt.waived) || r.Summary.Waived != len(waived) {
				t.Errorf("waived are %q, counted %d, want %q", waived, r.Summary.Waived, tt.waived)
			}
			if r.Summary.Verdicts.Present != 7 || len(waiver.Counting(r.Findings)) != len(r.Findings)-len(waived) {
				t.Error("a waived finding is not present any more, or counts")
			}
		})
	}
}

// Everything that is present can be waived; what is open stays open.
func TestApplyExit(t *testing.T) {
	r := reporttest.Sample()
	if got := checks.Exit(r.Findings, checks.Minor); got != checks.ExitPresent {
		t.Fatalf("exit code %d", got)
	}
	var all []waiver.Waiver
	for _, f := range r.Findings {
		all = append(all, waiver.Waiver{Cause: f.Cause, Subject: "*", Reason: "r", Owner: "o", Until: "2026-12-31"})
	}
	original := r.Findings
	waiver.Apply(r, all, today)
	if got := checks.Exit(r.Findings, checks.Info); got != checks.ExitIncomplete {
		t.Errorf("exit code %d, want %d", got, checks.ExitIncomplete)
	}
	if original[0].Waived != nil {
		t.Error("the caller's findings were changed")
	}
	waiver.Apply(r, nil, today)
	if r.Summary.Waived != 0 || r.Waivers != nil || checks.Exit(r.Findings, checks.Minor) != checks.ExitPresent {
		t.Error("waivers of an earlier call are left")
	}
}
