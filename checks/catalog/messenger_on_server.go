package catalog

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

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

	Meaning: "Clients that connect reach Windows Messenger instead of the server, and get 405.",
	Detection: "msmsgs.exe or communicator.exe runs on the server, or a port that the server listens on is held by another program than rtcsrv.exe (critical). " +
		"On a home server that goes for the ports 5060 and 5061 too, if no listener is known that would have them (major). A client that runs but holds no such port is a minor matter: it may take one when the server is restarted. " +
		"Where the host does not tell who holds the ports, a listener that answers SIP with 405 in the name of a client shows it (major). " +
		"The script host RTCSPL.EXE is a part of the server.",
	Needs: []checks.Need{needProcesses, needListeners, needRole, needSIPAnswers},
	Fix:   []string{"Quit Windows Messenger on the server and restart rtcsrv."},

	JudgeServer: judgeMessengerOnServer,
}

// clients are the programs that take a SIP port. The article names Windows
// Messenger, msmsgs.exe; communicator.exe is its successor.
var clients = []string{"msmsgs.exe", "communicator.exe"}

// ownPrograms are those of Live Communications Server itself: the server and
// its script host (KB 893067).
var ownPrograms = []string{"rtcsrv.exe", "rtcspl.exe"}

// defaultPorts are those of SIP, which clients use unless told another.
var defaultPorts = []int{5060, 5061}

func judgeMessengerOnServer(d *facts.Deployment, s *facts.Server) (j checks.Judgement) {
	taken, severity := portsTaken(&j, s)
	messenger, seen := clientsRunning(&j, s)
	answers := clientAnswers(d, s)
	switch {
	case len(taken) > 0:
		j.Present(severity, taken[0].Observed, append(taken, answers...)...)
	case len(answers) > 0 && j.Verdict() == checks.Undetermined: // the host does not tell who holds the ports
		j.Present(checks.Major, answers[0].Observed, answers...)
		if messenger != "" {
			j.Present(checks.Minor, messenger+" runs on the server", seen)
		}
	case messenger != "":
		j.Present(checks.Minor, messenger+" runs on the server", append(answers, seen)...)
	default:
		j.Note(answers...)
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

// clientAnswers are the answers of clients that were asked as servers.
func clientAnswers(d *facts.Deployment, s *facts.Server) (out []checks.Evidence) {
	for _, a := range sipAnswers(d, s) {
		if a.Code == 405 && a.ofClient() {
			out = append(out, a.saw("an answer of Live Communications Server"))
		}
	}
	return out
}

// clientsRunning returns the client that runs on the server, or nothing, and
// what shows it.
func clientsRunning(j *checks.Judgement, s *facts.Server) (string, checks.Evidence) {
	processes, why := s.Host.Processes.Get()
	if why != nil {
		j.Unknown(why)
		return "", checks.Evidence{}
	}
	from := s.Host.Processes.Origin()
	for _, p := range processes {
		for _, client := range clients {
			if strings.EqualFold(p.Name, client) {
				return client, checks.Saw(from, "process "+client+describeProcess(p), "no SIP client on a server")
			}
		}
	}
	j.Note(checks.Saw(from, fmt.Sprintf("%d processes, no SIP client among them", len(processes)), ""))
	return "", checks.Evidence{}
}

// describeProcess says who runs a process and since when, as far as it is told.
func describeProcess(p facts.Process) (text string) {
	text = fmt.Sprintf(" (process %d)", p.ID)
	if p.Owner != "" {
		text += " of " + p.Owner
	}
	if !p.CreatedAt.IsZero() {
		text += ", since " + p.CreatedAt.UTC().Format(time.RFC3339)
	}
	return text
}

// portsTaken returns the server's ports that another program holds, and how bad
// that is.
func portsTaken(j *checks.Judgement, s *facts.Server) (taken []checks.Evidence, severity checks.Severity) {
	listeners, listenersUnknown := s.Host.Listeners.Get()
	j.Unknown(listenersUnknown)
	ports, why := s.Host.Ports.Get()
	if why != nil {
		j.Unknown(why)
		return nil, ""
	}
	severity = checks.Major
	for _, p := range ports {
		mine, possible := ownPort(p, listeners, listenersUnknown == nil)
		switch {
		case !possible, slices.ContainsFunc(ownPrograms, func(own string) bool { return strings.EqualFold(p.Process, own) }):
			continue
		case !mine && !homesUsers(j, s):
			continue
		case p.Process == "":
			j.Unknown(&facts.Unknown{
				Class: facts.Missing, Source: s.Host.Ports.Origin().Source, Target: s.FQDN,
				Message: fmt.Sprintf("which program holds port %d (process %d) was not told", p.Port, p.ProcessID),
				Settle:  fmt.Sprintf("run netstat -ano and tasklist on %s", s.FQDN),
			})
			continue
		case mine:
			severity = checks.Critical
		case listenersUnknown != nil && !anywhere(p.Address):
			continue // the server may listen on another address
		}
		taken = append(taken, checks.Saw(s.Host.Ports.Origin(), fmt.Sprintf("port %d is held by %s%s", p.Port, p.Process, describeProcess(holder(s, p))), "held by rtcsrv.exe"))
	}
	return taken, severity
}

// ownPort reports whether a port is one that a listener of the server has, and
// whether it may be one that the server should have: a default port of which no
// listener is known, unless only programs of the host itself can reach it.
func ownPort(p facts.PortOwner, listeners []facts.Listener, known bool) (mine, possible bool) {
	elsewhereOnly := false
	for _, l := range listeners {
		if !l.Enabled || l.Port != p.Port {
			continue
		}
		if !elsewhere(p.Address, l.Address) {
			return true, true
		}
		elsewhereOnly = true
	}
	if known && elsewhereOnly || isLoopback(p.Address) && known {
		return false, false
	}
	return false, slices.Contains(defaultPorts, p.Port)
}

// homesUsers reports whether the server is a home server. If that is not told, it
// may be.
func homesUsers(j *checks.Judgement, s *facts.Server) bool {
	role, why := s.Role.Get()
	j.Unknown(why)
	return why == nil && role == facts.RoleHome
}

// holder is the process that holds a port, with what is told of it.
func holder(s *facts.Server, p facts.PortOwner) facts.Process {
	processes, _ := s.Host.Processes.Get() // without them its number has to do
	for _, process := range processes {
		if process.ID == p.ProcessID {
			return process
		}
	}
	return facts.Process{ID: p.ProcessID}
}

// elsewhere reports whether two addresses are specific and differ, so that the
// same port on both is no conflict.
func elsewhere(a, b string) bool { return !anywhere(a) && !anywhere(b) && a != b }

// anywhere reports whether an address stands for every address of the host.
func anywhere(address string) bool {
	return address == "" || address == "0.0.0.0" || address == "::" || address == "[::]"
}

func isLoopback(address string) bool {
	a, err := netip.ParseAddr(strings.Trim(address, "[]"))
	return err == nil && a.IsLoopback()
}
