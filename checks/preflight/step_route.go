package preflight

import (
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/preflight/plan"
)

func routeStep(p plan.Route, at plan.Ref) step {
	hop := p.NextHop
	if p.Port != 0 {
		hop = fmt.Sprintf("%s:%d", hop, p.Port)
	}
	return step{
		at: at, kind: AddRoute, name: p.Server, judges: []string{"static-route-invalid"}, target: p.Match + " over " + hop,
		apply: func(d *facts.Deployment) (issues []Issue) {
			s := changed(d, p.Server)
			if s == nil {
				return []Issue{unknownServer(d, p.Server)}
			}
			routes, why := s.Host.Routes.Get()
			if why != nil {
				return []Issue{cannotTell("route-there", why)}
			}
			for _, r := range routes {
				if r.Enabled && strings.EqualFold(r.MatchURI, p.Match) {
					issues = append(issues, risk("route-there", checks.Minor, fmt.Sprintf("%s has a route for %s already, to %s: which of the two is taken is not documented", s.FQDN, r.MatchURI, r.NextHop),
						checks.Step{Text: "Remove the old route with this change, or take the line out of the plan.", Host: s.FQDN}).saw(checks.Saw(s.Host.Routes.Origin(), r.MatchURI+" to "+r.NextHop, "one route")))
				}
			}
			s.Host.Routes = facts.Observed(append(slices.Clone(routes), planned(p, at)), s.Host.Routes.Origin())
			return issues
		},
		done: func(d *facts.Deployment) (Done, []Issue) { return routeDone(d, p) },
	}
}

func planned(p plan.Route, at plan.Ref) facts.StaticRoute {
	return facts.StaticRoute{ID: at.String(), Enabled: true, MatchURI: p.Match, NextHop: p.NextHop, Port: p.Port, Transport: facts.Transport(p.Transport), TreatAsTrusted: p.Trusted}
}

// routeDone looks whether a route was added as planned.
func routeDone(d *facts.Deployment, p plan.Route) (Done, []Issue) {
	s := d.Server(p.Server)
	if s == nil {
		return noServer(d, p.Server)
	}
	routes, why := s.Host.Routes.Get()
	if why != nil {
		return DoneUnknown, []Issue{cannotTell("not-done", why)}
	}
	other := ""
	for _, r := range routes {
		if !strings.EqualFold(r.MatchURI, p.Match) {
			continue
		}
		if r.Enabled && strings.EqualFold(r.NextHop, p.NextHop) && string(r.Transport) == p.Transport && (p.Port == 0 || r.Port == p.Port) && r.TreatAsTrusted == p.Trusted {
			return DoneAsPlanned, nil
		}
		other = fmt.Sprintf("%s leads to %s:%d over %s (%s, treated as trusted: %t)", r.MatchURI, r.NextHop, r.Port, r.Transport, map[bool]string{true: "enabled", false: "disabled"}[r.Enabled], r.TreatAsTrusted)
	}
	if other != "" {
		return DoneDifferently, []Issue{noGo("done-differently", s.FQDN+": the route for "+other)}
	}
	return NotDone, []Issue{noGo("not-done", s.FQDN+" has no route for "+p.Match)}
}

func gatewayStep(p plan.Gateway, at plan.Ref) step {
	return step{
		at: at, kind: AddGateway, name: p.Server, judges: []string{"pstn-trust-on-client-server"}, target: p.Host,
		apply: func(d *facts.Deployment) []Issue {
			s := changed(d, p.Server)
			if s == nil {
				return []Issue{unknownServer(d, p.Server)}
			}
			hosts, why := s.Host.AuthorizedHosts.Get()
			if why != nil {
				return []Issue{cannotTell("gateway-there", why)}
			}
			if slices.ContainsFunc(hosts, func(h facts.AuthorizedHost) bool { return strings.EqualFold(h.Host, p.Host) }) {
				return []Issue{risk("gateway-there", checks.Info, s.FQDN+" has the authorized host "+p.Host+" already", checks.Step{Text: "Take the line out of the plan."})}
			}
			s.Host.AuthorizedHosts = facts.Observed(append(slices.Clone(hosts), facts.AuthorizedHost{ID: at.String(), Host: p.Host, TreatAsAuthenticated: true, ThrottleAsServer: true}), s.Host.AuthorizedHosts.Origin())
			return nil
		},
		done: func(d *facts.Deployment) (Done, []Issue) {
			s := d.Server(p.Server)
			if s == nil {
				return noServer(d, p.Server)
			}
			hosts, why := s.Host.AuthorizedHosts.Get()
			switch {
			case why != nil:
				return DoneUnknown, []Issue{cannotTell("not-done", why)}
			case !slices.ContainsFunc(hosts, func(h facts.AuthorizedHost) bool { return strings.EqualFold(h.Host, p.Host) }):
				return NotDone, []Issue{noGo("not-done", s.FQDN+" has no authorized host "+p.Host)}
			}
			return DoneAsPlanned, nil
		},
	}
}
