package lab

import (
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks/preflight/plan"
)

// enable gives an account its SIP URI and home server, and has every database
// know it.
func (r *rollout) enable(line *plan.User) error {
	f := r.forest
	u, err := r.account(line.Account)
	if err != nil {
		return err
	}
	home, err := r.home(line.Home)
	if err != nil {
		return err
	}
	if at := slices.Index(f.newcomers, u); at >= 0 {
		f.newcomers = slices.Delete(f.newcomers, at, at+1)
		f.users = append(f.users, u)
	}
	f.forget(u) // rows of an earlier time
	u.enabled, u.uri, u.target = true, line.URI, ""
	if !strings.Contains(u.uri, ":") {
		u.uri = "sip:" + u.uri
	}
	u.server, u.home = home, homeDN(home.domain, home.computer)
	for _, s := range f.homes() {
		s.database.enroll(u.row(s))
	}
	return nil
}

// enroll adds the row of a user. One that is left of somebody else under his
// address stays as it is, so that it keeps him from signing in.
func (d *database) enroll(own *row) {
	at := slices.IndexFunc(d.rows, func(r *row) bool { return r.address == own.address })
	switch {
	case at < 0:
		d.add(own)
	case d.rows[at].user == nil:
		d.rows[at].user = own.user
	}
}

// move gives a user another home server, as it is when the move is done.
func (r *rollout) move(line *plan.User) error {
	u, err := r.account(line.Account)
	if err != nil {
		return err
	}
	home, err := r.home(line.MoveTo)
	if err != nil {
		return err
	}
	if slices.Contains(r.forest.newcomers, u) {
		return fmt.Errorf("%s is not enabled, so that nobody can be moved", line.Account)
	}
	u.server, u.home, u.target = home, homeDN(home.domain, home.computer), ""
	for _, s := range r.forest.homes() {
		for _, row := range s.database.of(u) {
			row.homed = s == home
		}
	}
	return nil
}

// home finds a home server by its FQDN.
func (r *rollout) home(fqdn string) (*server, error) {
	s, err := r.server(fqdn)
	if err == nil && s.database == nil {
		err = fmt.Errorf("%s holds no users", fqdn)
	}
	return s, err
}

// account finds an account by any of its names.
func (r *rollout) account(written string) (found *user, err error) {
	name := plan.Key(written)
	for _, u := range slices.Concat(r.forest.users, r.forest.newcomers) {
		if !slices.ContainsFunc(u.names(), func(known string) bool { return strings.EqualFold(known, name) }) {
			continue
		}
		if found != nil {
			return nil, fmt.Errorf("%s may be %s or %s", written, found.dn(), u.dn())
		}
		found = u
	}
	if found == nil {
		return nil, fmt.Errorf("the lab has no account %s", written)
	}
	return found, nil
}

// names are those that plans may call an account.
func (u *user) names() []string {
	names := []string{u.dn(), u.domain.netbios + `\` + u.account, u.principal(), u.account, u.sid, u.guid.String(), "{" + u.guid.String() + "}"}
	if u.uri != "" {
		names = append(names, "sip:"+u.address())
	}
	return names
}
