package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// databases are the populations of the users of each database, of each home
// server whose database nobody asked, and of those that the directory did not
// tell of. needs gives why a fact that the
// cause rests on was not observed, apart from the rows.
func databases(d *facts.Deployment, needs func(*facts.Database) []*facts.Unknown) (out []checks.Population) {
	for _, db := range d.Databases {
		p := population(d, db.Name)
		rows, why := db.Entries.Get()
		for _, u := range append([]*facts.Unknown{why}, needs(db)...) {
			if u != nil {
				p.Unknown = append(p.Unknown, u)
			}
		}
		if why == nil {
			p.Evidence = []checks.Evidence{checks.Saw(db.Entries.Origin(), count(rows, "row")+" in the RTC database", "")}
		}
		out = append(out, p)
	}
	add := func(name string, why *facts.Unknown) {
		p := population(d, name)
		p.Unknown = []*facts.Unknown{why}
		if !slices.ContainsFunc(out, func(other checks.Population) bool { return strings.EqualFold(other.Name, p.Name) }) {
			out = append(out, p)
		}
	}
	unserved(d, add)
	if _, why := d.Directory.Servers.Get(); why != nil {
		add("other home servers", why)
	}
	if len(out) == 0 {
		out = append(out, checks.Population{Name: "users of home servers", NotApplicable: "no home server is known", Unknown: homeServersUnknown(d)})
	}
	return out
}

func population(d *facts.Deployment, database string) checks.Population {
	p := checks.Population{Name: usersOf(database)}
	if s := d.Server(database); s != nil {
		p.Server = s.FQDN
	}
	return p
}

// unserved passes on what may be a home server and has no database among the
// facts, with the reason why nothing is known of its users.
func unserved(d *facts.Deployment, add func(name string, why *facts.Unknown)) {
	notAsked := func(name string) *facts.Unknown {
		return &facts.Unknown{
			Class: facts.NotAsked, Source: "rtcdb", Target: name, Message: "no way to the RTC database of " + name + " was named",
			Settle: "name the database of " + name + " in its entry of servers, or give a file that was made on it",
		}
	}
	homes, _ := d.Directory.HomeServers.Get() // unobserved: the servers' own roles have to do
	for _, h := range homes {
		object, why := h.Object.Get()
		if why == nil && object.IsHomeServer() && object.FQDN != "" && d.DatabaseOf(object.FQDN) == nil {
			add(object.FQDN, notAsked(object.FQDN))
		}
	}
	for _, s := range d.Servers {
		name := cmp.Or(s.PoolFQDN, s.FQDN)
		if d.DatabaseOf(name) != nil || d.DatabaseOf(s.FQDN) != nil {
			continue
		}
		switch role, why := s.Role.Get(); {
		case why != nil:
			add(name, why)
		case role == facts.RoleHome:
			add(name, notAsked(name))
		}
	}
}

// usersOf names the population of a database.
func usersOf(database string) string { return "users of " + database }

// row is evidence from a database row.
func row(d *facts.Deployment, e *facts.Entry, observed, expected string) checks.Evidence {
	from := facts.Origin{Source: "rtcdb", Target: e.Database, At: d.CollectedAt}
	if db := d.Database(e.Database); db != nil {
		from = cmp.Or(db.Structure.Origin(), from)
	}
	return checks.Saw(from, fmt.Sprintf("row %d, %q: %s", e.ResourceID, e.Address, observed), expected)
}

// enabledAccount returns the enabled account that holds an address, if any.
func enabledAccount(u *facts.SignIn) *facts.Account {
	for i := range u.Accounts {
		if u.Accounts[i].Enabled {
			return &u.Accounts[i]
		}
	}
	return nil
}

// homeDatabase returns the database that should hold an account: nil if there
// is none. The reason is not nil if it cannot be told.
func homeDatabase(d *facts.Deployment, a *facts.Account) (*facts.Database, *facts.Unknown) {
	if a.HomeServer == "" {
		return nil, nil
	}
	fqdn, exists, why := homeOf(d, a)
	if why != nil || !exists {
		return nil, why
	}
	return d.DatabaseOf(fqdn), nil
}

// isUser reports whether a row stands for a user of the forest and not for a
// mere contact, for which LCS keeps rows as well: it mirrors the directory, or
// carries the SID or GUID of an account.
func isUser(e *facts.Entry) bool {
	return (e.DirectoryRow != nil && *e.DirectoryRow) || (e.SID != nil && *e.SID != "") || (e.GUID != nil && *e.GUID != "")
}

// inForest reports whether a SID was issued by a domain of the forest.
func inForest(f facts.Forest, sid string) bool {
	domain := facts.SIDDomain(sid)
	return slices.ContainsFunc(f.Domains, func(d facts.Domain) bool { return strings.EqualFold(d.SID, domain) })
}

// otherGUID reports whether a row was made for an account that is none of
// those that hold its address now. The reason is not nil if it may be.
func otherGUID(u *facts.SignIn, e *facts.Entry) (bool, *facts.Unknown) {
	if e.GUID == nil || *e.GUID == "" || len(u.Accounts) == 0 {
		return false, nil
	}
	var unseen *facts.Unknown
	for i := range u.Accounts {
		switch a := &u.Accounts[i]; {
		case strings.EqualFold(a.GUID, *e.GUID):
			return false, nil
		case a.GUID == "":
			unseen = notSeen("GUID", "objectGUID")
		}
	}
	return unseen == nil, unseen
}

// notSeen is the reason why something of accounts is not known although they
// were read.
func notSeen(what, attributes string) *facts.Unknown {
	return &facts.Unknown{
		Class: facts.Rights, Source: "directory", Message: "the " + what + " of some account was not seen",
		Settle: "let the account that reads the directory read " + attributes + " of users",
	}
}
