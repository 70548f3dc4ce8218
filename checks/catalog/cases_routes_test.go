package catalog_test

import (
	"lcshealth/checks"
	"lcshealth/checks/facts"
)

func routeCases() []verdictCase {
	const cause = "static-route-invalid"
	c := func(verdict checks.Verdict, name, says string, plant ...func(*world)) verdictCase {
		return verdictCase{cause, name, func(w *world) {
			for _, do := range plant {
				do(w)
			}
		}, lcs01, verdict, says}
	}
	answers := func(host string, port int, transport facts.Transport, at ...string) func(*world) {
		return func(w *world) {
			to(host, port, transport)(w)
			w.shown(host, port, transport, at...)
		}
	}
	silent := func(w *world) {
		w.Wire.Endpoints[len(w.Wire.Endpoints)-1].Connected = facts.NotObserved[bool](facts.Unknown{Class: facts.Timeout, Source: "wire", Message: "no answer", Settle: "open the port"})
	}
	local := func(port int) func(*world) {
		return func(w *world) {
			grow(&w.Server(lcs01).Host.Ports, facts.PortOwner{Address: "127.0.0.1", Port: port, ProcessID: 9, Process: "gateway.exe"})
		}
	}
	listed := func(domain string) func(*world) {
		return func(w *world) { grow(&w.Directory.SIPDomains, facts.SIPDomain{Name: domain}) }
	}
	return []verdictCase{
		c(checks.Absent, "sound", "1 enabled static route"),
		{cause, "none", unchanged, lcs02, checks.NotApplicable, "no enabled static route"},
		c(checks.Absent, "TCP to an address that answers", "1 enabled static route", answers("198.51.100.7", 5060, facts.TCP, "198.51.100.7")),
		c(checks.Undetermined, "the next hop is silent", "no answer", answers("sip.partner.example", 5061, facts.TLS, "198.51.100.7"), silent),
		c(checks.Undetermined, "the next hop was not probed", "the next hop was not probed", to("sip.partner.example", 5061, facts.TLS)),
		c(checks.Undetermined, "the default port is not known", "hidden", answers("sip.partner.example", 0, facts.TLS, "198.51.100.7"), func(w *world) {
			w.shown("sip.partner.example", 5061, facts.TLS, "198.51.100.7")
			w.Server(lcs01).Host.Routing = facts.NotObserved[facts.RoutingSetting](hidden)
		}),
		c(checks.Absent, "the default port is another one", "1 enabled static route", answers("sip.partner.example", 0, facts.TLS), func(w *world) {
			w.Server(lcs01).Host.Routing = seen("host", lcs01, facts.RoutingSetting{DefaultPort: 5071})
			w.shown("sip.partner.example", 5071, facts.TLS, "198.51.100.7")
		}),
		c(checks.Absent, "to another port of the same host", "1 enabled static route", answers(lcs01, 5099, facts.TLS, addresses[lcs01])),
		c(checks.Absent, "to a program on the same host", "1 enabled static route", to("127.0.0.1", 5099, facts.TCP), local(5099)),
		c(checks.Undetermined, "to the same host, whose ports are not known", "hidden", to("127.0.0.1", 5099, facts.TCP), func(w *world) {
			w.Server(lcs01).Host.Ports = facts.NotObserved[[]facts.PortOwner](hidden)
		}),
		c(checks.Undetermined, "to a name, the server's own addresses not known", "hidden", answers("sip.partner.example", 5061, facts.TLS, "198.51.100.7"), func(w *world) {
			for _, e := range w.Wire.Endpoints {
				if e.Host == lcs01 {
					e.Addresses = facts.NotObserved[[]string](hidden)
				}
			}
		}),
		c(checks.Absent, "for telephone numbers of an own domain", "1 enabled static route", matching("sip:*@contoso.com;user=phone")),
		c(checks.Absent, "for a domain that only ends alike", "1 enabled static route", matching("sip:*@notcontoso.com")),
		c(checks.Absent, "for the domains below an own one", "1 enabled static route", matching("sip:*@*.contoso.com")),
		c(checks.Undetermined, "for every destination", "every destination (*)", matching("sip:*@*")),
		c(checks.Undetermined, "for one user of an own domain", "a single user", matching("sip:helpdesk@contoso.com")),
		c(checks.Undetermined, "for a part of an own wildcard", "a part (sip:*@emea.litware.example) of the SIP domain *.litware.example", listed("*.litware.example"), matching("sip:*@emea.litware.example")),
	}
}

func trustCases() []verdictCase {
	const cause = "pstn-trust-on-client-server"
	record := func(host string) func(*world) {
		return func(w *world) {
			w.Wire.Records = append(w.Wire.Records, facts.ClientRecord{SIPDomain: "contoso.com", Name: "_sip._tcp.contoso.com", Type: "SRV", Targets: seen("wire", "network", []facts.Target{{Host: host}})})
		}
	}
	return []verdictCase{
		{cause, "none", unchanged, lcs01, checks.Absent, "no trust settings of a gateway"},
		{cause, "on a server for the gateway alone", unchanged, proxy01, checks.Absent, "a proxy, which no DNS record of a SIP domain names"},
		{cause, "on such a server, whose address was looked up for another reason", func(w *world) {
			w.Wire.Records = append(w.Wire.Records, facts.ClientRecord{Name: proxy01, Type: "A", Targets: seen("wire", "network", []facts.Target{{Host: addresses[proxy01]}})})
		}, proxy01, checks.Absent, "a proxy, which no DNS record of a SIP domain names"},
		{cause, "on such a server, of which nothing else is known", func(w *world) { w.Server(proxy01).Host = facts.Host{} }, proxy01, checks.Absent, "which no DNS record"},
		{cause, "a server of the deployment, by its address", func(w *world) {
			grow(&w.Server(lcs01).Host.AuthorizedHosts, facts.AuthorizedHost{Host: addresses[fe01], TreatAsAuthenticated: true})
		}, lcs01, checks.Absent, "no trust settings"},
		{cause, "a server of the deployment that only the list of trusted servers names", func(w *world) {
			grow(&w.Directory.TrustedServers, facts.TrustedServer{FQDN: "lcs09.contoso.com"})
			grow(&w.Server(lcs01).Host.AuthorizedHosts, facts.AuthorizedHost{Host: "LCS09.contoso.com", TreatAsAuthenticated: true})
		}, lcs01, checks.Absent, "no trust settings"},
		{cause, "a host that may be a trusted server", func(w *world) {
			w.Directory.TrustedServers = facts.NotObserved[[]facts.TrustedServer](hidden)
			grow(&w.Server(lcs01).Host.AuthorizedHosts, facts.AuthorizedHost{Host: gw01, TreatAsAuthenticated: true})
		}, lcs01, checks.Undetermined, "hidden"},
		{cause, "a host for outbound connections only", func(w *world) {
			grow(&w.Server(lcs01).Host.AuthorizedHosts, facts.AuthorizedHost{Host: gw01, OutboundOnly: true, TreatAsAuthenticated: true})
		}, lcs01, checks.Absent, "no trust settings"},
		{cause, "a host without any", func(w *world) {
			grow(&w.Server(lcs01).Host.AuthorizedHosts, facts.AuthorizedHost{Host: gw01})
		}, lcs01, checks.Absent, "no trust settings"},
		{cause, "a disabled route", func(w *world) {
			grow(&w.Server(lcs01).Host.Routes, facts.StaticRoute{MatchURI: "tel:*", TreatAsTrusted: true})
		}, lcs01, checks.Absent, "no trust settings"},
		{cause, "a front end or a proxy", func(w *world) { w.setRole(proxy01, facts.RoleHoldsNone) }, proxy01, checks.Undetermined, "whether it is a front end or a proxy is not told"},
		{cause, "records not looked up", func(w *world) { w.Wire.Records = nil }, proxy01, checks.Undetermined, "the DNS records of contoso.com were not looked up"},
		{cause, "records of one domain not looked up", func(w *world) { grow(&w.Directory.SIPDomains, facts.SIPDomain{Name: "litware.example"}) }, proxy01, checks.Undetermined, "the DNS records of litware.example were not looked up"},
		{cause, "a wildcard has no records", func(w *world) { grow(&w.Directory.SIPDomains, facts.SIPDomain{Name: "*.litware.example"}) }, proxy01, checks.Absent, "no DNS record"},
		{cause, "DNS names a host of which nothing is known", record("sip.example.net"), proxy01, checks.Undetermined, "which server sip.example.net is"},
		{cause, "DNS names a host with a record of its own", record("sip.contoso.com"), proxy01, checks.Absent, "no DNS record"},
		{cause, "the server's own addresses are not known", func(w *world) {
			for _, e := range w.Wire.Endpoints {
				if e.Host == proxy01 {
					e.Addresses = facts.NotObserved[[]string](hidden)
				}
			}
		}, proxy01, checks.Undetermined, "hidden"},
	}
}
