package catalog_test

import (
	"slices"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// lead leads a record that clients look up elsewhere, or adds it.
func lead(name, kind string, targets ...facts.Target) func(*world) {
	return func(w *world) {
		value := seen("wire", "network", targets)
		i := slices.IndexFunc(w.Wire.Records, func(r facts.ClientRecord) bool { return r.Name == name && r.Type == kind })
		if i < 0 {
			i = len(w.Wire.Records)
			w.Wire.Records = append(w.Wire.Records, facts.ClientRecord{SIPDomain: "contoso.com", Name: name, Type: kind})
		}
		w.Wire.Records[i].Targets = value
	}
}

// told gives records what a chosen DNS server told of them.
func told(name, code string, ttl int) func(*world) {
	return func(w *world) {
		for i := range w.Wire.Records {
			if r := &w.Wire.Records[i]; r.Name == name {
				r.RCode, r.TTL, r.Resolver = code, ttl, "192.0.2.53"
			}
		}
	}
}

// trust adds a server to the list of trusted ones.
func trust(fqdn string) func(*world) {
	return func(w *world) { grow(&w.Directory.TrustedServers, facts.TrustedServer{FQDN: fqdn}) }
}

// srv leads the service record of contoso.com for TLS elsewhere.
func srv(targets ...facts.Target) func(*world) {
	return lead("_sip._tls.contoso.com", "SRV", targets...)
}

// named gives a host addresses in DNS; none: DNS does not know it.
func named(host string, at ...string) func(*world) {
	return func(w *world) { w.shown(host, 5061, facts.TLS, at...) }
}

// unresolved hides the addresses of a server.
func unresolved(server string) func(*world) {
	return func(w *world) {
		for _, e := range w.Wire.Endpoints {
			if e.Host == server {
				e.Addresses = facts.NotObserved[[]string](hidden)
			}
		}
	}
}

func all(plants ...func(*world)) func(*world) {
	return func(w *world) {
		for _, plant := range plants {
			plant(w)
		}
	}
}

const whole = "deployment"

func recordFaults() []fault {
	const old = "old.contoso.com"
	f := func(name string, severity checks.Severity, says string, plants ...func(*world)) fault {
		return fault{"dns-records-wrong", name, all(plants...), whole, "", severity, says}
	}
	return []fault{
		f("a host that does not exist", checks.Major, "_sip._tls.contoso.com leads to old.contoso.com, which DNS does not know", srv(facts.Target{Host: old, Port: 5061}), named(old)),
		f("a server whose name does not exist", checks.Major, "fe01.contoso.com, which DNS does not know", func(w *world) {
			for _, e := range w.Wire.Endpoints {
				if e.Host == fe01 {
					e.Addresses = seen("wire", "network", []string(nil))
				}
			}
			lead("sip.contoso.com", "A")(w)
			lead("sip.fabrikam.com", "A", facts.Target{Host: addresses[lcs02]})(w)
		}),
		f("a host that is no server", checks.Major, "old.contoso.com, which is no server of the deployment", srv(facts.Target{Host: old, Port: 5061}), named(old, "192.0.2.99")),
		f("the port of a disabled listener", checks.Major, "port 5070 of fe01.contoso.com: fe01.contoso.com has no enabled TLS listener there", srv(facts.Target{Host: fe01, Port: 5070})),
		f("the port of another transport", checks.Major, "_sip._tcp.contoso.com leads to port 5061 of fe01.contoso.com: fe01.contoso.com has no enabled TCP listener there", lead("_sip._tcp.contoso.com", "SRV", facts.Target{Host: fe01, Port: 5061})),
		f("the port of mutual TLS", checks.Major, "port 5062 of fe01.contoso.com", srv(facts.Target{Host: fe01, Port: 5062})),
		f("no TCP listener at all", checks.Major, "_sipinternal._tcp.contoso.com leads to port 5060", lead("_sipinternal._tcp.contoso.com", "SRV", facts.Target{Host: fe01, Port: 5060}), func(w *world) { w.listener(fe01, facts.TCP, disable) }),
		f("the wrong port by another name", checks.Major, "port 443 of sip.contoso.com: fe01.contoso.com has no enabled TLS listener there", srv(facts.Target{Host: "sip.contoso.com", Port: 443})),
		f("two records alike", checks.Major, "_sip._tls.contoso.com, _sipinternaltls._tcp.contoso.com lead to old.contoso.com", srv(facts.Target{Host: old, Port: 5061}), lead("_sipinternaltls._tcp.contoso.com", "SRV", facts.Target{Host: old, Port: 5061}), named(old)),
		f("a host that is not below the SIP domain", checks.Minor, "_sip._tls.fabrikam.com leads to fe01.contoso.com, which is not below the SIP domain fabrikam.com", lead("_sip._tls.fabrikam.com", "SRV", facts.Target{Host: "FE01.contoso.com", Port: 5061}, facts.Target{Host: fe01, Port: 5061})),
		f("two servers that are not equivalent", checks.Minor, "several servers of priority 0 that are not equivalent: fe01.contoso.com, lcs01.contoso.com", srv(facts.Target{Host: lcs01, Port: 5061}, facts.Target{Host: fe01, Port: 5061})),
		f("a host record to no server", checks.Minor, "sip.contoso.com leads to 192.0.2.99, an address of no server of the deployment", lead("sip.contoso.com", "A", facts.Target{Host: "192.0.2.99"})),
		f("a host record to no server, and no service record", checks.Major, "192.0.2.99, an address of no server", lead("sip.contoso.com", "A", facts.Target{Host: "192.0.2.99"}), srv()),
		f("a host record whose IPv6 address alone is right", checks.Minor, "sip.contoso.com leads to 192.0.2.99, an address of no server", lead("sip.contoso.com", "A", facts.Target{Host: "192.0.2.99"}, facts.Target{Host: "2001:db8::13"}), func(w *world) {
			for _, e := range w.Wire.Endpoints {
				if e.Host == fe01 {
					e.Addresses = seen("wire", "network", []string{addresses[fe01], "2001:db8::13"})
				}
			}
		}),
		f("an IPv6 host record to no server", checks.Minor, "2001:db8::99, an address of no server", lead("sip.contoso.com", "A", facts.Target{Host: "2001:db8::99"})),
		f("a host that does not exist, looked up for the record", checks.Major, "_sip._tls.contoso.com leads to old.contoso.com, which DNS does not know (_sip._tls.contoso.com: TTL 3600 from 192.0.2.53; old.contoso.com: NXDOMAIN from 192.0.2.53)",
			srv(facts.Target{Host: old, Port: 5061}), lead(old, "A"), told("_sip._tls.contoso.com", "NOERROR", 3600), told(old, "NXDOMAIN", 0)),
		f("a host without addresses", checks.Major, "old.contoso.com: no such records from 192.0.2.53", srv(facts.Target{Host: old, Port: 5061}), lead(old, "A"), told(old, "NOERROR", 0)),
		f("a host that is no server, looked up for the record", checks.Major, "old.contoso.com, which is no server of the deployment", srv(facts.Target{Host: old, Port: 5061}), lead(old, "A", facts.Target{Host: "192.0.2.99"})),
		f("a trusted server that does not exist", checks.Minor, "the list of trusted servers names old.contoso.com, which DNS does not know", trust("Old.contoso.com."), trust(old), named(old)),
		f("trusted servers that do not exist, and how that is known", checks.Minor, "names gone.contoso.com, old.contoso.com, which DNS does not know (old.contoso.com: NXDOMAIN from 192.0.2.53)",
			trust(old), trust("gone.contoso.com"), lead(old, "A"), told(old, "NXDOMAIN", 0), named("gone.contoso.com")),
	}
}

func recordCases() []verdictCase {
	const old = "old.contoso.com"
	c := func(verdict checks.Verdict, name, says string, plants ...func(*world)) verdictCase {
		return verdictCase{"dns-records-wrong", name, all(plants...), whole, verdict, says}
	}
	two := srv(facts.Target{Host: lcs01, Port: 5061}, facts.Target{Host: fe01, Port: 5061})
	pool := func(members ...string) func(*world) {
		return func(w *world) {
			for _, m := range members {
				w.Server(m).PoolFQDN = "pool01.contoso.com"
			}
		}
	}
	edges := func(w *world) {
		w.Directory.Settings = seen("directory", "dc01", facts.GlobalSettings{EdgeProxies: []string{"access.contoso.com"}})
	}
	return []verdictCase{
		c(checks.Absent, "right", "clients of contoso.com are led to fe01.contoso.com:5061, 192.0.2.13"),
		c(checks.Absent, "right by another name", "clients of fabrikam.com are led to sip.fabrikam.com:5061"),
		c(checks.Absent, "right by a name that was looked up for the record", "clients of contoso.com are led to access.contoso.com:5061, 192.0.2.13", srv(facts.Target{Host: "access.contoso.com", Port: 5061}), lead("access.contoso.com", "A", facts.Target{Host: addresses[fe01]})),
		c(checks.Undetermined, "a name that was not looked up", "the addresses of access.contoso.com were not looked up", srv(facts.Target{Host: "access.contoso.com", Port: 5061})),
		c(checks.Absent, "an IPv6 address that is nobody's beside the right one", "clients of contoso.com", lead("sip.contoso.com", "A", facts.Target{Host: addresses[fe01]}, facts.Target{Host: "2001:db8::99"})),
		c(checks.Absent, "no records, and how that is known", "told their server (_sip._tls.contoso.com: NXDOMAIN from 192.0.2.53)", srv(), lead("sip.contoso.com", "A"), told("_sip._tls.contoso.com", "NXDOMAIN", 0)),
		c(checks.Absent, "a trusted server by its address", "clients of contoso.com", trust("192.0.2.40")),
		c(checks.Absent, "a trusted server elsewhere", "clients of contoso.com", trust("gw.fabrikam.com"), named("gw.fabrikam.com", "192.0.2.60")),
		c(checks.Undetermined, "trusted servers that were not looked up", "whether DNS knows the trusted servers app1.contoso.com, app2.contoso.com was not looked up", trust("app2.contoso.com"), trust("app1.contoso.com")),
		c(checks.Undetermined, "a trusted server whose lookup failed", "hidden", trust(lcs02), unresolved(lcs02)),
		c(checks.Absent, "no records", "automatic sign-in is not set up for contoso.com", srv(), lead("sip.contoso.com", "A")),
		c(checks.Undetermined, "some of the records were not seen", "hidden", srv(), func(w *world) {
			i := slices.IndexFunc(w.Wire.Records, func(r facts.ClientRecord) bool { return r.Name == "sip.contoso.com" })
			w.Wire.Records[i].Targets = facts.NotObserved[[]facts.Target](hidden)
		}),
		c(checks.Undetermined, "not looked up", "were not looked up", func(w *world) { w.Wire.Records = nil }),
		c(checks.NotApplicable, "no SIP domain", "no SIP domain", func(w *world) {
			w.Directory.SIPDomains = seen("directory", "dc01", []facts.SIPDomain(nil))
			w.Wire.Records = nil
		}),
		c(checks.Absent, "the service is said not to be there", "clients of contoso.com", lead("_sip._tcp.contoso.com", "SRV", facts.Target{Host: "."})),
		c(checks.Absent, "a record of another kind", "clients of contoso.com", lead("_h323._tcp.contoso.com", "SRV", facts.Target{Host: old, Port: 1720})),
		c(checks.Undetermined, "a host that was not looked up", "the addresses of old.contoso.com were not looked up", srv(facts.Target{Host: old, Port: 5061})),
		c(checks.Undetermined, "a host that may be a server which is not known", "hidden", srv(facts.Target{Host: old, Port: 5061}), named(old, "192.0.2.99"), func(w *world) {
			w.Directory.TrustedServers = facts.NotObserved[[]facts.TrustedServer](hidden)
		}),
		c(checks.Undetermined, "a host that may be a pool whose addresses are not known", "the addresses of pool09.contoso.com were not looked up", srv(facts.Target{Host: old, Port: 5061}), named(old, "192.0.2.99"), func(w *world) {
			w.Directory.Pools = seen("directory", "dc01", []facts.Pool{{FQDN: "pool09.contoso.com"}})
		}),
		c(checks.Absent, "an edge proxy", "led to access.contoso.com:443", edges, srv(facts.Target{Host: "access.contoso.com", Port: 443}), named("access.contoso.com", "192.0.2.80")),
		c(checks.Absent, "an edge proxy by another name", "led to old.contoso.com:443", edges, srv(facts.Target{Host: old, Port: 443}), named("access.contoso.com", "192.0.2.80"), named(old, "192.0.2.80")),
		c(checks.Absent, "a pool", "led to pool01.contoso.com:5061", pool(fe01, lcs01), srv(facts.Target{Host: "pool01.contoso.com", Port: 5061}), named("pool01.contoso.com", "192.0.2.81")),
		c(checks.Undetermined, "a pool that was not looked up", "the addresses of pool01.contoso.com were not looked up", pool(fe01, lcs01), srv(facts.Target{Host: "pool01.contoso.com", Port: 5061})),
		c(checks.Undetermined, "the wrong port by another name, which may be another server's", "hidden", srv(facts.Target{Host: "sip.contoso.com", Port: 5070}), unresolved(lcs02)),
		c(checks.Undetermined, "a server by two names, one of which may be another server's", "hidden", srv(facts.Target{Host: fe01, Port: 5061}, facts.Target{Host: "sip.contoso.com", Port: 5061}), unresolved(lcs02)),
		c(checks.Undetermined, "a front end or proxy without any TLS listener", "whether it is a front end or a proxy is not told", func(w *world) {
			w.listener(fe01, facts.TLS, disable)
			w.setRole(fe01, facts.RoleHoldsNone)
		}),
		c(checks.Present, "a pool, the wrong port", "fe01.contoso.com, lcs01.contoso.com has no enabled TLS listener there", pool(fe01, lcs01), srv(facts.Target{Host: "pool01.contoso.com", Port: 443}), named("pool01.contoso.com", "192.0.2.81")),
		c(checks.Absent, "two members of a pool", "clients of contoso.com", two, pool(fe01, lcs01)),
		c(checks.Absent, "two front ends", "clients of contoso.com", two, func(w *world) { w.setRole(lcs01, facts.RoleFrontEnd) }),
		c(checks.Absent, "two servers, one of them first", "clients of contoso.com", srv(facts.Target{Host: fe01, Port: 5061}, facts.Target{Host: lcs01, Port: 5061, Priority: 10})),
		c(checks.Absent, "a server by two names", "clients of contoso.com", srv(facts.Target{Host: fe01, Port: 5061}, facts.Target{Host: "sip.contoso.com", Port: 5061})),
		c(checks.Undetermined, "two servers, one of whose roles is not known", "hidden", srv(facts.Target{Host: fe01, Port: 5061}, facts.Target{Host: proxy01, Port: 5061}), func(w *world) { w.hideRole(proxy01) }),
		c(checks.Undetermined, "two servers, front ends or proxies", "whether it is a front end or a proxy is not told", srv(facts.Target{Host: fe01, Port: 5061}, facts.Target{Host: proxy01, Port: 5061}), func(w *world) { w.setRole(proxy01, facts.RoleHoldsNone) }),
		c(checks.Undetermined, "a server and an edge proxy", "is not told", edges, srv(facts.Target{Host: fe01, Port: 5061}, facts.Target{Host: "access.contoso.com", Port: 5061}), named("access.contoso.com", "192.0.2.80")),
		c(checks.Undetermined, "listeners not known", "hidden", func(w *world) { w.Server(fe01).Host.Listeners = facts.NotObserved[[]facts.Listener](hidden) }),
		c(checks.Absent, "a server without any TLS listener", "clients of contoso.com", func(w *world) { w.listener(fe01, facts.TLS, disable) }),
		c(checks.Present, "a proxy without any TLS listener", "proxy01.contoso.com has no enabled TLS listener there", srv(facts.Target{Host: proxy01, Port: 5061}), func(w *world) { w.listener(proxy01, facts.TLS, disable) }),
		c(checks.Undetermined, "mutual TLS on LCS 2005", "whether LCS 2005 serves clients there is not documented", srv(facts.Target{Host: fe01, Port: 5062}), func(w *world) { w.generation(fe01, facts.LCS2005) }),
		c(checks.Undetermined, "a host record that may be a server's", "hidden", unresolved(fe01)),
	}
}
