package host

import (
	"context"
	"errors"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

// Unavailable returns the source for a server into whose host nobody has
// configured a way. It is skipped, for the given reason if that says one.
func Unavailable(fqdn string, why facts.Unknown) collect.Source {
	if why.Class == "" {
		why.Class = facts.NotAsked
	}
	if why.Message == "" {
		why.Message = "no way into this host is configured"
	}
	if why.Settle == "" {
		why.Settle = "give a host file for " + fqdn + " (hosts[].file)"
	}
	return unavailable{fqdn, why}
}

type unavailable struct {
	fqdn string
	why  facts.Unknown
}

func (u unavailable) Name() string   { return Name }
func (u unavailable) Target() string { return u.fqdn }

func (u unavailable) Collect(context.Context, *collect.Session) (collect.Observation, error) {
	return nil, &collect.Error{Class: u.why.Class, Settle: u.why.Settle, Err: errors.New(u.why.Message)}
}

func (u unavailable) Unobserved(why facts.Unknown) collect.Observation {
	return &Observation{FQDN: u.fqdn, Host: UnknownHost(why)}
}
