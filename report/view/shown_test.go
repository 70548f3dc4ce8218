package view_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/view"

	"github.com/google/go-cmp/cmp"
)

// grid writes a matrix as lines of words.
func grid(m *view.Matrix) (out []string) {
	if m == nil {
		return nil
	}
	var codes []string
	for _, c := range m.Columns {
		codes = append(codes, fmt.Sprintf("%d:%d", c.Code, c.Present))
	}
	out = append(out, strings.Join(codes, " "))
	for _, r := range m.Rows {
		line := r.Label
		for _, c := range r.Cells {
			line += " | " + strings.TrimSpace(c.Badge()+" "+c.OpenBadge()+map[bool]string{true: "", false: c.Shape()}[c.Any()])
		}
		out = append(out, line)
	}
	for _, q := range m.Quiet {
		out = append(out, q.Words)
	}
	return out
}

func TestMatrix(t *testing.T) {
	const present, open, absent, never = checks.Present, checks.Undetermined, checks.Absent, checks.NotApplicable
	outline := &report.Outline{Servers: []report.OutlineServer{{FQDN: "A"}, {FQDN: "quiet"}, {FQDN: "unseen"}}}
	for _, tt := range []struct {
		name     string
		findings []checks.Finding
		outline  *report.Outline
		want     []string
	}{
		{"nothing", nil, outline, nil},
		{"quiet servers", []checks.Finding{onServer(absent, checks.Major, "quiet", 503)}, outline, []string{"503:0", "1 server: nothing found", "2 servers: not judged"}},
		{"the worst first, whatever the case", []checks.Finding{
			onServer(present, checks.Major, "b", 504, 400), onServer(present, checks.Critical, "a", 503), onServer(open, checks.Critical, "A", 503),
			onServer(absent, checks.Major, "quiet", 400), forDeployment(checks.Minor, 404), onServer(never, checks.Major, "a", 400),
		}, outline, []string{"400:1 404:1 503:1 504:1", "Whole deployment |  | ◆ 1 |  | ", "A | – |  | ■ 1 ? 1 | ", "b | ▲ 1 |  |  | ▲ 1", "1 server: nothing found", "1 server: not judged"}},
		{"without a code", []checks.Finding{onServer(present, checks.Critical, "a"), onServer(absent, checks.Major, "a", 405)}, nil, []string{"405:0 0:1", "a | ✓ | ■ 1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := report.New(report.Run{}, tt.findings, nil)
			r.Outline = tt.outline
			if diff := cmp.Diff(tt.want, grid(view.Of(r).Matrix)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestMatrixOfManyServers(t *testing.T) {
	var findings []checks.Finding
	for i := range 80 {
		findings = append(findings, onServer(checks.Present, checks.Major, fmt.Sprintf("s%02d", i), 504))
	}
	m := view.Of(report.New(report.Run{}, findings, nil)).Matrix
	if len(m.Rows) != 60 || m.Rest == nil || m.Rest.Label != "20 more servers" || m.Rest.Cells[0].Present != 20 {
		t.Errorf("%d rows, and the rest is %+v", len(m.Rows), m.Rest)
	}
}

func TestTimeline(t *testing.T) {
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	at := func(days int) time.Time { return now.AddDate(0, 0, days) }
	dated := func(name string, from, to int) report.Dated {
		return report.Dated{Kind: report.DateCertificate, Name: name, Hosts: []string{"h"}, HostCount: 1, InUse: true, NotBefore: at(from), NotAfter: at(to)}
	}
	unused := dated("unused", -1, 400)
	unused.InUse = false
	r := &report.Report{
		Run:   report.Run{CollectedAt: now},
		Dates: &report.Dates{At: now, List: []report.Dated{dated("valid", -400, 3000), dated("soon", -10, 30), dated("expired", -20, -1), unused, dated("next", 3, 400)}},
		Waivers: []report.Waiver{
			{Cause: "c", Subject: "s", Until: "2026-03-04", Owner: "Kim", State: report.WaiverApplied},
			{Cause: "d", Subject: "s", Until: "soon", State: report.WaiverApplied},
		},
	}
	var got []string
	for _, g := range view.Of(r).Timeline.Groups {
		for _, row := range g.Rows {
			if row.From < 0 || row.Width() <= 0 || row.To > 1000 {
				t.Errorf("%s reaches from %d to %d", row.Name, row.From, row.To)
			}
			got = append(got, fmt.Sprintf("%s %s: %s, %s %s (%t %t)", g.Title, row.Name, row.State, row.Words, row.When, row.Before, row.After))
		}
	}
	if diff := cmp.Diff([]string{
		"h expired: expired, expired 1 day ago on 2026-03-03 (false false)",
		"h next: not yet valid, valid only in 3 days from 2026-03-07 (false false)",
		"h soon: soon, expires in 30 days on 2026-04-03 (false false)",
		"h valid: valid, 8 years left until 2034-05-21 (true true)",
		"h unused: not used, 13 months left until 2027-04-08 (false false)",
		"Waivers c, s: soon, expires in less than a day until 2026-03-04 (false false)",
	}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if view.Of(&report.Report{}).Timeline != nil {
		t.Error("a report without dates has a timeline")
	}
	large := view.Of(reporttest.Large(200)).Timeline
	if large.Rest != "160 more: 160 valid." {
		t.Errorf("what is left out: %q", large.Rest)
	}
}

// Places keep the order of time, and stay on the axis.
func TestTicks(t *testing.T) {
	ticks := view.Of(reporttest.Sample()).Timeline.Ticks
	if !slices.IsSortedFunc(ticks, func(a, b view.Tick) int { return a.At - b.At }) || ticks[0].At != 0 || ticks[len(ticks)-1].At != 1000 {
		t.Errorf("%+v", ticks)
	}
}

func TestSignIns(t *testing.T) {
	got := view.Of(reporttest.Sample()).SignIns
	if len(got) != 3 || got[0].Words != "It was accepted. It was tried once, which shows the user online for a moment." || got[2].Shape != view.ShapeOpen {
		t.Fatalf("%+v", got)
	}
	var causes []string
	for _, g := range got[1].Causes {
		for _, c := range g.Causes {
			causes = append(causes, fmt.Sprintf("%s %s %t", g.Verdict, c.ID, c.Anchor != ""))
		}
	}
	if diff := cmp.Diff([]string{"present user-sid-invalid true", "present stale-user-entry true", "undetermined user-account-locked false", "absent clock-skew false"}, causes); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	none := view.Of(&report.Report{SignIns: []report.SignIn{{Outcome: report.SignInRefused, Code: 500}}}).SignIns[0]
	if !none.None || none.Words != "It was refused with 500." {
		t.Errorf("%+v", none)
	}
}
