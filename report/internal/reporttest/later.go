package reporttest

import (
	"slices"
	"strings"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/report"
)

// Later returns the sample as it is a day later: with something of every kind
// that can have become of a finding, hostile strings in it, and in another
// order.
func Later() *report.Report {
	r := Sample()
	r.Run.ID, r.Run.Catalog = "0b9c2f6e-0d5c-4b6b-8f0e-3b0c6a1d2e3f", "2026.2"
	for _, at := range []*time.Time{&r.Run.StartedAt, &r.Run.FinishedAt, &r.Run.CollectedAt} {
		*at = at.Add(24 * time.Hour)
	}
	f := func(id string) *checks.Finding {
		i := slices.IndexFunc(r.Findings, func(f checks.Finding) bool { return f.ID == id })
		return &r.Findings[i]
	}
	absent := func(f *checks.Finding, observed string) {
		f.Verdict, f.Reason, f.Settle, f.Affected, f.Shape = checks.Absent, "", nil, nil, ""
		f.Evidence, f.Remedy = []checks.Evidence{saw("host", f.Subject.Server, observed, "")}, nil
	}
	undetermined := func(f *checks.Finding, reason string) {
		f.Verdict, f.Reason, f.Settle, f.Evidence, f.Remedy = checks.Undetermined, reason, []string{"let this computer reach it"}, nil, nil
	}

	absent(f("sql-service-stopped/lcs01.contoso.com"), "service MSSQL$RTC: running")
	absent(f("root-ca-in-user-store/lcs01.contoso.com"), "the chain ends in LocalMachine\\ROOT")
	undetermined(f("directory-connector-errors/lcs01.contoso.com"), "host lcs01.contoso.com: no answer"+Escapes)
	undetermined(f("outbound-certificate-missing/lcs02.contoso.com"), "host lcs02.contoso.com: access denied")

	messenger := f("messenger-on-server/lcs01.contoso.com")
	messenger.Verdict, messenger.Reason = checks.Present, "msmsgs.exe runs, and "+Override
	messenger.Evidence = []checks.Evidence{saw("host", "lcs01.contoso.com", "process msmsgs.exe (process 1204), since 2026-03-05T01:02:03Z "+Script, "no SIP client on a server")}
	messenger.Remedy = []checks.Step{{Text: "End Windows Messenger.", Command: "taskkill /im msmsgs.exe", Host: "lcs01.contoso.com"}}

	sids := f("user-sid-invalid/users of lcs03.contoso.com")
	sids.Verdict, sids.Reason, sids.Settle, sids.Shape, sids.ID = checks.Present, "", nil, "no-sid", sids.ID+"/no-sid/major"
	sids.Evidence = []checks.Evidence{saw("rtcdb", "lcs03.contoso.com", `row 7, "kim@contoso.com": no SID`, "the account's SID")}
	sids.Affected = &checks.Affected{Count: 1, Users: []string{"kim@contoso.com"}}

	foreign := f("user-sid-invalid/users of lcs02.contoso.com/foreign-sid")
	foreign.Affected = &checks.Affected{Count: 3, Users: []string{Script + "@contoso.com", "o'hara@contoso.com", "zoe@contoso.com"}}
	foreign.Evidence = append(slices.Clone(foreign.Evidence[1:]), saw("rtcdb", "lcs02.contoso.com", "zoe@contoso.com: S-1-5-21-1-2-3-4", "S-1-5-21-1-2-3-5"))

	route := f("static-route-invalid/lcs02.contoso.com")
	route.Evidence = []checks.Evidence{saw("wire", "", "sip.fabrikam.com: refuses connections", "connections are accepted")}

	stale := f("stale-user-entry/users of lcs02.contoso.com/no-account")
	stale.Severity, stale.ID = checks.Major, stale.ID+"/major"

	f("user-not-enabled/users of the forest/disabled").Waived = &checks.Waived{Reason: "they have left the company " + Script, Owner: "Kim Akers", Until: "2026-12-31"}

	r.Findings = slices.DeleteFunc(r.Findings, func(f checks.Finding) bool {
		return strings.HasPrefix(f.ID, "user-missing-from-database/users of lcs01")
	})
	for i := range r.Findings {
		for j := range r.Findings[i].Evidence {
			e := &r.Findings[i].Evidence[j]
			e.At = e.At.Add(24*time.Hour + time.Second)
		}
	}
	slices.Reverse(r.Findings)
	for i := range r.Sources {
		s := &r.Sources[i]
		switch s.Name + s.Target {
		case "rtcdblcs03.contoso.com":
			*s = facts.Source{Name: s.Name, Target: s.Target, Status: facts.OK, DurationMs: 800}
		case "hostlcs01.contoso.com":
			s.Status, s.Class, s.Message = facts.Failed, facts.Timeout, "no answer within 30s "+Override
		}
	}
	out := report.New(r.Run, r.Findings, r.Sources)
	out.Waivers = []report.Waiver{
		{Cause: "user-not-enabled", Subject: "*", Reason: "they have left the company " + Script, Owner: "Kim Akers", Until: "2026-12-31", State: report.WaiverApplied, Findings: []string{"user-not-enabled/users of the forest/disabled"}},
		{Cause: "messenger-on-server", Subject: "lcs01.contoso.com", Reason: Escapes, Owner: "Pat", Until: "2026-02-28", State: report.WaiverExpired, Findings: []string{"messenger-on-server/lcs01.contoso.com"}},
		{Cause: "clock-skew", Subject: "lcs09.contoso.com", Reason: "the server is gone", Owner: "Pat", Until: "2026-12-31", State: report.WaiverUnmatched},
	}
	return out
}
