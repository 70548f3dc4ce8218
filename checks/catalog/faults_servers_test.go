package catalog_test

import (
	"crypto/x509"
	"strings"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
	"lcshealth/checks/facts/pki/pkitest"
)

func (w *world) setService(server, name string, change func(*facts.Service)) {
	edit(&w.Server(server).Host.Services, func(s *facts.Service) {
		if s.Name == name {
			change(s)
		}
	})
}

func stopped(s *facts.Service) { s.State = "Stopped" }

// refuse makes a server's ports refuse connections, or one of them.
func (w *world) refuse(server string, ports ...int) {
	for _, e := range w.Wire.Endpoints {
		for _, port := range ports {
			if e.Host == server && e.Port == port {
				e.Connected, e.TLS = seen("wire", "network", false), facts.NotObserved[facts.TLSAnswer](hidden)
			}
		}
	}
}

func (w *world) setEvents(server string, more ...facts.Event) {
	grow(&w.Server(server).Host.Events, more...)
}

func serviceFaults() []fault {
	const rtc, sql, messenger, errors = "server-service-stopped", "sql-service-stopped", "messenger-on-server", "directory-connector-errors"
	// silent is what else a server shows whose service does not run.
	silent := func(change func(*facts.Service)) func(*world) {
		return func(w *world) {
			w.setService(lcs01, "RTCSRV", change)
			w.refuse(lcs01, 5060, 5061, 5062)
			drop(&w.Server(lcs01).Host.Ports, func(p facts.PortOwner) bool { return p.Process == "rtcsrv.exe" })
		}
	}
	run := func(image string) func(*world) {
		return func(w *world) { grow(&w.Server(lcs01).Host.Processes, facts.Process{ID: 3000, Name: image}) }
	}
	hold := func(port int, image, address string) func(*world) {
		return func(w *world) {
			edit(&w.Server(fe01).Host.Ports, func(p *facts.PortOwner) {
				if p.Port == port {
					p.ProcessID, p.Process, p.Address = 3000, image, address
				}
			})
		}
	}
	event := func(source, kind string, age time.Duration) func(*world) {
		return func(w *world) {
			w.setEvents(lcs01, facts.Event{Log: "Application", Source: source, ID: 30011, Type: kind, At: noon.Add(-age), Message: "insufficient rights"})
		}
	}
	// exited stops rtcsrv with a code, of its own or of Windows.
	exited := func(code uint32, own bool) func(*world) {
		return silent(func(s *facts.Service) { s.State, s.ExitCode, s.OwnExitCode = "Stopped", code, own })
	}
	state := func(name string) func(*world) { return silent(func(s *facts.Service) { s.State = name }) }
	sqlState := func(name string) func(*world) {
		return func(w *world) { w.setService(lcs02, "MSSQL$RTC", func(s *facts.Service) { s.State = name }) }
	}
	both := func(all ...func(*world)) func(*world) {
		return func(w *world) {
			for _, do := range all {
				do(w)
			}
		}
	}
	logged := func(server, log, source string, id int, kind, message string, age time.Duration) func(*world) {
		return func(w *world) {
			w.setEvents(server, facts.Event{Log: log, Source: source, ID: id, Type: kind, At: noon.Add(-age), Message: message})
		}
	}
	const control = "Service Control Manager"
	// intruder holds a port of which no listener is known.
	intruder := func(port int, address string, more ...func(*world)) func(*world) {
		return func(w *world) {
			w.listener(lcs01, facts.TCP, disable)
			drop(&w.Server(lcs01).Host.Ports, func(p facts.PortOwner) bool { return p.Port == 5060 })
			grow(&w.Server(lcs01).Host.Ports, facts.PortOwner{Address: address, Port: port, ProcessID: 3000, Process: "gateway.exe"})
			for _, do := range more {
				do(w)
			}
		}
	}
	noListeners := func(w *world) { w.Server(lcs01).Host.Listeners = facts.NotObserved[[]facts.Listener](hidden) }
	return []fault{
		{rtc, "stopped by hand only", silent(func(s *facts.Service) { s.State, s.StartMode = "Stopped", "Manual" }), lcs01, "", checks.Critical, "does not start with the host (manual)"},
		{rtc, "stopping", state("Stop Pending"), lcs01, "", checks.Major, "rtcsrv is stop pending"},
		{rtc, "continuing", state("Continue Pending"), lcs01, "", checks.Major, "rtcsrv is continue pending"},
		{rtc, "pausing", state("Pause Pending"), lcs01, "", checks.Major, "rtcsrv is pause pending"},
		{rtc, "paused", state("Paused"), lcs01, "", checks.Major, "rtcsrv is paused"},
		{rtc, "gave a code of its own", exited(5, true), lcs01, "", checks.Critical, "service-specific exit code 5 (0x00000005)"},
		{rtc, "gave a code of its own that was not told", exited(1066, false), lcs01, "", checks.Critical, "exit code 1066 (0x0000042A): it gave a code of its own"},
		{rtc, "gave a code of the SIP stack", exited(0xC3E93C62, true), lcs01, "", checks.Critical, "service-specific exit code 3286842466 (0xC3E93C62), a code of Live Communications Server: no default certificate"},
		{rtc, "gave a code of user services", exited(0xC3EC7821, true), lcs01, "", checks.Critical, "0xC3EC7821), a code of Live Communications Server: invalid service principal names"},
		{rtc, "gave a code of the product that says nothing", exited(0xC3EC0001, true), lcs01, "", checks.Critical, "0xC3EC0001), a code of Live Communications Server"},
		{rtc, "could not log on", exited(1069, false), lcs01, "", checks.Critical, "its account could not log on"},
		{rtc, "stopped, as the system log says", both(silent(stopped), logged(lcs01, "System", control, 7024, "error", "The Live Communications Server service terminated with service-specific error", 40*24*time.Hour)), lcs01, "", checks.Critical, "event 7024 of"},
		{rtc, "stopped, after its script host", both(silent(stopped), logged(lcs01, "Application", "Live Communications Script-Only Applications Service", 13, "error", "aborted", time.Hour)), lcs01, "", checks.Critical, "event 13 of"},
		{rtc, "stopped days ago, after its script host", both(silent(stopped), logged(lcs01, "System", control, 7031, "error", "The rtcsrv service terminated unexpectedly.", 5*24*time.Hour),
			logged(lcs01, "Application", "Live Communications Server", 16426, "warning", "RTCSPL.EXE", 5*24*time.Hour+time.Minute)), lcs01, "", checks.Critical, "event 16426 of"},
		{rtc, "stopped, and a critical application does not run", both(silent(stopped), func(w *world) {
			edit(&w.Server(lcs01).Host.Applications, func(a *facts.Application) { a.Running = new(bool) })
		}), lcs01, "", checks.Critical, "the application Address Filter is critical and does not run"},
		{sql, "starting", sqlState("Start Pending"), lcs02, "", checks.Major, "MSSQL$RTC is start pending"},
		{sql, "stopping", sqlState("Stop Pending"), lcs02, "", checks.Major, "MSSQL$RTC is stop pending"},
		{sql, "continuing", sqlState("Continue Pending"), lcs02, "", checks.Major, "MSSQL$RTC is continue pending"},
		{sql, "pausing", sqlState("Pause Pending"), lcs02, "", checks.Major, "MSSQL$RTC is pause pending"},
		{sql, "disabled", func(w *world) {
			w.setService(lcs02, "MSSQL$RTC", func(s *facts.Service) { s.State, s.StartMode, s.ExitCode = "Stopped", "Disabled", 1077 })
		}, lcs02, "", checks.Critical, "stopped and disabled, exit code 1077 (0x00000435): nobody has tried"},
		{sql, "stopped, as the system log says", both(sqlState("Stopped"), logged(lcs02, "System", control, 7034, "error", "The mssql$rtc service terminated unexpectedly.", time.Hour)), lcs02, "", checks.Critical, "event 7034 of"},
		{messenger, "another program holds a default port", intruder(5060, "0.0.0.0"), lcs01, "", checks.Major, "port 5060 is held by gateway.exe (process 3000)"},
		{messenger, "another program holds a default port, listeners not known", intruder(5060, "[::]", noListeners), lcs01, "", checks.Major, "port 5060 is held by gateway.exe (process 3000)"},
		{messenger, "runs, and who listens is not known", func(w *world) {
			grow(&w.Server(lcs01).Host.Processes, facts.Process{ID: 3000, Name: "msmsgs.exe", Owner: `CONTOSO\kim`, CreatedAt: noon.Add(-time.Hour)})
			w.Server(lcs01).Host.Ports = facts.NotObserved[[]facts.PortOwner](hidden)
		}, lcs01, "", checks.Minor, `process msmsgs.exe (process 3000) of CONTOSO\kim, since 2006-11-21T11:00:00Z`},
		{rtc, "stopped", silent(stopped), lcs01, "", checks.Critical, "rtcsrv is stopped"},
		{rtc, "disabled", silent(func(s *facts.Service) { s.State, s.StartMode = "Stopped", "Disabled" }), lcs01, "", checks.Critical, "stopped and disabled"},
		{rtc, "gave an exit code", silent(func(s *facts.Service) { s.State, s.ExitCode = "Stopped", 0xC3E93C62 }), lcs01, "", checks.Critical, "0xC3E93C62"},
		{rtc, "starting", silent(func(s *facts.Service) { s.State = "Start Pending" }), lcs01, "", checks.Major, "start pending"},
		{rtc, "not there", silent(func(s *facts.Service) { s.Name = "gone" }), lcs01, "", checks.Critical, "no service rtcsrv"},
		{sql, "stopped", func(w *world) { w.setService(lcs02, "MSSQL$RTC", stopped) }, lcs02, "", checks.Critical, "MSSQL$RTC is stopped while rtcsrv is running"},
		{sql, "paused", func(w *world) { w.setService(lcs02, "MSSQL$RTC", func(s *facts.Service) { s.State = "Paused" }) }, lcs02, "", checks.Critical, "paused"},
		{sql, "stopped, the database does not answer", func(w *world) {
			w.setService(lcs02, "MSSQL$RTC", stopped)
			w.hideDatabase(lcs02)
			w.Server(lcs02).Host.Routes = facts.NotObserved[[]facts.StaticRoute](hidden)
		}, lcs02, "", checks.Critical, "MSSQL$RTC is stopped"},
		{messenger, "runs", run("MSMSGS.EXE"), lcs01, "", checks.Minor, "msmsgs.exe runs"},
		{messenger, "its successor runs", run("communicator.exe"), lcs01, "", checks.Minor, "communicator.exe runs"},
		{messenger, "holds a port", func(w *world) {
			hold(5060, "msmsgs.exe", "0.0.0.0")(w)
			grow(&w.Server(fe01).Host.Processes, facts.Process{ID: 3000, Name: "msmsgs.exe"})
		}, fe01, "", checks.Critical, "port 5060 is held by msmsgs.exe (process 3000)"},
		{messenger, "another program holds a port", hold(5061, "iexplore.exe", "192.0.2.13"), fe01, "", checks.Critical, "port 5061 is held by iexplore.exe"},
		{errors, "today", event(connector, "error", time.Hour), lcs01, "", checks.Major, "insufficient rights"},
		{errors, "of LCS 2005", event("Live Communications User Replicator", "Error", time.Hour), lcs01, "", checks.Major, "User Replicator"},
		{errors, "long ago", event(connector, "error", 25*time.Hour), lcs01, "", checks.Minor, "1 error of"},
	}
}

// listener changes the enabled listeners of a transport.
func (w *world) listener(server string, transport facts.Transport, change func(*facts.Listener)) {
	edit(&w.Server(server).Host.Listeners, func(l *facts.Listener) {
		if l.Transport == transport && l.Enabled {
			change(l)
		}
	})
}

func disable(l *facts.Listener) { l.Enabled = false }

func (w *world) generation(server string, g facts.Generation) {
	w.Server(server).Generation = seen("directory", "dc01", g)
}

// single leaves one home server and no other.
func (w *world) single() {
	w.Servers = []*facts.Server{w.Server(lcs01)}
	drop(&w.Directory.Servers, func(s facts.DirectoryServer) bool { return s.FQDN != lcs01 })
	drop(&w.Directory.HomeServers, func(h facts.HomeServer) bool { return h.Name != homeDN(lcs01) })
	w.Databases = w.Databases[:1]
	w.users = w.users[:1]
}

func listenerFaults() []fault {
	const tls, mtls = "no-tls-listener", "mtls-not-configured"
	off := func(server string, transport facts.Transport) func(*world) {
		return func(w *world) { w.listener(server, transport, disable) }
	}
	return []fault{
		{tls, "none on a home server", off(lcs01, facts.TLS), lcs01, "", checks.Major, "no TLS listener is enabled"},
		{tls, "none on a front end", off(fe01, facts.TLS), fe01, "", checks.Major, "TLS on port 5061 (disabled)"},
		{tls, "refuses connections", func(w *world) { w.refuse(lcs01, 5061) }, lcs01, "", checks.Major, "refuses connections"},
		{tls, "no certificate", func(w *world) {
			w.listener(lcs01, facts.TLS, func(l *facts.Listener) { l.Certificate = facts.CertificateRef{} })
		}, lcs01, "", checks.Major, "no certificate"},
		{mtls, "none", off(lcs01, facts.MTLS), lcs01, "", checks.Major, "no MTLS listener is enabled"},
		{mtls, "none on a front end", off(fe01, facts.MTLS), fe01, "", checks.Major, "no MTLS listener is enabled"},
		{mtls, "none on the only server", func(w *world) {
			w.single()
			off(lcs01, facts.MTLS)(w)
		}, lcs01, "", checks.Minor, "no MTLS listener is enabled"},
		{mtls, "refuses connections", func(w *world) { w.refuse(lcs01, 5062) }, lcs01, "", checks.Major, "port 5062 refuses connections"},
		{"certificate-renewed-in-place", "port of mutual TLS refuses connections, as the log shows", func(w *world) {
			w.refuse(lcs01, 5062)
			w.setEvents(lcs01, facts.Event{Log: "Application", Source: "Live Communications Server", ID: 14336, Type: "error", At: noon.Add(-time.Hour)})
		}, lcs01, "", checks.Major, "event 14336"},
		{"certificate-renewed-in-place", "port of TLS refuses connections, as the log shows", func(w *world) {
			w.refuse(lcs01, 5061)
			w.setEvents(lcs01, facts.Event{Log: "Application", Source: "Live Communications Server", ID: 14352, Type: "error", At: noon.Add(-time.Hour)})
		}, lcs01, "", checks.Major, "event 14352"},
		{mtls, "no certificate", func(w *world) {
			w.listener(lcs01, facts.MTLS, func(l *facts.Listener) { l.Certificate = facts.CertificateRef{} })
		}, lcs01, "", checks.Major, "no certificate is set for the MTLS listener on port 5062"},
		{mtls, "without Client Authentication on LCS 2003", func(w *world) { w.replace(lcs01, "mtls", only(lcs01, x509.ExtKeyUsageServerAuth)) }, lcs01, "", checks.Major, "not for Client Authentication"},
		{mtls, "without Server Authentication", func(w *world) { w.replace(lcs01, "mtls", only(lcs01, x509.ExtKeyUsageClientAuth)) }, lcs01, "", checks.Major, "not for Server Authentication"},
		{mtls, "for another server", func(w *world) { w.replace(lcs01, "mtls", pkitest.Server("lcs01.old.example")) }, lcs01, "", checks.Major, `issued to ["lcs01.old.example"]`},
		{mtls, "on LCS 2005, where the only TLS listener is for another server", func(w *world) {
			w.generation(lcs01, facts.LCS2005)
			off(lcs01, facts.MTLS)(w)
			w.replace(lcs01, "tls", pkitest.Server("sip.contoso.com"))
		}, lcs01, "", checks.Major, `issued to ["sip.contoso.com"]`},
	}
}

// certificateFaults spoil the certificate of each use in each way, and the
// chains of those for servers.
func certificateFaults() (out []fault) {
	for use, cause := range map[string]string{
		"tls": "no-tls-listener", "mtls": "mtls-not-configured", "outbound": "outbound-certificate-missing", "route": "static-route-invalid",
	} {
		const renewed = "certificate-renewed-in-place"
		for _, f := range []struct {
			name  string
			plant func(*world)
			says  string
		}{
			{"expired", func(w *world) { w.replace(lcs01, use, expired(lcs01)) }, "expired on 2006-11-20"},
			{"not valid yet", func(w *world) { w.replace(lcs01, use, early(lcs01)) }, "not valid before 2006-11-22"},
			{"renewed", func(w *world) { w.renew(lcs01, use) }, "it was probably renewed"},
			{"renewed, as the log shows", func(w *world) {
				w.renew(lcs01, use)
				w.setEvents(lcs01, facts.Event{Log: "Application", Source: "Live Communications Server", ID: 14347, Type: "error", At: noon.Add(-time.Hour), Message: "no listener"})
			}, `event 14347 of "Live Communications Server" at 2006-11-21T11:00:00Z (error): no listener`},
			{"no private key", func(w *world) { w.keyless(lcs01, use, true) }, "has no private key"},
			{"not in the store", func(w *world) {
				drop(&w.Server(lcs01).Host.Certificates, func(c facts.Certificate) bool { return string(c.DER) == string(certificate(lcs01, use).Raw) })
			}, `not in LocalMachine\MY`},
			{"in a user's store only", func(w *world) {
				edit(&w.Server(lcs01).Host.Certificates, func(c *facts.Certificate) {
					if string(c.DER) == string(certificate(lcs01, use).Raw) {
						c.Profile = `CONTOSO\admin`
					}
				})
			}, `not in LocalMachine\MY`},
		} {
			told := cause
			if strings.HasPrefix(f.name, "renewed") {
				told, f.name = renewed, "of "+use+": "+f.name
			}
			out = append(out, fault{told, "certificate " + f.name, f.plant, lcs01, "", checks.Major, f.says})
		}
	}
	const outbound, root = "outbound-certificate-missing", "root-ca-in-user-store"
	unset := func(w *world) {
		w.Server(lcs01).Host.Routing = seen("host", lcs01, facts.RoutingSetting{DefaultPort: 5061})
	}
	move := func(to func(*facts.Certificate)) func(*world) {
		return func(w *world) {
			edit(&w.Server(lcs01).Host.Certificates, func(c *facts.Certificate) {
				if c.Store == pki.Root {
					to(c)
				}
			})
		}
	}
	without := func(store string) func(*world) {
		return func(w *world) {
			drop(&w.Server(lcs01).Host.Certificates, func(c facts.Certificate) bool { return c.Store == store })
		}
	}
	return append(out,
		fault{outbound, "removed from the Routing tab", unset, lcs01, "", checks.Major, "no certificate is set for outbound connections"},
		fault{"client-authentication-missing", "outbound", func(w *world) { w.replace(lcs01, "outbound", only(lcs01, x509.ExtKeyUsageServerAuth)) }, lcs01, "", checks.Major, "not for Client Authentication"},
		fault{outbound, "removed on the only server", func(w *world) { w.single(); unset(w) }, lcs01, "", checks.Minor, "no certificate is set"},
		fault{root, "nowhere", without(pki.Root), lcs01, "", checks.Major, "CN=Contoso Root CA is in no store of the computer"},
		fault{root, "among the intermediates", move(func(c *facts.Certificate) { c.Store = pki.CA }), lcs01, "", checks.Major, `ends at CN=Contoso Root CA, which is not in LocalMachine\ROOT`},
		fault{root, "only in a user's store", func(w *world) {
			without(pki.Root)(w)
			grow(&w.Server(lcs01).Host.UserRoots,
				facts.Certificate{Store: pki.Root, Profile: `CONTOSO\kim`, DER: []byte("unreadable")},
				facts.Certificate{Store: pki.Root, Profile: `CONTOSO\admin`, DER: authorities().root.Certificate.Raw})
		}, lcs01, "", checks.Major, `only in the Trusted Root store of the user CONTOSO\admin`},
		fault{root, "of the same name with another key", move(func(c *facts.Certificate) { c.DER = authorities().impostor.Certificate.Raw }), lcs01, "", checks.Major, "named CN=Contoso Root CA is there, but did not sign CN=Contoso Issuing CA"},
		fault{root, "out of reach without the issuing authority", without(pki.CA), lcs01, "", checks.Major, "CN=Contoso Issuing CA is in no store of the computer"},
	)
}
