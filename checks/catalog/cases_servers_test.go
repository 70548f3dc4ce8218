package catalog_test

import (
	"bytes"
	"crypto/x509"
	"slices"
	"time"

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
	mode := func(server, service, mode string) func(*world) {
		return func(w *world) { w.setService(server, service, func(s *facts.Service) { s.StartMode = mode }) }
	}
	state := func(service, state string, more ...func(*world)) func(*world) {
		return func(w *world) {
			w.setService(lcs01, service, func(s *facts.Service) { s.State = state })
			for _, do := range more {
				do(w)
			}
		}
	}
	run := func(images ...string) func(*world) {
		return func(w *world) {
			for i, image := range images {
				grow(&w.Server(lcs01).Host.Processes, facts.Process{ID: 3000 + i, Name: image})
			}
		}
	}
	// intruder holds a default port of which no listener is known.
	intruder := func(server, address, image string, more ...func(*world)) func(*world) {
		return func(w *world) {
			w.listener(server, facts.TCP, disable)
			drop(&w.Server(server).Host.Ports, func(p facts.PortOwner) bool { return p.Port == 5060 })
			grow(&w.Server(server).Host.Ports, facts.PortOwner{Address: address, Port: 5060, ProcessID: 3000, Process: image})
			for _, do := range more {
				do(w)
			}
		}
	}
	noListeners := func(w *world) { w.Server(lcs01).Host.Listeners = facts.NotObserved[[]facts.Listener](hidden) }
	return []verdictCase{
		{rtc, "runs, by hand only", mode(lcs01, "RTCSRV", "Manual"), lcs01, checks.Absent, "rtcsrv is running; rtcsrv does not start with the host (manual)"},
		{rtc, "runs, and is disabled by now", mode(lcs01, "RTCSRV", "Disabled"), lcs01, checks.Absent, "rtcsrv is disabled by now"},
		{rtc, "its state is not known to the host", state("RTCSRV", "Unknown"), lcs01, checks.Undetermined, "the state of the service RTCSRV is unknown"},
		{rtc, "runs, though its log has errors", func(w *world) {
			w.setEvents(lcs01, facts.Event{Log: "System", Source: "Service Control Manager", ID: 7031, Type: "error", At: noon, Message: "rtcsrv"})
		}, lcs01, checks.Absent, "rtcsrv is running"},
		{rtc, "runs, though a critical application does not", func(w *world) {
			edit(&w.Server(lcs01).Host.Applications, func(a *facts.Application) { a.Running = new(bool) })
		}, lcs01, checks.Absent, "rtcsrv is running"},
		{rtc, "stopped, and nothing else is known of the host", state("RTCSRV", "Stopped", func(w *world) {
			w.Server(lcs01).Host = facts.Host{Services: w.Server(lcs01).Host.Services}
		}), lcs01, checks.Present, "rtcsrv is stopped"},
		{sql, "runs, by hand only", mode(lcs01, "MSSQL$RTC", "Manual"), lcs01, checks.Absent, "MSSQL$RTC does not start with the host (manual)"},
		{sql, "its state is not known to the host", state("MSSQL$RTC", "Unknown"), lcs01, checks.Undetermined, "the state of the service MSSQL$RTC is unknown"},
		{sql, "stopped, and the server's state is not known to the host", state("MSSQL$RTC", "Stopped", state("RTCSRV", "Unknown")), lcs01, checks.Undetermined, "the state of the service RTCSRV is unknown"},
		{sql, "runs, and the server's state is not known to the host", state("RTCSRV", "Unknown"), lcs01, checks.Absent, "MSSQL$RTC is running"},
		{sql, "stopped while the server starts", state("MSSQL$RTC", "Stopped", state("RTCSRV", "Start Pending")), lcs01, checks.NotApplicable, "rtcsrv is not running"},
		{messenger, "the script host and svchost are no clients", run("RTCSPL.EXE", "svchost.exe"), lcs01, checks.Absent, "no SIP client"},
		{messenger, "the script host holds a default port", intruder(lcs01, "0.0.0.0", "RTCSPL.EXE"), lcs01, checks.Absent, "no SIP client"},
		{messenger, "nothing runs, and who listens is not known", func(w *world) {
			w.Server(lcs01).Host.Ports = facts.NotObserved[[]facts.PortOwner](hidden)
		}, lcs01, checks.Undetermined, "hidden"},
		{messenger, "a default port of a front end is held", intruder(fe01, "0.0.0.0", "gateway.exe"), fe01, checks.Absent, "no SIP client"},
		{messenger, "a default port is held, role not known", intruder(lcs01, "0.0.0.0", "gateway.exe", func(w *world) { w.hideRole(lcs01) }), lcs01, checks.Undetermined, "hidden"},
		{messenger, "a default port is held, by whom is not told", intruder(lcs01, "0.0.0.0", ""), lcs01, checks.Undetermined, "which program holds port 5060 (process 3000)"},
		{messenger, "a default port is held where only the host itself gets", intruder(lcs01, "127.0.0.1", "gateway.exe"), lcs01, checks.Absent, "no SIP client"},
		{messenger, "a default port of one address is held, listeners not known", intruder(lcs01, "10.0.0.1", "gateway.exe", noListeners), lcs01, checks.Undetermined, "hidden"},
		{messenger, "a default port of one address is held, and no listener has it", intruder(lcs01, "10.0.0.1", "gateway.exe"), lcs01, checks.Present, "port 5060 is held by gateway.exe"},
		{messenger, "the server itself holds a default port without listener", intruder(lcs01, "0.0.0.0", "RTCSRV.exe"), lcs01, checks.Absent, "no SIP client"},
		{errors, "warnings of the connector only", func(w *world) {
			w.setEvents(lcs01, facts.Event{Log: "Application", Source: connector, ID: 30011, Type: "warning", At: noon})
		}, lcs01, checks.Absent, "no error"},
		{errors, "errors of a later product's replicator", func(w *world) {
			w.setEvents(lcs01, facts.Event{Log: "Application", Source: "OCS User Replicator", ID: 30011, Type: "error", At: noon})
		}, lcs01, checks.Absent, "no error"},
		{errors, "of the connector, in another case", func(w *world) {
			w.setEvents(lcs01, facts.Event{Log: "Application", Source: "LIVE COMMUNICATIONS SERVER ACTIVE DIRECTORY CONNECTOR", ID: 1, Type: "Error", At: noon})
		}, lcs01, checks.Present, "1 error"},
		{errors, "of the replicator of LCS 2005, on a server that holds no users", func(w *world) {
			w.setEvents(fe01, facts.Event{Log: "Application", Source: "Live Communications User Replicator", ID: 30011, Type: "error", At: noon})
		}, fe01, checks.NotApplicable, "holds no users"},
		{errors, "there are, and the role is not known", func(w *world) {
			w.setEvents(lcs01, facts.Event{Log: "Application", Source: connector, ID: 30011, Type: "error", At: noon})
			w.hideRole(lcs01)
		}, lcs01, checks.Undetermined, "hidden"},
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

// mirrored names a certificate with its serial number big endian.
func mirrored(c *x509.Certificate) facts.CertificateRef {
	ref := pki.RefTo(c)
	slices.Reverse(ref.Serial)
	return ref
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
	// gone leaves one certificate in the store, which is none of those that the
	// settings name.
	gone := func(a *pkitest.Authority, o pkitest.Options, key *bool) func(*world) {
		c := must(a.Issue(o)).Certificate
		return func(w *world) {
			w.Server(lcs01).Host.Certificates = seen("host", lcs01, []facts.Certificate{{Store: pki.My, DER: c.Raw, HasPrivateKey: key}})
		}
	}
	const mtls, lost = "mtls-not-configured", "is not in the computer's store"
	root0 := authorities().root
	renewedRoot := must(pkitest.NewRoot(pkitest.Options{CN: "Contoso Root CA", Signer: root0.Key, NotBefore: noon.Add(-24 * time.Hour)})).Certificate
	crossed := must(oldRoot.Issue(pkitest.Options{CN: "Contoso Root CA", CA: true, Signer: root0.Key})).Certificate
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
		{outbound, "gone, and one of another issuer is there", gone(oldRoot, pkitest.Server(lcs01), yes()), lcs01, checks.Present, lost + "\n"},
		{outbound, "gone, and one for another server is there", gone(authorities().issuing, pkitest.Server(lcs02), yes()), lcs01, checks.Present, lost + "\n"},
		{outbound, "gone, and one without private key is there", gone(authorities().issuing, pkitest.Server(lcs01), new(bool)), lcs01, checks.Present, lost + "\n"},
		{outbound, "gone, and an expired one is there", gone(authorities().issuing, expired(lcs01), yes()), lcs01, checks.Present, lost + "\n"},
		{outbound, "gone, and one for the pool is there", func(w *world) {
			gone(authorities().issuing, pkitest.Server("pool01.contoso.com"), yes())(w)
			w.Server(lcs01).PoolFQDN = "pool01.contoso.com"
		}, lcs01, checks.Present, "probably renewed"},
		{outbound, "named in big endian", func(w *world) {
			w.refer(lcs01, pki.RefTo(certificate(lcs01, "outbound")), mirrored(certificate(lcs01, "outbound")))
		}, lcs01, checks.Absent, "is set"},
		{mtls, "named in big endian", func(w *world) {
			w.refer(lcs01, pki.RefTo(certificate(lcs01, "mtls")), mirrored(certificate(lcs01, "mtls")))
		}, lcs01, checks.Absent, "fitting certificate"},
		{root, "renewed with the same key", func(w *world) {
			edit(&w.Server(lcs01).Host.Certificates, func(c *facts.Certificate) {
				if c.Store == pki.Root {
					c.DER = renewedRoot.Raw
				}
			})
		}, lcs01, checks.Absent, `ends at CN=Contoso Root CA in LocalMachine\ROOT`},
		{root, "renewed with the same key, in a user's store only", func(w *world) {
			drop(&w.Server(lcs01).Host.Certificates, func(c facts.Certificate) bool { return c.Store == pki.Root })
			grow(&w.Server(lcs01).Host.UserRoots, facts.Certificate{Store: pki.Root, Profile: `CONTOSO\admin`, DER: renewedRoot.Raw})
		}, lcs01, checks.Present, `only in the Trusted Root store of the user CONTOSO\admin`},
		{root, "cross-signed by a root that is trusted", func(w *world) {
			drop(&w.Server(lcs01).Host.Certificates, func(c facts.Certificate) bool { return c.Store == pki.Root })
			store(facts.Certificate{Store: pki.CA, DER: crossed.Raw}, facts.Certificate{Store: pki.Root, DER: oldRoot.Certificate.Raw})(w)
		}, lcs01, checks.Absent, `ends at CN=Old Root CA in LocalMachine\ROOT`},
		{root, "cross-signed by a root that is not trusted", func(w *world) {
			drop(&w.Server(lcs01).Host.Certificates, func(c facts.Certificate) bool { return c.Store == pki.Root })
			store(facts.Certificate{Store: pki.CA, DER: crossed.Raw})(w)
		}, lcs01, checks.Present, "CN=Old Root CA is in no store of the computer"},
		{root, "nowhere, and the users' stores were not seen", func(w *world) {
			drop(&w.Server(lcs01).Host.Certificates, func(c facts.Certificate) bool { return c.Store == pki.Root })
			w.Server(lcs01).Host.UserRoots = facts.NotObserved[[]facts.Certificate](hidden)
		}, lcs01, checks.Present, "whether a user's store has the root was not seen"},
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
