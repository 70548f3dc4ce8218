package catalog

import (
	"fmt"
	"strings"

	"lcshealth/checks"
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

// refused reports whether a listener that ought to be there refuses
// connections. The reason is not nil if the wire does not tell.
func refused(d *facts.Deployment, s *facts.Server, l facts.Listener) (bool, facts.Origin, *facts.Unknown) {
	e := d.Wire.Endpoint(s.FQDN, l.Port, l.Transport)
	if e == nil {
		return false, facts.Origin{}, &facts.Unknown{
			Class: facts.NotAsked, Source: "wire", Target: fmt.Sprintf("%s:%d", s.FQDN, l.Port),
			Message: "the listener was not probed", Settle: "run the check with the wire source",
		}
	}
	connected, why := e.Connected.Get()
	return why == nil && !connected, e.Connected.Origin(), why
}

// refusal is the evidence of a listener that refuses connections, with what the
// application log says of a TLS listener that could not be started (KB 836410).
func refusal(s *facts.Server, l facts.Listener, at facts.Origin) []checks.Evidence {
	shown := []checks.Evidence{checks.Saw(at, describeListener(l)+" refuses connections", "connections are accepted")}
	return append(shown, transportEvents(s)...)
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
