package catalog

import (
	"cmp"
	"fmt"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// everyone is the name of the population of all users.
const everyone = "users of the forest"

// forest is the population of all users, which can be judged once the
// accounts of every domain were read.
func forest(d *facts.Deployment, needs ...*facts.Unknown) []checks.Population {
	totals, why := d.Directory.Users.Get()
	p := checks.Population{Name: everyone}
	for _, u := range append([]*facts.Unknown{why}, needs...) {
		if u != nil {
			p.Unknown = append(p.Unknown, u)
		}
	}
	if why == nil {
		p.Evidence = []checks.Evidence{checks.Saw(d.Directory.Users.Origin(), fmt.Sprintf("%s, %d of them enabled", count(totals.Accounts, "account"), totals.Enabled), "")}
	}
	return []checks.Population{p}
}

// unknownOf returns why a fact was not observed, or nil.
func unknownOf[T any](v facts.Value[T]) *facts.Unknown {
	_, why := v.Get()
	return why
}

// account is evidence from an account in the directory.
func account(d *facts.Deployment, observed, expected string) checks.Evidence {
	return checks.Saw(cmp.Or(d.Directory.Users.Origin(), facts.Origin{Source: "directory", At: d.CollectedAt}), observed, expected)
}

// whoIs names a user: by the sign-in name, or by the account without one.
func whoIs(u *facts.SignIn, a *facts.Account) string {
	return cmp.Or(u.Address, strings.TrimSpace(a.Address), a.Name, a.DN)
}

// homeOf returns the FQDN of the server or pool that an account's home server
// stands for. exists is false if there is no such home server. The reason is
// not nil if it could not be told.
func homeOf(d *facts.Deployment, a *facts.Account) (fqdn string, exists bool, why *facts.Unknown) {
	if _, why := d.Directory.HomeServers.Get(); why != nil {
		return "", false, why
	}
	home := d.HomeServer(a.HomeServer)
	if home == nil {
		return "", false, &facts.Unknown{Class: facts.Internal, Source: "directory", Message: "the home server " + a.HomeServer + " was not looked up", Settle: "look at the object in Active Directory"}
	}
	object, why := home.Object.Get()
	return object.FQDN, object.IsHomeServer(), why
}

// homeServersUnknown gives why the home server of some account is not known:
// it may be any.
func homeServersUnknown(d *facts.Deployment) (unknown []*facts.Unknown) {
	homes, why := d.Directory.HomeServers.Get()
	if why != nil {
		return []*facts.Unknown{why}
	}
	for _, h := range homes {
		if _, why := h.Object.Get(); why != nil {
			unknown = append(unknown, why)
		}
	}
	return unknown
}
