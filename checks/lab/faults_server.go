package lab

import (
	"crypto/x509"
	"slices"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
)

func plantServerStopped(f *forest) error {
	s := f.server(lcs01)
	s.stop("rtcsrv")
	s.end("rtcsrv.exe")
	for _, l := range s.listeners {
		l.manner = closed
	}
	f.note("rtcsrv is stopped on %s", s.fqdn)
	return nil
}

func plantNoTLSListener(f *forest) error {
	s := f.server(fe01)
	s.listener(facts.TLS).disabled = true
	f.note("%s has no enabled TLS listener", s.fqdn)
	return nil
}

// plantMTLSNotConfigured gives the listener a certificate of its own, as of
// the template for web servers, so that nothing else depends on it.
func plantMTLSNotConfigured(f *forest) error {
	s := f.server(lcs02)
	web, err := f.issue(s.fqdn, x509.ExtKeyUsageServerAuth)
	if err != nil {
		return err
	}
	s.keep(pki.My, web.Certificate, true)
	s.listener(facts.MTLS).certificate = web
	f.note("the certificate of the MTLS listener of %s is for Server Authentication only", s.fqdn)
	return nil
}

func plantRootInUserStore(f *forest) error {
	s := f.server(fe01)
	isRoot := func(c facts.Certificate) bool {
		return c.Store == pki.Root && slices.Equal(c.DER, f.authority.root.Certificate.Raw)
	}
	at := slices.IndexFunc(s.certificates, isRoot)
	root := s.certificates[at]
	s.certificates = slices.Delete(s.certificates, at, at+1)
	root.Profile = s.domain.netbios + `\Administrator`
	s.userRoots = append(s.userRoots, root)
	f.note("the root authority is only in the Trusted Root store of %s on %s", root.Profile, s.fqdn)
	return nil
}

func plantConnectorErrors(f *forest) error {
	s := f.server(lcs02)
	for i, message := range []string{
		"The connection to the domain controller dc01.emea.contoso.com was lost. Users of the domain emea.contoso.com are not synchronized.",
		"Synchronization of the domain emea.contoso.com was given up after 3 attempts.",
	} {
		s.events = append(s.events, facts.Event{
			Log: "Application", Source: connectorSource, ID: 30011, Type: "error", At: f.now.Add(time.Duration(i-3) * time.Hour), Message: message,
		})
	}
	f.note("the Active Directory connector of %s logged 2 errors in the last hours", s.fqdn)
	return nil
}

func plantMessenger(f *forest) error {
	s := f.server(lcs01)
	const messenger = "msmsgs.exe"
	s.processes = append(s.processes, facts.Process{ID: pidFree, Name: messenger, Path: `C:\Program Files\Messenger\msmsgs.exe`, Owner: s.domain.netbios + `\Administrator`, CreatedAt: f.now.Add(-3 * time.Hour)})
	l := s.listener(facts.TCP)
	l.holder, l.manner = messenger, proper // it answers, whatever the server does
	f.note("%s holds the TCP port of %s", messenger, s.fqdn)
	return nil
}

func plantSQLStopped(f *forest) error {
	s := f.server(lcs02)
	s.stop("MSSQL$RTC")
	s.end("sqlservr.exe")
	s.database.manner = closed
	f.note("MSSQL$RTC is stopped on %s", s.fqdn)
	return nil
}

func plantOutboundMissing(f *forest) error {
	s := f.server(fe01)
	s.outbound = nil
	f.note("%s has no default certificate for outbound mutual TLS", s.fqdn)
	return nil
}

// plantRouteInvalid keeps away from lcs02, whose database other faults stop:
// on LCS 2005 that would explain a bad route, which is kept there.
func plantRouteInvalid(f *forest) error {
	home, front, px := f.server(lcs01), f.server(fe01), f.server(px01)
	home.routes = append(home.routes, &route{match: "*@litware.example", nextHop: "sip.litware.example", transport: facts.MTLS})
	front.routes = append(front.routes, &route{match: "*@fabrikam.com", nextHop: px.fqdn, to: px.listener(facts.MTLS)})
	f.note("the next hop of a route of %s, sip.litware.example, does not exist", home.fqdn)
	f.note("a route of %s takes messages for fabrikam.com, a SIP domain of the deployment, to %s", front.fqdn, px.fqdn)
	return nil
}

// plantPSTNTrust sets up a gateway that works.
func plantPSTNTrust(f *forest) error {
	s := f.server(lcs01)
	gateway := &hop{name: "gateway.contoso.com", listener: &listener{transport: facts.TCP}}
	gateway.address = f.addresses.assign(gateway.name)
	f.hops = append(f.hops, gateway)
	s.authorized = append(s.authorized, facts.AuthorizedHost{Host: gateway.name, ThrottleAsServer: true, TreatAsAuthenticated: true})
	s.routes = append(s.routes, &route{match: "*@contoso.com;user=phone", nextHop: gateway.name, to: gateway.listener})
	f.note("%s trusts %s and routes telephone numbers there", s.fqdn, gateway.name)
	return nil
}

// plantClockSkew sets a clock further ahead than NTLM allows. It shows in what
// the server answers, and in the host file, which is from the future.
func plantClockSkew(f *forest) error {
	s := f.server(fe01)
	s.clock = 20 * time.Minute
	f.note("the clock of %s is 20 minutes ahead", s.fqdn)
	return nil
}

func plantRecordsWrong(f *forest) error {
	const record = "_sipinternal._tcp.contoso.com"
	f.astray = map[string]facts.Transport{record: facts.TLS}
	f.note("the service record %s, for TCP, has the port of the TLS listener of %s", record, f.server(fe01).fqdn)
	return nil
}
