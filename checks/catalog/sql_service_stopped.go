package catalog

import (
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// sqlServiceStopped is the only cause that KB 871023 gives for 503. The
// article once misprints the service as MSSQL$TRC; its own note and commands
// say MSSQL$RTC.
var sqlServiceStopped = checks.Cause{
	ID:       "sql-service-stopped",
	Title:    "The database service MSSQL$RTC is stopped while Live Communications Server runs",
	Codes:    []int{503},
	Article:  checks.Article{KB: "871023", Section: "503 - Service Unavailable"},
	Severity: checks.Critical,
	Scope:    checks.ScopeServer,

	Meaning:   "Everybody whose home server this is gets 503 Service Unavailable: the server runs, but cannot read its users.",
	Detection: "On a server with an MSSQL$RTC service, rtcsrv is running and MSSQL$RTC is stopped or paused (critical), or on its way into another state (major). If the host itself calls a state unknown, that is undetermined. A server that holds no users, or a member of a pool, has no such service; that a home server has none is undetermined.",
	Needs:     []checks.Need{needServices, needRole},
	Fix: []string{
		"Start MSSQL$RTC on the server and then restart rtcsrv.",
	},
	JudgeServer: judgeSQLServiceStopped,
}

func judgeSQLServiceStopped(d *facts.Deployment, s *facts.Server) (j checks.Judgement) {
	support := answeredWith(d, s, 503)
	j.Note(support...)
	services, why := s.Host.Services.Get()
	if why != nil {
		j.Unknown(why)
		return j
	}
	from := s.Host.Services.Origin()
	rtc, found := findService(services, "rtcsrv")
	if !found || !isState(rtc, running) && !isState(rtc, unknownState) {
		j.NotApplicable("rtcsrv is not running, so no client gets as far as the database")
		return j
	}
	sql, found := findService(services, "MSSQL$RTC")
	switch {
	case !found:
		return judgeNoSQLService(s)
	case isState(sql, running) && isState(rtc, running):
		j.Note(runningNote(from, "MSSQL$RTC", "MSSQL$RTC is running, and so is rtcsrv", sql))
		return j
	case isState(sql, running):
		j.Note(runningNote(from, "MSSQL$RTC", "MSSQL$RTC is running", sql))
		return j
	case isState(sql, unknownState):
		j.Unknown(stateNotTold(s, sql))
		return j
	case isState(rtc, unknownState):
		j.Unknown(stateNotTold(s, rtc))
		return j
	}
	severity := checks.Critical
	if isPending(sql.State) {
		severity = checks.Major // on its way somewhere
	}
	signs := []checks.Evidence{checks.Saw(from, describeService(sql), "running, because rtcsrv is running")}
	j.Present(severity, fmt.Sprintf("MSSQL$RTC is %s while rtcsrv is running", describeState(sql)), slices.Concat(signs, controlEvents(s, "MSSQL$RTC"), support)...)
	j.Remedy(startsByItself(s.FQDN, sql)...)
	j.Remedy(
		checks.Step{Text: "Start the database service.", Command: "net start mssql$rtc", Host: s.FQDN},
	)
	j.Remedy(restart("Restart Live Communications Server so that it connects to its database again.", s.FQDN)...)
	return j
}

// judgeNoSQLService judges a server that has no MSSQL$RTC at all. That is as it
// should be where the database is elsewhere: on the back end of a pool, or
// nowhere. On a home server that keeps its own, the articles know no other.
func judgeNoSQLService(s *facts.Server) (j checks.Judgement) {
	role, why := s.Role.Get()
	switch {
	case s.PoolFQDN != "" && !strings.EqualFold(s.PoolFQDN, s.FQDN):
		j.NotApplicable("the server has no MSSQL$RTC service: its pool keeps the database on its back end")
	case why != nil:
		j.Unknown(why)
	case role == facts.RoleHome:
		j.Unknown(&facts.Unknown{
			Class: facts.Missing, Source: "host", Target: s.FQDN,
			Message: "the home server has no MSSQL$RTC service; where it keeps its database is not told",
			Settle:  "look which SQL Server instance rtcsrv of " + s.FQDN + " uses",
		})
	default:
		j.NotApplicable("the server has no MSSQL$RTC service: it holds no users and keeps no database of its own")
	}
	return j
}
