package catalog_test

import (
	"crypto/x509"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
	"lcshealth/checks/facts/pki/pkitest"
)

// together does several things to a world.
func together(all ...func(*world)) func(*world) {
	return func(w *world) {
		for _, do := range all {
			do(w)
		}
	}
}

func unseenTLS(server string, port int) func(*world) {
	return func(w *world) {
		for _, e := range w.Wire.Endpoints {
			if e.Host == server && e.Port == port {
				e.TLS = facts.NotObserved[facts.TLSAnswer](hidden)
			}
		}
	}
}

// gone takes the certificate of a use out of the store of lcs01.
func gone(use string) func(*world) {
	return func(w *world) {
		drop(&w.Server(lcs01).Host.Certificates, func(c facts.Certificate) bool { return string(c.DER) == string(certificate(lcs01, use).Raw) })
	}
}

func unset(w *world) {
	w.Server(lcs01).Host.Listeners = seen("host", lcs01, []facts.Listener(nil))
	w.Server(lcs01).Host.Routes = seen("host", lcs01, []facts.StaticRoute(nil))
	w.Server(lcs01).Host.Routing = seen("host", lcs01, facts.RoutingSetting{})
}

func certificateUseCases() []verdictCase {
	const expiring, renewed, client = "certificate-expiring", "certificate-renewed-in-place", "client-authentication-missing"
	replaced := func(use string, o pkitest.Options) func(*world) {
		return func(w *world) { w.replace(lcs01, use, o) }
	}
	serverOnly := only(lcs01, x509.ExtKeyUsageServerAuth)
	on2005 := func(w *world) { w.generation(lcs01, facts.LCS2005) }
	generationHidden := func(w *world) { w.Server(lcs01).Generation = facts.NotObserved[facts.Generation](hidden) }
	logged := func(age time.Duration) func(*world) {
		return func(w *world) {
			w.setEvents(lcs01, facts.Event{Log: "Application", Source: "Live Communications Server", ID: 14352, Type: "error", At: noon.Add(-age)})
		}
	}
	closed := func(w *world) { w.refuse(lcs01, 5061) }
	noStores := func(w *world) { w.Server(lcs01).Host.Certificates = facts.NotObserved[[]facts.Certificate](hidden) }
	return []verdictCase{
		{expiring, "long valid", unchanged, lcs01, checks.Absent, "the certificate of the TLS listener on port 5061 is valid until 2049-12-31"},
		{expiring, "in more than 30 days", replaced("tls", until(lcs01, 30*days+time.Second)), lcs01, checks.Absent, "valid until 2006-12-21"},
		{expiring, "expired already", replaced("tls", expired(lcs01)), lcs01, checks.Absent, "valid until 2006-11-20"},
		{expiring, "not valid yet", replaced("tls", with(early(lcs01), func(o *pkitest.Options) { o.NotAfter = noon.Add(2 * days) })), lcs01, checks.Absent, "valid until 2006-11-23"},
		{expiring, "of a certificate that nothing uses", func(w *world) {
			grow(&w.Server(lcs01).Host.Certificates, facts.Certificate{Store: pki.My, DER: issuedOnce(authorities().issuing, until(lcs01, days)).Raw})
		}, lcs01, checks.Absent, "valid until"},
		{expiring, "of a disabled listener", together(replaced("tls", until(lcs01, days)), func(w *world) { w.listener(lcs01, facts.TLS, disable) }), lcs01, checks.Absent, "valid until"},
		{expiring, "not in the store, and not on the wire", together(gone("tls"), unseenTLS(lcs01, 5061)), lcs01, checks.Undetermined, "hidden"},
		{expiring, "not in the store, and its port is closed", together(gone("tls"), closed), lcs01, checks.Absent, "valid until"},
		{expiring, "in no store that is known, and outbound is not on the wire", noStores, lcs01, checks.Undetermined, "hidden"},
		{expiring, "none is set", unset, lcs01, checks.NotApplicable, "no certificate is set on the server"},

		{renewed, "not", unchanged, lcs01, checks.Absent, "the TLS listener on port 5061 shows the certificate that is set for it"},
		{renewed, "named in big endian", func(w *world) {
			w.refer(lcs01, pki.RefTo(certificate(lcs01, "mtls")), mirrored(certificate(lcs01, "mtls")))
		}, lcs01, checks.Absent, "the MTLS listener on port 5062 shows the certificate that is set for it"},
		{renewed, "a port is closed, and the log says nothing", closed, lcs01, checks.Absent, "the MTLS listener on port 5062 shows"},
		{renewed, "a port is closed, and the log spoke of it long ago", together(closed, logged(31*days)), lcs01, checks.Absent, "the MTLS listener on port 5062 shows"},
		{renewed, "a port is closed, and the log is not known", together(closed, func(w *world) { w.Server(lcs01).Host.Events = facts.NotObserved[[]facts.Event](hidden) }), lcs01, checks.Undetermined, "hidden"},
		{renewed, "the log spoke, and the port answers again", logged(days), lcs01, checks.Absent, "the TLS listener on port 5061 shows"},
		{renewed, "gone, and another in use is there", gone("tls"), lcs01, checks.Absent, "the TLS listener on port 5061 shows the certificate that is set for it"},
		{renewed, "gone, and what may have replaced it may be named", together(func(w *world) { w.renew(lcs01, "tls") }, func(w *world) {
			w.Server(lcs01).Host.Routes = facts.NotObserved[[]facts.StaticRoute](hidden)
		}), lcs01, checks.Undetermined, "hidden"},
		{renewed, "the wire was not looked at", func(w *world) { w.Wire = facts.Wire{} }, lcs01, checks.Undetermined, "the listener was not probed"},
		{renewed, "a certificate that cannot be read is shown", func(w *world) {
			w.answer(lcs01, 5061, func(a *facts.TLSAnswer) { a.Chain = [][]byte{{0x30, 0x82}} })
		}, lcs01, checks.Undetermined, "the certificate that it shows could not be read"},
		{renewed, "no certificate is shown", func(w *world) {
			w.answer(lcs01, 5061, func(a *facts.TLSAnswer) { *a = facts.TLSAnswer{} })
		}, lcs01, checks.Undetermined, "showed no certificate"},
		{renewed, "none is set", unset, lcs01, checks.NotApplicable, "no certificate is set on the server"},

		{client, "not", unchanged, lcs01, checks.Absent, "the certificate of outbound connections may be used for Client Authentication"},
		{client, "outbound, and no purpose is listed", replaced("outbound", pkitest.Options{CN: lcs01}), lcs01, checks.Absent, "may be used"},
		{client, "listener for mutual TLS on LCS 2003", replaced("mtls", serverOnly), lcs01, checks.Absent, "outbound connections may be used"},
		{client, "listener for mutual TLS, generation not known", together(replaced("mtls", serverOnly), generationHidden), lcs01, checks.Undetermined, "hidden"},
		{client, "good for both, generation not known", generationHidden, lcs01, checks.Absent, "the certificate of the MTLS listener on port 5062 may be used"},
		{client, "TLS listener for clients on LCS 2005", together(replaced("tls", serverOnly), on2005), lcs01, checks.Absent, "the MTLS listener on port 5062 may be used"},
		{client, "listener on LCS 2005 that is not in the store, and not on the wire", together(on2005, gone("mtls"), unseenTLS(lcs01, 5062)), lcs01, checks.Undetermined, "hidden"},
		{client, "listener on LCS 2005 that is not in the store, and shown on the wire", together(on2005, gone("mtls")), lcs01, checks.Absent, "the MTLS listener on port 5062 may be used"},
		{client, "route without mutual TLS", together(to("sip.partner.example", 5061, facts.TLS), replaced("route", serverOnly)), lcs01, checks.Absent, "outbound connections"},
		{client, "none is set", unset, lcs01, checks.NotApplicable, "no certificate is set on the server"},
	}
}

func certificateWireCases() []verdictCase {
	const tls, mtls, route, name, list = "no-tls-listener", "mtls-not-configured", "static-route-invalid", "certificate-name-mismatch", "ca-list-too-long"
	shown := func(port int, change func(*facts.TLSAnswer)) func(*world) {
		return func(w *world) { w.answer(lcs01, port, change) }
	}
	incomplete := func(a *facts.TLSAnswer) { a.ClientCertificate, a.Incomplete, a.AcceptableCAs = false, true, nil }
	named := func(use string, o pkitest.Options) func(*world) {
		return func(w *world) { w.replace(lcs01, use, o) }
	}
	im := pkitest.Server("im.contoso.com")
	hop := func(o pkitest.Options) func(*world) {
		return func(w *world) {
			to("sip.partner.example", 5061, facts.TLS)(w)
			w.shown("sip.partner.example", 5061, facts.TLS, "198.51.100.7")
			w.shows("sip.partner.example", 5061, o)
		}
	}
	only2005 := func(w *world) {
		w.generation(lcs01, facts.LCS2005)
		w.listener(lcs01, facts.MTLS, disable)
	}
	cut := func(n int, own bool) func(*world) { return func(w *world) { w.cut(n, own) } }
	another := func(w *world) { w.another() }
	return []verdictCase{
		{tls, "the wire does not show the handshake", unseenTLS(lcs01, 5061), lcs01, checks.Undetermined, "hidden"},
		{tls, "asks for a client certificate and does without", shown(5061, func(a *facts.TLSAnswer) { a.ClientCertificate = true }), lcs01, checks.Absent, "usable certificate"},
		{mtls, "the wire does not show the handshake", unseenTLS(lcs01, 5062), lcs01, checks.Undetermined, "hidden"},
		{mtls, "the handshake broke off before the question", shown(5062, incomplete), lcs01, checks.Undetermined, "broke off before it could ask"},
		{mtls, "asks for a client certificate and does without", shown(5062, func(a *facts.TLSAnswer) { a.Handshake = &facts.TLSHandshake{Done: true} }), lcs01, checks.Absent, "fitting certificate"},
		{mtls, "a TLS listener for servers on LCS 2005 asks for none", only2005, lcs01, checks.Absent, "fitting certificate"},
		{route, "the wire does not show the handshake", unseenTLS(proxy01, 5062), lcs01, checks.Undetermined, "hidden"},

		{name, "the server's own", unchanged, lcs01, checks.Absent, `the certificate of the TLS listener on port 5061 is issued to ["lcs01.contoso.com"]`},
		{name, "challenged for its own name", challenged("sip/LCS01.contoso.com"), lcs01, checks.Absent, ""},
		{name, "challenged for another name", challenged("sip/old.contoso.com"), lcs01, checks.Absent, "answered REGISTER with a challenge for sip/old.contoso.com"},
		{name, "of its own, without SAN", named("tls", pkitest.Options{CN: "LCS01.contoso.com"}), lcs01, checks.Absent, `["LCS01.contoso.com"]`},
		{name, "of the pool", func(w *world) {
			w.replace(lcs01, "tls", pkitest.Server("pool01.contoso.com"))
			w.Server(lcs01).PoolFQDN = "pool01.contoso.com"
		}, lcs01, checks.Absent, `["pool01.contoso.com"]`},
		{name, "by which DNS leads clients there", func(w *world) { w.replace(fe01, "tls", pkitest.Server("sip.contoso.com")) }, fe01, checks.Absent, "as DNS names the server"},
		{name, "another, and DNS was not asked", together(named("tls", im), func(w *world) { w.Wire.Records = nil }), lcs01, checks.Undetermined, "the DNS records of contoso.com were not looked up"},
		{name, "another, and the SIP domains are not known", together(named("tls", im), func(w *world) {
			w.Directory.SIPDomains = facts.NotObserved[[]facts.SIPDomain](hidden)
		}), lcs01, checks.Undetermined, "hidden"},
		{name, "a wildcard", named("tls", pkitest.Server("*.contoso.com")), lcs01, checks.Undetermined, "whether Windows of that time takes a wildcard is not documented"},
		{name, "of a listener that serves servers on LCS 2005", together(only2005, named("tls", im)), lcs01, checks.Absent, "next hop"},
		{name, "of one that may, generation not known", together(only2005, named("tls", im), func(w *world) { w.Server(lcs01).Generation = facts.NotObserved[facts.Generation](hidden) }), lcs01, checks.Undetermined, "hidden"},
		{name, "of one that may, role not known", together(only2005, named("tls", im), func(w *world) { w.hideRole(lcs01) }), lcs01, checks.Undetermined, "hidden"},
		{name, "of the listener for mutual TLS", named("mtls", im), lcs01, checks.Absent, "the TLS listener on port 5061"},
		{name, "of another certificate than is set", func(w *world) { w.shows(lcs01, 5061, im) }, lcs01, checks.Absent, "lcs01.contoso.com"},
		{name, "the wire does not show it, and the store does", unseenTLS(lcs01, 5061), lcs01, checks.Absent, "lcs01.contoso.com"},
		{name, "neither the wire nor the store show it", together(unseenTLS(lcs01, 5061), gone("tls")), lcs01, checks.Undetermined, "hidden"},
		{name, "of a next hop", hop(pkitest.Server("SIP.partner.example")), lcs01, checks.Absent, "the certificate of the next hop sip.partner.example:5061 bears its name"},
		{name, "of a next hop, with a wildcard", hop(pkitest.Server("*.partner.example")), lcs01, checks.Undetermined, "wildcard"},
		{name, "of a next hop that was not seen", unseenTLS(proxy01, 5062), lcs01, checks.Undetermined, "hidden"},
		{name, "of a next hop that cannot be read", together(hop(im), func(w *world) {
			w.answer("sip.partner.example", 5061, func(a *facts.TLSAnswer) { a.Chain = [][]byte{{0x30, 0x82}} })
		}), lcs01, checks.Undetermined, "could not be read"},
		{name, "of a next hop that is a home server", together(to(lcs02, 5062, facts.MTLS), func(w *world) { w.replace(lcs02, "mtls", im) }), lcs01, checks.Absent, "lcs01.contoso.com"},
		{name, "of a next hop whose role is not known", together(to(lcs02, 5062, facts.MTLS), func(w *world) { w.replace(lcs02, "mtls", im); w.hideRole(lcs02) }), lcs01, checks.Undetermined, "hidden"},
		{name, "of a next hop that is an address", to("198.51.100.7", 5061, facts.TLS), lcs01, checks.Absent, "lcs01.contoso.com"},
		{name, "of a next hop that refuses connections", together(hop(im), func(w *world) { w.refuse("sip.partner.example", 5061) }), lcs01, checks.Absent, "lcs01.contoso.com"},
		{name, "no listener and no route", unset, lcs01, checks.NotApplicable, "no TLS listener for clients and no route with TLS"},

		{list, "complete", unchanged, lcs01, checks.Absent, "the names of 1 authorities"},
		{list, "empty", shown(5062, func(a *facts.TLSAnswer) { *a = withCAs(*a) }), lcs01, checks.Absent, "of any authority"},
		{list, "nobody asks", func(w *world) { w.listener(lcs01, facts.MTLS, disable) }, lcs01, checks.NotApplicable, "asks for a client certificate"},
		{list, "who asks refuses connections", func(w *world) { w.refuse(lcs01, 5062) }, lcs01, checks.NotApplicable, "asks for a client certificate"},
		{list, "was not seen", unseenTLS(lcs01, 5062), lcs01, checks.Undetermined, "hidden"},
		{list, "broke off", shown(5062, incomplete), lcs01, checks.Undetermined, "broke off"},
		{list, "nearly long", cut(116, true), lcs01, checks.Absent, "the names of 117 authorities, 11862 octets"},
		{list, "lacks a root that nobody's certificate has", another, lcs01, checks.Absent, "the names of 1 authorities"},
		{list, "lacks a root, and another server's settings are not known", together(another, func(w *world) { w.Server(lcs02).Host.Certificates = facts.NotObserved[[]facts.Certificate](hidden) }), lcs01, checks.Undetermined, "hidden"},
		{list, "lacks a root, and the own routing is not known", together(another, func(w *world) { w.Server(lcs01).Host.Routing = facts.NotObserved[facts.RoutingSetting](hidden) }), lcs01, checks.Undetermined, "hidden"},
		{list, "lacks a root that is in no store of the computer", together(cut(3, false), func(w *world) {
			drop(&w.Server(lcs01).Host.Certificates, func(c facts.Certificate) bool { return c.Store == pki.Root })
			w.another()
		}), lcs01, checks.Absent, "the names of 3 authorities"},
		{list, "lacks a root, and the stores are not known", together(cut(3, false), func(w *world) { w.Server(lcs01).Host.Certificates = facts.NotObserved[[]facts.Certificate](hidden) }), lcs01, checks.Undetermined, "hidden"},
		{list, "lacks a root that cannot be read", together(cut(3, false), func(w *world) {
			edit(&w.Server(lcs01).Host.Certificates, func(c *facts.Certificate) {
				if c.Store == pki.Root {
					c.DER = c.DER[:100]
				}
			})
		}), lcs01, checks.Undetermined, "could not be followed"},
	}
}

// challenged lets lcs01 challenge clients for a name.
func challenged(name string) func(*world) {
	return func(w *world) {
		for _, e := range w.Wire.Endpoints {
			if e.Host == lcs01 {
				e.Register = seen("wire", "network", with(sipAnswer(401, "Unauthorized"), func(a *facts.SIPAnswer) {
					a.Challenges = []facts.SIPChallenge{{Scheme: "Kerberos", TargetName: name}}
				}))
			}
		}
	}
}
