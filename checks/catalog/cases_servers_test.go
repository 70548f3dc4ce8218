package catalog_test

import (
	"bytes"
	"crypto/x509"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
	"lcshealth/checks/facts/pki/pkitest"
)

func unchanged(*world) {}

func (w *world) setRole(server string, r facts.Role) {
	w.Server(server).Role = seen("directory", "dc01", r)
}

func (w *world) hideRole(server string) {
	w.Server(server).Role = facts.NotObserved[facts.Role](hidden)
}

func serviceCases() []verdictCase {
	const rtc, sql, messenger, errors = "server-service-stopped", "sql-service-stopped", "messenger-on-server", "directory-connector-errors"
	without := func(server, service string, more func(*world)) func(*world) {
		return func(w *world) {
			drop(&w.Server(server).Host.Services, func(s facts.Service) bool { return s.Name == service })
			more(w)
		}
	}
	return []verdictCase{
		{rtc, "runs", unchanged, lcs01, checks.Absent, "rtcsrv is running"},
		{sql, "runs", unchanged, lcs01, checks.Absent, "MSSQL$RTC is running, and so is rtcsrv"},
		{sql, "stopped with the server", func(w *world) {
			w.setService(lcs01, "RTCSRV", stopped)
			w.setService(lcs01, "MSSQL$RTC", stopped)
		}, lcs01, checks.NotApplicable, "rtcsrv is not running"},
		{sql, "a front end has none", unchanged, fe01, checks.NotApplicable, "no database of its own"},
		{sql, "a home server has none", without(lcs01, "MSSQL$RTC", unchanged), lcs01, checks.Undetermined, "where it keeps its database is not told"},
		{sql, "a member of a pool has none", without(lcs01, "MSSQL$RTC", func(w *world) { w.Server(lcs01).PoolFQDN = "pool01.contoso.com" }), lcs01, checks.NotApplicable, "on its back end"},
		{sql, "a server has none whose role is not known", without(lcs01, "MSSQL$RTC", func(w *world) { w.hideRole(lcs01) }), lcs01, checks.Undetermined, "hidden"},
		{messenger, "neither runs", unchanged, lcs01, checks.Absent, "no SIP client among them"},
		{messenger, "another program on the same port of another address", func(w *world) {
			w.listener(lcs01, facts.TCP, func(l *facts.Listener) { l.Address = "192.0.2.11" })
			grow(&w.Server(lcs01).Host.Ports, facts.PortOwner{Address: "10.0.0.1", Port: 5060, ProcessID: 9, Process: "gateway.exe"},
				facts.PortOwner{Address: "10.0.0.1", Port: 5060, ProcessID: 10})
		}, lcs01, checks.Absent, "no SIP client"},
		{messenger, "a disabled listener's port is taken", func(w *world) {
			grow(&w.Server(lcs01).Host.Ports, facts.PortOwner{Port: 5070, ProcessID: 9, Process: "gateway.exe"})
		}, lcs01, checks.Absent, "no SIP client"},
		{messenger, "who holds the port is not told", func(w *world) {
			edit(&w.Server(lcs01).Host.Ports, func(p *facts.PortOwner) { p.Process = "" })
		}, lcs01, checks.Undetermined, "which program holds port 5060 (process 1200) was not told"},
		{errors, "others' errors only", unchanged, lcs01, checks.Absent, "no error of the Active Directory connector"},
		{errors, "a proxy has no connector", unchanged, proxy01, checks.NotApplicable, "holds no users"},
		{errors, "a front end's log is not known", func(w *world) { w.Server(fe01).Host.Events = facts.NotObserved[[]facts.Event](hidden) }, fe01, checks.NotApplicable, "holds no users"},
		{errors, "a server's log that may hold users is not known", func(w *world) {
			w.Server(fe01).Host.Events = facts.NotObserved[[]facts.Event](hidden)
			w.hideRole(fe01)
		}, fe01, checks.Undetermined, "hidden"},
	}
}

func listenerCases() []verdictCase {
	const tls, mtls = "no-tls-listener", "mtls-not-configured"
	off := func(server string, transport facts.Transport, more func(*world)) func(*world) {
		return func(w *world) {
			w.listener(server, transport, disable)
			more(w)
		}
	}
	generation := func(g facts.Generation) func(*world) {
		return func(w *world) { w.generation(lcs01, g) }
	}
	unprobed := func(w *world) { w.Wire = facts.Wire{} }
	return []verdictCase{
		{tls, "enabled", unchanged, lcs01, checks.Absent, "the TLS listener on port 5061 is enabled with a usable certificate"},
		{tls, "clients do not use a proxy", off(proxy01, facts.TLS, unchanged), proxy01, checks.NotApplicable, "do not sign in to a proxy"},
		{tls, "not even of a proxy of which nothing else is known", func(w *world) {
			w.Server(proxy01).Host.Listeners = facts.NotObserved[[]facts.Listener](hidden)
		}, proxy01, checks.NotApplicable, "do not sign in to a proxy"},
		{tls, "mutual TLS alone on LCS 2005", off(lcs01, facts.TLS, generation(facts.LCS2005)), lcs01, checks.Undetermined, "not documented"},
		{tls, "mutual TLS alone, generation not known", off(lcs01, facts.TLS, func(w *world) { w.Server(lcs01).Generation = facts.NotObserved[facts.Generation](hidden) }), lcs01, checks.Undetermined, "hidden"},
		{tls, "mutual TLS alone on LCS 2003", off(lcs01, facts.TLS, unchanged), lcs01, checks.Present, "no TLS listener is enabled"},
		{tls, "TCP alone on LCS 2005", off(lcs01, facts.TLS, off(lcs01, facts.MTLS, generation(facts.LCS2005))), lcs01, checks.Present, "no TLS listener is enabled"},
		{tls, "no listener at all", func(w *world) { w.Server(lcs01).Host.Listeners = seen("host", lcs01, []facts.Listener(nil)) }, lcs01, checks.Present, "no listener at all"},
		{tls, "none, role not known", off(lcs01, facts.TLS, func(w *world) { w.hideRole(lcs01) }), lcs01, checks.Undetermined, "hidden"},
		{tls, "none, a front end or a proxy", off(fe01, facts.TLS, func(w *world) { w.setRole(fe01, facts.RoleHoldsNone) }), fe01, checks.Undetermined, "whether it is a front end or a proxy is not told"},
		{tls, "a sound one beside a broken one", func(w *world) {
			w.listener(lcs01, facts.MTLS, func(l *facts.Listener) { l.Transport, l.Certificate = facts.TLS, facts.CertificateRef{} })
		}, lcs01, checks.Absent, "port 5061 is enabled"},
		{tls, "one that may be sound beside a broken one", func(w *world) {
			w.listener(lcs01, facts.MTLS, func(l *facts.Listener) { l.Transport, l.Certificate = facts.TLS, facts.CertificateRef{} })
			w.keyless(lcs01, "tls", false)
		}, lcs01, checks.Undetermined, "has its private key was not told"},
		{tls, "not probed", unprobed, lcs01, checks.Undetermined, "the listener was not probed"},
		{tls, "good for every purpose", func(w *world) { w.replace(lcs01, "tls", pkitest.Options{CN: "anything"}) }, lcs01, checks.Absent, "usable certificate"},
		{tls, "good for any purpose by name", func(w *world) { w.replace(lcs01, "tls", only(lcs01, x509.ExtKeyUsageAny)) }, lcs01, checks.Absent, "usable certificate"},
		{tls, "good for Client Authentication only", func(w *world) { w.replace(lcs01, "tls", only(lcs01, x509.ExtKeyUsageClientAuth)) }, lcs01, checks.Present, "not for Server Authentication"},
		{mtls, "enabled", unchanged, lcs01, checks.Absent, "the MTLS listener on port 5062 is enabled with a fitting certificate"},
		{mtls, "a proxy is not asked", off(proxy01, facts.MTLS, unchanged), proxy01, checks.NotApplicable, "home servers and front ends"},
		{mtls, "none, role not known", off(lcs01, facts.MTLS, func(w *world) { w.hideRole(lcs01) }), lcs01, checks.Undetermined, "hidden"},
		{mtls, "none, a front end or a proxy", off(fe01, facts.MTLS, func(w *world) { w.setRole(fe01, facts.RoleHoldsNone) }), fe01, checks.Undetermined, "whether it is a front end or a proxy is not told"},
		{mtls, "TLS serves servers on LCS 2005", off(lcs01, facts.MTLS, generation(facts.LCS2005)), lcs01, checks.Absent, "TLS listener on port 5061"},
		{mtls, "TLS alone, generation not known", off(lcs01, facts.MTLS, func(w *world) { w.Server(lcs01).Generation = facts.NotObserved[facts.Generation](hidden) }), lcs01, checks.Undetermined, "hidden"},
		{mtls, "without Client Authentication on LCS 2005", func(w *world) {
			w.replace(lcs01, "mtls", only(lcs01, x509.ExtKeyUsageServerAuth))
			w.generation(lcs01, facts.LCS2005)
		}, lcs01, checks.Absent, "fitting certificate"},
		{mtls, "without Client Authentication, generation not known", func(w *world) {
			w.replace(lcs01, "mtls", only(lcs01, x509.ExtKeyUsageServerAuth))
			w.Server(lcs01).Generation = facts.NotObserved[facts.Generation](hidden)
		}, lcs01, checks.Undetermined, "hidden"},
		{mtls, "issued to the pool", func(w *world) {
			w.replace(lcs01, "mtls", pkitest.Server("pool01.contoso.com"))
			w.Server(lcs01).PoolFQDN = "pool01.contoso.com"
		}, lcs01, checks.Absent, "fitting certificate"},
		{mtls, "not probed", unprobed, lcs01, checks.Undetermined, "the listener was not probed"},
	}
}

func certificateCases() []verdictCase {
	const outbound, root = "outbound-certificate-missing", "root-ca-in-user-store"
	store := func(more ...facts.Certificate) func(*world) {
		return func(w *world) { grow(&w.Server(lcs01).Host.Certificates, more...) }
	}
	// rootless takes the root away and puts something else in the store.
	rootless := func(der []byte) func(*world) {
		return func(w *world) {
			edit(&w.Server(lcs01).Host.Certificates, func(c *facts.Certificate) {
				if c.Store == pki.Root {
					c.DER = der
				}
			})
		}
	}
	unreadable := func(c *x509.Certificate) []byte { // with a negative serial number
		return bytes.Replace(c.Raw, []byte{2, 1, 1}, []byte{2, 1, 0x81}, 1)
	}
	// old gives the MTLS listener a certificate of an authority of its day.
	oldRoot := must(pkitest.NewRoot(pkitest.Options{CN: "Old Root CA", Key: pkitest.RSA1024}))
	old := func(signature pkitest.Signature) func(*world) {
		c := must(oldRoot.Issue(with(pkitest.Server(lcs01), func(o *pkitest.Options) { o.Signature = signature }))).Certificate
		return func(w *world) {
			store(facts.Certificate{Store: pki.My, DER: c.Raw, HasPrivateKey: yes()}, facts.Certificate{Store: pki.Root, DER: oldRoot.Certificate.Raw})(w)
			w.refer(lcs01, pki.RefTo(certificate(lcs01, "mtls")), pki.RefTo(c))
		}
	}
	fabrikam := must(pkitest.NewAuthority("Fabrikam Root CA")).Certificate
	return []verdictCase{
		{outbound, "set", unchanged, lcs01, checks.Absent, "a certificate for outbound connections is set"},
		{outbound, "private key not told", func(w *world) { w.keyless(lcs01, "outbound", false) }, lcs01, checks.Undetermined, "has its private key was not told"},
		{outbound, "may be one that cannot be read", func(w *world) {
			edit(&w.Server(lcs01).Host.Certificates, func(c *facts.Certificate) {
				if c.Store == pki.My {
					c.DER = c.DER[:100]
				}
			})
		}, lcs01, checks.Undetermined, `4 certificates in LocalMachine\MY could not be read`},
		{root, "in the computer's store", unchanged, lcs01, checks.Absent, `ends at CN=Contoso Root CA in LocalMachine\ROOT`},
		{root, "an impostor beside it", store(facts.Certificate{Store: pki.Root, DER: authorities().impostor.Certificate.Raw}), lcs01, checks.Absent, `ends at CN=Contoso Root CA in LocalMachine\ROOT`},
		{root, "no certificate to look at", func(w *world) {
			w.listener(lcs01, facts.MTLS, disable)
			w.Server(lcs01).Host.Routing = seen("host", lcs01, facts.RoutingSetting{})
		}, lcs01, checks.NotApplicable, "no certificate for server connections"},
		{root, "one of its name cannot be read", rootless(unreadable(authorities().root.Certificate)), lcs01, checks.Undetermined, "could not be read"},
		{root, "one that is not whole cannot be read", rootless([]byte{0x30, 0x82}), lcs01, checks.Undetermined, "could not be read"},
		{root, "one of another name cannot be read", rootless(unreadable(fabrikam)), lcs01, checks.Present, "CN=Contoso Root CA is in no store"},
		{root, "a signature that cannot be checked", old(pkitest.MD2), lcs01, checks.Undetermined, "cannot be checked here"},
		{root, "an MD5 signature that is right", old(pkitest.MD5), lcs01, checks.Absent, "ends at CN=Old Root CA"},
		{root, "the certificate itself may be one that cannot be read", func(w *world) {
			edit(&w.Server(lcs01).Host.Certificates, func(c *facts.Certificate) {
				if bytes.Equal(c.DER, certificate(lcs01, "mtls").Raw) {
					c.DER = c.DER[:100]
				}
			})
		}, lcs01, checks.Undetermined, "could not be read"},
		{root, "a TLS listener for servers, generation not known", func(w *world) {
			w.listener(lcs01, facts.MTLS, disable)
			w.Server(lcs01).Generation = facts.NotObserved[facts.Generation](hidden)
		}, lcs01, checks.Undetermined, "hidden"},
		{root, "a TLS listener for servers on LCS 2005", func(w *world) {
			w.listener(lcs01, facts.MTLS, disable)
			w.generation(lcs01, facts.LCS2005)
		}, lcs01, checks.Absent, "ends at CN=Contoso Root CA"},
	}
}
