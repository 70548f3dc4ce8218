package catalog

import (
	"fmt"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// serverServiceStopped is not in the articles' lists, since a client gets no
// SIP answer at all from a server that does not run. It is told apart so that
// what follows from it is not taken for a cause of its own.
var serverServiceStopped = checks.Cause{
	ID:       "server-service-stopped",
	Title:    "Live Communications Server (rtcsrv) is not running",
	Article:  checks.Article{KB: "871023", Section: "commands for the service rtcsrv; not one of its causes"},
	Severity: checks.Critical,
	Scope:    checks.ScopeServer,

	Meaning:   "Nothing answers: clients of this server see no SIP code but a connection that cannot be made.",
	Detection: "The service rtcsrv is missing, or in any state but running.",
	Needs:     []checks.Need{needServices},
	Fix:       []string{"Start rtcsrv. If it stops again, the application log says why."},

	JudgeServer: judgeServerServiceStopped,
}

func judgeServerServiceStopped(_ *facts.Deployment, s *facts.Server) (j checks.Judgement) {
	services, why := s.Host.Services.Get()
	if why != nil {
		j.Unknown(why)
		return j
	}
	from := s.Host.Services.Origin()
	rtc, found := findService(services, "rtcsrv")
	switch {
	case !found:
		j.Present(checks.Critical, "the host has no service rtcsrv",
			checks.Saw(from, fmt.Sprintf("%d services, none of them rtcsrv", len(services)), "a service rtcsrv, because this is a Live Communications Server"))
		j.Remedy(checks.Step{Text: "Install and activate Live Communications Server on this host, or remove the server from the directory if it is gone for good.", Host: s.FQDN})
		return j
	case rtc.State == running:
		j.Note(checks.Saw(from, "rtcsrv is running", ""))
		return j
	}
	severity := checks.Critical
	if rtc.State != "Stopped" {
		severity = checks.Major // pending or paused: on its way somewhere
	}
	observed := "service rtcsrv: " + describeState(rtc)
	if rtc.ExitCode != 0 {
		observed += fmt.Sprintf(", exit code %d (0x%08X)", rtc.ExitCode, rtc.ExitCode)
	}
	j.Present(severity, "rtcsrv is "+describeState(rtc), checks.Saw(from, observed, "running"))
	if strings.EqualFold(rtc.StartMode, "Disabled") {
		j.Remedy(checks.Step{Text: "The service is disabled. If that was not meant, let it start with the host.", Command: "sc config rtcsrv start= auto", Host: s.FQDN})
	}
	j.Remedy(
		checks.Step{Text: "Start the service.", Command: "net start rtcsrv", Host: s.FQDN},
		checks.Step{Text: "If it does not stay up, open the application log in Event Viewer and resolve the errors of the sources whose names begin with Live Communications.", Host: s.FQDN},
	)
	return j
}
