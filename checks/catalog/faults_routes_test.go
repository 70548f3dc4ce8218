package catalog_test

import (
	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// route changes the enabled route of a server.
func (w *world) route(server string, change func(*facts.StaticRoute)) {
	edit(&w.Server(server).Host.Routes, func(r *facts.StaticRoute) {
		if r.Enabled {
			change(r)
		}
	})
}

// to leads the partner route of lcs01 elsewhere.
func to(host string, port int, transport facts.Transport) func(*world) {
	return func(w *world) {
		w.route(lcs01, func(r *facts.StaticRoute) { r.NextHop, r.Port, r.Transport = host, port, transport })
	}
}

// matching gives the partner route of lcs01 another MatchURI.
func matching(uri string) func(*world) {
	return func(w *world) { w.route(lcs01, func(r *facts.StaticRoute) { r.MatchURI = uri }) }
}

// shown adds an endpoint to what the wire shows.
func (w *world) shown(host string, port int, transport facts.Transport, at ...string) *facts.Endpoint {
	e := endpoint(host, port, transport)
	e.Addresses = seen("wire", "network", at)
	w.Wire.Endpoints = append(w.Wire.Endpoints, e)
	return e
}

func routeFaults() []fault {
	const cause = "static-route-invalid"
	both := func(all ...func(*world)) func(*world) {
		return func(w *world) {
			for _, do := range all {
				do(w)
			}
		}
	}
	f := func(name string, plant func(*world), says string) fault {
		return fault{cause, name, plant, lcs01, "", checks.Major, says}
	}
	return []fault{
		f("next hop not in DNS", both(to("gone.example", 5061, facts.TLS), func(w *world) {
			w.shown("gone.example", 5061, facts.TLS).Connected = facts.NotObserved[bool](hidden)
		}), "DNS knows no address of the next hop gone.example"),
		f("next hop refuses connections", func(w *world) {
			to("sip.partner.example", 5061, facts.TLS)(w)
			w.shown("sip.partner.example", 5061, facts.TLS, "198.51.100.7").Connected = seen("wire", "network", false)
		}, "sip.partner.example:5061 refuses connections"),
		f("default port refuses connections", func(w *world) {
			to("sip.partner.example", 0, facts.TLS)(w)
			w.shown("sip.partner.example", 5061, facts.TLS, "198.51.100.7").Connected = seen("wire", "network", false)
		}, "sip.partner.example refuses connections"),
		f("default port of TCP refuses connections", func(w *world) {
			to("198.51.100.7", 0, facts.TCP)(w)
			w.shown("198.51.100.7", 5060, facts.TCP, "198.51.100.7").Connected = seen("wire", "network", false)
		}, "198.51.100.7 refuses connections"),
		f("TLS to an address", to("198.51.100.7", 5061, facts.TLS), "is an address, and the transport is TLS"),
		f("mutual TLS to an address", to("198.51.100.7", 5061, facts.MTLS), "is an address, and the transport is MTLS"),
		f("no next hop", to(" ", 5061, facts.TLS), "no next hop"),
		f("to the server's own name", to("LCS01.contoso.com", 5062, facts.MTLS), "is the server itself"),
		f("to the loopback address", to("127.0.0.1", 5060, facts.TCP), "is the server itself"),
		f("to localhost", to("localhost", 0, facts.TCP), "is the server itself"),
		f("to another name of the server", func(w *world) {
			to("sip.contoso.com", 5061, facts.TLS)(w)
			w.shown("sip.contoso.com", 5061, facts.TLS, "198.51.100.7", addresses[lcs01])
		}, "has an address of the server itself, and its port"),
		f("to an address that a listener is bound to", func(w *world) {
			to("10.0.0.1", 5060, facts.TCP)(w)
			w.listener(lcs01, facts.TCP, func(l *facts.Listener) { l.Address = "10.0.0.1" })
			w.shown("10.0.0.1", 5060, facts.TCP, "10.0.0.1")
		}, "has an address of the server itself, and its port"),
		f("to a local port where nothing listens", to("127.0.0.1", 5099, facts.TCP), "nothing on the server listens at the next hop 127.0.0.1:5099"),
		f("takes an own domain", matching("sip:*@Contoso.com"), "it takes messages for contoso.com"),
		f("takes an own domain without user", matching("sip:fabrikam.com"), "it takes messages for fabrikam.com"),
		f("takes an own domain by wildcard", both(matching("sip:*@*.contoso.com"), func(w *world) {
			grow(&w.Directory.SIPDomains, facts.SIPDomain{Name: "sales.contoso.com"})
			w.records("sales.contoso.com")
		}), "it takes messages for sales.contoso.com"),
		f("takes an own wildcard", both(matching("sip:*@*.litware.example"), func(w *world) {
			grow(&w.Directory.SIPDomains, facts.SIPDomain{Name: "*.litware.example"})
		}), "it takes messages for *.litware.example"),
	}
}

// records adds what DNS says of a SIP domain.
func (w *world) records(domain string) {
	w.Wire.Records = append(w.Wire.Records,
		facts.ClientRecord{SIPDomain: domain, Name: "_sip._tls." + domain, Type: "SRV", Targets: seen("wire", "network", []facts.Target{{Host: "sip." + domain, Port: 5061}})},
		facts.ClientRecord{SIPDomain: domain, Name: "sip." + domain, Type: "A", Targets: seen("wire", "network", []facts.Target{{Host: addresses[fe01]}})})
}

// trust changes the proxy that serves the gateway, which clients do not use, or
// gives a server that they use what the gateway needs.
func trustFaults() []fault {
	const cause = "pstn-trust-on-client-server"
	f := func(server, name, says string, plant func(*world)) fault {
		return fault{cause, name, plant, server, "", checks.Minor, says}
	}
	authorize := func(h facts.AuthorizedHost) func(*world) {
		return func(w *world) { grow(&w.Server(lcs01).Host.AuthorizedHosts, h) }
	}
	named := func(record facts.ClientRecord) func(*world) {
		return func(w *world) { w.Wire.Records = append(w.Wire.Records, record) }
	}
	return []fault{
		f(lcs01, "gateway treated as authenticated", "the authorized host gw01.contoso.com, not one of the trusted servers, is treated as authenticated", authorize(facts.AuthorizedHost{Host: gw01, TreatAsAuthenticated: true})),
		f(lcs01, "gateway treated as a server", "is treated as a server", authorize(facts.AuthorizedHost{Host: "192.0.2.50", ThrottleAsServer: true})),
		f(fe01, "listener trusts all", "the TCP listener on port 5060 treats all connections as trusted", func(w *world) {
			w.listener(fe01, facts.TCP, func(l *facts.Listener) { l.TreatAsTrusted = true })
		}),
		f(lcs01, "listener takes all for servers", "treats all connections as trusted and as servers", func(w *world) {
			w.listener(lcs01, facts.TCP, func(l *facts.Listener) { l.TreatAsTrusted, l.TreatAsServer = true, true })
		}),
		f(lcs01, "route trusts all", "the static route sip:*@partner.example treats all connections as trusted", func(w *world) {
			w.route(lcs01, func(r *facts.StaticRoute) { r.TreatAsTrusted = true })
		}),
		f(lcs01, "route for telephone numbers", "leads telephone numbers to proxy01.contoso.com:5062", matching("sip:*@contoso.com;user=phone")),
		f(lcs01, "route for tel URIs", "leads telephone numbers", matching("tel:+1425*")),
		f(proxy01, "named by an SRV record", "DNS names it in _sip._tcp.contoso.com", named(facts.ClientRecord{SIPDomain: "contoso.com", Name: "_sip._tcp.contoso.com", Type: "SRV", Targets: seen("wire", "network", []facts.Target{{Host: "Proxy01.contoso.com", Port: 5060}})})),
		f(proxy01, "named by an A record", "DNS names it in sipinternal.contoso.com", named(facts.ClientRecord{SIPDomain: "contoso.com", Name: "sipinternal.contoso.com", Type: "A", Targets: seen("wire", "network", []facts.Target{{Host: addresses[proxy01]}})})),
		f(proxy01, "named by DNS, its role not known", "DNS names it in sipinternal.contoso.com", func(w *world) {
			named(facts.ClientRecord{SIPDomain: "contoso.com", Name: "sipinternal.contoso.com", Type: "A", Targets: seen("wire", "network", []facts.Target{{Host: addresses[proxy01]}})})(w)
			w.Server(proxy01).Role = facts.NotObserved[facts.Role](hidden)
		}),
	}
}
