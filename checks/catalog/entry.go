package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// databases are the populations of the users of each database. needs gives
// why a fact that the cause rests on was not observed, apart from the rows.
func databases(d *facts.Deployment, needs func(*facts.Database) []*facts.Unknown) (out []checks.Population) {
	for _, db := range d.Databases {
		p := checks.Population{Name: usersOf(db.Name)}
		if d.Server(db.Name) != nil {
			p.Server = db.Name
		}
		rows, why := db.Entries.Get()
		for _, u := range append([]*facts.Unknown{why}, needs(db)...) {
			if u != nil {
				p.Unknown = append(p.Unknown, u)
			}
		}
		if why == nil {
			p.Evidence = []checks.Evidence{checks.Saw(db.Entries.Origin(), fmt.Sprintf("%d rows in the RTC database", rows), "")}
		}
		out = append(out, p)
	}
	return out
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

// homeDatabase returns the database that should hold an account, or nil if it
// cannot be told.
func homeDatabase(d *facts.Deployment, a *facts.Account) *facts.Database {
	if a.HomeServer == "" {
		return nil
	}
	fqdn, exists, why := homeOf(d, a)
	if why != nil || !exists {
		return nil
	}
	return d.DatabaseOf(fqdn)
}

// isUser reports whether a row stands for a user of the forest and not for a
// mere contact, for which LCS keeps rows as well: it mirrors the directory or
// carries a SID.
func isUser(e *facts.Entry) bool {
	return (e.DirectoryRow != nil && *e.DirectoryRow) || (e.SID != nil && *e.SID != "")
}

// accountSIDs are the SIDs that a row of the account may hold: its own, and
// that of the logon account in a resource forest.
func accountSIDs(a *facts.Account) (out []string) {
	for _, sid := range []string{a.SID, a.OriginatorSID} {
		if sid != "" {
			out = append(out, sid)
		}
	}
	return out
}

// inForest reports whether a SID was issued by a domain of the forest.
func inForest(f facts.Forest, sid string) bool {
	domain := facts.SIDDomain(sid)
	return slices.ContainsFunc(f.Domains, func(d facts.Domain) bool { return strings.EqualFold(d.SID, domain) })
}

// otherGUID reports whether a row was made for an account that is none of
// those that hold its address now.
func otherGUID(u *facts.SignIn, e *facts.Entry) bool {
	if e.GUID == nil || *e.GUID == "" || len(u.Accounts) == 0 {
		return false
	}
	return !slices.ContainsFunc(u.Accounts, func(a facts.Account) bool {
		return a.GUID == "" || strings.EqualFold(a.GUID, *e.GUID)
	})
}
