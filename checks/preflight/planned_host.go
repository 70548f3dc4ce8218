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

// plannedAddresses are those that the plan gives a server, or else those that DNS
// has for it already.
func plannedAddresses(d *facts.Deployment, p *plan.Server, origin facts.Origin, later facts.Unknown) facts.Value[[]string] {
	if len(p.Addresses) > 0 {
		return facts.Observed(p.Addresses, origin)
	}
	r := hostRecord(d, p.Name)
	if r == nil {
		return facts.NotObserved[[]string](later)
	}
	targets, why := r.Targets.Get()
	switch {
	case why != nil:
		return facts.NotObserved[[]string](*why)
	case len(targets) == 0:
		return facts.NotObserved[[]string](later) // server-name tells
	}
	var addresses []string
	for _, t := range targets {
		addresses = append(addresses, t.Host)
	}
	return facts.Observed(addresses, r.Targets.Origin())
}

// hostRecord is what DNS was seen to have for the name of a host, or nil.
func hostRecord(d *facts.Deployment, name string) *facts.ClientRecord {
	for i := range d.Wire.Records {
		if r := &d.Wire.Records[i]; r.Type == "A" && strings.EqualFold(r.Name, name) {
			return r
		}
	}
	return nil
}

// plannedEndpoint is how a listener of a planned server will answer.
func plannedEndpoint(p *plan.Server, l facts.Listener, addresses facts.Value[[]string], b *bundle, origin facts.Origin, later facts.Unknown) *facts.Endpoint {
	e := &facts.Endpoint{
		Host: p.Name, Port: l.Port, Transport: l.Transport,
		Addresses: addresses, Connected: facts.Observed(true, origin),
		TLS: facts.NotObserved[facts.TLSAnswer](later), Options: facts.NotObserved[facts.SIPAnswer](later), Register: facts.NotObserved[facts.SIPAnswer](later),
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
func addressIssues(d *facts.Deployment, p *plan.Server, planned facts.Value[[]string]) (issues []Issue) {
	own, _ := planned.Get() // unobserved: nothing speaks against the plan
	if other, taken := addressHeld(d, own); taken != "" {
		return []Issue{noGo("address-in-use", taken+" is an address of "+other.Host, checks.Step{Text: "Give the server an address of its own."}).
			saw(checks.Saw(other.Addresses.Origin(), other.Host+" has the address "+taken, "nobody has it"))}
	}
	r := hostRecord(d, p.Name)
	if r == nil {
		return []Issue{cannotTell("server-name", &facts.Unknown{Class: facts.NotAsked, Source: "wire", Target: p.Name, Message: "whether DNS knows " + p.Name + " was not looked up", Settle: "run preflight without --facts, and with the wire source"})}
	}
	targets, why := r.Targets.Get()
	if why != nil {
		return []Issue{cannotTell("server-name", why)}
	}
	addRecord := checks.Step{Text: "Add a host record of " + p.Name + " to DNS: " + strings.Join(p.Addresses, ", ")}
	if len(p.Addresses) == 0 {
		addRecord.Text = "Add a host record of " + p.Name + " to DNS, with the address that the server will have."
	}
	if len(targets) == 0 {
		return []Issue{risk("server-name", checks.Minor, "DNS does not know "+p.Name+" yet", addRecord).saw(checks.Saw(r.Targets.Origin(), "no address of "+p.Name, "its addresses"))}
	}
	for _, t := range targets {
		if len(p.Addresses) > 0 && !contains(p.Addresses, t.Host) {
			issues = append(issues, risk("server-name", checks.Major, "DNS has another address of "+p.Name+": "+t.Host, addRecord).saw(checks.Saw(r.Targets.Origin(), p.Name+" has the address "+t.Host, strings.Join(p.Addresses, ", "))))
		}
	}
	return issues
}

// addressHeld finds a server of the deployment that has one of some addresses.
func addressHeld(d *facts.Deployment, addresses []string) (*facts.Endpoint, string) {
	for _, e := range d.Wire.Endpoints {
		if d.Server(e.Host) == nil {
			continue
		}
		has, _ := e.Addresses.Get() // unobserved: it may, and nobody can tell
		for _, a := range has {
			if contains(addresses, a) {
				return e, a
			}
		}
	}
	return nil, ""
}

func contains(list []string, s string) bool {
	for _, one := range list {
		if strings.EqualFold(one, s) {
			return true
		}
	}
	return false
}
