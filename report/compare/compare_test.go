package compare_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/report"
	"lcshealth/report/compare"
	"lcshealth/report/internal/reporttest"

	"github.com/google/go-cmp/cmp"
)

// onServer makes a finding of a server's cause.
func onServer(verdict checks.Verdict, cause, server string, observed ...string) checks.Finding {
	f := checks.Finding{
		ID: cause + "/" + server, Cause: cause, Codes: []int{503}, Severity: checks.Major, Verdict: verdict,
		Subject: checks.Subject{Kind: checks.ServerSubject, Name: server, Server: server},
	}
	for _, o := range observed {
		f.Evidence = append(f.Evidence, checks.Evidence{Observed: o, Source: "host", Host: server})
	}
	if verdict == checks.Undetermined {
		f.Reason, f.Settle = "host "+server+": refused", []string{"open the port"}
	}
	return f
}

// ofUsers makes a finding of users in one shape.
func ofUsers(verdict checks.Verdict, cause, server, shape string, severity checks.Severity, users ...string) checks.Finding {
	f := checks.Finding{
		ID: cause + "/users of " + server, Cause: cause, Shape: shape, Codes: []int{403}, Severity: severity, Verdict: verdict,
		Subject: checks.Subject{Kind: checks.UsersSubject, Name: "users of " + server, Server: server},
	}
	if verdict == checks.Present {
		f.ID += "/" + shape + "/" + string(severity)
		f.Affected = &checks.Affected{Count: len(users), Users: users}
	}
	if verdict == checks.Undetermined {
		f.Reason = "rtcdb " + server + ": refused"
	}
	return f
}

func open(f checks.Finding) checks.Finding {
	f.Settle, f.Reason = []string{"the right to read"}, "not every user could be judged"
	return f
}

func with(findings ...checks.Finding) *report.Report {
	return report.New(report.Run{Catalog: "1", Config: "c"}, findings, nil)
}

func changed(r *report.Report, change func(*report.Report)) *report.Report {
	change(r)
	return r
}

// told writes changes as "new absent>present cause/server: why".
func told(c *compare.Comparison) []string {
	out := []string{}
	for _, change := range c.Changes {
		line := fmt.Sprintf("%s %s>%s %s", change.Kind, change.Before, change.After, change.Finding.ID)
		if change.Why != "" {
			line += ": " + change.Why
		}
		out = append(out, line)
	}
	return out
}

func TestCompare(t *testing.T) {
	const P, A, U, N = checks.Present, checks.Absent, checks.Undetermined, checks.NotApplicable
	deployment := func(f checks.Finding) checks.Finding {
		f.ID, f.Subject = f.Cause+"/deployment", checks.Subject{Kind: checks.DeploymentSubject, Name: "deployment"}
		return f
	}
	limited := func(s report.Scope, findings ...checks.Finding) *report.Report {
		return changed(with(findings...), func(r *report.Report) { r.Run.Scope = s })
	}
	catalog := func(v string, findings ...checks.Finding) *report.Report {
		return changed(with(findings...), func(r *report.Report) { r.Run.Catalog = v })
	}
	config := func(findings ...checks.Finding) *report.Report {
		return changed(with(findings...), func(r *report.Report) { r.Run.Config = "other" })
	}
	failing := func(name, target string, findings ...checks.Finding) *report.Report {
		return changed(with(findings...), func(r *report.Report) {
			r.Sources = []facts.Source{{Name: name, Target: target, Status: facts.Failed, Message: "refused"}}
		})
	}
	for _, tt := range []struct {
		name          string
		before, after *report.Report
		want          []string
		same          bool
	}{
		{"nothing", with(), with(), nil, true},
		{"unchanged", with(onServer(P, "x", "s1", "a", "b")), with(onServer(P, "x", "s1", "b", "a")), []string{"unchanged present>present x/s1"}, true},
		{"a name in other letters", with(onServer(P, "x", "S1.contoso.com", "a")), with(onServer(P, "x", "s1.contoso.com", "a")), []string{"unchanged present>present x/s1.contoso.com"}, true},
		{"new", with(onServer(A, "x", "s1")), with(onServer(P, "x", "s1")), []string{"new absent>present x/s1"}, false},
		{"new, did not apply", with(onServer(N, "x", "s1")), with(onServer(P, "x", "s1")), []string{"new not-applicable>present x/s1"}, false},
		{"new, was undetermined", with(onServer(U, "x", "s1")), with(onServer(P, "x", "s1")), []string{"new undetermined>present x/s1: host s1: refused"}, false},
		{"new server", with(onServer(A, "x", "s1")), with(onServer(A, "x", "s1"), onServer(P, "x", "s2")), []string{"new >present x/s2: the earlier report has no such subject"}, false},
		{"resolved", with(onServer(P, "x", "s1")), with(onServer(A, "x", "s1")), []string{"resolved present>absent x/s1"}, false},
		{"lost", with(onServer(P, "x", "s1")), with(onServer(U, "x", "s1")), []string{"lost present>undetermined x/s1: host s1: refused"}, false},
		{"newly undetermined", with(onServer(A, "x", "s1")), with(onServer(U, "x", "s1")), []string{"undetermined absent>undetermined x/s1: host s1: refused"}, false},
		{"decided again", with(onServer(U, "x", "s1")), with(onServer(A, "x", "s1")), []string{"decided undetermined>absent x/s1"}, false},
		{"open in both", with(onServer(U, "x", "s1")), with(onServer(U, "x", "s1")), nil, true},
		{"absent and not applicable", with(onServer(A, "x", "s1")), with(onServer(N, "x", "s1")), nil, true},
		{"altered", with(onServer(P, "x", "s1", "service a: stopped")), with(onServer(P, "x", "s1", "service a: paused")), []string{"changed present>present x/s1"}, false},

		// The server or the cause is not there any more.
		{"server gone", with(onServer(P, "x", "s1"), onServer(A, "x", "s2")), with(onServer(A, "x", "s2")), []string{"resolved present> x/s1: the later report has no such subject"}, false},
		{"server gone, or not asked", with(onServer(P, "x", "s1"), onServer(A, "x", "s2")), config(onServer(A, "x", "s2")), []string{"not-judged present> x/s1: the later report has no such subject, and the configuration differs"}, true},
		{"servers unknown", with(onServer(P, "x", "s1")), with(deployment(onServer(U, "x", ""))), []string{"lost present>undetermined x/s1: host : refused", "undetermined >undetermined x/deployment: host : refused"}, false},
		{"servers known again", with(deployment(onServer(U, "x", ""))), with(onServer(P, "x", "s1")), []string{"new undetermined>present x/s1: host : refused", "decided undetermined> x/deployment: the later report has no such subject"}, false},
		{"server gone, directory failed", with(onServer(P, "x", "s1"), onServer(A, "x", "s2")), failing("directory", "dc1", onServer(A, "x", "s2")), []string{"lost present>undetermined x/s1: directory dc1: refused"}, false},
		{"server gone, its host failed", with(onServer(P, "x", "s1", "a"), onServer(A, "x", "s2")), failing("host", "S1", onServer(A, "x", "s2")), []string{"lost present>undetermined x/s1: host S1: refused"}, false},
		{"server gone, another host failed", with(onServer(P, "x", "s1", "a"), onServer(A, "x", "s2")), failing("host", "s3", onServer(A, "x", "s2")), []string{"resolved present> x/s1: the later report has no such subject"}, false},
		{"cause unknown to the older catalogue", catalog("1", onServer(A, "y", "s1")), catalog("2", onServer(P, "x", "s1")), []string{"not-judged >present x/s1: the earlier report was made with catalogue 1, which does not judge this cause"}, true},
		{"cause not judged", with(onServer(P, "x", "s1")), with(), []string{"not-judged present> x/s1: the later report has nothing of this cause"}, true},

		// Limits of a report.
		{"other codes", with(onServer(P, "x", "s1")), limited(report.Scope{Codes: []int{404}}), []string{"not-judged present> x/s1: the later report is limited to SIP 404"}, true},
		{"other causes", limited(report.Scope{Causes: []string{"y"}}), with(onServer(P, "x", "s1")), []string{"not-judged >present x/s1: the earlier report is limited to cause y"}, true},
		{"other servers", with(onServer(P, "x", "s1")), limited(report.Scope{Servers: []string{"s2"}}, onServer(A, "x", "s2")), []string{"not-judged present> x/s1: the later report is limited to server s2"}, true},
		{"within the limits", with(onServer(P, "x", "s1")), limited(report.Scope{Servers: []string{"S1"}, Codes: []int{503}, Causes: []string{"x"}}, onServer(A, "x", "s1")), []string{"resolved present>absent x/s1"}, false},
		{"undetermined outside the limits", with(onServer(U, "x", "s1")), limited(report.Scope{Codes: []int{404}}), nil, true},
		{"one user only", with(ofUsers(P, "x", "s1", "a", checks.Major, "kim")), limited(report.Scope{User: "pat"}, ofUsers(A, "x", "s1", "", checks.Major)), []string{"not-judged present> x/users of s1/a/major: the later report is about pat only"}, true},
		{"one user, undetermined", with(ofUsers(A, "x", "s1", "", checks.Major)), limited(report.Scope{User: "pat"}, ofUsers(U, "x", "s1", "", checks.Major)), nil, true},
		{"one user, but of the server", with(onServer(P, "x", "s1")), limited(report.Scope{User: "pat"}, onServer(A, "x", "s1")), []string{"resolved present>absent x/s1"}, false},

		// Shapes and severities of users.
		{"severity", with(ofUsers(P, "x", "s1", "a", checks.Minor, "kim")), with(ofUsers(P, "x", "s1", "a", checks.Major, "kim")), []string{"changed present>present x/users of s1/a/major"}, false},
		{"two severities, one left", with(ofUsers(P, "x", "s1", "a", checks.Minor, "kim"), ofUsers(P, "x", "s1", "a", checks.Major, "pat")), with(ofUsers(P, "x", "s1", "a", checks.Major, "pat")), []string{"resolved present>absent x/users of s1/a/minor", "unchanged present>present x/users of s1/a/major"}, false},
		{"another shape", with(ofUsers(P, "x", "s1", "a", checks.Major, "kim")), with(ofUsers(P, "x", "s1", "b", checks.Major, "kim")), []string{"new absent>present x/users of s1/b/major", "resolved present>absent x/users of s1/a/major"}, false},
		{"another shape, much unseen", with(ofUsers(P, "x", "s1", "a", checks.Major, "kim")), with(open(ofUsers(P, "x", "s1", "b", checks.Major, "kim"))), []string{"new absent>present x/users of s1/b/major", "lost present>undetermined x/users of s1/a/major: not every user could be judged"}, false},
		{"no hit any more, much unseen", with(ofUsers(P, "x", "s1", "a", checks.Major, "kim")), with(ofUsers(U, "x", "s1", "", checks.Major)), []string{"lost present>undetermined x/users of s1/a/major: rtcdb s1: refused"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := compare.Compare(tt.before, tt.after)
			want := tt.want
			if want == nil {
				want = []string{}
			}
			got := told(c)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if c.Same != tt.same {
				t.Errorf("same is %t, want %t", c.Same, tt.same)
			}
			total := 0
			for _, n := range c.Counts {
				total += n
			}
			if total != len(c.Changes) || len(c.Counts) != len(compare.Kinds()) {
				t.Errorf("counts are %v of %d changes", c.Counts, len(c.Changes))
			}
			slices.Reverse(tt.before.Findings)
			slices.Reverse(tt.after.Findings)
			if diff := cmp.Diff(got, told(compare.Compare(tt.before, tt.after))); diff != "" {
				t.Errorf("in another order, -want +got:\n%s", diff)
			}
		})
	}
}

// Two runs of one deployment differ in nothing that counts.
func TestTwoRuns(t *testing.T) {
	again := reporttest.Sample()
	again.Run.ID, again.Run.StartedAt = "another", again.Run.StartedAt.Add(time.Hour)
	slices.Reverse(again.Findings)
	slices.Reverse(again.Sources)
	for i := range again.Sources {
		again.Sources[i].DurationMs += 17
	}
	for i := range again.Findings {
		f := &again.Findings[i]
		slices.Reverse(f.Evidence)
		for j := range f.Evidence {
			f.Evidence[j].At = f.Evidence[j].At.Add(time.Hour)
		}
	}
	c := compare.Compare(reporttest.Sample(), again)
	if !c.Same || len(c.Notes) != 0 || len(c.Sources) != 0 || c.Counts[compare.Unchanged] != 7 {
		t.Errorf("same %t, notes %q, sources %v, changes:\n%s", c.Same, c.Notes, c.Sources, strings.Join(told(c), "\n"))
	}
}

func TestNotes(t *testing.T) {
	before, after := with(), with()
	before.Run.CollectedAt = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	after.Run = report.Run{Catalog: "2", Config: "d", Version: "1.1", CollectedAt: before.Run.CollectedAt.Add(-time.Hour), Scope: report.Scope{User: "kim@contoso.com"}}
	want := []string{
		"the catalogue differs: 1 before, 2 now; causes may have been added, or be judged otherwise",
		"the version of lcshealth differs: none before, 1.1 now",
		"the configuration differs: c before, d now",
		"the earlier report is limited to nothing, the later one to user kim@contoso.com; only what both judged is compared",
		"the facts of the later report are older than those of the earlier one",
	}
	if diff := cmp.Diff(want, compare.Compare(before, after).Notes); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Names of two kinds cannot be compared.
func TestRedactedNotes(t *testing.T) {
	for _, tt := range []struct{ before, after, want string }{
		{"", "", "[]"},
		{"0a1b2c3d", "0a1b2c3d", "[]"},
		{"", "0a1b2c3d", "[names are pseudonyms in the later report only; findings of the same thing have different names]"},
		{"0a1b2c3d", "", "[names are pseudonyms in the earlier report only; findings of the same thing have different names]"},
		{"0a1b2c3d", "4e5f6071", "[the pseudonyms were made with different keys (0a1b2c3d before, 4e5f6071 now); findings of the same thing have different names]"},
	} {
		before, after := with(), with()
		before.Run.Redacted, after.Run.Redacted = tt.before, tt.after
		if got := fmt.Sprint(compare.Compare(before, after).Notes); got != tt.want {
			t.Errorf("%q and %q: got %s, want %s", tt.before, tt.after, got, tt.want)
		}
	}
}

func TestSources(t *testing.T) {
	before, after := with(), with()
	before.Sources = []facts.Source{{Name: "host", Target: "A", Status: facts.OK}, {Name: "host", Target: "b", Status: facts.Failed, Message: "refused"}, {Name: "wire", Status: facts.OK}}
	after.Sources = []facts.Source{{Name: "wire", Status: facts.OK}, {Name: "host", Target: "b", Status: facts.OK}, {Name: "host", Target: "a", Status: facts.Partial, Message: "rights"}, {Name: "host", Target: "c", Status: facts.OK}}
	want := []compare.SourceChange{
		{Name: "host", Target: "a", Before: facts.OK, After: facts.Partial, Message: "rights"},
		{Name: "host", Target: "b", Before: facts.Failed, After: facts.OK, Message: "refused"},
		{Name: "host", Target: "c", After: facts.OK},
	}
	if diff := cmp.Diff(want, compare.Compare(before, after).Sources); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
