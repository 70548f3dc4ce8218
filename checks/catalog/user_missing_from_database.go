package catalog

import (
	"slices"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

var userMissingFromDatabase = checks.Cause{
	ID:       "user-missing-from-database",
	Title:    "Enabled users are not in the database of their home server",
	Codes:    []int{404},
	Article:  checks.Article{KB: "871023", Section: "404 - Not Found"},
	Severity: checks.Major,
	Scope:    checks.ScopeUser,

	Meaning:   "These users get 404: Active Directory knows them, the home server does not.",
	Detection: "An account is enabled and has a home server, and the RTC database of that server or pool, read to its end, has no row of its address.",
	Needs:     []checks.Need{needEntries, needRole, needAccounts, needHomeServers},
	After:     []string{"directory-connector-errors"},
	Blinded:   []string{"sql-service-stopped"},
	Fix: []string{
		"Resolve the errors of the Active Directory connector that the application log of the home server shows.",
		"Restart rtcsrv and give it time to populate the database.",
	},
	Users: &checks.UserRule{
		Populations: func(d *facts.Deployment) []checks.Population {
			unknown := append(homeServersUnknown(d), unknownOf(d.Directory.Users))
			return databases(d, func(*facts.Database) []*facts.Unknown { return unknown })
		},
		Judge: judgeUserMissing,
	},
}

func judgeUserMissing(d *facts.Deployment, u *facts.SignIn, _ bool, report func(checks.Hit)) {
	if u.Address == "" {
		return
	}
	for i := range u.Accounts {
		a := &u.Accounts[i]
		if !a.Enabled || facts.URIProblem(a.Address) != "" {
			continue // user-not-enabled, signin-name-mismatch
		}
		db, _ := homeDatabase(d, a) // a home server that is not known leaves every database undetermined
		if db == nil || !db.Entries.IsObserved() || holds(u, db) {
			continue
		}
		hosts := serversOf(d, db)
		report(checks.Hit{
			Population: usersOf(db.Name), Shape: "missing", Severity: checks.Major, Address: u.Address,
			Evidence: checks.Saw(db.Entries.Origin(), "no row of "+u.Address, "a row, since "+a.DN+" is enabled with this home server"),
			Remedy: slices.Concat(
				[]checks.Step{{Text: "In Event Viewer, look in the application log for errors of the Live Communications Server Active Directory Connector, and resolve them.", Host: hosts[0]}},
				restart(restartAndAwait, hosts...),
				[]checks.Step{{Text: "Look again. The Resource Kit's tool says of one user whether he is there.", Command: analyzeCommand(u.Address), Host: hosts[0]}},
			),
		})
	}
}

func holds(u *facts.SignIn, db *facts.Database) bool {
	for i := range u.Entries {
		if u.Entries[i].Database == db.Name {
			return true
		}
	}
	return false
}
