package preflight_test

import (
	"fmt"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/preflight"
	"lcshealth/checks/preflight/plan"
	"lcshealth/report/internal/reporttest"
	report "lcshealth/report/preflight"
)

var at = time.Date(2006, 11, 21, 12, 0, 0, 0, time.UTC)

// user is a line that enables somebody.
func user(n int, issues ...preflight.Issue) preflight.Line {
	l := preflight.Line{
		At: plan.Ref{File: "users.csv", Line: n + 2}, Kind: preflight.EnableUser, Name: fmt.Sprintf(`CONTOSO\user%05d`, n),
		Target: fmt.Sprintf("sip:user%05d@contoso.com on lcs01.contoso.com", n), Verdict: preflight.Go, Issues: issues,
	}
	if len(issues) > 0 {
		l.Verdict = issues[0].Verdict
	}
	return l
}

// The five ways in which lines of a roll-out are wrong: each of its own person,
// all for one reason, for one of two, with commands that differ, and not seen.
var kindsOfIssue = []func(n int) preflight.Issue{
	func(n int) preflight.Issue {
		return preflight.Issue{
			Check: "address-taken", Verdict: preflight.NoGo, Severity: checks.Major, Reason: fmt.Sprintf("sip:user%05d@contoso.com is the SIP URI of CN=Other %d,OU=People,DC=contoso,DC=com", n, n),
			Evidence: []checks.Evidence{{Observed: fmt.Sprintf("CN=Other %d,OU=People,DC=contoso,DC=com: SIP URI sip:user%05d@contoso.com, enabled", n, n), Expected: "nobody else holds it", Source: "directory", Host: "dc01.contoso.com", At: at}},
			Remedy:   []checks.Step{{Text: "Give the line another SIP URI, or take it from that account first."}},
		}
	},
	func(n int) preflight.Issue {
		return preflight.Issue{
			Check: "address-given-twice", Verdict: preflight.NoGo, Severity: checks.Major, Reason: fmt.Sprintf("sip:user%05d@contoso.com is given to another too", n),
			Remedy: []checks.Step{{Text: "Give one of the two another SIP URI."}}, Other: &plan.Ref{File: "users.csv", Line: n + 3},
		}
	},
	func(int) preflight.Issue {
		return preflight.Issue{
			Check: "home-server-unhealthy", Verdict: preflight.Risk, Severity: checks.Major, Reason: "the home server lcs01.contoso.com: the Active Directory connector logs errors (directory-connector-errors)",
			Evidence: []checks.Evidence{{Observed: "event 30034 of Live Communications User Replicator", Expected: "no errors", Source: "host", Host: "lcs01.contoso.com", At: at}},
			Remedy:   []checks.Step{{Text: "Start the service again.", Command: "net start rtcsrv", Host: "lcs01.contoso.com"}},
		}
	},
	func(n int) preflight.Issue {
		return preflight.Issue{
			Check: "stale-user-entry", Verdict: preflight.NoGo, Severity: checks.Critical, Reason: "Database entries were made for other accounts than those that hold the addresses now",
			Remedy: []checks.Step{
				{Text: "Before the user is enabled: delete the entry from the database.", Command: fmt.Sprintf(`OSQL -S (local)\rtc -d rtc -E -Q "exec RtcDeleteResource N'user%05d@contoso.com'"`, n), Host: "lcs01.contoso.com"},
				{Text: "When the entry is gone, enable the user."},
			},
		}
	},
	func(int) preflight.Issue {
		return preflight.Issue{
			Check: "account-unseen", Verdict: preflight.CannotTell, Severity: checks.Minor, Reason: "directory: whether there is such an account was not looked up",
			Settle: []string{"give a list of the accounts with --accounts"},
		}
	},
}

// rollout is a plan of n users, of whom one in ten has one of five issues.
func rollout(n int) *report.Report {
	r := &report.Report{Run: report.Run{
		ID: "6f1c0a52", Plan: "plan.yaml", Digest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", Version: "1.0", Catalog: "2026.2",
		StartedAt: at, FinishedAt: at.Add(3 * time.Second), CollectedAt: at.Add(-time.Hour), ExitCode: 1,
	}}
	r.Verdict = preflight.NoGo
	for i := range n {
		l := user(i)
		if i%10 == 3 {
			l = user(i, kindsOfIssue[i/10%len(kindsOfIssue)](i))
		}
		switch l.Verdict {
		case preflight.Go:
			r.Counts.Go++
		case preflight.Risk:
			r.Counts.Risk++
		case preflight.NoGo:
			r.Counts.NoGo++
		case preflight.CannotTell:
			r.Counts.CannotTell++
		}
		r.Lines = append(r.Lines, l)
	}
	return r
}

// whole is a report of n users or more than 60, with something of everything, and hostile words wherever
// somebody else has chosen them.
func whole(n int) *report.Report {
	r := rollout(n)
	r.Run.Plan = "plan " + evil + ".yaml"
	both := preflight.Issue{Check: "home-server-unhealthy", Verdict: preflight.Risk, Severity: checks.Minor, Reason: "the home server lcs02.contoso.com: " + evil, Evidence: []checks.Evidence{{Observed: evil, Source: "host"}}}
	r.Lines[3].Issues = append(r.Lines[3].Issues, both)
	r.Lines[53].Issues = append(r.Lines[53].Issues, both)
	r.Lines = append(r.Lines,
		preflight.Line{
			At: plan.Ref{File: "plan.yaml", Line: 4}, Kind: preflight.AddServer, Name: evil, Target: evil, Verdict: preflight.NoGo, Done: preflight.NotDone,
			Issues: []preflight.Issue{{
				Check: "address-in-use", Verdict: preflight.NoGo, Severity: checks.Major, Reason: evil, Settle: []string{evil}, Evidence: []checks.Evidence{{Observed: evil, Expected: evil, Source: "directory", Host: evil}},
				Remedy: []checks.Step{{Text: evil, Command: "OSQL -Q \"exec RtcDeleteResource N'o''hara@contoso.com'\" javascript:alert(1)" + evil, Host: evil}}, Other: &plan.Ref{File: evil, Line: 9},
			}},
		},
		preflight.Line{At: plan.Ref{File: "plan.yaml", Line: 9}, Kind: preflight.ExpectAbsent, Name: "user-not-enabled", Verdict: preflight.Go, Cures: []string{"user-not-enabled"}},
	)
	r.Counts.NoGo, r.Counts.Go = r.Counts.NoGo+1, r.Counts.Go+1
	for i := range 30 {
		r.Lines[i].Cures = append(r.Lines[i].Cures, "user-not-enabled")
	}
	r.Besides = []preflight.Issue{{Check: "mtls-not-configured", Verdict: preflight.CannotTell, Severity: checks.Minor, Reason: "no longer seen: " + evil, Settle: []string{evil}}}
	change := func(e preflight.Effect, cause, title string, s checks.Severity, count int, users ...string) preflight.Change {
		c := preflight.Change{Effect: e, Before: checks.Absent, After: checks.Present, Finding: checks.Finding{
			ID: cause, Cause: cause, Title: title, Severity: s, Verdict: checks.Present, Subject: checks.Subject{Kind: checks.UsersSubject, Name: "users of lcs01.contoso.com", Server: "lcs01.contoso.com"},
		}}
		if count > 0 {
			c.Finding.Affected = &checks.Affected{Count: count, Users: users}
		}
		return c
	}
	r.Changes = []preflight.Change{
		change(preflight.Introduced, "stale-user-entry", "Database entries were made for other accounts "+evil, checks.Major, 4312, "adam@contoso.com", evil, "o'hara@contoso.com", "山田太郎@contoso.com", "zoe@contoso.com", "yan@contoso.com"),
		change(preflight.Cured, "user-not-enabled", "Enabled users have no home server", checks.Minor, 1, "kim@contoso.com"),
	}
	for i := range 25 {
		r.Changes = append(r.Changes, change(preflight.Unchanged, "messenger-on-server", fmt.Sprintf("Windows Messenger runs on server %d", i), checks.Critical, 0))
	}
	r.Sources = []facts.Source{
		{Name: "directory", Target: "dc01.contoso.com", Status: facts.OK},
		{Name: "rtcdb", Target: "lcs03.contoso.com", Status: facts.Failed, Class: facts.Unreachable, Message: "connect to 192.0.2.13:1433: connection refused" + reporttest.Escapes},
		{Name: "host", Target: "lcs01.contoso.com", Status: facts.Partial, Class: facts.Rights, Message: "read the Trusted Root store: access denied", Warnings: []string{"the clock is ahead " + evil}},
	}
	return r
}
