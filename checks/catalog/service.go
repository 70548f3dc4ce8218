package catalog

import (
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// The values of Win32_Service.State. Any other is taken for a state in which
// the service does not run.
const (
	running      = "Running"
	stoppedState = "Stopped"
	unknownState = "Unknown" // the service control manager did not tell
)

// isPending reports whether a service is on its way into another state: Start
// Pending, Stop Pending, Continue Pending or Pause Pending.
func isPending(state string) bool { return strings.HasSuffix(strings.ToLower(state), " pending") }

// isState compares states as Windows writes them, in any case.
func isState(s facts.Service, state string) bool { return strings.EqualFold(s.State, state) }

// stateNotTold is the reason why nothing is known of a service whose state
// Windows itself calls unknown.
func stateNotTold(host *facts.Server, s facts.Service) *facts.Unknown {
	from := host.Host.Services.Origin()
	return &facts.Unknown{
		Class: facts.Missing, Source: from.Source, Target: host.FQDN,
		Message: "the state of the service " + s.Name + " is unknown to the host itself", Settle: "run sc query " + s.Name + " on " + host.FQDN,
	}
}

// findService finds a service by its key name, which the service control
// manager compares without regard to case.
func findService(services []facts.Service, name string) (facts.Service, bool) {
	for _, s := range services {
		if strings.EqualFold(s.Name, name) {
			return s, true
		}
	}
	return facts.Service{}, false
}

// describeState says a service's state in lower case, with a start mode that
// explains it.
func describeState(s facts.Service) string {
	state := strings.ToLower(s.State)
	switch {
	case strings.EqualFold(s.StartMode, "Disabled"):
		state += " and disabled"
	case strings.EqualFold(s.StartMode, "Manual") && isState(s, stoppedState):
		state += ", and does not start with the host (manual)"
	}
	return state
}

// describeService is the evidence of a service that does not run.
func describeService(s facts.Service) string {
	text := "service " + s.Name + ": " + describeState(s)
	if exit := describeExit(s); exit != "" {
		text += ", " + exit
	}
	return text
}

// runningNote is the note of a service that runs. That it will not the next
// time the host starts is no fault yet.
func runningNote(from facts.Origin, name, observed string, s facts.Service) checks.Evidence {
	switch {
	case strings.EqualFold(s.StartMode, "Disabled"):
		observed += "; " + name + " is disabled by now, so that it would not start again"
	case strings.EqualFold(s.StartMode, "Manual"):
		observed += "; " + name + " does not start with the host (manual)"
	}
	return checks.Saw(from, observed, "")
}

// startsByItself is the step for a service that does not start with the host.
func startsByItself(host string, s facts.Service) []checks.Step {
	var text string
	switch {
	case strings.EqualFold(s.StartMode, "Disabled"):
		text = "The service is disabled. If that was not meant, let it start with the host."
	case strings.EqualFold(s.StartMode, "Manual"):
		text = "The service does not start with the host. If that was not meant, let it."
	default:
		return nil
	}
	return []checks.Step{{Text: text, Command: "sc config " + s.Name + " start= auto", Host: host}}
}

// controlEvents are the newest records of the service control manager that
// name one of the given names, as evidence.
func controlEvents(s *facts.Server, names ...string) []checks.Evidence {
	return records(s, isControl(names...), "no such record")
}

// isControl tells the records of the service control manager that name one of
// the given names, and are no mere information.
func isControl(names ...string) func(facts.Event) bool {
	return func(e facts.Event) bool {
		return strings.EqualFold(e.Log, "System") && strings.EqualFold(e.Source, "Service Control Manager") && strings.ToLower(e.Type) != "information" &&
			slices.ContainsFunc(names, func(name string) bool {
				return strings.Contains(strings.ToLower(e.Message), strings.ToLower(name))
			})
	}
}

// notApplicable is the judgement of a cause that cannot occur for a subject,
// whatever else is not known.
func notApplicable(reason string) (j checks.Judgement) {
	j.NotApplicable(reason)
	return j
}

// count says how many of something there are.
func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// runs reports whether rtcsrv is known to run.
func runs(s *facts.Server) bool {
	services, _ := s.Host.Services.Get() // not known to run, without
	rtc, found := findService(services, "rtcsrv")
	return found && isState(rtc, running)
}
