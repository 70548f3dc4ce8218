package reporttest

import (
	"slices"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/report"
)

// Hostile strings, as a directory, a database or a server could hold them.
const (
	Script   = `<script>document.title="owned"</script>`
	Escapes  = "\x1b[2J\x1b[31mred\x1b[0m\x1b]0;owned\x07"
	Override = "user\u202egpj.exe"
)

// started is when the sample's run began.
var started = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// Sample returns a report with findings of every verdict, severity and kind of
// subject, consequences of two levels, sources of every status, an outline,
// dates, sign-ins, and hostile strings. Each call returns a new one.
func Sample() *report.Report {
	run := report.Run{
		ID:        "6f1c0a52-8d0e-4c57-9a55-0f5f2b7d6c11",
		StartedAt: started, FinishedAt: started.Add(42*time.Second + 350*time.Millisecond), CollectedAt: started.Add(2 * time.Second),
		Version: "1.0.0", Catalog: "2026.1", Config: "sha256:9f86d081884c7d65", ExitCode: int(checks.ExitPresent),
	}
	findings := slices.Concat(presentFindings(), openFindings(), quietFindings())
	r := report.New(run, findings, sources())
	r.Outline, r.Dates, r.SignIns = outline(), dates(), signIns()
	return r
}

// Only returns the sample limited to findings for which keep is true.
func Only(keep func(*checks.Finding) bool) *report.Report {
	r := Sample()
	findings := slices.DeleteFunc(r.Findings, func(f checks.Finding) bool { return !keep(&f) })
	return report.New(r.Run, findings, r.Sources)
}

func sources() []facts.Source {
	return []facts.Source{
		{Name: "directory", Target: "dc01.contoso.com", Status: facts.OK, DurationMs: 1840, Warnings: []string{"the connection is not encrypted: the domain controller has no certificate"}},
		{Name: "rtcdb", Target: "lcs02.contoso.com", Status: facts.OK, DurationMs: 930},
		{Name: "rtcdb", Target: "lcs03.contoso.com", Status: facts.Failed, Class: facts.Unreachable, Message: "connect to 192.0.2.13:1433: connection refused" + Escapes, DurationMs: 15021},
		{Name: "host", Target: "lcs01.contoso.com", Status: facts.Partial, Class: facts.Rights, Message: "read the Trusted Root store of CONTOSO\\svc-rtc: access denied (and 2 more)", DurationMs: 2204,
			Warnings: []string{"the clock of the host is 4 minutes ahead", "event log 'Application' begins only on 2026-03-01"}},
		{Name: "host", Target: "lcs02.contoso.com", Status: facts.OK, DurationMs: 2101},
		{Name: "wire", Status: facts.Skipped, Class: facts.NotAsked, Message: "no client network was configured"},
	}
}

func server(name string) checks.Subject {
	return checks.Subject{Kind: checks.ServerSubject, Name: name, Server: name}
}

func usersOf(name string) checks.Subject {
	return checks.Subject{Kind: checks.UsersSubject, Name: "users of " + name, Server: name}
}

func saw(source, host, observed, expected string) checks.Evidence {
	return checks.Evidence{Observed: observed, Expected: expected, Source: source, Host: host, At: started.Add(3 * time.Second)}
}
