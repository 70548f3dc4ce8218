package host

import (
	"slices"
	"strings"

	"lcshealth/checks/facts"
)

// Observation is what is known of one host, and of the RTC database on it.
type Observation struct {
	FQDN     string
	Host     facts.Host
	Database *facts.Database // nil if nothing is to be said of one
}

// AddTo adds the host to its server, and the server if the deployment has none
// of its name. A database that another source has read is left as it is.
func (o *Observation) AddTo(d *facts.Deployment) {
	server := d.Server(o.FQDN)
	if server == nil {
		server = &facts.Server{FQDN: o.FQDN}
		d.Servers = append(d.Servers, server)
		slices.SortStableFunc(d.Servers, func(a, b *facts.Server) int {
			return strings.Compare(strings.ToLower(a.FQDN), strings.ToLower(b.FQDN))
		})
	}
	server.Host = o.Host
	if o.Database == nil {
		return
	}
	if other := d.Database(o.Database.Name); other == nil {
		d.Databases = append(d.Databases, o.Database)
		slices.SortStableFunc(d.Databases, func(a, b *facts.Database) int {
			return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
		})
	} else if !other.Entries.IsObserved() && (o.Database.Entries.IsObserved() || !other.Structure.IsObserved()) {
		*other = *o.Database
	}
}

// UnknownHost is a host of which nothing is known, for the given reason.
func UnknownHost(why facts.Unknown) facts.Host {
	return facts.Host{
		System:          facts.NotObserved[facts.System](why),
		Services:        facts.NotObserved[[]facts.Service](why),
		Processes:       facts.NotObserved[[]facts.Process](why),
		Ports:           facts.NotObserved[[]facts.PortOwner](why),
		Listeners:       facts.NotObserved[[]facts.Listener](why),
		Routing:         facts.NotObserved[facts.RoutingSetting](why),
		Routes:          facts.NotObserved[[]facts.StaticRoute](why),
		AuthorizedHosts: facts.NotObserved[[]facts.AuthorizedHost](why),
		ServerSetting:   facts.NotObserved[facts.ServerSetting](why),
		Certificates:    facts.NotObserved[[]facts.Certificate](why),
		UserRoots:       facts.NotObserved[[]facts.Certificate](why),
		Events:          facts.NotObserved[[]facts.Event](why),
		Hotfixes:        facts.NotObserved[[]facts.Hotfix](why),
		Clock:           facts.NotObserved[facts.Clock](why),
		SIPDomains:      facts.NotObserved[[]facts.ServedDomain](why),
		Moves:           facts.NotObserved[[]facts.Move](why),
		TrustedServers:  facts.NotObserved[[]facts.TrustedServer](why),
		Applications:    facts.NotObserved[[]facts.Application](why),
		Modules:         facts.NotObserved[[]facts.Module](why),
		Replicator:      facts.NotObserved[facts.ReplicatorSetting](why),
		Security:        facts.NotObserved[facts.SecuritySetting](why),
	}
}
