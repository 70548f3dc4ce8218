package lab

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"slices"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
)

// server is a Live Communications Server and its host.
type server struct {
	computer    string // short name
	fqdn        string
	address     string
	domain      *domain
	role        facts.Role
	certificate *certificate

	services     []facts.Service
	processes    []facts.Process
	listeners    []*listener
	routes       []*route
	authorized   []facts.AuthorizedHost
	outbound     *certificate // of the Routing tab
	certificates []facts.Certificate
	userRoots    []facts.Certificate
	events       []facts.Event
	hotfixes     []facts.Hotfix
	database     *database     // nil: it holds no users
	clock        time.Duration // how far it is ahead
}

// listener is an address on which somebody accepts SIP.
type listener struct {
	transport   facts.Transport
	certificate *certificate
	trusted     bool           // all that comes in is treated as trusted
	shown       *certificate   // instead of the one that is set; nil: that one
	accepts     *x509.CertPool // authorities that it tells clients of; nil: the forest's root
	disabled    bool
	manner      manner
	holder      string // image name of the process that holds the port; empty: rtcsrv.exe
	port        int    // known when it is served
}

// route is a row of the routing table.
type route struct {
	match, nextHop string
	to             *listener // the next hop's; nil: the route says itself where it leads
	port           int
	transport      facts.Transport
	trusted        bool
}

// Process ids, the same on every host.
const (
	pidSystem  = 4
	pidSvchost = 724
	pidSQL     = 1412
	pidServer  = 1804
	pidFree    = 2240 // for what a fault starts
)

// addServer completes a server as it is installed and adds it.
func (f *forest) addServer(s *server) (err error) {
	s.fqdn = s.computer + "." + s.domain.name
	s.address = f.addresses.assign(s.fqdn)
	if s.certificate, err = f.issue(s.fqdn); err != nil {
		return err
	}
	s.outbound = s.certificate
	s.listeners = []*listener{{transport: facts.TCP}, {transport: facts.MTLS, certificate: s.certificate}}
	if s.role != facts.RoleProxy {
		s.listeners = append(s.listeners, &listener{transport: facts.TLS, certificate: s.certificate})
	}
	s.authorized = []facts.AuthorizedHost{
		{Host: "px01.contoso.com", ThrottleAsServer: true, TreatAsAuthenticated: true}, // one of our own
		{Host: "sip.partner.example", OutboundOnly: true, TreatAsAuthenticated: true},
	}
	s.keep(pki.My, s.certificate.Certificate, true)
	s.keep(pki.CA, f.authority.issuing.Certificate, false)
	s.keep(pki.Root, f.authority.root.Certificate, false)
	s.keep(pki.Root, f.authority.partner.Certificate, false)
	public := false
	s.userRoots = []facts.Certificate{{Store: pki.Root, Profile: s.domain.netbios + `\Administrator`, DER: f.authority.partner.Certificate.Raw, HasPrivateKey: &public}}
	f.install(s)
	return nil
}

// install puts on a server what every one has, and what its role needs.
func (f *forest) install(s *server) {
	f.servers = append(f.servers, s)
	s.services = []facts.Service{
		{Name: "Eventlog", State: "Running", StartMode: "Auto", Account: "LocalSystem", ProcessID: pidSvchost},
		{Name: "Netlogon", State: "Running", StartMode: "Auto", Account: "LocalSystem", ProcessID: pidSvchost},
		{Name: "rtcsrv", State: "Running", StartMode: "Auto", Account: "LocalSystem", ProcessID: pidServer},
		{Name: "Spooler", State: "Stopped", StartMode: "Disabled", Account: "LocalSystem"},
		{Name: "W32Time", State: "Running", StartMode: "Auto", Account: `NT AUTHORITY\LocalService`, ProcessID: pidSvchost},
	}
	s.processes = []facts.Process{
		{ID: pidSystem, Name: "System"},
		{ID: pidSvchost, Name: "svchost.exe", Path: `C:\WINDOWS\system32\svchost.exe`, Owner: system, CreatedAt: f.booted()},
		{ID: pidServer, Name: "rtcsrv.exe", Path: `C:\Program Files\Microsoft LC\Server\RTCSrv.exe`, Owner: system, CreatedAt: f.booted()},
	}
	if s.role == facts.RoleHome {
		s.database = &database{}
		s.services = append(s.services,
			facts.Service{Name: "MSSQL$RTC", State: "Running", StartMode: "Auto", Account: "LocalSystem", ProcessID: pidSQL},
			facts.Service{Name: "SQLAgent$RTC", State: "Stopped", StartMode: "Manual", Account: "LocalSystem"})
		s.processes = append(s.processes, facts.Process{ID: pidSQL, Name: "sqlservr.exe", Path: `C:\Program Files\Microsoft SQL Server\MSSQL$RTC\Binn\sqlservr.exe`, Owner: system, CreatedAt: f.booted()})
	}
	s.addEvents(f.now)
	s.hotfixes = []facts.Hotfix{{ID: "KB839436", InstalledOn: "5/21/2004"}, {ID: "KB893067", InstalledOn: "4/12/2006"}}
}

// system is the account of services.
const system = `NT AUTHORITY\SYSTEM`

// booted is when the hosts were started last.
func (f *forest) booted() time.Time { return f.now.Add(-12 * 24 * time.Hour) }

// addEvents fills the logs with what is there on a good day: warnings, errors
// of others, and what the connector says when all is well.
func (s *server) addEvents(now time.Time) {
	s.events = []facts.Event{
		{Log: "Application", Source: "Live Communications Server", ID: 16427, Type: "warning", At: now.Add(-9 * 24 * time.Hour),
			Message: "The application process RTCSPL.EXE exited prematurely and is started again."},
		{Log: "Application", Source: "Userenv", ID: 1054, Type: "error", At: now.Add(-30 * time.Hour),
			Message: "Windows cannot obtain the domain controller name for your computer network."},
	}
	if s.database != nil {
		s.events = append(s.events, facts.Event{Log: "Application", Source: connectorSource, ID: 30024, Type: "information", At: now.Add(-2 * time.Hour),
			Message: "The domain contoso.com has been synchronized."})
	}
}

// connectorSource is the source of events that KB 871023 names.
const connectorSource = "Live Communications Server Active Directory Connector"

// listener returns the server's listener of a transport.
func (s *server) listener(t facts.Transport) *listener {
	for _, l := range s.listeners {
		if l.transport == t {
			return l
		}
	}
	return nil
}

// stop stops a service of the server.
func (s *server) stop(name string) {
	for i := range s.services {
		if v := &s.services[i]; v.Name == name {
			v.State, v.ProcessID = "Stopped", 0
		}
	}
}

// end ends a process of the server.
func (s *server) end(name string) {
	s.processes = slices.DeleteFunc(s.processes, func(p facts.Process) bool { return p.Name == name })
}

// pid returns the id of a process of the server, or 0.
func (s *server) pid(name string) int {
	for _, p := range s.processes {
		if p.Name == name {
			return p.ID
		}
	}
	return 0
}

// open reports whether somebody accepts connections on the listener.
func (l *listener) open() bool { return l != nil && !l.disabled && l.manner != closed }

// process is the image name of the process that holds the port.
func (l *listener) process() string { return cmp.Or(l.holder, "rtcsrv.exe") }

// tls is how the listener shakes hands: only servers have a certificate to
// show, so that mutual TLS asks for one.
func (l *listener) tls(a authorities) *tls.Config {
	c := cmp.Or(l.shown, l.certificate).serve()
	if l.transport == facts.MTLS {
		c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, cmp.Or(l.accepts, a.pool())
	}
	return c
}
