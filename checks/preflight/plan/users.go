package plan

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"strings"
)

// User is one line of the plan's users. Either MoveTo is set, or the user is
// to be enabled.
type User struct {
	Ref     Ref
	Account string // as written
	URI     string // as written, or derived
	Home    string // FQDN of the home server or pool
	MoveTo  string // FQDN
}

// Moves reports whether the user is to be moved.
func (u *User) Moves() bool { return u.MoveTo != "" }

// Users are the lines of a plan's users. There may be a million: they are held
// one behind the other, at about 100 octets each.
type Users struct {
	plan   string // file names
	csv    string
	seed   maphash.Seed
	octets []byte // accounts and URIs
	rows   []row
	homes  []string
	known  map[string]uint16 // places in homes
	byName map[uint64]int32  // the last row of an account
}

type row struct {
	at           uint32
	account, uri uint16 // lengths
	home, moveTo uint16 // places in homes
	line         int32
	before       int32 // the row before of the same account; -1 if there is none
	inCSV        bool
}

// most lengths and numbers that rows have room for.
const (
	mostText  = 1<<16 - 1
	mostHomes = 1<<16 - 1
	mostUsers = 10_000_000
)

// NewUsers returns the users that stand in the plan itself. csv is how the file
// with the others is called; they are added by [Users.ReadCSV].
func NewUsers(p *Plan, csv string) (*Users, error) {
	u := &Users{plan: p.File, csv: csv, seed: maphash.MakeSeed(), homes: []string{""}, known: map[string]uint16{"": 0}, byName: map[uint64]int32{}}
	var errs problems
	for _, e := range p.Users.Enable {
		errs.note(u.add(&p.Users, User{Ref: Ref{p.File, e.Line}, Account: e.Account, URI: e.URI, Home: e.Home}, false))
	}
	for _, m := range p.Users.Move {
		errs.note(u.add(&p.Users, User{Ref: Ref{p.File, m.Line}, Account: m.Account, MoveTo: m.To}, false))
	}
	return u, errs.err()
}

// Len is how many there are.
func (u *Users) Len() int { return len(u.rows) }

// At returns one of them, in the order in which they were read.
func (u *Users) At(i int) User {
	r := &u.rows[i]
	text := string(u.octets[r.at : r.at+uint32(r.account)+uint32(r.uri)])
	out := User{Ref: Ref{u.plan, int(r.line)}, Account: text[:r.account], URI: text[r.account:], Home: u.homes[r.home], MoveTo: u.homes[r.moveTo]}
	if r.inCSV {
		out.Ref.File = u.csv
	}
	return out
}

// Before returns the user above i who is given by the same account, or -1.
func (u *Users) Before(i int) int { return int(u.rows[i].before) }

// Named returns the last user whose account is written so, without regard to
// case, or -1.
func (u *Users) Named(account string) int {
	i, _ := u.find(Key(account))
	return int(i)
}

// Key is the form in which written accounts are compared: in lower case, and a
// distinguished name or a SIP URI without the blanks that may stand in it.
func Key(account string) string {
	key := strings.ToLower(strings.TrimSpace(account))
	if rest, ok := strings.CutPrefix(key, "sip:"); ok {
		return "sip:" + strings.TrimSpace(rest)
	}
	if !strings.Contains(key, ", ") || !strings.Contains(key, "=") {
		return key
	}
	var out strings.Builder
	for i := 0; i < len(key); i++ {
		out.WriteByte(key[i])
		switch {
		case key[i] == '\\' && i+1 < len(key):
			i++
			out.WriteByte(key[i])
		case key[i] == ',':
			for i+1 < len(key) && key[i+1] == ' ' {
				i++
			}
		}
	}
	return out.String()
}

// find looks an account up. Should two have one digest, the second has the next.
func (u *Users) find(key string) (at int32, digest uint64) {
	for digest = maphash.String(u.seed, key); ; digest++ {
		i, ok := u.byName[digest]
		if !ok {
			return -1, digest
		}
		r := &u.rows[i]
		if written := u.octets[r.at : r.at+uint32(r.account)]; string(written) == key || Key(string(written)) == key { // most are written in lower case
			return i, digest
		}
	}
}

// add adds a user, completed by what the plan says of everybody. A line that is
// there already is refused.
func (u *Users) add(all *UserPlan, n User, inCSV bool) error {
	fail := func(format string, args ...any) error {
		return fmt.Errorf("%s: %w", n.Ref, fmt.Errorf(format, args...))
	}
	n.Account, n.URI, n.Home, n.MoveTo = strings.TrimSpace(n.Account), strings.TrimSpace(n.URI), strings.TrimSpace(n.Home), strings.TrimSpace(n.MoveTo)
	switch {
	case n.Account == "":
		return fail("account: it is missing")
	case n.MoveTo != "" && (n.URI != "" || n.Home != ""):
		return fail("move-to: somebody who is moved keeps his SIP URI: leave uri and home empty")
	case len(n.Account) > mostText || len(n.URI) > mostText:
		return fail("the line is too long")
	case len(u.rows) >= mostUsers || len(u.octets) > 1<<31:
		return fail("a plan has at most %d users", mostUsers)
	}
	if n.MoveTo == "" {
		if n.Home == "" {
			n.Home = all.Home
		}
		if n.URI == "" && all.URI != "" {
			derived, err := derive(all.URI, n.Account)
			if err != nil {
				return fail("uri: %w", err)
			}
			n.URI = derived
		}
		if n.URI == "" {
			return fail("uri: it is missing, and the plan has no rule for it (users.uri)")
		}
		if n.Home == "" {
			return fail("home: it is missing, and the plan has none for everybody (users.home)")
		}
	}
	for _, h := range []struct{ key, name string }{{"home", n.Home}, {"move-to", n.MoveTo}} {
		if h.name != "" && !isHost(h.name) {
			return fail("%s: %q is not a fully qualified host name", h.key, h.name)
		}
	}
	before, digest := u.find(Key(n.Account))
	for i := before; i >= 0; i = u.rows[i].before {
		if other := u.At(int(i)); strings.EqualFold(other.URI, n.URI) && strings.EqualFold(other.Home, n.Home) && strings.EqualFold(other.MoveTo, n.MoveTo) {
			return fail("%s: the line repeats %s: remove one of them", n.Account, other.Ref)
		}
	}
	home, err := u.home(n.Home)
	if err != nil {
		return fail("%w", err)
	}
	moveTo, err := u.home(n.MoveTo)
	if err != nil {
		return fail("%w", err)
	}
	r := row{at: uint32(len(u.octets)), account: uint16(len(n.Account)), uri: uint16(len(n.URI)), home: home, moveTo: moveTo, line: int32(n.Ref.Line), before: before, inCSV: inCSV} //nolint:gosec // within the limits above
	u.octets = append(append(u.octets, n.Account...), n.URI...)
	u.byName[digest] = int32(len(u.rows)) //nolint:gosec // at most mostUsers
	u.rows = append(u.rows, r)
	return nil
}

// home keeps the name of a home server once.
func (u *Users) home(name string) (uint16, error) {
	key := strings.ToLower(name)
	if at, ok := u.known[key]; ok {
		return at, nil
	}
	if len(u.homes) > mostHomes {
		return 0, fmt.Errorf("a plan has at most %d home servers", mostHomes)
	}
	u.homes = append(u.homes, key)
	at := uint16(len(u.homes) - 1) //nolint:gosec // at most mostHomes
	u.known[key] = at
	return at, nil
}

// problems gathers errors, and of many only the first.
type problems struct {
	text bytes.Buffer
	n    int
}

const mostProblems = 20

func (p *problems) note(err error) {
	if err == nil {
		return
	}
	if p.n++; p.n <= mostProblems {
		if p.n > 1 {
			p.text.WriteByte('\n')
		}
		p.text.WriteString(err.Error())
	}
}

func (p *problems) err() error {
	if p.n == 0 {
		return nil
	}
	if more := p.n - mostProblems; more > 0 {
		fmt.Fprintf(&p.text, "\nand %d more", more)
	}
	return fmt.Errorf("%s", p.text.String())
}
