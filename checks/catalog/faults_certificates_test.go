package catalog_test

import (
	"crypto/x509"
	"fmt"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
	"lcshealth/checks/facts/pki/pkitest"
)

// until returns the options of a certificate that expires so long after noon.
func until(server string, left time.Duration) pkitest.Options {
	return with(pkitest.Server(server), func(o *pkitest.Options) { o.NotAfter = noon.Add(left) })
}

const days = 24 * time.Hour

// shows makes a listener show another certificate than is set for it.
func (w *world) shows(server string, port int, o pkitest.Options) {
	c := issuedOnce(authorities().issuing, o)
	w.answer(server, port, func(a *facts.TLSAnswer) { a.Chain = [][]byte{c.Raw} })
}

// ends makes a listener end every handshake before it shows a certificate.
func (w *world) ends(server string, port int) {
	w.answer(server, port, func(a *facts.TLSAnswer) {
		*a = facts.TLSAnswer{Handshake: &facts.TLSHandshake{Refused: "it closed the connection", Stage: facts.TLSHello}}
	})
}

// cut gives the list of authorities of the listener for mutual TLS of lcs01
// other names, as many as wanted, and the certificates for the store.
func (w *world) cut(n int, withOwn bool) {
	var list []*x509.Certificate
	for i := range n {
		list = append(list, &x509.Certificate{RawSubject: fmt.Appendf(nil, "an authority with a name of 100 octets, of which a list of trusted authorities may have many: %06d", i)})
	}
	if withOwn {
		list = append(list, authorities().root.Certificate)
	}
	w.answer(lcs01, 5062, func(a *facts.TLSAnswer) { *a = withCAs(*a, list...) })
}

// another puts a root in the Trusted Root store of lcs01 that its list lacks.
func (w *world) another() {
	grow(&w.Server(lcs01).Host.Certificates, facts.Certificate{Store: pki.Root, DER: authorities().fabrikam.Certificate.Raw})
}

func expiringFaults() []fault {
	const cause = "certificate-expiring"
	f := func(use string, left time.Duration, severity checks.Severity, says string) fault {
		return fault{cause, fmt.Sprintf("of %s, %s left", use, left), func(w *world) { w.replace(lcs01, use, until(lcs01, left)) }, lcs01, "", severity, says}
	}
	return []fault{
		f("tls", 30*days, checks.Minor, "the TLS listener on port 5061: CN=lcs01.contoso.com"),
		f("mtls", 7*days+time.Hour, checks.Minor, "expires in 7 days, on 2006-11-28"),
		f("outbound", 7*days, checks.Major, "the certificate of outbound connections expires in 7 days, on 2006-11-28"),
		f("route", time.Hour, checks.Major, "the certificate of the route for sip:*@partner.example expires in less than a day, on 2006-11-21"),
		{cause, "of two uses", func(w *world) {
			w.replace(lcs01, "tls", until(lcs01, 2*days))
			listeners, _ := w.Server(lcs01).Host.Listeners.Get()
			w.listener(lcs01, facts.MTLS, func(l *facts.Listener) { l.Certificate = listeners[1].Certificate })
			shown, _ := w.Wire.Endpoint(lcs01, 5061, facts.TLS).TLS.Get()
			w.answer(lcs01, 5062, func(a *facts.TLSAnswer) { a.Chain = shown.Chain })
		}, lcs01, "", checks.Major, "the TLS listener on port 5061, the MTLS listener on port 5062 expires in 2 days"},
		{cause, "as the wire shows, the stores not known", func(w *world) {
			w.replace(lcs01, "tls", until(lcs01, 20*days))
			w.Server(lcs01).Host.Certificates = facts.NotObserved[[]facts.Certificate](hidden)
		}, lcs01, "", checks.Minor, "expires in 20 days"},
	}
}

func renewedFaults() []fault {
	const cause = "certificate-renewed-in-place"
	logged := func(w *world) {
		w.setEvents(lcs01, facts.Event{Log: "Application", Source: "Live Communications Server", ID: 14336, Type: "error", At: noon.Add(-29 * days)})
	}
	return []fault{
		{cause, "another certificate is shown for TLS", func(w *world) { w.shows(lcs01, 5061, pkitest.Server("im.contoso.com")) }, lcs01, "", checks.Major, `to ["im.contoso.com"], valid until 2049-12-31`},
		{cause, "another certificate is shown for mutual TLS", func(w *world) { w.shows(lcs01, 5062, pkitest.Server(lcs01)) }, lcs01, "", checks.Major, "the MTLS listener on port 5062 shows another certificate than the one that is set for it"},
		{cause, "another certificate is shown that has expired", func(w *world) { w.shows(lcs01, 5061, expired(lcs01)) }, lcs01, "", checks.Major, "expired on 2006-11-20"},
		{cause, "another certificate is shown, which asks for none of the client", func(w *world) {
			w.shows(lcs01, 5062, pkitest.Server(lcs01))
			w.answer(lcs01, 5062, func(a *facts.TLSAnswer) { a.ClientCertificate = false })
		}, lcs01, "", checks.Major, "shows another certificate"},
		{cause, "handshakes end, as the log shows", func(w *world) { w.ends(lcs01, 5061); logged(w) }, lcs01, "", checks.Major, "ends every handshake before it shows a certificate (it closed the connection)"},
		{cause, "of a certificate that still is shown", func(w *world) { w.renew(proxy01, "mtls") }, proxy01, "", checks.Major, "it was probably renewed"},
	}
}

// wireFaults are those of older causes that the wire alone shows.
func wireFaults() []fault {
	const tls, mtls, route = "no-tls-listener", "mtls-not-configured", "static-route-invalid"
	return []fault{
		{tls, "ends handshakes", func(w *world) { w.ends(lcs01, 5061) }, lcs01, "", checks.Major, "ends every handshake before it shows a certificate"},
		{tls, "requires a client certificate", func(w *world) {
			w.answer(lcs01, 5061, func(a *facts.TLSAnswer) {
				a.ClientCertificate, a.Handshake = true, &facts.TLSHandshake{Refused: "bad_certificate (42)", Alert: 42, Stage: facts.TLSCertificate}
			})
		}, lcs01, "", checks.Major, "refuses who has none: bad_certificate (42)"},
		{mtls, "ends handshakes", func(w *world) { w.ends(lcs01, 5062) }, lcs01, "", checks.Major, "ends every handshake before it shows a certificate"},
		{mtls, "asks for no client certificate", func(w *world) {
			w.answer(lcs01, 5062, func(a *facts.TLSAnswer) {
				a.ClientCertificate, a.AcceptableCAs, a.CAListBytes, a.Handshake = false, nil, 0, &facts.TLSHandshake{Done: true}
			})
		}, lcs01, "", checks.Major, "the MTLS listener on port 5062 asks for no client certificate"},
		{route, "next hop ends handshakes", func(w *world) {
			to("sip.partner.example", 5061, facts.TLS)(w)
			w.shown("sip.partner.example", 5061, facts.TLS, "198.51.100.7")
			w.ends("sip.partner.example", 5061)
		}, lcs01, "", checks.Major, "the next hop sip.partner.example:5061 ends every handshake"},
	}
}

func clientUseFaults() []fault {
	const cause = "client-authentication-missing"
	server := func(use string) func(*world) {
		return func(w *world) { w.replace(lcs01, use, only(lcs01, x509.ExtKeyUsageServerAuth)) }
	}
	on2005 := func(use string) func(*world) {
		return func(w *world) {
			server(use)(w)
			w.generation(lcs01, facts.LCS2005)
		}
	}
	return []fault{
		{cause, "outbound on LCS 2005", on2005("outbound"), lcs01, "", checks.Major, "outbound connections: CN=lcs01.contoso.com"},
		{cause, "outbound on the only server", func(w *world) { w.single(); server("outbound")(w) }, lcs01, "", checks.Minor, "not for Client Authentication"},
		{cause, "of a route", server("route"), lcs01, "", checks.Major, "the certificate of the route for sip:*@partner.example is not for Client Authentication"},
		{cause, "listener for mutual TLS on LCS 2005", on2005("mtls"), lcs01, "", checks.Minor, "the certificate of the MTLS listener on port 5062 is not for Client Authentication"},
		{cause, "TLS listener for servers on LCS 2005", func(w *world) {
			w.listener(lcs01, facts.MTLS, disable)
			on2005("tls")(w)
		}, lcs01, "", checks.Minor, "the certificate of the TLS listener on port 5061 is not for Client Authentication"},
	}
}

func nameFaults() []fault {
	const cause = "certificate-name-mismatch"
	hop := func(transport facts.Transport, o pkitest.Options) func(*world) {
		return func(w *world) {
			to("sip.partner.example", 5061, transport)(w)
			w.shown("sip.partner.example", 5061, transport, "198.51.100.7")
			w.shows("sip.partner.example", 5061, o)
		}
	}
	return []fault{
		{cause, "TLS listener", func(w *world) { w.replace(lcs01, "tls", pkitest.Server("im.contoso.com")) }, lcs01, "", checks.Major, `issued to ["im.contoso.com"]`},
		{cause, "TLS listener, by a common name that no longer counts", func(w *world) {
			w.replace(lcs01, "tls", pkitest.Options{CN: lcs01, SAN: []string{"im.contoso.com"}})
		}, lcs01, "", checks.Major, `issued to ["im.contoso.com"]`},
		{cause, "TLS listener, a name that leads to another server", func(w *world) { w.replace(lcs01, "tls", pkitest.Server("sip.contoso.com")) }, lcs01, "", checks.Major, `one of ["lcs01.contoso.com"]`},
		{cause, "TLS listener of a front end", func(w *world) { w.replace(fe01, "tls", pkitest.Server("im.contoso.com")) }, fe01, "", checks.Major, `one of ["fe01.contoso.com" "sip.contoso.com" "sip.fabrikam.com"]`},
		{cause, "next hop", hop(facts.TLS, pkitest.Server("edge.partner.example")), lcs01, "", checks.Major, `the certificate of the next hop sip.partner.example:5061 is issued to ["edge.partner.example"]`},
		{cause, "next hop of mutual TLS", hop(facts.MTLS, pkitest.Options{CN: "edge"}), lcs01, "", checks.Major, `issued to ["edge"]`},
		{cause, "next hop is a proxy of the deployment", func(w *world) { w.replace(proxy01, "mtls", pkitest.Server("edge.contoso.com")) }, lcs01, "", checks.Major, `issued to ["edge.contoso.com"]`},
	}
}

func caListFaults() []fault {
	const cause = "ca-list-too-long"
	return []fault{
		{cause, "lacks the root of the servers", func(w *world) { w.cut(110, false) }, lcs01, "", checks.Major, "lacks CN=Contoso Root CA, on which certificates of fe01.contoso.com, lcs01.contoso.com, lcs02.contoso.com, proxy01.contoso.com depend"},
		{cause, "short, and lacks the root of the servers", func(w *world) { w.cut(1, false) }, lcs01, "", checks.Major, "1 authorities, 102 octets; it lacks CN=Contoso Root CA"},
		{cause, "lacks the root of another server", func(w *world) {
			w.another()
			c := issuedOnce(authorities().fabrikam, pkitest.Server(lcs02))
			w.answer(lcs02, 5062, func(a *facts.TLSAnswer) {
				*a = withCAs(*a, authorities().root.Certificate, authorities().fabrikam.Certificate)
			})
			grow(&w.Server(lcs02).Host.Certificates, facts.Certificate{Store: pki.My, DER: c.Raw, HasPrivateKey: yes()}, facts.Certificate{Store: pki.Root, DER: authorities().fabrikam.Certificate.Raw})
			w.refer(lcs02, pki.RefTo(certificate(lcs02, "outbound")), pki.RefTo(c))
		}, lcs01, "", checks.Major, "lacks CN=Fabrikam Root CA, on which certificates of lcs02.contoso.com depend"},
		{cause, "long", func(w *world) {
			w.cut(120, true)
			w.setEvents(lcs01, facts.Event{Log: "System", Source: "Schannel", ID: 36885, Type: "warning", At: noon.Add(-time.Hour)})
		}, lcs01, "", checks.Minor, `event 36885 of "Schannel"`},
	}
}
