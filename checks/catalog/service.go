package catalog

import (
	"fmt"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// running is Win32_Service.State of a service that runs. The others are
// Stopped, Start Pending, Stop Pending, Continue Pending, Pause Pending,
// Paused and Unknown.
const running = "Running"

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
	if strings.EqualFold(s.StartMode, "Disabled") {
		state += " and disabled"
	}
	return state
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
