package preflight

import (
	"crypto/x509"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
	"lcshealth/checks/preflight/plan"
)

// plannedHost is what the host of a planned server will say of itself: that the
// services which a server consists of run. What nobody can know of a computer
// that is not there stays unobserved.
func plannedHost(p *plan.Server, origin facts.Origin, later facts.Unknown) (h facts.Host) {
	const pid = 1000
	services := []facts.Service{{Name: "rtcsrv", State: "Running", StartMode: "Auto", ProcessID: pid}}
	if p.RoleOf() == facts.RoleHome {
		services = append(services, facts.Service{Name: "MSSQL$RTC", State: "Running", StartMode: "Auto"})
	}
	h.Services = facts.Observed(services, origin)
	h.Processes = facts.Observed([]facts.Process{{ID: pid, Name: "rtcsrv.exe"}}, origin)
	var ports []facts.PortOwner
	for _, l := range p.Listeners {
		ports = append(ports, facts.PortOwner{Address: l.Address, Port: l.Port, ProcessID: pid, Process: "rtcsrv.exe"})
	}
	h.Ports = facts.Observed(ports, origin)
	h.Routes = facts.Observed([]facts.StaticRoute(nil), origin)
	h.AuthorizedHosts = facts.Observed([]facts.AuthorizedHost(nil), origin)
	h.Moves = facts.Observed([]facts.Move(nil), origin)
	h.UserRoots = facts.Observed([]facts.Certificate(nil), origin)
	h.System, h.Events, h.Hotfixes, h.Clock = facts.NotObserved[facts.System](later), facts.NotObserved[[]facts.Event](later), facts.NotObserved[[]facts.Hotfix](later), facts.NotObserved[facts.Clock](later)
	h.ServerSetting = facts.NotObserved[facts.ServerSetting](later)
	h.SIPDomains = facts.NotObserved[[]facts.ServedDomain](later)
	h.TrustedServers = facts.NotObserved[[]facts.TrustedServer](later)
	h.Applications, h.Modules = facts.NotObserved[[]facts.Application](later), facts.NotObserved[[]facts.Module](later)
	h.Replicator, h.Security = facts.NotObserved[facts.ReplicatorSetting](later), facts.NotObserved[facts.SecuritySetting](later)
	return h
}

// plannedEndpoint is how a listener of a planned server will answer.
func plannedEndpoint(p *plan.Server, l facts.Listener, b *bundle, origin facts.Origin, later facts.Unknown) *facts.Endpoint {
	e := &facts.Endpoint{
		Host: p.Name, Port: l.Port, Transport: l.Transport,
		Addresses: facts.NotObserved[[]string](later), Connected: facts.Observed(true, origin),
		TLS: facts.NotObserved[facts.TLSAnswer](later), Options: facts.NotObserved[facts.SIPAnswer](later), Register: facts.NotObserved[facts.SIPAnswer](later),
	}
	if len(p.Addresses) > 0 {
		e.Addresses = facts.Observed(p.Addresses, origin)
	}
	if b != nil {
		answer := facts.TLSAnswer{Version: 0x0301, Chain: [][]byte{b.leaf.Raw}, ClientCertificate: l.Transport == facts.MTLS, Handshake: &facts.TLSHandshake{Asked: l.Transport == facts.MTLS, Done: true, Answered: true}}
		e.TLS = facts.Observed(answer, origin)
	}
	return e
}

// authorities are the certificates of a computer's stores by which chains are
// built.
func authorities(stored []facts.Certificate) (roots, cas []*x509.Certificate) {
	of := func(store string) (out []*x509.Certificate) {
		parsed, _ := pki.Store(stored, store) // unreadable ones help nobody
		for _, c := range parsed {
			out = append(out, c.Certificate)
		}
		return out
	}
	return of(pki.Root), of(pki.CA)
}

// addressIssues look at the name and addresses of a planned server as DNS has
// them now.
func addressIssues(d *facts.Deployment, p *plan.Server) (issues []Issue) {
	for _, e := range d.Wire.Endpoints {
		addresses, _ := e.Addresses.Get() // unobserved: nothing speaks against the plan
		for _, a := range addresses {
			if s := d.Server(e.Host); s != nil && contains(p.Addresses, a) {
				issues = append(issues, noGo("address-in-use", a+" is an address of "+s.FQDN, checks.Step{Text: "Give the server an address of its own."}).saw(checks.Saw(e.Addresses.Origin(), e.Host+" has the address "+a, "nobody has it")))
				return issues
			}
		}
	}
	addRecord := checks.Step{Text: "Add a host record of " + p.Name + " to DNS: " + strings.Join(p.Addresses, ", ")}
	for _, r := range d.Wire.Records {
		if r.Type != "A" || !strings.EqualFold(r.Name, p.Name) {
			continue
		}
		targets, why := r.Targets.Get()
		if why != nil {
			return append(issues, cannotTell("server-name", why))
		}
		if len(targets) == 0 {
			return append(issues, risk("server-name", checks.Minor, "DNS does not know "+p.Name+" yet", addRecord).saw(checks.Saw(r.Targets.Origin(), "no address of "+p.Name, "its addresses")))
		}
		for _, t := range targets {
			if len(p.Addresses) > 0 && !contains(p.Addresses, t.Host) {
				return append(issues, risk("server-name", checks.Major, "DNS has another address of "+p.Name+": "+t.Host, addRecord).saw(checks.Saw(r.Targets.Origin(), p.Name+" has the address "+t.Host, strings.Join(p.Addresses, ", "))))
			}
		}
		return issues
	}
	return append(issues, cannotTell("server-name", &facts.Unknown{Class: facts.NotAsked, Source: "wire", Target: p.Name, Message: "whether DNS knows " + p.Name + " was not looked up", Settle: "run preflight without --facts, and with the wire source"}))
}

func contains(list []string, s string) bool {
	for _, one := range list {
		if strings.EqualFold(one, s) {
			return true
		}
	}
	return false
}
