package view_test

import (
	"strings"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/view"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func onServer(verdict checks.Verdict, severity checks.Severity, server string, codes ...int) checks.Finding {
	return checks.Finding{ID: server + string(severity), Verdict: verdict, Severity: severity, Codes: codes, Reason: "why", Subject: checks.Subject{Kind: checks.ServerSubject, Name: server, Server: server}}
}

func ofUsers(severity checks.Severity, code, count int, users ...string) checks.Finding {
	return checks.Finding{ID: "users", Verdict: checks.Present, Severity: severity, Codes: []int{code}, Subject: checks.Subject{Kind: checks.UsersSubject, Name: "users"}, Affected: &checks.Affected{Count: count, Users: users}}
}

func forDeployment(severity checks.Severity, codes ...int) checks.Finding {
	return checks.Finding{ID: "deployment", Verdict: checks.Present, Severity: severity, Codes: codes, Subject: checks.Subject{Kind: checks.DeploymentSubject, Name: "contoso.com"}}
}

func because(f checks.Finding, reason string) checks.Finding {
	f.Reason = reason
	return f
}

func TestAnswer(t *testing.T) {
	const present, undetermined, absent, never = checks.Present, checks.Undetermined, checks.Absent, checks.NotApplicable
	tests := []struct {
		name     string
		findings []checks.Finding
		tone     view.Tone
		headline string
		more     []string
	}{
		{"nothing", nil, view.Empty, "Nothing was judged.", nil},
		{"all absent", []checks.Finding{onServer(absent, checks.Critical, "a"), onServer(absent, checks.Critical, "b")},
			view.Clear, "No documented cause is present.", []string{"2 checks were decided, with nothing left open."}},
		{"absent and not applicable", []checks.Finding{onServer(absent, checks.Critical, "a"), onServer(never, checks.Critical, "b")},
			view.Clear, "No documented cause is present.", []string{"1 check was decided, with nothing left open; 1 does not apply."}},
		{"nothing applies", []checks.Finding{onServer(never, checks.Critical, "b")},
			view.Clear, "No documented cause is present.", []string{"None of 1 check applies to this deployment."}},
		{"undetermined", []checks.Finding{onServer(absent, checks.Critical, "a"), onServer(undetermined, checks.Critical, "b")},
			view.Unsure, "No cause found, but 1 check could not be decided: why.", nil},
		{"undetermined for many reasons", []checks.Finding{
			because(onServer(undetermined, checks.Major, "a"), "one"), because(onServer(undetermined, checks.Major, "b"), "two"),
			because(onServer(undetermined, checks.Major, "c"), "two"), because(onServer(undetermined, checks.Major, "d"), "three"),
			because(onServer(undetermined, checks.Major, "d"), "four"),
		}, view.Unsure, "No cause found, but 5 checks could not be decided: two (2); one (1); and 2 other reasons.", nil},
		{"undetermined for a long reason", []checks.Finding{because(onServer(undetermined, checks.Major, "a"), strings.Repeat("word ", 50))},
			view.Unsure, "No cause found, but 1 check could not be decided: " + strings.TrimSpace(strings.Repeat("word ", 16)) + "…", nil},
		{"one risk", []checks.Finding{onServer(present, checks.Minor, "a", 504)},
			view.Risk, "No cause of failed sign-in found; 1 risk is present.", nil},
		{"risks and notes", []checks.Finding{onServer(present, checks.Minor, "a"), onServer(present, checks.Minor, "b"), onServer(present, checks.Info, "c")},
			view.Risk, "No cause of failed sign-in found; 2 risks and 1 note are present.", nil},
		{"only a note", []checks.Finding{onServer(present, checks.Info, "c")},
			view.Risk, "No cause of failed sign-in found; 1 note is present.", nil},
		{"a risk, but much is open", []checks.Finding{onServer(present, checks.Minor, "a"), onServer(undetermined, checks.Critical, "b")},
			view.Risk, "No cause of failed sign-in found, but 1 check could not be decided; 1 risk is present.", []string{"What is open: why."}},
		{"a server", []checks.Finding{onServer(present, checks.Critical, "lcs01", 503)},
			view.Broken, "Sign-in is broken on lcs01 (503 Service Unavailable).", nil},
		{"servers, one twice, one without a code", []checks.Finding{onServer(present, checks.Critical, "lcs01", 504), onServer(present, checks.Critical, "lcs01", 503), onServer(present, checks.Critical, "lcs02")},
			view.Broken, "Sign-in is broken on lcs01 and lcs02 (503 Service Unavailable and 504 Server Time-out).", nil},
		{"a server that does not answer at all", []checks.Finding{onServer(present, checks.Critical, "lcs01")},
			view.Broken, "Sign-in is broken on lcs01.", nil},
		{"many servers and codes", []checks.Finding{
			onServer(present, checks.Critical, "a", 400), onServer(present, checks.Critical, "b", 405), onServer(present, checks.Critical, "c", 503),
			onServer(present, checks.Critical, "d", 504), onServer(present, checks.Critical, "e", 504),
		}, view.Broken, "Sign-in is broken on a, b, c and 2 more (400, 405, 503 and 504).", nil},
		{"everything", []checks.Finding{forDeployment(checks.Critical, 404), onServer(present, checks.Critical, "a", 503), ofUsers(checks.Major, 403, 1, "x")},
			view.Broken, "Sign-in is broken for the whole deployment (404 Not Found), on a (503 Service Unavailable) and for 1 user (403 Forbidden).", nil},
		{"a route", []checks.Finding{onServer(present, checks.Major, "a", 504)},
			view.Broken, "Sign-in is broken for some users or routes on a (504 Server Time-out).", nil},
		{"users and a route", []checks.Finding{ofUsers(checks.Major, 403, 42), onServer(present, checks.Major, "a", 504), forDeployment(checks.Major)},
			view.Broken, "Sign-in is broken for 42 users (403 Forbidden).", []string{"Some users or routes also fail on a and the deployment as a whole (504 Server Time-out)."}},
		{"broken, with risks and open ends", []checks.Finding{ofUsers(checks.Major, 403, 2), onServer(present, checks.Minor, "a"), onServer(undetermined, checks.Major, "b")},
			view.Broken, "Sign-in is broken for 2 users (403 Forbidden).", []string{"Besides, 1 risk is present.", "1 check could not be decided and may hide more: why."}},
		{"users of two findings, all named", []checks.Finding{ofUsers(checks.Major, 403, 2, "a", "b"), ofUsers(checks.Major, 404, 2, "b", "c")},
			view.Broken, "Sign-in is broken for 3 users (403 Forbidden and 404 Not Found).", nil},
		{"users of two findings, not all named", []checks.Finding{ofUsers(checks.Major, 403, 9, "a", "b"), ofUsers(checks.Major, 404, 2, "b", "c")},
			view.Broken, "Sign-in is broken for at least 9 users (403 Forbidden and 404 Not Found).", nil},
		{"users who are not counted", []checks.Finding{{Verdict: present, Severity: checks.Major, Subject: checks.Subject{Kind: checks.UsersSubject}}},
			view.Broken, "Sign-in is broken for some users.", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := of(tt.findings...).Answer
			if a.Tone != tt.tone || a.Sentence() != tt.headline {
				t.Errorf("got  %s: %s\nwant %s: %s", a.Tone, a.Sentence(), tt.tone, tt.headline)
			}
			if diff := cmp.Diff(tt.more, a.More, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("more, -want +got:\n%s", diff)
			}
		})
	}
}

// What follows from another finding is told as such, and its place not twice.
func TestAnswerConsequences(t *testing.T) {
	parent := onServer(checks.Present, checks.Critical, "lcs01", 503)
	child := onServer(checks.Present, checks.Major, "lcs01", 404)
	child.Parent = parent.ID
	a := of(child, parent).Answer
	if a.Headline != "Sign-in is broken on lcs01 (503 Service Unavailable)." {
		t.Errorf("headline is %q", a.Headline)
	}
	if diff := cmp.Diff([]string{"Of 2 findings, 1 follows from another and should go away with it."}, a.More); diff != "" {
		t.Errorf("more, -want +got:\n%s", diff)
	}
	// A major one that is explained by a minor one must be told all the same.
	parent.Severity = checks.Minor
	if a := of(child, parent).Answer; a.Headline != "Sign-in is broken for some users or routes on lcs01 (404 Not Found)." {
		t.Errorf("headline is %q", a.Headline)
	}
	// Nor may a summary without its findings be taken for good news.
	counted := report.Report{Summary: report.Summary{Severities: map[checks.Severity]int{checks.Critical: 1}}}
	if a := view.Of(&counted).Answer; a.Headline != "Sign-in is broken." {
		t.Errorf("headline is %q", a.Headline)
	}
}

// A run that was limited must not sound as if it had looked at everything.
func TestAnswerLimits(t *testing.T) {
	r := reporttest.Only(func(f *checks.Finding) bool { return f.Verdict == checks.Absent })
	r.Run.Scope = report.Scope{Codes: []int{503, 504}, Causes: []string{"sql-service-stopped"}, Servers: []string{"a", "b", "c", "d", "e"}, User: "alice@contoso.com"}
	r.Run.CollectedAt = r.Run.StartedAt.Add(-24 * time.Hour)
	got := view.Of(r).Answer.More
	want := []string{
		"4 checks were decided, with nothing left open.",
		"The run says nothing beyond what it was limited to: SIP 503 and 504; cause sql-service-stopped; servers a, b, c and 2 more; user alice@contoso.com.",
		"It judges facts that were gathered on 2026-03-03 05:06:07 UTC.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// What to begin with is the worst that somebody can do something about: not
// what is waived, and no note.
func TestAnswerBegin(t *testing.T) {
	worst := onServer(checks.Present, checks.Critical, "lcs01", 503)
	next := onServer(checks.Present, checks.Major, "lcs02", 404)
	next.Title, next.Remedy = "A route is wrong", []checks.Step{{Text: "Mend it."}, {Text: "Look again."}}
	note := onServer(checks.Present, checks.Info, "lcs03", 0)
	if got := of(note, next, worst).Answer.First; got == nil || got.ID != worst.ID {
		t.Errorf("begins with %v, want the worst", got)
	}
	worst.Waived = &checks.Waived{Owner: "kim"}
	if got, want := of(note, next, worst).Answer.Begin(), "A route is wrong, server lcs02. Mend it."; got != want {
		t.Errorf("begins with %q, want %q", got, want)
	}
	next.Waived = worst.Waived
	if got := of(note, next, worst).Answer.Begin(); got != "" {
		t.Errorf("begins with %q although nothing is to be done", got)
	}
}
