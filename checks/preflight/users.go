package preflight

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/preflight/plan"
)

// applied passes users on as they are, and has each put aside with the plan
// done.
func (r *roster) applied(users iter.Seq2[*facts.SignIn, error]) iter.Seq2[*facts.SignIn, error] {
	return func(yield func(*facts.SignIn, error) bool) {
		for u, err := range users {
			if err == nil {
				err = r.apply(u)
			}
			if !yield(u, err) || err != nil {
				return
			}
		}
		if err := r.rest(); err != nil {
			yield(nil, err)
		}
	}
}

// apply puts a user aside with the plan done.
func (r *roster) apply(u *facts.SignIn) error {
	for i := range u.Accounts {
		a := u.Accounts[i]
		if lines := r.meant(&a); len(lines) > 0 {
			r.claim(&a, lines)
		}
		if err := r.spool.AddAccount(a); err != nil {
			return err
		}
	}
	for i := range u.Entries {
		if err := r.spool.AddEntry(u.Entries[i]); err != nil {
			return err
		}
	}
	return nil
}

// claim applies the first of the lines that mean an account. Should there be
// several, each of them says so.
func (r *roster) claim(a *facts.Account, lines []int) {
	for _, i := range lines[1:] {
		r.pair(lines[0], i)
	}
	for _, i := range lines {
		s := &r.states[i]
		if s.account != nil {
			if !s.several {
				r.tell(i, noGo("account-ambiguous", fmt.Sprintf("%s may be %s or %s", r.users.At(i).Account, s.account.DN, a.DN), checks.Step{Text: "Give the distinguished name of the account."}))
			}
			s.several = true
			return
		}
		s.account = r.keep(a)
	}
	s := &r.states[lines[0]]
	if s.several {
		return
	}
	u := r.users.At(lines[0])
	s.dn = a.DN
	r.byDN[strings.ToLower(a.DN)] = lines[0]
	if !u.Moves() {
		a.Address, a.Enabled = withScheme(u.URI), true
	}
	if a.TargetHomeServer == "" {
		a.HomeServer = s.home.name
	}
}

// rest puts the accounts aside that the facts do not hold, since they have
// nothing to do with LCS yet.
func (r *roster) rest() error {
	for i := range r.states {
		s := &r.states[i]
		u := r.users.At(i)
		if s.account != nil || s.several || s.absent() || u.Moves() || (s.twin > 0 && int(s.twin-1) < i) {
			continue
		}
		a := facts.Account{DN: u.Account, Name: u.Account, Address: withScheme(u.URI), Enabled: true, HomeServer: s.home.name}
		if s.listed != nil {
			a.DN, a.SID, a.GUID = s.listed.DN, s.listed.SID, s.listed.GUID
		}
		s.dn = a.DN
		r.byDN[strings.ToLower(a.DN)] = i
		if err := r.spool.AddAccount(a); err != nil {
			return err
		}
	}
	return nil
}

// planned passes on users with the plan done, completed by the rows that the
// servers will make of them, and looks at those whom the plan is about.
func (r *roster) planned(users iter.Seq2[*facts.SignIn, error]) iter.Seq2[*facts.SignIn, error] {
	return func(yield func(*facts.SignIn, error) bool) {
		for u, err := range users {
			if err == nil {
				for i := range u.Accounts {
					if line := r.lineOf(&u.Accounts[i]); line >= 0 {
						r.complete(u, &u.Accounts[i], line)
						r.address(u, i, line)
					}
				}
			}
			if !yield(u, err) || err != nil {
				return
			}
		}
	}
}

// complete adds the row that the home server will make of a user in its
// database, if there is none of his address.
func (r *roster) complete(u *facts.SignIn, a *facts.Account, line int) {
	s := &r.states[line]
	db := r.d.DatabaseOf(s.home.fqdn)
	if db == nil || !db.Entries.IsObserved() || a.SID == "" || facts.URIProblem(a.Address) != "" {
		return
	}
	if slices.ContainsFunc(u.Entries, func(e facts.Entry) bool { return e.Database == db.Name }) {
		return
	}
	mirrored, sid := true, a.SID
	e := facts.Entry{Database: db.Name, Address: u.Address, SID: &sid, DirectoryRow: &mirrored}
	if a.GUID != "" {
		guid := a.GUID
		e.GUID = &guid
	}
	u.Entries = append(slices.Clip(u.Entries), e)
}

// address looks for others who hold the address that a line gives.
func (r *roster) address(u *facts.SignIn, at, line int) {
	if u.Address == "" {
		return
	}
	for i := range u.Accounts {
		if i == at {
			continue
		}
		other := &u.Accounts[i]
		mine := r.users.At(line)
		if mine.Moves() {
			continue // whoever else holds his address has a line of his own, or held it before
		}
		if its := r.lineOf(other); its >= 0 && !r.moves(its) {
			ref := r.ref(its)
			r.tell(line, noGo("address-given-twice", fmt.Sprintf("sip:%s is given to %s too, in %s", u.Address, other.DN, ref),
				checks.Step{Text: "Give one of the two another SIP URI."}).with(ref))
			continue
		}
		r.tell(line, noGo("address-taken", fmt.Sprintf("sip:%s is the SIP URI of %s", u.Address, other.DN),
			checks.Step{Text: "Give the line another SIP URI, or take it from that account first."}).
			saw(checks.Saw(r.d.Directory.Users.Origin(), other.DN+": SIP URI "+other.Address+enabledWord(other), "nobody else holds it")))
	}
}

func enabledWord(a *facts.Account) string {
	if a.Enabled {
		return ", enabled"
	}
	return ", not enabled"
}

// moves reports whether a line moves somebody.
func (r *roster) moves(line int) bool {
	u := r.users.At(line)
	return u.Moves()
}

// ref is where a line stands.
func (r *roster) ref(line int) plan.Ref { return r.users.At(line).Ref }
