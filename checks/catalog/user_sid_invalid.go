package catalog

import (
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

var userSIDInvalid = checks.Cause{
	ID:       "user-sid-invalid",
	Title:    "The SID of users in the RTC database is missing or wrong",
	Codes:    []int{403},
	Article:  checks.Article{KB: "871023", Section: "403 - Forbidden"},
	Severity: checks.Major,
	Scope:    checks.ScopeUser,

	Meaning: "These users are authenticated, but get 403: the server does not find them by the SID of the account that they signed in with.",
	Detection: "The row of an enabled user has no SID, one that is malformed, or that of another account of the forest. Right is the account's objectSid, or its msRTCSIP-OriginatorSid where a resource forest is used. " +
		"A SID from outside the forest, or a row made for another account, is left from an earlier installation (stale-user-entry).",
	Needs: []checks.Need{needEntries, needSIDs, needAccounts, needForest},
	After: []string{"sql-service-stopped"},
	Fix: []string{
		"Restart rtcsrv and give it time to populate the database.",
		"If that does not help, disable the user, delete the entry on every server of the forest with RtcDeleteResource, and enable the user again.",
	},
	Users: &checks.UserRule{
		Populations: func(d *facts.Deployment) []checks.Population {
			return databases(d, func(db *facts.Database) []*facts.Unknown {
				return []*facts.Unknown{unknownOf(db.SIDs), unknownOf(d.Directory.Users), unknownOf(d.Directory.Forest)}
			})
		},
		Judge: judgeUserSIDInvalid,
	},
}

func judgeUserSIDInvalid(d *facts.Deployment, u *facts.SignIn, _ bool, report func(checks.Hit)) {
	a := enabledAccount(u)
	if a == nil {
		return
	}
	for i := range u.Entries {
		e := &u.Entries[i]
		db := d.Database(e.Database)
		if db == nil || !db.SIDs.IsObserved() || otherGUID(u, e) || !isUser(e) && homeDatabase(d, a) != db {
			continue
		}
		shape, observed := sidProblem(d, u, e)
		if shape == "" {
			continue
		}
		hit := checks.Hit{
			Population: usersOf(e.Database), Shape: shape, Severity: checks.Major, Address: u.Address,
			Evidence: row(d, e, observed, expectedSIDs(u)),
			Remedy: append([]checks.Step{
				{Text: "Restart Live Communications Server, and give it time to populate the database.", Command: "net stop rtcsrv", Host: e.Database},
				{Text: "Start it.", Command: "net start rtcsrv", Host: e.Database},
				{Text: "If the SID is still wrong after that, remove the entry with the steps that follow."},
			}, removeEntry(d, u.Address, true)...),
		}
		if len(expected(u)) == 0 {
			hit.Unknown = &facts.Unknown{Class: facts.Rights, Source: "directory", Message: "the SID of " + a.DN + " was not seen", Settle: "read objectSid and msRTCSIP-OriginatorSid of the account"}
		}
		report(hit)
	}
}

// sidProblem says how a row's SID is wrong, or nothing.
func sidProblem(d *facts.Deployment, u *facts.SignIn, e *facts.Entry) (shape, observed string) {
	if e.SID == nil || *e.SID == "" {
		return "no-sid", "it has no SID"
	}
	sid := *e.SID
	if _, err := facts.ParseSID(sid); err != nil || facts.SIDDomain(sid) == "" {
		return "malformed-sid", "its SID is " + sid + ", which is no SID of an account"
	}
	if slices.ContainsFunc(expected(u), func(s string) bool { return strings.EqualFold(s, sid) }) {
		return "", ""
	}
	forest, why := d.Directory.Forest.Get()
	if why == nil && !inForest(forest, sid) {
		return "", "" // stale-user-entry
	}
	return "other-sid", "its SID is " + sid
}

// expected are the SIDs that a row of the address may hold.
func expected(u *facts.SignIn) (out []string) {
	for i := range u.Accounts {
		out = append(out, accountSIDs(&u.Accounts[i])...)
	}
	return out
}

func expectedSIDs(u *facts.SignIn) string {
	return fmt.Sprintf("the SID of the account, %s", strings.Join(expected(u), " or "))
}
