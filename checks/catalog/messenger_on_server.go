package catalog

import (
	"fmt"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// messengerOnServer: a client on the server answers in its place, and refuses
// the methods that only a server knows.
var messengerOnServer = checks.Cause{
	ID:       "messenger-on-server",
	Title:    "Windows Messenger runs on the server, or another program holds the SIP port",
	Codes:    []int{405},
	Article:  checks.Article{KB: "871023", Section: "405 - Method not supported"},
	Severity: checks.Critical,
	Scope:    checks.ScopeServer,

	Meaning:   "Clients that connect reach Windows Messenger instead of the server, and get 405.",
	Detection: "msmsgs.exe or communicator.exe runs on the server, or a port that the server listens on is held by another program than rtcsrv.exe. A client that runs but holds no such port is a minor matter: it may take one when the server is restarted.",
	Needs:     []checks.Need{needProcesses, needListeners},
	Fix:       []string{"Quit Windows Messenger on the server and restart rtcsrv."},

	JudgeServer: judgeMessengerOnServer,
}

// clients are the programs that take a SIP port. The article names Windows
// Messenger, msmsgs.exe; communicator.exe is its successor.
var clients = []string{"msmsgs.exe", "communicator.exe"}

func judgeMessengerOnServer(_ *facts.Deployment, s *facts.Server) (j checks.Judgement) {
	taken := portsTaken(&j, s)
	messenger, from := clientsRunning(&j, s)
	switch {
	case len(taken) > 0:
		j.Present(checks.Critical, taken[0].Observed, taken...)
	case messenger != "":
		j.Present(checks.Minor, messenger+" runs on the server", checks.Saw(from, "process "+messenger, "no SIP client on a server"))
	default:
		return j
	}
	if messenger != "" {
		j.Remedy(checks.Step{Text: "Quit the client, and keep it from starting with Windows on this server.", Command: "taskkill /IM " + messenger, Host: s.FQDN})
	} else {
		j.Remedy(checks.Step{Text: "Find out what the program is for, and stop it or give it another port.", Command: "netstat -ano", Host: s.FQDN})
	}
	j.Remedy(restart("Restart Live Communications Server, so that it takes its port again.", s.FQDN)...)
	return j
}

// clientsRunning returns the client that runs on the server, or nothing.
func clientsRunning(j *checks.Judgement, s *facts.Server) (string, facts.Origin) {
	processes, why := s.Host.Processes.Get()
	if why != nil {
		j.Unknown(why)
		return "", facts.Origin{}
	}
	from := s.Host.Processes.Origin()
	for _, p := range processes {
		for _, client := range clients {
			if strings.EqualFold(p.Name, client) {
				return client, from
			}
		}
	}
	j.Note(checks.Saw(from, fmt.Sprintf("%d processes, no SIP client among them", len(processes)), ""))
	return "", from
}

// portsTaken returns the server's ports that another program holds.
func portsTaken(j *checks.Judgement, s *facts.Server) (taken []checks.Evidence) {
	listeners, why := s.Host.Listeners.Get()
	if why != nil {
		j.Unknown(why)
		return nil
	}
	ports, why := s.Host.Ports.Get()
	if why != nil {
		j.Unknown(why)
		return nil
	}
	from := s.Host.Ports.Origin()
	for _, l := range listeners {
		if !l.Enabled {
			continue
		}
		for _, p := range ports {
			switch {
			case p.Port != l.Port || elsewhere(p.Address, l.Address) || strings.EqualFold(p.Process, "rtcsrv.exe"):
			case p.Process == "":
				j.Unknown(&facts.Unknown{
					Class: facts.Missing, Source: from.Source, Target: s.FQDN,
					Message: fmt.Sprintf("which program holds port %d (process %d) was not told", p.Port, p.ProcessID),
					Settle:  fmt.Sprintf("run netstat -ano and tasklist on %s", s.FQDN),
				})
			default:
				taken = append(taken, checks.Saw(from, fmt.Sprintf("port %d is held by %s (process %d)", p.Port, p.Process, p.ProcessID), "held by rtcsrv.exe"))
			}
		}
	}
	return taken
}

// elsewhere reports whether two addresses are specific and differ, so that the
// same port on both is no conflict.
func elsewhere(a, b string) bool {
	anywhere := func(s string) bool { return s == "" || s == "0.0.0.0" || s == "::" }
	return !anywhere(a) && !anywhere(b) && a != b
}
