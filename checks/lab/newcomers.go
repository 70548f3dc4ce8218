package lab

import "slices"

// newcomers are people who have an account but nothing to do with LCS yet, for
// plans to enable: one whose account is disabled, one whose name another
// installation knew, two who share a logon name in different domains, and one
// whose name has a comma.
var newcomers = []struct {
	domain        int // 0 is the forest's root
	name, account string
	blocked       bool
}{
	{0, "New One", "new.one", false},
	{0, "New Two", "new.two", true},
	{0, "New Three", "new.three", false},
	{0, "New Four", "new.four", false},
	{0, "New Five", "new.five", false},
	{0, "New Six", "new.six", false},
	{0, "Toby Nixon", "toby.nixon", false}, // of whom the fault stale-user-entry leaves an entry
	{0, "Twin", "kim", false},
	{1, "Twin", "kim", false},
	{0, "Ito, Ben", "ben.ito", false},
}

// firstNewcomer is the RID of the first of them. They have a range of their own,
// so that other accounts have the same RIDs with them as without.
const firstNewcomer = 9001

func (f *forest) addNewcomers() {
	for i, n := range newcomers {
		taken := func(u *user) bool { return u.account == n.account && u.domain == f.domains[n.domain] }
		if slices.ContainsFunc(f.users, taken) {
			continue // among many, somebody has that name
		}
		u := &user{domain: f.domains[n.domain], name: n.name, account: n.account, blocked: n.blocked}
		u.sid, u.guid = u.domain.sidOf(firstNewcomer+i), newGUID("newcomer "+u.principal())
		f.newcomers = append(f.newcomers, u)
	}
}
