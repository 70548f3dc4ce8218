package catalog

import (
	"fmt"
	"strings"

	"lcshealth/checks/facts"
)

// listenersOf returns the enabled listeners of a transport.
func listenersOf(listeners []facts.Listener, transport facts.Transport) (out []facts.Listener) {
	for _, l := range listeners {
		if l.Enabled && l.Transport == transport {
			out = append(out, l)
		}
	}
	return out
}

func describeListener(l facts.Listener) string {
	return fmt.Sprintf("the %s listener on port %d", l.Transport, l.Port)
}

// roleNotTold is the reason why a server that holds no users may or may not
// front others.
func roleNotTold(s *facts.Server) *facts.Unknown {
	return &facts.Unknown{
		Class: facts.Missing, Source: "directory", Target: s.FQDN,
		Message: "the server holds no users; whether it is a front end or a proxy is not told",
		Settle:  fmt.Sprintf("say what %s is for with role in its entry of servers", s.FQDN),
	}
}

// securedListeners returns the enabled listeners that have a certificate.
func securedListeners(listeners []facts.Listener) []facts.Listener {
	return append(listenersOf(listeners, facts.TLS), listenersOf(listeners, facts.MTLS)...)
}

// alone reports whether the deployment is known to have no other server, so
// that connections between servers do not matter.
func alone(d *facts.Deployment) bool {
	return len(d.Servers) == 1 && d.Directory.Servers.IsObserved()
}

// describeListeners lists a server's listeners for evidence.
func describeListeners(listeners []facts.Listener) string {
	if len(listeners) == 0 {
		return "no listener at all"
	}
	var out []string
	for _, l := range listeners {
		state := "enabled"
		if !l.Enabled {
			state = "disabled"
		}
		out = append(out, fmt.Sprintf("%s on port %d (%s)", l.Transport, l.Port, state))
	}
	return "listeners: " + strings.Join(out, ", ")
}
