package host

import (
	"slices"
	"strings"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

// Host returns the facts. Why a fact is not observed is told to the session
// too, which then counts the source as partial.
func (d *Decoder) Host(s *collect.Session) facts.Host {
	for _, w := range d.warns {
		s.Warn("%s", w)
	}
	class := func(name string) error { return d.incomplete(Part{Class: name}) }
	store := func(name string) error { return d.incomplete(Part{Class: kindCertificate, Of: name}) }
	got := &d.got

	h := facts.Host{Clock: d.clock}
	h.System = only(d, s, got.systems, class("Win32_OperatingSystem"), "Win32_OperatingSystem")
	h.Services = list(d, s, got.services, class("Win32_Service"), some(got.services, "Win32_Service"))
	h.Processes = list(d, s, got.processes, class("Win32_Process"), some(got.processes, "Win32_Process"))
	h.Ports = list(d, s, d.namedPorts(), class(kindPort))
	h.Routing = only(d, s, got.routing, class("MSFT_SIPRoutingSetting"), "MSFT_SIPRoutingSetting")
	h.Listeners = list(d, s, got.listeners, class("MSFT_SIPListeningAddressData"), d.silentLCS())
	h.Routes = list(d, s, got.routes, d.poolLevel(class("MSFT_SIPRoutingTableData"), h.Services))
	h.AuthorizedHosts = list(d, s, got.authorized, d.poolLevel(class("MSFT_SIPRemoteAddressData"), h.Services))
	h.ServerSetting = only(d, s, got.settings, class("MSFT_SIPESServerSetting"), "MSFT_SIPESServerSetting for "+d.fqdn)
	h.Certificates = list(d, s, got.certificates, store(StoreMy), store(StoreCA), store(StoreRoot))
	h.UserRoots = list(d, s, got.userRoots, store(StoreUserRoot))
	h.Events = list(d, s, got.events, class(kindEvent))
	h.Hotfixes = list(d, s, different(got.hotfixes), class(kindHotfix))
	d.deployment(s, &h)
	return h
}

// deployment adds what the host's server tells of the deployment. These parts
// came to the format later, and LCS 2003 may not have the classes: that one of
// them is not there leaves its fact unknown, and no more. The source is partial
// only if a part that a cause needs is there and could not be read.
func (d *Decoder) deployment(s *collect.Session, h *facts.Host) {
	class := func(name string) error { return d.incomplete(Part{Class: name}) }
	got := &d.got
	h.SIPDomains = later(d, s, got.domains, class("MSFT_SIPDomainData"))
	h.Moves = later(d, s, got.moves, class("MSFT_SIPESUserSetting"))
	h.TrustedServers = extra(d, s, got.trusted, class("MSFT_SIPESTrustedServerSetting"))
	h.Applications = extra(d, s, d.withStates(), class("MSFT_SIPApplicationSetting"), class("MSFT_SIPApplicationElement"))
	h.Modules = extra(d, s, got.modules, class("MSFT_SIPLoadedExtensionModuleElement"))
	h.Replicator = extraOnly(d, s, got.replicators, d.poolLevel(class("MSFT_SIPUserReplicatorSetting"), h.Services), "MSFT_SIPUserReplicatorSetting")
	h.Security = extraOnly(d, s, got.security, d.poolLevel(class("MSFT_SIPProxySecuritySetting"), h.Services), "MSFT_SIPProxySecuritySetting")
}

// later is [list] for a part that came to the format later: where it is not
// there, the source is whole without it.
func later[T any](d *Decoder, s *collect.Session, rows []T, against error) facts.Value[[]T] {
	if against != nil && collect.Reason(against).Class == facts.Missing {
		return extra(d, s, rows, against)
	}
	return list(d, s, rows, against)
}

// extra is [list] for a part without which the source is whole.
func extra[T any](d *Decoder, s *collect.Session, rows []T, against ...error) facts.Value[[]T] {
	for _, err := range against {
		if err != nil {
			return facts.NotObserved[[]T](s.Unknown(err))
		}
	}
	return facts.Observed(rows, d.from)
}

// extraOnly is [only] for a part without which the source is whole.
func extraOnly[T any](d *Decoder, s *collect.Session, rows []T, against error, what string) facts.Value[T] {
	if against = notOne(rows, against, what); against != nil {
		return facts.NotObserved[T](s.Unknown(against))
	}
	return facts.Observed(rows[0], d.from)
}

// list is a fact of any number of rows, observed if there is nothing against it.
func list[T any](d *Decoder, s *collect.Session, rows []T, against ...error) facts.Value[[]T] {
	for _, err := range against {
		if err != nil {
			return facts.NotObserved[[]T](s.Partly(err))
		}
	}
	return facts.Observed(rows, d.from)
}

// only is a fact that just one row tells.
func only[T any](d *Decoder, s *collect.Session, rows []T, against error, what string) facts.Value[T] {
	if against = notOne(rows, against, what); against != nil {
		return facts.NotObserved[T](s.Partly(against))
	}
	return facts.Observed(rows[0], d.from)
}

// notOne is against rows of which there should be just one.
func notOne[T any](rows []T, against error, what string) error {
	switch {
	case against != nil:
		return against
	case len(rows) == 0:
		return collect.Fail(facts.Missing, "", "there is no instance of %s", what)
	case len(rows) > 1:
		return collect.Fail(facts.Protocol, "", "there are %d instances of %s, not one", len(rows), what)
	}
	return nil
}

// some is against an empty list that a running host cannot have.
func some[T any](rows []T, class string) error {
	if len(rows) > 0 {
		return nil
	}
	return collect.Fail(facts.Protocol, again, "%s has no instance, which no running host can say", class)
}

// namedPorts gives each port the image name of the process that holds it.
func (d *Decoder) namedPorts() []facts.PortOwner {
	names := make(map[int]string, len(d.got.processes))
	for _, p := range d.got.processes {
		names[p.ID] = p.Name
	}
	ports := slices.Clone(d.got.ports)
	for i, p := range ports {
		if p.Process == "" {
			ports[i].Process = names[p.ProcessID]
		}
	}
	return ports
}

// silentLCS is against an empty list of listeners from a host on which not
// even the routing setting, of which there is always one, has its instance:
// then nothing answered for these classes.
func (d *Decoder) silentLCS() error {
	routing, met := d.parts[Part{Class: "MSFT_SIPRoutingSetting"}.key()]
	if len(d.got.listeners) > 0 || met && routing.rows > 0 {
		return nil
	}
	return collect.Fail(facts.Missing, "look whether Live Communications Server is installed on "+d.fqdn,
		"there is no instance of MSFT_SIPListeningAddressData, but none of MSFT_SIPRoutingSetting either, which always has one")
}

// poolLevel adds to why a class of pool-level settings could not be read that
// they are kept in the RTC database, if that does not run.
func (d *Decoder) poolLevel(why error, services facts.Value[[]facts.Service]) error {
	if why == nil || !services.IsObserved() {
		return why
	}
	for _, s := range d.got.services {
		if strings.EqualFold(s.Name, "MSSQL$RTC") && s.State != "Running" {
			return collect.Fail(collect.Reason(why).Class, "start MSSQL$RTC on "+d.fqdn+" and "+again,
				"%w (these settings are kept in the database of MSSQL$RTC, which is not running)", why)
		}
	}
	return why
}

// different leaves out hotfixes that are told more than once, as Windows
// Server 2003 does for each file that one replaced.
func different(all []facts.Hotfix) []facts.Hotfix {
	var out []facts.Hotfix
	seen := make(map[facts.Hotfix]bool, len(all))
	for _, h := range all {
		if !seen[h] {
			seen[h] = true
			out = append(out, h)
		}
	}
	return out
}
