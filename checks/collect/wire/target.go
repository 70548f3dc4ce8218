package wire

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"lcshealth/checks/facts"
)

// Target is an endpoint to try. Host, Port and Transport identify it among the
// facts, in the words of the listener or route that it comes from.
type Target struct {
	Host      string // server FQDN or next hop, lower case
	Port      int
	Transport facts.Transport
	// Listener is true for a listener of a server of the deployment. Anything
	// else is the next hop of a route, and may belong to others. It does not
	// belong to what identifies a target.
	Listener bool
	// Address is the IP address to connect to instead of those of Host, for a
	// listener that is bound to one.
	Address string
}

// The port of SIP over TCP (RFC 3261, section 19.1.2), and the port of routed
// TLS connections unless MSFT_SIPRoutingSetting.DefaultPort says otherwise.
const (
	portTCP = 5060
	portTLS = 5061
)

// Targets lists what is worth trying in a deployment: every enabled listener
// of every server and the next hop of every enabled static route, sorted and
// each once. What only the server itself could reach is left out: a next hop
// of 127.0.0.1 would be this computer.
//
// A listener bound to a loopback address is tried at the addresses of the
// server's name, where clients and other servers would look for it.
//
// A listener bound to an address and a route to the same host, port and
// transport are two targets with one identity; the one without Address, which
// follows the DNS as peers do, sorts first.
func Targets(d *facts.Deployment) []Target {
	var list []Target
	for _, s := range d.Servers {
		listeners, _ := s.Host.Listeners.Get() // unobserved: the host's facts say why
		for _, l := range listeners {
			if l.Enabled {
				list = append(list, Target{Host: s.FQDN, Port: l.Port, Transport: l.Transport, Listener: true, Address: bound(l.Address)})
			}
		}
		setting, _ := s.Host.Routing.Get()
		routes, _ := s.Host.Routes.Get()
		for _, r := range routes {
			if r.Enabled && !onlyLocal(r.NextHop) {
				list = append(list, Target{Host: r.NextHop, Port: routePort(r, setting), Transport: r.Transport})
			}
		}
	}
	return clean(list)
}

// routePort is the port that a route's connections go to.
func routePort(r facts.StaticRoute, setting facts.RoutingSetting) int {
	if r.Port == 0 && r.Transport == facts.TCP {
		return portTCP
	}
	return cmp.Or(r.Port, setting.DefaultPort, portTLS)
}

// bound returns the address of a listener that is bound to one which other
// hosts can reach, else "".
func bound(address string) string {
	ip, ok := parseIP(address)
	if !ok || ip.IsUnspecified() || ip.IsLoopback() {
		return ""
	}
	return ip.String()
}

// onlyLocal reports whether a next hop means the server itself.
func onlyLocal(host string) bool {
	ip, ok := parseIP(host)
	return ok && (ip.IsUnspecified() || ip.IsLoopback()) || strings.EqualFold(bare(host), "localhost")
}

// parseIP reads an IP address, with brackets or without.
func parseIP(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if inner, ok := strings.CutPrefix(text, "["); ok {
		text = strings.TrimSuffix(inner, "]")
	}
	ip, err := netip.ParseAddr(text)
	return ip.Unmap(), err == nil
}

// bare returns a host name without the dot that makes it absolute.
func bare(host string) string { return strings.TrimSuffix(strings.TrimSpace(host), ".") }

// clean sorts targets, each once, and drops those that name no endpoint. One
// that is a listener and a next hop is a listener.
func clean(list []Target) []Target {
	var out []Target
	for _, t := range list {
		t.Host = strings.ToLower(strings.TrimSpace(t.Host))
		if bare(t.Host) == "" || strings.ContainsAny(t.Host, "* \t/") || t.Port < 1 || t.Port > 65535 {
			continue
		}
		out = append(out, t)
	}
	for i := range out {
		out[i].Listener = slices.ContainsFunc(out, func(t Target) bool {
			return t.Listener && t.Host == out[i].Host && t.Port == out[i].Port && t.Transport == out[i].Transport
		})
	}
	slices.SortFunc(out, func(a, b Target) int {
		return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Port, b.Port),
			cmp.Compare(a.Transport, b.Transport), cmp.Compare(a.Address, b.Address))
	})
	return slices.Compact(out)
}
