package lab

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lcshealth/checks/facts"

	"github.com/go-ldap/ldap/v3"
)

// user is an account in the directory.
type user struct {
	domain  *domain
	name    string // display name
	account string // logon name
	uri     string // SIP URI with its scheme
	enabled bool
	blocked bool    // disabled in Active Directory
	server  *server // his home server
	home    string  // DN of the home server
	target  string  // DN, while he is being moved
	moved   time.Time
	sid     string
	guid    guid
}

// addUsers fills the directory with users of every kind: of both Active
// Directory domains, homed on both servers, in both SIP domains. Both databases
// know all of them, as those of LCS do, and some contacts elsewhere.
func (f *forest) addUsers(n int) {
	homes := f.homes()
	for i := range n {
		p := name(i)
		// 0 and 1 have their home server in their own domain, 2 and 3 in the other.
		d, s := f.domains[i%2], homes[(i+i/2)%2]
		u := &user{
			domain: d, name: p.display(), account: p.mailbox, enabled: true, server: s, home: homeDN(s.domain, s.computer),
			sid: d.newSID(), guid: newGUID(p.mailbox),
		}
		if i%2 == 1 {
			u.name = p.listed()
		}
		sipDomain := f.sipDomains[0]
		if i/4%3 == 2 {
			sipDomain = f.sipDomains[1]
		}
		u.uri = "sip:" + p.mailbox + "@" + sipDomain
		f.users = append(f.users, u)
		for _, s := range homes {
			s.database.rows = append(s.database.rows, u.row(s))
		}
	}
	for _, s := range homes {
		s.database.add(contacts()...)
	}
}

// contacts are the rows of people elsewhere whom users have in their lists.
func contacts() (rows []*row) {
	for _, address := range []string{"ann.beebe@partner.example", "helpdesk@partner.example", "stephanie.conroy@litware.example"} {
		rows = append(rows, &row{address: address, unmirrored: true})
	}
	return rows
}

// dn is the account's distinguished name.
func (u *user) dn() string { return "CN=" + ldap.EscapeDN(u.name) + "," + u.domain.people() }

// principal is the account's user principal name.
func (u *user) principal() string { return u.account + "@" + u.domain.name }

// address is the sign-in name as databases keep it.
func (u *user) address() string { return facts.NormalizeAddress(u.uri) }

// row is the user's entry in the database of a server.
func (u *user) row(s *server) *row {
	return &row{address: u.address(), sid: octetsOf(u.sid), guid: u.guid.String(), homed: u.server == s, user: u}
}

// octetsOf gives a SID of the lab in its binary form.
func octetsOf(sid string) []byte {
	b, err := facts.ParseSID(sid)
	if err != nil {
		return []byte(sid) // none of ours; it shows as malformed
	}
	return b
}

// take returns n enabled users that no other fault has touched and that are
// homed on the given server; nil is any.
func (f *forest) take(n int, home *server) ([]*user, error) {
	var out []*user
	for _, u := range f.users {
		if len(out) < n && !f.taken[u] && (home == nil || u.server == home) {
			f.taken[u] = true
			out = append(out, u)
		}
	}
	if len(out) < n {
		return nil, fmt.Errorf("the lab has too few users: %d more are needed", n-len(out))
	}
	return out, nil
}

// rename changes a user's SIP URI, and his address in the databases.
func (f *forest) rename(u *user, uri string) {
	u.uri = uri
	for _, s := range f.homes() {
		for _, r := range s.database.of(u) {
			r.address = u.address()
		}
	}
}

// forget removes a user from the databases.
func (f *forest) forget(u *user) {
	for _, s := range f.homes() {
		s.database.remove(u)
	}
}

// addresses lists the addresses of users.
func addresses(users []*user) string {
	var out []string
	for _, u := range users {
		out = append(out, u.address())
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}
