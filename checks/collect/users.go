package collect

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"sync"

	"lcshealth/checks/facts"
)

// batchSize is how many accounts and entries are held in memory before they
// are sorted and put aside on disk: about 30 MB.
const batchSize = 50_000

// Users brings the accounts of the directory and the entries of all databases
// together by address. A forest may have a million users, so it sorts on disk
// what does not fit in a batch and merges as it is read: memory stays the
// same however many there are.
//
// Adding is safe from several goroutines.
type Users struct {
	dir   string // for temporary files; empty means the system's
	batch int

	mu     sync.Mutex
	held   []record
	runs   []*os.File
	closed bool
}

// NewUsers returns an empty collection that keeps its temporary files in dir,
// or in the system's folder for them if dir is empty.
func NewUsers(dir string) *Users { return &Users{dir: dir, batch: batchSize} }

// record is an account or an entry with the address to sort by.
type record struct {
	address string
	account *facts.Account
	entry   *facts.Entry
}

// AddAccount adds an account of the directory.
func (u *Users) AddAccount(a facts.Account) error {
	return u.add(record{address: facts.NormalizeAddress(a.Address), account: &a})
}

// AddEntry adds a row of a database.
func (u *Users) AddEntry(e facts.Entry) error {
	return u.add(record{address: facts.NormalizeAddress(e.Address), entry: &e})
}

func (u *Users) add(r record) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		return errors.New("add a user: the collection is complete")
	}
	u.held = append(u.held, r)
	if len(u.held) < u.batch {
		return nil
	}
	return u.spill()
}

// spill sorts the held records and puts them aside.
func (u *Users) spill() error {
	slices.SortFunc(u.held, compareRecords)
	file, err := os.CreateTemp(u.dir, "lcshealth-users-*")
	if err != nil {
		return fmt.Errorf("put users aside: %w", err)
	}
	u.runs = append(u.runs, file)
	out := bufio.NewWriterSize(file, 256<<10)
	var buf []byte
	for i := range u.held {
		buf = appendRecord(buf[:0], &u.held[i])
		if _, err := out.Write(buf); err != nil {
			return fmt.Errorf("put users aside: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("put users aside: %w", err)
	}
	clear(u.held)
	u.held = u.held[:0]
	return nil
}

// SignIns completes the collection and yields its users in ascending order of
// address, once. An account or entry that was read twice, as after a fail-over
// to another controller, counts once.
func (u *Users) SignIns(ctx context.Context) iter.Seq2[*facts.SignIn, error] {
	return func(yield func(*facts.SignIn, error) bool) {
		u.mu.Lock()
		u.closed = true
		u.mu.Unlock()
		merged, err := u.merge()
		if err != nil {
			yield(nil, err)
			return
		}
		var group *facts.SignIn
		for n := 0; ; n++ {
			if n%1000 == 0 && ctx.Err() != nil {
				yield(nil, context.Cause(ctx))
				return
			}
			r, err := merged.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				yield(nil, fmt.Errorf("read users put aside: %w", err))
				return
			}
			if group != nil && sameGroup(group, &r) {
				join(group, &r)
				continue
			}
			if group != nil && !yield(group, nil) {
				return
			}
			group = &facts.SignIn{Address: r.address}
			join(group, &r)
		}
		if group != nil {
			yield(group, nil)
		}
	}
}

// Close removes the temporary files.
func (u *Users) Close() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.closed, u.held = true, nil
	var errs []error
	for _, file := range u.runs {
		errs = append(errs, file.Close(), os.Remove(file.Name()))
	}
	u.runs = nil
	return errors.Join(errs...)
}

// sameGroup reports whether a record belongs to the user before it. Records
// without an address belong together only if one was read twice.
func sameGroup(g *facts.SignIn, r *record) bool {
	if g.Address != r.address {
		return false
	}
	return r.address != "" || known(g, r)
}

func join(g *facts.SignIn, r *record) {
	switch {
	case known(g, r):
	case r.account != nil:
		g.Accounts = append(g.Accounts, *r.account)
	default:
		g.Entries = append(g.Entries, *r.entry)
	}
}

// known reports whether the group already holds the very same account or row.
func known(g *facts.SignIn, r *record) bool {
	if r.account != nil {
		return slices.ContainsFunc(g.Accounts, func(a facts.Account) bool {
			return accountKey(&a) == accountKey(r.account)
		})
	}
	return slices.ContainsFunc(g.Entries, func(e facts.Entry) bool {
		return e.Database == r.entry.Database && e.ResourceID == r.entry.ResourceID
	})
}

// accountKey identifies an account: by GUID, which survives a rename.
func accountKey(a *facts.Account) string { return cmp.Or(a.GUID, a.DN) }

// compareRecords orders by address, accounts before entries, and then by what
// identifies them, so that the order of answers never shows.
func compareRecords(a, b record) int {
	if c := cmp.Compare(a.address, b.address); c != 0 {
		return c
	}
	switch {
	case a.account != nil && b.account != nil:
		return cmp.Compare(accountKey(a.account), accountKey(b.account))
	case a.account != nil:
		return -1
	case b.account != nil:
		return 1
	}
	return cmp.Or(cmp.Compare(a.entry.Database, b.entry.Database), cmp.Compare(a.entry.ResourceID, b.entry.ResourceID))
}
