package catalog

import (
	"fmt"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

var staleUserEntry = checks.Cause{
	ID:       "stale-user-entry",
	Title:    "Database entries are left from an earlier installation",
	Codes:    []int{403},
	Article:  checks.Article{KB: "871023", Section: "403 - Forbidden"},
	Severity: checks.Major,
	Scope:    checks.ScopeUser,

	Meaning: "The server knows the address from an earlier installation, as that of another account: the user is authenticated and then gets 403. An entry whose address nobody holds bites when somebody is given that address.",
	Detection: "A row's SID belongs to no domain of the forest, its GUID is not that of the account that holds the address, or nobody in the directory holds its address although the row stands for a user. " +
		"Rows without a directory counterpart and without SID are contacts and are left alone.",
	Needs:   []checks.Need{needEntries, needSIDs, needGUIDs, needMirror, needRole, needAccounts, needForest},
	Blinded: []string{"sql-service-stopped"},
	Fix:     []string{"Disable the user, delete the entry on every server of the forest with RtcDeleteResource, and enable the user again."},

	Users: &checks.UserRule{
		Populations: func(d *facts.Deployment) []checks.Population {
			return databases(d, func(db *facts.Database) []*facts.Unknown {
				return []*facts.Unknown{unknownOf(db.SIDs), unknownOf(db.GUIDs), unknownOf(d.Directory.Users), unknownOf(d.Directory.Forest)}
			})
		},
		Judge: judgeStaleUserEntry,
	},
}

func judgeStaleUserEntry(d *facts.Deployment, u *facts.SignIn, _ bool, report func(checks.Hit)) {
	if u.Address == "" {
		return // user-entry-damaged
	}
	living := enabledAccount(u) != nil
	for i := range u.Entries {
		e := &u.Entries[i]
		hit := checks.Hit{Population: usersOf(e.Database), Severity: checks.Minor, Address: u.Address}
		if living {
			hit.Severity = checks.Major // it shadows somebody who wants to sign in
		}
		other, otherUnknown := otherGUID(u, e)
		foreign, foreignUnknown := foreignSID(d, u, e)
		switch {
		case !isUser(e):
			if e.DirectoryRow != nil || len(u.Accounts) > 0 {
				continue // a contact, or the row of somebody who lives
			}
			hit.Unknown = contactOrUser(d, e.Database)
		case other:
			hit.Shape, hit.Title = "other-guid", "Database entries were made for other accounts than those that hold the addresses now"
			hit.Evidence = row(d, e, "its GUID is "+*e.GUID, "the account's, "+u.Accounts[0].GUID)
		case foreign:
			hit.Shape, hit.Title = "foreign-sid", "Database entries have SIDs that belong to no domain of the forest"
			hit.Evidence = row(d, e, "its SID is "+*e.SID, "a SID of the forest")
		case len(u.Accounts) == 0 && d.Directory.Users.IsObserved():
			hit.Shape, hit.Title = "nobody", "Database entries have addresses that nobody in the directory holds"
			hit.Evidence = row(d, e, fmt.Sprintf("no account has the SIP URI sip:%s", u.Address), "an account that holds it")
		case otherUnknown != nil:
			hit.Unknown = otherUnknown
		case foreignUnknown != nil:
			hit.Unknown = foreignUnknown
		default:
			continue
		}
		if hit.Unknown == nil {
			hit.Remedy = removeEntry(d, u.Address, living)
		}
		report(hit)
	}
}

// contactOrUser is the reason why a row without SID, of an address that nobody
// holds, may be a contact or a left-over.
func contactOrUser(d *facts.Deployment, database string) *facts.Unknown {
	if db := d.Database(database); db != nil {
		if _, why := db.DirectoryRows.Get(); why != nil {
			return why
		}
	}
	return &facts.Unknown{
		Class: facts.Missing, Source: "rtcdb", Target: database,
		Message: "whether rows without SID stand for users or for contacts is not told", Settle: "look the addresses up with dbanalyze",
	}
}

// foreignSID reports whether a row's SID is well formed, but of no domain of
// the forest and not that of the account's logon account elsewhere. The reason
// is not nil if it may be: then the SIDs of the account, or the account itself,
// were not seen.
func foreignSID(d *facts.Deployment, u *facts.SignIn, e *facts.Entry) (bool, *facts.Unknown) {
	if e.SID == nil || facts.SIDDomain(*e.SID) == "" {
		return false, nil
	}
	forest, why := d.Directory.Forest.Get()
	if why != nil || inForest(forest, *e.SID) {
		return false, why
	}
	if len(u.Accounts) == 0 {
		_, why := d.Directory.Users.Get()
		return why == nil, why
	}
	for i := range u.Accounts {
		switch a := &u.Accounts[i]; {
		case ownsSID(a, *e.SID):
			return false, nil
		case a.SID == "":
			why = notSeen("SID", "objectSid and msRTCSIP-OriginatorSid")
		}
	}
	return why == nil, why
}
