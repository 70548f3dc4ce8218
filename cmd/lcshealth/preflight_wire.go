package main

import (
	"context"
	"slices"
	"strings"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/wire"
	"lcshealth/checks/facts"
	"lcshealth/checks/preflight/plan"
	"lcshealth/config"
)

// lookAhead looks up what the plan will need of the network: the next hops of its
// routes, the names of its servers, and the records of its SIP domains.
func lookAhead(ctx context.Context, runner *collect.Runner, cfg *config.Config, p *plan.Plan, d *facts.Deployment) error {
	will := &facts.Deployment{CollectedAt: d.CollectedAt}
	looking := wire.Config{Resolver: cfg.DNS.Resolver, ConnectTimeout: cfg.Timeouts.Connect}
	for _, s := range p.Servers {
		looking.Names = append(looking.Names, s.Name)
	}
	isPlanned := func(host string) bool {
		return slices.ContainsFunc(looking.Names, func(name string) bool { return strings.EqualFold(name, host) })
	}
	for _, r := range p.Routes {
		route := facts.StaticRoute{Enabled: true, MatchURI: r.Match, NextHop: r.NextHop, Port: r.Port, Transport: facts.Transport(r.Transport)}
		s := &facts.Server{FQDN: r.Server}
		if known := d.Server(r.Server); known != nil {
			s.Host.Routing = known.Host.Routing // the default port
		}
		s.Host.Routes = facts.Observed([]facts.StaticRoute{route}, facts.Origin{Source: "plan"})
		if !isPlanned(r.NextHop) {
			will.Servers = append(will.Servers, s)
		}
	}
	for _, t := range wire.Targets(will) {
		if d.Wire.Endpoint(t.Host, t.Port, t.Transport) == nil {
			looking.Targets = append(looking.Targets, t)
		}
	}
	for _, domain := range p.Domains.Add {
		if !slices.ContainsFunc(d.Wire.Records, func(r facts.ClientRecord) bool { return strings.EqualFold(r.SIPDomain, domain.Name) }) {
			looking.SIPDomains = append(looking.SIPDomains, domain.Name)
		}
	}
	if len(looking.Targets)+len(looking.SIPDomains)+len(looking.Names) == 0 {
		return nil
	}
	if err := runner.Run(ctx, will, []collect.Source{wire.New(looking)}); err != nil {
		return err
	}
	d.Wire.Endpoints = append(d.Wire.Endpoints, will.Wire.Endpoints...)
	d.Wire.Records = append(d.Wire.Records, will.Wire.Records...)
	for _, source := range will.Sources {
		source.Target += ", for the plan"
		d.Sources = append(d.Sources, source)
	}
	return nil
}
