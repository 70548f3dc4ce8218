package catalog

import (
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
	Needs:   []checks.Need{needEntries, needSIDs, needRole, needAccounts, needHomeServers, needForest},
	Blinded: []string{"sql-service-stopped"},
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
		if other, _ := otherGUID(u, e); other || db == nil || !db.SIDs.IsObserved() {
			continue // stale-user-entry, or undetermined for all
		}
		hit := checks.Hit{Population: usersOf(e.Database), Severity: checks.Major, Address: u.Address}
		if !isUser(e) {
			if e.DirectoryRow != nil {
				continue // a contact, or user-entry-damaged
			}
			home, why := homeDatabase(d, a)
			if why == nil && home != db {
				continue // a contact
			}
			hit.Unknown = why
		}
		shape, observed, why := sidProblem(d, u, e)
		if shape == "" && why == nil {
			continue
		}
		if hit.Unknown == nil {
			hit.Unknown = why
		}
		if hit.Unknown == nil {
			hit.Shape, hit.Evidence = shape, row(d, e, observed, strings.TrimSuffix("the SID of the account, "+strings.Join(expectedSIDs(u), " or "), ", "))
			hit.Remedy = slices.Concat(
				restart(restartAndAwait, serversOf(d, db)...),
				[]checks.Step{{Text: "If the SID is still wrong after that, remove the entry with the steps that follow."}},
				removeEntry(d, u.Address, true),
			)
		}
		report(hit)
	}
}

// sidProblem says how a row's SID is wrong, or nothing. The reason is not nil
// if it may be.
func sidProblem(d *facts.Deployment, u *facts.SignIn, e *facts.Entry) (shape, observed string, unknown *facts.Unknown) {
	if e.SID == nil || *e.SID == "" {
		return "no-sid", "it has no SID", nil
	}
	sid := *e.SID
	if _, err := facts.ParseSID(sid); err != nil || facts.SIDDomain(sid) == "" {
		return "malformed-sid", "its SID is " + sid + ", which is no SID of an account", nil
	}
	if slices.ContainsFunc(u.Accounts, func(a facts.Account) bool { return a.Enabled && ownsSID(&a, sid) }) {
		return "", "", nil
	}
	if forest, why := d.Directory.Forest.Get(); why == nil && !inForest(forest, sid) {
		return "", "", nil // stale-user-entry
	}
	if len(expectedSIDs(u)) == 0 {
		return "", "", notSeen("SID", "objectSid and msRTCSIP-OriginatorSid")
	}
	return "other-sid", "its SID is " + sid, nil
}

// ownsSID reports whether a SID is that of the account, or of its logon
// account in a resource forest.
func ownsSID(a *facts.Account, sid string) bool {
	return strings.EqualFold(a.SID, sid) || strings.EqualFold(a.OriginatorSID, sid)
}

// expectedSIDs are the SIDs that a row of the address may hold.
func expectedSIDs(u *facts.SignIn) (sids []string) {
	for i := range u.Accounts {
		a := &u.Accounts[i]
		for _, sid := range []string{a.SID, a.OriginatorSID} {
			if a.Enabled && sid != "" {
				sids = append(sids, sid)
			}
		}
	}
	return sids
}
