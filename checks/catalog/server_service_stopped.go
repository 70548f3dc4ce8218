package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

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

	Meaning: "Nothing answers: clients of this server see no SIP code but a connection that cannot be made.",
	Detection: "The service rtcsrv is missing, or stopped (critical), or paused or on its way into another state (major). If the host itself calls the state unknown, that is undetermined. " +
		"What the logs say of it, its exit code and a critical application that does not run are shown as evidence. A service that runs and will not start with the host is told, and no fault.",
	Needs: []checks.Need{needServices},
	Fix:   []string{"Start rtcsrv. If it stops again, the application log says why."},

	JudgeServer: judgeServerServiceStopped,
}

func judgeServerServiceStopped(d *facts.Deployment, s *facts.Server) (j checks.Judgement) {
	services, why := s.Host.Services.Get()
	if why != nil {
		j.Unknown(why)
		noteServerAnswer(&j, d, s)
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
	case isState(rtc, running):
		j.Note(runningNote(from, "rtcsrv", "rtcsrv is running", rtc))
		return j
	case isState(rtc, unknownState):
		j.Unknown(stateNotTold(s, rtc))
		return j
	}
	severity := checks.Critical
	if !isState(rtc, stoppedState) {
		severity = checks.Major // pending or paused: on its way somewhere
	}
	j.Present(severity, "rtcsrv is "+describeState(rtc), append([]checks.Evidence{checks.Saw(from, describeService(rtc), "running")}, stopSigns(d, s)...)...)
	j.Remedy(startsByItself(s.FQDN, rtc)...)
	j.Remedy(
		checks.Step{Text: "Start the service.", Command: "net start rtcsrv", Host: s.FQDN},
		checks.Step{Text: "If it does not stay up, open the application log in Event Viewer and resolve the errors of the sources whose names begin with Live Communications.", Host: s.FQDN},
	)
	return j
}

// noteServerAnswer tells that Live Communications Server answered, which speaks
// against its being stopped.
func noteServerAnswer(j *checks.Judgement, d *facts.Deployment, s *facts.Server) {
	for _, a := range sipAnswers(d, s) {
		if a.ofServer() {
			j.Note(a.saw(""))
			return
		}
	}
}

// stopSigns are what supports that rtcsrv does not run, and may say why: what
// the service control manager and its own parts wrote, among them the script
// host after which it quits (KB 893067: 13, 16426 and 16427), and an application
// without which it does not run. Of its own parts' records only those count that
// are of the last day, or of the day of the service control manager's last word.
func stopSigns(d *facts.Deployment, s *facts.Server) []checks.Evidence {
	signs := controlEvents(s, "rtcsrv", "Live Communications")
	days := []time.Time{d.CollectedAt}
	if last, found := newest(s, isControl("rtcsrv", "Live Communications")); found {
		days = append(days, last.At)
	}
	signs = append(signs, records(s, func(e facts.Event) bool {
		return isLCS(e) && !isConnector(e.Source) && e.ID >= 12 && e.ID <= 16427 &&
			slices.Contains([]string{"error", "warning"}, strings.ToLower(e.Type)) &&
			slices.ContainsFunc(days, func(t time.Time) bool { return t.Sub(e.At).Abs() <= recentErrors })
	}, "no such record")...)
	applications, _ := s.Host.Applications.Get() // without them there is just less to show
	for _, a := range applications {
		if a.Critical && a.Enabled && a.Running != nil && !*a.Running {
			signs = append(signs, checks.Saw(s.Host.Applications.Origin(), "the application "+cmp.Or(a.Name, a.URI, a.ID)+" is critical and does not run; without it rtcsrv does not start, or stops", "it runs"))
		}
	}
	return signs
}
