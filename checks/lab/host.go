package lab

import (
	"fmt"
	"io"

	"lcshealth/checks/collect/host"
	"lcshealth/checks/facts"
)

// writeHost writes the server's host file, as a script on the host would.
func (s *server) writeHost(w io.Writer, f *forest, databases bool, product string) error {
	out := host.NewWriter(w, host.Header{Tool: "lcshealth lab", Host: s.fqdn, StartedAt: f.now.Add(s.clock)})
	out.Host(s.host(f))
	if databases && s.database != nil {
		s.database.writeDatabase(out, product)
	}
	return out.Close()
}

// host is what the server's host says of itself, and its server of the forest.
func (s *server) host(f *forest) facts.Host {
	utc := 0
	return facts.Host{
		System: observed(facts.System{
			Caption: "Microsoft(R) Windows(R) Server 2003, Standard Edition", Version: "5.2.3790", ServicePack: 1, UTCOffset: &utc,
		}),
		Services:        observed(s.services),
		Processes:       observed(s.processes),
		Ports:           observed(s.ports()),
		Listeners:       observed(s.listenerRows()),
		Routing:         observed(facts.RoutingSetting{DefaultPort: 5061, Certificate: s.outbound.ref()}),
		Routes:          observed(s.routeRows()),
		AuthorizedHosts: observed(s.authorizedRows()),
		ServerSetting:   observed(facts.ServerSetting{HomesUsers: s.role == facts.RoleHome, MajorVersion: 1}),
		Certificates:    observed(s.certificates),
		UserRoots:       observed(s.userRoots),
		Events:          observed(s.events),
		Hotfixes:        observed(s.hotfixes),
		SIPDomains:      observed(f.domainRows()),
		Moves:           observed(f.moveRows()),
		TrustedServers:  observed(f.trustedRows()),
		Applications:    observed([]facts.Application(nil)),
		Modules:         observed([]facts.Module{{ID: s.instance("module", 0), Status: s.moduleStatus()}}),
		Replicator:      observed(facts.ReplicatorSetting{CycleInterval: 60}),
		Security:        observed(facts.SecuritySetting{Authentication: []string{"Kerberos", "NTLM"}, Realm: "SIP Communications Service"}),
	}
}

func observed[T any](v T) facts.Value[T] { return facts.Observed(v, facts.Origin{}) }

// ports are the listening ports with the processes that hold them.
func (s *server) ports() []facts.PortOwner {
	ports := []facts.PortOwner{
		{Address: "0.0.0.0", Port: 135, ProcessID: pidSvchost},
		{Address: "0.0.0.0", Port: 445, ProcessID: pidSystem},
	}
	for _, l := range s.listeners {
		if l.open() {
			ports = append(ports, facts.PortOwner{Address: "0.0.0.0", Port: l.port, ProcessID: s.pid(l.process())})
		}
	}
	if db := s.database; db != nil && db.manner != closed {
		ports = append(ports, facts.PortOwner{Address: "0.0.0.0", Port: db.port, ProcessID: s.pid("sqlservr.exe")})
	}
	return ports
}

func (s *server) listenerRows() (rows []facts.Listener) {
	for i, l := range s.listeners {
		rows = append(rows, facts.Listener{
			ID: s.instance("listener", i), Enabled: !l.disabled, Address: "0.0.0.0", Port: l.port,
			Transport: l.transport, TreatAsTrusted: l.trusted, Certificate: l.certificate.ref(),
		})
	}
	return rows
}

func (s *server) routeRows() (rows []facts.StaticRoute) {
	for i, r := range s.routes {
		row := facts.StaticRoute{ID: s.instance("route", i), Enabled: true, MatchURI: r.match, NextHop: r.nextHop, Port: r.port, Transport: r.transport, TreatAsTrusted: r.trusted}
		if r.to != nil {
			row.Port, row.Transport = r.to.port, r.to.transport
		}
		rows = append(rows, row)
	}
	return rows
}

func (s *server) authorizedRows() (rows []facts.AuthorizedHost) {
	for i, h := range s.authorized {
		h.ID = s.instance("authorized host", i)
		rows = append(rows, h)
	}
	return rows
}

// instance is the InstanceID of a row: the same each time.
func (s *server) instance(what string, i int) string {
	return newGUID(fmt.Sprintf("%s %d of %s", what, i, s.fqdn)).registry()
}
