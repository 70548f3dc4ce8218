package history_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/report"
	"lcshealth/report/history"
)

const (
	P, A, U, N = checks.Present, checks.Absent, checks.Undetermined, checks.NotApplicable
	x          = "x/lcs01.contoso.com"
	u          = "u/users of lcs01.contoso.com"
)

// dayOf writes a stored time as the number of its day, or - for none.
func dayOf(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return fmt.Sprint(int(t.Sub(day0.Truncate(time.Microsecond)).Hours() / 24))
}

// story is a scope of its own.
type story struct {
	store *history.Store
	scope string
}

// spans writes the spans of a finding as "present 0-2", with * for those that
// are not reported and ! for how it stands.
func (in story) spans(t *testing.T, id string) string {
	t.Helper()
	var out []string
	for _, span := range must[[]history.Span](t)(in.store.Spans(t.Context(), in.scope, id)) {
		line := fmt.Sprintf("%s %s-%s", span.Verdict, dayOf(span.FirstAt), dayOf(span.LastAt))
		if !span.Reported {
			line += "*"
		}
		if span.Latest {
			line += "!"
		}
		out = append(out, line)
	}
	return strings.Join(out, ", ")
}

// known writes what is known of a finding: "present since 0, seen 0-2,
// changes 0".
func (in story) known(t *testing.T, id string, since time.Time) string {
	t.Helper()
	k, found := must[map[string]history.Known](t)(in.store.Known(t.Context(), in.scope, []string{id}, since))[id]
	if !found {
		return "nothing"
	}
	changes := ""
	for _, at := range k.Changes {
		changes += " " + dayOf(at)
	}
	return fmt.Sprintf("%s since %s, seen %s-%s, changes%s", k.Verdict, dayOf(k.Since), dayOf(k.FirstSeen), dayOf(k.LastSeen), changes)
}

// verdicts makes a run a day of finding x.
func verdicts(all ...checks.Verdict) (out []*report.Report) {
	for n, v := range all {
		if v == "" {
			out = append(out, night(n)) // does not judge it
			continue
		}
		out = append(out, night(n, finding(v)))
	}
	return out
}

// with changes a report.
func with(r *report.Report, change func(*report.Report)) *report.Report {
	change(r)
	return r
}

func source(name, target string, status facts.Status) func(*report.Report) {
	return func(r *report.Report) {
		r.Sources = append(r.Sources, facts.Source{Name: name, Target: target, Status: status, Message: "refused"})
	}
}

// other is a finding of the same cause on another server.
func other(cause string) checks.Finding {
	f := finding(A)
	f.ID, f.Cause, f.Subject.Name, f.Subject.Server = cause+"/lcs02.contoso.com", cause, "lcs02.contoso.com", "lcs02.contoso.com"
	return f
}

var waivedX = func() checks.Finding {
	f := finding(P)
	f.Waived = &checks.Waived{Until: "2026-12-31"}
	return f
}()

var upper = func() checks.Finding {
	f := finding(P)
	f.ID = "x/LCS01.contoso.com"
	return f
}()

// What the spans of a finding tell, and what is known of it.
var stories = []struct {
	name  string
	runs  []*report.Report
	id    string
	spans string
	known string
}{
	{"nothing", verdicts(), x, "", "nothing"},
	{"once", verdicts(P), x, "present 0-0!", "present since 0, seen 0-0, changes 0"},
	{"quiet nights", verdicts(P, P, P, P), x, "present 0-3!", "present since 0, seen 0-3, changes 0"},
	{"never", verdicts(A, A, N), x, "absent 0-1, not-applicable 2-2!", "not-applicable since 2, seen ---, changes"},
	{"comes", verdicts(A, P), x, "absent 0-0, present 1-1!", "present since 1, seen 1-1, changes 1"},
	{"goes", verdicts(P, P, A, A), x, "present 0-1, absent 2-3!", "absent since 2, seen 0-1, changes 0 2"},
	{"flaps", verdicts(P, A, P, A, P), x, "present 0-0, absent 1-1, present 2-2, absent 3-3, present 4-4!", "present since 4, seen 0-4, changes 0 1 2 3 4"},
	{"a gap is no end", verdicts(P, U, U, P), x, "present 0-0, undetermined 1-2, present 3-3!", "present since 0, seen 0-3, changes 0"},
	{"ends behind a gap", verdicts(P, U, A), x, "present 0-0, undetermined 1-1, absent 2-2!", "absent since 2, seen 0-0, changes 0 2"},
	{"comes behind a gap", verdicts(A, U, P), x, "absent 0-0, undetermined 1-1, present 2-2!", "present since 2, seen 2-2, changes 2"},
	{"in a gap", verdicts(P, P, U, U), x, "present 0-1, undetermined 2-3!", "undetermined since 2, seen 0-1, changes 0"},
	{"nothing but a gap", verdicts(U, U), x, "undetermined 0-1!", "undetermined since 0, seen ---, changes"},
	{"absent and not applicable", verdicts(P, A, N, P), x, "present 0-0, absent 1-1, not-applicable 2-2, present 3-3!", "present since 3, seen 0-3, changes 0 1 3"},
	{"not judged in between", verdicts(P, "", P), x, "present 0-2!", "present since 0, seen 0-2, changes 0"},
	{"not judged any more", verdicts(P, P, "", ""), x, "present 0-1!", "present since 0, seen 0-1, changes 0"},
	{
		"other evidence", []*report.Report{night(0, finding(P, "stopped")), night(1, finding(P, "paused")), night(2, finding(P, "paused"))}, x,
		"present 0-0, present 1-2!", "present since 0, seen 0-2, changes 0",
	},
	{"waived", []*report.Report{night(0, finding(P)), night(1, waivedX)}, x, "present 0-0, present 1-1!", "present since 0, seen 0-1, changes 0"},
	{"another case of the name", []*report.Report{night(0, finding(P)), night(1, upper), night(2, finding(A))}, x, "present 0-0, present 1-1, absent 2-2!", "absent since 2, seen 0-1, changes 0 2"},
	{"twice in a report", []*report.Report{night(0, finding(P), finding(A))}, x, "present 0-0!", "present since 0, seen 0-0, changes 0"},
	{"the clock is set back", []*report.Report{night(5, finding(P)), night(1, finding(P)), night(2, finding(A))}, x, "present 5-5, absent 2-2!", "absent since 2, seen 5-5, changes 5 2"},
	{
		"limited to another cause", []*report.Report{night(0, finding(P)), with(night(1, other("y")), func(r *report.Report) { r.Run.Scope.Causes = []string{"y"} }), night(2, finding(P))}, x,
		"present 0-2!", "present since 0, seen 0-2, changes 0",
	},
	{
		"the server is gone", []*report.Report{night(0, finding(P), other("x")), night(1, other("x")), night(2, other("x")), night(3, finding(P), other("x"))}, x,
		"present 0-0, gone 1-2*, present 3-3!", "present since 3, seen 0-3, changes 0 1 3",
	},
	{
		"the server is gone, or not asked", []*report.Report{night(0, finding(P), other("x")), with(night(1, other("x")), func(r *report.Report) { r.Run.Config = "other" })}, x,
		"present 0-0!", "present since 0, seen 0-0, changes 0",
	},
	{
		"the directory fails", []*report.Report{night(0, finding(P), other("x")), with(night(1, other("x")), source("directory", "dc01", facts.Failed)), night(2, finding(P), other("x"))}, x,
		"present 0-0, undetermined 1-1*, present 2-2!", "present since 0, seen 0-2, changes 0",
	},
	{
		"users are well", []*report.Report{night(0, ofUsers(P, "no-sid", checks.Major)), night(1, ofUsers(A, "", checks.Major)), night(2, ofUsers(A, "", checks.Major))}, u + "/no-sid/major",
		"present 0-0, absent 1-2*!", "absent since 1, seen 0-0, changes 0 1",
	},
	{
		"users cannot be read", []*report.Report{night(0, ofUsers(P, "no-sid", checks.Major)), night(1, ofUsers(U, "", checks.Major)), night(2, ofUsers(P, "no-sid", checks.Major))}, u + "/no-sid/major",
		"present 0-0, undetermined 1-1*, present 2-2!", "present since 0, seen 0-2, changes 0",
	},
	{
		"users in another shape", []*report.Report{night(0, ofUsers(P, "no-sid", checks.Major)), night(1, ofUsers(P, "foreign-sid", checks.Major))}, u + "/no-sid/major",
		"present 0-0, absent 1-1*!", "absent since 1, seen 0-0, changes 0 1",
	},
	{
		"all users, then some", []*report.Report{night(0, ofUsers(A, "", checks.Major)), night(1, ofUsers(P, "no-sid", checks.Major)), night(2, ofUsers(A, "", checks.Major))}, u,
		"absent 0-0, absent 2-2!", "absent since 0, seen ---, changes",
	},
	{
		"another severity", []*report.Report{night(0, ofUsers(P, "stuck", checks.Minor)), night(1, ofUsers(P, "stuck", checks.Minor)), night(2, ofUsers(P, "stuck", checks.Major))}, u + "/stuck/critical",
		"present 0-1, present 2-2!", "present since 0, seen 0-2, changes 0",
	},
	{
		"two severities, one left", []*report.Report{night(0, ofUsers(P, "stuck", checks.Minor), ofUsers(P, "stuck", checks.Major)), night(1, ofUsers(P, "stuck", checks.Minor)), night(2, ofUsers(A, "", checks.Minor))}, u + "/stuck/major",
		"present 0-1, present 0-0, absent 2-2*!", "absent since 2, seen 0-1, changes 0 2",
	},
	{
		"one user asked for", []*report.Report{night(0, ofUsers(P, "stuck", checks.Minor)), with(night(1, ofUsers(A, "", checks.Minor)), func(r *report.Report) { r.Run.Scope.User = "kim@contoso.com" })}, u + "/stuck/minor",
		"present 0-0!", "present since 0, seen 0-0, changes 0",
	},
}

func init() {
	suite["stories of findings"] = func(t *testing.T, b backend) {
		s := b.open(t)
		for i, tt := range stories {
			t.Run(tt.name, func(t *testing.T) {
				scope := "default"
				if i > 0 { // one database for all stories: the others must not matter
					scope = fmt.Sprint("story ", i)
				}
				for _, r := range tt.runs {
					r.Run.ID = fmt.Sprint(scope, r.Run.StartedAt)
					save(t, s, scope, r)
				}
				in := story{s, scope}
				same(t, "spans", tt.spans, in.spans(t, tt.id))
				same(t, "known", tt.known, in.known(t, tt.id, time.Time{}))
			})
		}
	}
	suite["what is known"] = func(t *testing.T, b backend) {
		s := b.open(t)
		save(t, s, "default", verdicts(P, A, P, A)...)
		in := story{s, "default"}
		same(t, "lately", "absent since 3, seen 0-2, changes 2 3", in.known(t, x, day(2)))
		told := map[string]map[string]history.Told{
			"mail": {u + "/stuck/minor": {At: day(4), Kind: "new", Digest: "d1"}},
			"chat": {u + "/stuck/minor": {At: day(4), Kind: "new", Digest: "d1"}, u + "/stuck/major": {At: day(3), Kind: "lost", Digest: "d0"}},
		}
		if err := s.Save(t.Context(), history.Record{Scope: "default", Report: night(4, ofUsers(P, "stuck", checks.Minor)), Told: told}); err != nil {
			t.Fatal(err)
		}
		all := must[map[string]history.Known](t)(s.Known(t.Context(), "default", nil, time.Time{}))
		if len(all) != 3 || all[x].FirstSeen.IsZero() {
			t.Errorf("all: %+v", all)
		}
		at := day(4).Truncate(time.Microsecond)
		major := must[map[string]history.Known](t)(s.Known(t.Context(), "default", []string{u + "/stuck/major", "never/seen"}, time.Time{}))
		same(t, "told", map[string]history.Told{
			"mail": {At: at, Kind: "new", Digest: "d1"},                                 // of it with another severity
			"chat": {At: day(3).Truncate(time.Microsecond), Kind: "lost", Digest: "d0"}, // of itself
		}, major[u+"/stuck/major"].Told)
		if len(major) != 1 {
			t.Errorf("known: %+v", major)
		}
		if f := ofUsers(P, "stuck", checks.Minor); major[u+"/stuck/major"].Fingerprint != report.Fingerprint(&f) {
			t.Errorf("fingerprint: %+v", major)
		}
		// Told of something that is no finding, without a run.
		overdue := map[string]map[string]history.Told{"mail": {"overdue": {At: at, Kind: "stale"}}}
		if err := s.Queue(t.Context(), "default", []history.Message{{Channel: "mail", Payload: []byte("overdue")}}, overdue); err != nil {
			t.Fatal(err)
		}
		same(t, "overdue", map[string]history.Known{"overdue": {Told: map[string]history.Told{"mail": {At: at, Kind: "stale"}}}}, must[map[string]history.Known](t)(s.Known(t.Context(), "default", []string{"overdue"}, time.Time{})))
		if m := must[[]history.Message](t)(s.Pending(t.Context(), "default")); len(m) != 1 || m[0].RunID != "" || m[0].CreatedAt.IsZero() {
			t.Errorf("messages: %+v", m)
		}
		if other := must[map[string]history.Known](t)(s.Known(t.Context(), "other", nil, time.Time{})); len(other) != 0 {
			t.Errorf("of another scope: %+v", other)
		}
	}
	suite["how findings stand"] = func(t *testing.T, b backend) {
		s := b.open(t)
		save(t, s, "default", night(0, finding(P, "stopped"), other("x"), ofUsers(P, "stuck", checks.Major)), night(1, other("x"), ofUsers(A, "", checks.Major)))
		var got []string
		for _, f := range must[[]history.Span](t)(s.Findings(t.Context(), "default")) {
			got = append(got, fmt.Sprint(f.Finding, " ", f.Verdict, " ", f.Reported, " ", f.LastRun, " ", f.Reason))
		}
		same(t, "findings", []string{
			u + " absent true run-0001 ", u + "/stuck/major absent false run-0001 ",
			x + " gone false run-0001 this run has no such subject", "x/lcs02.contoso.com absent true run-0001 ",
		}, got)
		if spans := must[[]history.Span](t)(s.Spans(t.Context(), "default", "x")); len(spans) != 3 {
			t.Errorf("of the cause: %+v", spans)
		}
	}
}
