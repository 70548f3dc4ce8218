package lab

import (
	"strings"
	"time"
)

// The faults of users' entries are planted in the database of lcs01, since
// that of lcs02 may be stopped by another fault.

// earlier is the SID of the domain of an earlier installation.
const earlier = "S-1-5-21-1343024091-507921405-1957994488"

func plantSIDInvalid(f *forest) error {
	s := f.server(lcs01)
	users, err := f.take(5, s)
	if err != nil {
		return err
	}
	row := func(i int) *row { return s.database.of(users[i])[0] }
	row(0).sid, row(1).sid = nil, nil
	row(2).sid = octetsOf(users[2].sid)[:12] // cut short
	row(3).sid = octetsOf("S-1-5-32-544")    // of a group that every computer has
	row(4).sid = octetsOf(users[3].sid)
	f.note("no SID: %s", addresses(users[:2]))
	f.note("a malformed SID: %s", addresses(users[2:4]))
	f.note("another account's SID: %s", addresses(users[4:]))
	return nil
}

func plantStaleEntry(f *forest) error {
	s := f.server(lcs01)
	users, err := f.take(4, s)
	if err != nil {
		return err
	}
	row := func(i int) *row { return s.database.of(users[i])[0] }
	row(0).sid, row(1).sid = octetsOf(earlier+"-1131"), octetsOf(earlier+"-1207")
	row(2).guid, row(2).sid = newGUID("earlier "+users[2].account).String(), octetsOf(earlier+"-1244")
	row(3).guid = newGUID("earlier " + users[3].account).String()
	f.note("a SID of another forest: %s", addresses(users[:2]))
	f.note("the GUID of another account: %s", addresses(users[2:]))
	// People who left, so that nobody holds their addresses.
	left := []string{"toby.nixon@contoso.com", "karin.lamb@fabrikam.com"}
	for i, address := range left {
		d := f.domains[i]
		s.database.add(newRow(address, d.newSID()))
	}
	f.note("addresses that nobody holds: %s", strings.Join(left, ", "))
	return nil
}

// newRow is the row of somebody who has no account.
func newRow(address, sid string) *row {
	return &row{address: address, sid: octetsOf(sid), guid: newGUID(address).String(), homed: true}
}

func plantDomainNotListed(f *forest) error {
	users, err := f.take(4, nil)
	if err != nil {
		return err
	}
	for _, u := range users {
		mailbox, _, _ := strings.Cut(u.address(), "@")
		f.rename(u, "sip:"+mailbox+"@emea.contoso.com")
	}
	f.note("in a SIP domain that is not listed: %s", addresses(users))
	return nil
}

func plantNotEnabled(f *forest) error {
	users, err := f.take(4, nil)
	if err != nil {
		return err
	}
	disabled, without, gone := users[0], users[1], users[2:]
	disabled.enabled = false
	f.forget(disabled)
	without.home = ""
	for _, u := range gone {
		u.home = homeDN(u.domain, "lcs09")
	}
	f.note("not enabled: %s", disabled.address())
	f.note("without a home server: %s", without.address())
	f.note("the home server LCS09 is gone: %s", addresses(gone))
	return nil
}

// plantNameMismatch takes the databases' rows away from users whose address
// the server would not take.
func plantNameMismatch(f *forest) error {
	users, err := f.take(5, f.server(lcs01))
	if err != nil {
		return err
	}
	blank, schemeless, missing, first, second := users[0], users[1], users[2], users[3], users[4]
	f.forget(blank)
	blank.uri = strings.Replace(blank.uri, ".", " ", 1)
	schemeless.uri = strings.TrimPrefix(schemeless.uri, "sip:")
	f.forget(missing)
	missing.uri = ""
	f.forget(second)
	second.uri = first.uri
	f.note("a malformed SIP URI: %s, %s", blank.address(), schemeless.address())
	f.note("no SIP URI: %s", missing.dn())
	f.note("a SIP URI held twice: %s", first.address())
	return nil
}

func plantMissingFromDatabase(f *forest) error {
	s := f.server(lcs01)
	users, err := f.take(4, s)
	if err != nil {
		return err
	}
	for _, u := range users {
		s.database.remove(u)
	}
	f.note("not in the database of %s: %s", s.fqdn, addresses(users))
	return nil
}

func plantEntryDamaged(f *forest) error {
	s := f.server(lcs01)
	users, err := f.take(4, s)
	if err != nil {
		return err
	}
	withScheme, twice, unmirrored := users[0], users[1], users[2:]
	for _, r := range s.database.of(withScheme) {
		r.address = withScheme.uri
	}
	s.database.add(twice.row(s))
	for _, u := range unmirrored {
		s.database.of(u)[0].unmirrored = true
	}
	s.database.add(&row{unmirrored: true}, &row{address: "helpdesk", unmirrored: true})
	f.note("an address with sip: %s", withScheme.address())
	f.note("two entries: %s", twice.address())
	f.note("no directory row: %s", addresses(unmirrored))
	f.note("an entry without address, and one without domain: helpdesk")
	return nil
}

func plantBeingMoved(f *forest) error {
	from, to := f.server(lcs01), f.server(lcs02)
	users, err := f.take(5, from)
	if err != nil {
		return err
	}
	moving, stuck := users[:2], users[2:]
	for i, u := range users {
		u.target = homeDN(to.domain, to.computer)
		u.moved = f.now.Add(-time.Duration(i+1) * 8 * time.Minute)
	}
	for i, u := range stuck {
		u.moved = f.now.Add(-time.Duration(50+9*i) * time.Hour)
	}
	f.note("being moved to %s: %s", to.fqdn, addresses(moving))
	f.note("a move that is stuck: %s", addresses(stuck))
	return nil
}
