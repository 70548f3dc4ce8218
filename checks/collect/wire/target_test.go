package wire

import (
	"testing"
	"time"

	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
)

// seen is where the facts of these tests come from.
var seen = facts.Origin{Source: "host", At: time.Unix(0, 0).UTC()}

func TestTargets(t *testing.T) {
	t.Parallel()
	server := func(fqdn string, setting facts.Value[facts.RoutingSetting], routes []facts.StaticRoute, listeners ...facts.Listener) *facts.Server {
		return &facts.Server{FQDN: fqdn, Host: facts.Host{
			Listeners: facts.Observed(listeners, seen),
			Routes:    facts.Observed(routes, seen),
			Routing:   setting,
		}}
	}
	unasked := facts.Value[facts.RoutingSetting]{}
	port5071 := facts.Observed(facts.RoutingSetting{DefaultPort: 5071}, seen)
	route := func(hop string, port int, transport facts.Transport) facts.StaticRoute {
		return facts.StaticRoute{Enabled: true, MatchURI: "*@fabrikam.com", NextHop: hop, Port: port, Transport: transport}
	}

	tests := []struct {
		name    string
		servers []*facts.Server
		want    []Target
	}{
		{name: "nothing known", servers: []*facts.Server{{FQDN: "lcs01.contoso.com"}}},
		{
			name: "listeners on every address, one address and loopback",
			servers: []*facts.Server{server("LCS01.contoso.com", unasked, nil,
				facts.Listener{Enabled: true, Address: "0.0.0.0", Port: 5060, Transport: facts.TCP},
				facts.Listener{Enabled: true, Port: 5061, Transport: facts.MTLS},
				facts.Listener{Enabled: true, Address: "192.0.2.10", Port: 5061, Transport: facts.TLS},
				facts.Listener{Enabled: true, Address: "127.0.0.1", Port: 5062, Transport: facts.TCP},
				facts.Listener{Enabled: true, Address: "::", Port: 5063, Transport: facts.TCP},
				facts.Listener{Enabled: true, Address: "(all)", Port: 5064, Transport: facts.TCP},
			)},
			want: []Target{
				{Host: "lcs01.contoso.com", Port: 5060, Transport: facts.TCP, Listener: true},
				{Host: "lcs01.contoso.com", Port: 5061, Transport: facts.MTLS, Listener: true},
				{Host: "lcs01.contoso.com", Port: 5061, Transport: facts.TLS, Listener: true, Address: "192.0.2.10"},
				{Host: "lcs01.contoso.com", Port: 5062, Transport: facts.TCP, Listener: true},
				{Host: "lcs01.contoso.com", Port: 5063, Transport: facts.TCP, Listener: true},
				{Host: "lcs01.contoso.com", Port: 5064, Transport: facts.TCP, Listener: true},
			},
		},
		{
			name: "disabled and impossible listeners",
			servers: []*facts.Server{
				server("lcs01.contoso.com", unasked, nil,
					facts.Listener{Port: 5060, Transport: facts.TCP},
					facts.Listener{Enabled: true, Port: 0, Transport: facts.TCP},
					facts.Listener{Enabled: true, Port: 65536, Transport: facts.TCP}),
				server("", unasked, nil, facts.Listener{Enabled: true, Port: 5060, Transport: facts.TCP}),
			},
		},
		{
			name: "routes of two servers to one next hop",
			servers: []*facts.Server{
				server("lcs01.contoso.com", unasked, []facts.StaticRoute{route("GW.fabrikam.com", 5061, facts.TLS)}),
				server("lcs02.contoso.com", unasked, []facts.StaticRoute{route("gw.fabrikam.com", 5061, facts.TLS)}),
			},
			want: []Target{{Host: "gw.fabrikam.com", Port: 5061, Transport: facts.TLS}},
		},
		{
			name: "routes without a port",
			servers: []*facts.Server{
				server("lcs01.contoso.com", port5071, []facts.StaticRoute{
					route("a.fabrikam.com", 0, facts.TLS), route("b.fabrikam.com", 0, facts.MTLS), route("c.fabrikam.com", 0, facts.TCP),
				}),
				server("lcs02.contoso.com", unasked, []facts.StaticRoute{route("d.fabrikam.com", 0, facts.TLS)}),
			},
			want: []Target{
				{Host: "a.fabrikam.com", Port: 5071, Transport: facts.TLS},
				{Host: "b.fabrikam.com", Port: 5071, Transport: facts.MTLS},
				{Host: "c.fabrikam.com", Port: 5060, Transport: facts.TCP},
				{Host: "d.fabrikam.com", Port: 5061, Transport: facts.TLS},
			},
		},
		{
			name: "routes that lead to no endpoint of the network",
			servers: []*facts.Server{server("lcs01.contoso.com", unasked, []facts.StaticRoute{
				{NextHop: "disabled.fabrikam.com", Port: 5061, Transport: facts.TLS},
				route("", 5061, facts.TLS), route("*.fabrikam.com", 5061, facts.TLS), route("127.0.0.1", 5061, facts.TLS),
				route("[::1]", 5061, facts.TLS), route("localhost", 5061, facts.TLS), route("0.0.0.0", 5061, facts.TLS),
			})},
		},
		{
			name: "a route to an address",
			servers: []*facts.Server{server("lcs01.contoso.com", unasked,
				[]facts.StaticRoute{route("192.0.2.7", 5060, facts.TCP)})},
			want: []Target{{Host: "192.0.2.7", Port: 5060, Transport: facts.TCP}},
		},
		{
			name: "a route to a bound listener sorts before it",
			servers: []*facts.Server{
				server("lcs01.contoso.com", unasked, nil,
					facts.Listener{Enabled: true, Address: "192.0.2.10", Port: 5061, Transport: facts.MTLS}),
				server("lcs02.contoso.com", unasked, []facts.StaticRoute{route("lcs01.contoso.com", 5061, facts.MTLS)}),
			},
			want: []Target{
				{Host: "lcs01.contoso.com", Port: 5061, Transport: facts.MTLS, Listener: true},
				{Host: "lcs01.contoso.com", Port: 5061, Transport: facts.MTLS, Listener: true, Address: "192.0.2.10"},
			},
		},
		{
			name: "a route to a listener, and one to another port of the server",
			servers: []*facts.Server{
				server("lcs01.contoso.com", unasked, nil, facts.Listener{Enabled: true, Port: 5061, Transport: facts.MTLS}),
				server("lcs02.contoso.com", unasked, []facts.StaticRoute{
					route("lcs01.contoso.com", 5061, facts.MTLS), route("lcs01.contoso.com", 5071, facts.MTLS),
				}),
			},
			want: []Target{
				{Host: "lcs01.contoso.com", Port: 5061, Transport: facts.MTLS, Listener: true},
				{Host: "lcs01.contoso.com", Port: 5071, Transport: facts.MTLS},
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, Targets(&facts.Deployment{Servers: test.servers})); diff != "" {
				t.Errorf("targets (-want +got):\n%s", diff)
			}
		})
	}
}
