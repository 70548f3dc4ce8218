package host

import (
	"lcshealth/checks/facts"
)

// Host writes the facts of a host as the rows that would give them again. A
// fact that is not observed becomes parts that could not be read, for the same
// reason; one that nobody asked for is left out. The clock has no rows.
func (w *Writer) Host(h facts.Host) {
	encode(w, one(h.System), "Win32_OperatingSystem", func(s facts.System) map[string]any {
		return map[string]any{"Caption": s.Caption, "Version": s.Version, "ServicePackMajorVersion": s.ServicePack, "CurrentTimeZone": optional(s.UTCOffset)}
	})
	encode(w, h.Services, "Win32_Service", func(s facts.Service) map[string]any {
		properties := map[string]any{
			"Name": s.Name, "State": s.State, "StartMode": s.StartMode, "StartName": s.Account,
			"ProcessId": s.ProcessID, "ExitCode": s.ExitCode,
		}
		if s.OwnExitCode {
			properties["ExitCode"], properties["ServiceSpecificExitCode"] = serviceSpecific, s.ExitCode
		}
		return properties
	})
	encode(w, h.Processes, "Win32_Process", func(p facts.Process) map[string]any {
		properties := map[string]any{"ProcessId": p.ID, "Name": p.Name, "ExecutablePath": p.Path}
		if p.Owner != "" {
			properties["Owner"] = p.Owner
		}
		if !p.CreatedAt.IsZero() {
			properties["CreationDate"] = p.CreatedAt.UTC().Format(cimTime)
		}
		return properties
	})
	rows(w, h.Ports, w.Port, Part{Class: kindPort})
	encode(w, h.Listeners, "MSFT_SIPListeningAddressData", encodeListener)
	encode(w, one(h.Routing), "MSFT_SIPRoutingSetting", func(s facts.RoutingSetting) map[string]any {
		return withCertificate(s.Certificate, map[string]any{"DefaultPort": s.DefaultPort})
	})
	encode(w, h.Routes, "MSFT_SIPRoutingTableData", encodeRoute)
	encode(w, h.AuthorizedHosts, "MSFT_SIPRemoteAddressData", func(a facts.AuthorizedHost) map[string]any {
		return map[string]any{
			"InstanceID": a.ID, "Server": a.Host, "OutboundOnly": a.OutboundOnly,
			"ThrottleAsServer": a.ThrottleAsServer, "TreatAsAuthenticated": a.TreatAsAuthenticated,
		}
	})
	encode(w, one(h.ServerSetting), "MSFT_SIPESServerSetting", func(s facts.ServerSetting) map[string]any {
		return map[string]any{
			"FQDN": w.host, "HomeUsers": s.HomesUsers, "MajorVersion": s.MajorVersion, "MinorVersion": s.MinorVersion,
		}
	})
	rows(w, h.Certificates, func(c facts.Certificate) { w.Certificate(`LocalMachine\`+c.Store, c) },
		Part{kindCertificate, StoreMy}, Part{kindCertificate, StoreCA}, Part{kindCertificate, StoreRoot})
	rows(w, h.UserRoots, func(c facts.Certificate) { w.Certificate(StoreUserRoot, c) }, Part{kindCertificate, StoreUserRoot})
	rows(w, h.Events, w.Event, Part{Class: kindEvent})
	rows(w, h.Hotfixes, w.Hotfix, Part{Class: kindHotfix})
	w.deployment(h)
}

// deployment writes what the host's server tells of the deployment.
func (w *Writer) deployment(h facts.Host) {
	encode(w, h.SIPDomains, "MSFT_SIPDomainData", func(s facts.ServedDomain) map[string]any {
		properties := map[string]any{"Address": s.Name}
		if s.Authoritative != nil {
			properties["Authoritative"] = *s.Authoritative
		}
		if s.Default != nil {
			properties["DefaultDomain"] = *s.Default
		}
		return properties
	})
	encode(w, h.Moves, "MSFT_SIPESUserSetting", func(m facts.Move) map[string]any {
		return map[string]any{"PrimaryURI": m.Address, "UserDN": m.AccountDN, "HomeServerDN": m.HomeServer, "TargetServerDNIfMoving": m.Target}
	})
	encode(w, h.TrustedServers, "MSFT_SIPESTrustedServerSetting", func(s facts.TrustedServer) map[string]any {
		return map[string]any{"FQDN": s.FQDN, "Version": optional(s.Version)}
	})
	states := Part{Class: "MSFT_SIPApplicationElement"}
	rows(w, h.Applications, func(a facts.Application) {
		w.WMI("MSFT_SIPApplicationSetting", map[string]any{"InstanceID": a.ID, "Name": a.Name, "URI": a.URI, "Critical": a.Critical, "Enabled": a.Enabled})
		if a.Running != nil {
			w.WMI(states.Class, map[string]any{"InstanceID": a.ID, "Running": *a.Running})
		}
	}, Part{Class: "MSFT_SIPApplicationSetting"}, states)
	encode(w, h.Modules, "MSFT_SIPLoadedExtensionModuleElement", func(m facts.Module) map[string]any {
		return map[string]any{"InstanceID": m.ID, "ExecutionStatus": m.Status}
	})
	encode(w, one(h.Replicator), "MSFT_SIPUserReplicatorSetting", func(s facts.ReplicatorSetting) map[string]any {
		return map[string]any{"ReplicationCycleInterval": s.CycleInterval, "RegenerateCookiesNow": s.RegenerateCookies}
	})
	encode(w, one(h.Security), "MSFT_SIPProxySecuritySetting", func(s facts.SecuritySetting) map[string]any {
		return map[string]any{"ClientToProxyAuth": s.Authentication, "Realm": s.Realm}
	})
}

// optional is a number, or null if it is not told.
func optional(n *int) any {
	if n == nil {
		return nil
	}
	return *n
}

func encodeListener(l facts.Listener) map[string]any {
	return withCertificate(l.Certificate, map[string]any{
		"InstanceID": l.ID, "Enabled": l.Enabled, "IPAddress": l.Address, "Port": l.Port, "TransportType": l.Transport,
		treatAsTrusted[0]: l.TreatAsTrusted, "TreatAllConnectionsAsServer": l.TreatAsServer,
	})
}

func encodeRoute(r facts.StaticRoute) map[string]any {
	return withCertificate(r.Certificate, map[string]any{
		"InstanceID": r.ID, "Enabled": r.Enabled, "MatchURI": r.MatchURI,
		"NextHop": r.NextHop, "NextHopPort": r.Port, "NextHopTransport": r.Transport,
		treatAsTrusted[0]: r.TreatAsTrusted, "TreatAllConnectionsAsServer": r.TreatAsServer,
	})
}

// withCertificate adds the properties that name a certificate. None is null,
// as WMI has it.
func withCertificate(c facts.CertificateRef, properties map[string]any) map[string]any {
	properties["TLSCertIssuer"], properties["TLSCertSN"] = nil, nil
	if len(c.Issuer) > 0 {
		properties["TLSCertIssuer"] = c.Issuer
	}
	if len(c.Serial) > 0 {
		properties["TLSCertSN"] = c.Serial
	}
	return properties
}

// one is a fact of one row as a fact of a list.
func one[T any](v facts.Value[T]) facts.Value[[]T] {
	row, why := v.Get()
	if why != nil {
		return facts.NotObserved[[]T](*why)
	}
	return facts.Observed([]T{row}, v.Origin())
}

// encode writes a fact as instances of a class of WMI.
func encode[T any](w *Writer, v facts.Value[[]T], class string, properties func(T) map[string]any) {
	rows(w, v, func(item T) { w.WMI(class, properties(item)) }, Part{Class: class})
}

// rows writes a fact row by row, and the end of its parts.
func rows[T any](w *Writer, v facts.Value[[]T], row func(T), parts ...Part) {
	items, why := v.Get()
	for _, item := range items {
		row(item)
	}
	for _, p := range parts {
		switch {
		case why == nil:
			w.End(p)
		case why.Class == facts.Internal:
			w.Missing(p, facts.Protocol, why.Message)
		case why.Class != facts.NotAsked:
			w.Missing(p, why.Class, why.Message)
		}
	}
}
