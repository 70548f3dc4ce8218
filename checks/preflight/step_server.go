package preflight

import (
	"crypto/x509"
	"fmt"
	"slices"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
	"lcshealth/checks/preflight/plan"
)

func serverStep(p plan.Server, files Files, valid terms, at plan.Ref) step {
	return step{
		at: at, kind: AddServer, name: p.Name, target: p.Role + ", LCS " + p.Generation, server: p.Name,
		apply: func(d *facts.Deployment) []Issue {
			if s := d.Server(p.Name); s != nil {
				return []Issue{noGo("server-known", p.Name+" is a server of the deployment already", checks.Step{Text: "Take the line out of the plan, or correct the name."})}
			}
			return addServer(d, &p, files, valid, at)
		},
		done: func(d *facts.Deployment) (Done, []Issue) { return serverDone(d, &p, files) },
	}
}

// addServer adds a server to the deployment as the plan describes it, and looks
// at its certificates.
func addServer(d *facts.Deployment, p *plan.Server, files Files, valid terms, at plan.Ref) (issues []Issue) {
	origin := from(at, d)
	later := facts.Unknown{Class: facts.NotAsked, Source: sourcePlan, Target: at.String(), Message: p.Name + " is not there yet", Settle: "check it once it is there"}
	addresses := plannedAddresses(d, p, origin, later)
	issues = addressIssues(d, p, addresses)
	s := &facts.Server{FQDN: p.Name, Role: facts.Observed(p.RoleOf(), origin), Generation: facts.Observed(p.GenerationOf(), origin)}
	s.Host = plannedHost(p, origin, later)
	var stored []facts.Certificate
	var roots []*x509.Certificate
	for _, file := range p.Roots {
		b, err := parse(files[file])
		if err != nil {
			issues = append(issues, unreadable(file, err))
			continue
		}
		for _, c := range append([]*x509.Certificate{b.leaf}, b.others...) {
			roots = append(roots, c)
			stored = append(stored, facts.Certificate{Store: pki.Root, DER: c.Raw})
		}
	}
	u := usage{server: p.Name, names: []string{p.Name}, generation: p.GenerationOf(), noKey: p.NoKey, terms: valid, roots: roots}
	if len(p.Roots) == 0 {
		u.rootsWhy = &facts.Unknown{Class: facts.NotAsked, Source: sourcePlan, Target: at.String(), Message: "which authorities the computer will trust is not said", Settle: "name their certificates with roots"}
	}
	seen := map[string]*bundle{}
	use := func(file string) *bundle {
		b := seen[file]
		if b == nil {
			parsed, err := parse(files[file])
			if err != nil {
				issues = append(issues, unreadable(file, err))
				return nil
			}
			b = parsed
			seen[file] = b
			stored = append(stored, storeOf(b, !p.NoKey)...)
			u.file, u.mutual = file, p.IsMutual(file)
			issues = append(issues, certificateIssues(b, u)...)
		}
		return b
	}
	var routing facts.RoutingSetting
	routing.DefaultPort = 5061
	if p.Certificate == "" {
		issues = append(issues, unsaid(outboundNotNamed, "outbound connections", at))
		s.Host.Routing = facts.NotObserved[facts.RoutingSetting](later)
	} else {
		if b := use(p.Certificate); b != nil {
			routing.Certificate = pki.RefTo(b.leaf)
		}
		s.Host.Routing = facts.Observed(routing, origin)
	}
	listeners := make([]facts.Listener, 0, len(p.Listeners))
	for i, l := range p.Listeners {
		row := facts.Listener{ID: fmt.Sprintf("%s#%d", at, i+1), Enabled: true, Address: l.Address, Port: l.Port, Transport: facts.Transport(l.Transport), TreatAsTrusted: l.Trusted}
		var shown *bundle
		switch file := pick(l.Certificate, p.Certificate); {
		case row.Transport == facts.TCP:
		case file == "":
			issues = append(issues, unsaid(listenerNotNamed, fmt.Sprintf("the %s listener on port %d", l.Transport, l.Port), at))
		default:
			if shown = use(file); shown != nil {
				row.Certificate = pki.RefTo(shown.leaf)
			}
		}
		listeners = append(listeners, row)
		d.Wire.Endpoints = append(slices.Clone(d.Wire.Endpoints), plannedEndpoint(p, row, addresses, shown, origin, later))
	}
	s.Host.Listeners = facts.Observed(listeners, origin)
	s.Host.Certificates = facts.Observed(stored, origin)
	d.Servers = append(d.Servers, s)
	list(d, p, origin)
	return issues
}

func pick(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// The checks for certificates that a plan does not name.
const (
	outboundNotNamed = "outbound-certificate-not-named"
	listenerNotNamed = "listener-certificate-not-named"
)

// unsaid is the issue with a certificate that the plan does not name.
func unsaid(check, what string, at plan.Ref) Issue {
	return cannotTell(check, &facts.Unknown{Class: facts.NotAsked, Source: sourcePlan, Target: at.String(), Message: "the plan names no certificate for " + what, Settle: "name its file with certificate"})
}

// list has the directory know of a planned server, and gives a home server an
// empty database.
func list(d *facts.Deployment, p *plan.Server, origin facts.Origin) {
	home := p.RoleOf() == facts.RoleHome
	if servers, why := d.Directory.Servers.Get(); why == nil {
		listed := facts.DirectoryServer{DN: "CN=LC Services,CN=Microsoft,CN=" + p.Name, FQDN: p.Name, HoldsUsers: &home}
		d.Directory.Servers = facts.Observed(append(slices.Clone(servers), listed), d.Directory.Servers.Origin())
	}
	if trusted, why := d.Directory.TrustedServers.Get(); why == nil {
		d.Directory.TrustedServers = facts.Observed(append(slices.Clone(trusted), facts.TrustedServer{FQDN: p.Name}), d.Directory.TrustedServers.Origin())
	}
	if home {
		d.Databases = append(d.Databases, &facts.Database{
			Name: p.Name, Serves: []string{p.Name}, Structure: facts.Observed(facts.Structure{Product: "planned"}, origin), Entries: facts.Observed(0, origin),
			SIDs: facts.Observed("planned", origin), GUIDs: facts.Observed("planned", origin), DirectoryRows: facts.Observed("planned", origin),
		})
	}
}
