package catalog

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

var userEntryDamaged = checks.Cause{
	ID:       "user-entry-damaged",
	Title:    "Database entries are damaged",
	Codes:    []int{404},
	Article:  checks.Article{KB: "871023", Section: "404 - Not Found"},
	Severity: checks.Major,
	Scope:    checks.ScopeUser,

	Meaning:   "The server cannot find these users in its database, although something of them is there, and answers 404.",
	Detection: "A row has no address, or one that is not user@domain (the database keeps it without sip:); one database has two rows for an address; or the row of an enabled user lacks its counterpart in the table that mirrors the directory.",
	Needs:     []checks.Need{needEntries, needMirror, needRole, needAccounts, needHomeServers},
	Blinded:   []string{"sql-service-stopped"},
	Fix:       []string{"Disable the user, delete the entry on every server of the forest with RtcDeleteResource, and enable the user again."},

	Users: &checks.UserRule{
		Populations: func(d *facts.Deployment) []checks.Population {
			unknown := append(homeServersUnknown(d), unknownOf(d.Directory.Users))
			return databases(d, func(db *facts.Database) []*facts.Unknown {
				return append(slices.Clip(unknown), unknownOf(db.DirectoryRows))
			})
		},
		Judge: judgeUserEntryDamaged,
	},
}

func judgeUserEntryDamaged(d *facts.Deployment, u *facts.SignIn, _ bool, report func(checks.Hit)) {
	a := enabledAccount(u)
	severity := checks.Minor
	if a != nil {
		severity = checks.Major
	}
	rows := map[string]int{}
	for i := range u.Entries {
		e := &u.Entries[i]
		hit := checks.Hit{Population: usersOf(e.Database), Severity: severity, Address: u.Address}
		rows[e.Database]++
		problem := storedAddressProblem(e.Address)
		switch {
		case problem != "":
			hit.Shape, hit.Title = "bad-address", "Database entries have no address, or one that is not user@domain"
			hit.Evidence = row(d, e, problem, "user@domain, without sip:")
			if hit.Address == "" {
				hit.Address = fmt.Sprintf("row %d", e.ResourceID)
				hit.Remedy = []checks.Step{{Text: fmt.Sprintf("Row %d of the table Resource has no address, so the stored procedure RtcDeleteResource cannot name it. Keep a backup of the database, and have Microsoft's tool dbanalyze or a database administrator look at the row.", e.ResourceID), Host: e.Database}}
			}
		case rows[e.Database] == 2:
			hit.Shape, hit.Title = "two-rows", "Addresses have two database entries"
			hit.Evidence = row(d, e, "another row of this database has the same address", "one row")
		case a != nil && e.DirectoryRow != nil && !*e.DirectoryRow && isHome(d, a, e.Database):
			hit.Shape, hit.Title = "no-directory-row", "Entries of enabled users lack their directory row"
			hit.Evidence = row(d, e, "it has no counterpart in the table that mirrors the directory", "a directory row")
		default:
			continue
		}
		if hit.Remedy == nil {
			hit.Remedy = removeEntry(d, e.Address, a != nil)
		}
		report(hit)
	}
}

func isHome(d *facts.Deployment, a *facts.Account, database string) bool {
	db, _ := homeDatabase(d, a) // a home server that is not known leaves every database undetermined
	return db != nil && strings.EqualFold(db.Name, database)
}

// storedAddressProblem says what is wrong with UserAtHost, or nothing.
func storedAddressProblem(address string) string {
	user, domain, at := strings.Cut(address, "@")
	switch {
	case strings.TrimSpace(address) == "":
		return "it has no address"
	case strings.HasPrefix(strings.ToLower(address), "sip:"):
		return "its address begins with sip:"
	case !at || user == "" || domain == "" || strings.Contains(domain, "@"):
		return "its address is not user@domain"
	case strings.ContainsFunc(address, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		return "its address contains a blank or a control character"
	}
	return ""
}
