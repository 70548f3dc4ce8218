package collect

import (
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

// batchSize is how many octets of accounts and entries are held in memory
// before they are sorted and put aside on disk, while as many more are taken.
const batchSize = 8 << 20

// Users brings the accounts of the directory and the entries of all databases
// together by address. A forest may have a million users, so it sorts on disk
// what does not fit in a batch and merges as it is read: memory stays the
// same however many there are.
//
// Adding is safe from several goroutines.
type Users struct {
	dir   string // for temporary files; empty means the system's
	limit int    // octets of a batch

	mu     sync.Mutex
	codec  codec
	held   *batch
	spare  *batch        // for when held is full; nil until then
	aside  chan struct{} // closed when the batch before was put aside; nil before the first
	runs   []*os.File
	failed error // of putting aside
	closed bool
}

// NewUsers returns an empty collection that keeps its temporary files in dir,
// or in the system's folder for them if dir is empty.
func NewUsers(dir string) *Users { return &Users{dir: dir, limit: batchSize, held: &batch{}} }

// AddAccount adds an account of the directory.
func (u *Users) AddAccount(a facts.Account) error {
	address := facts.NormalizeAddress(a.Address)
	return u.add(func(b []byte) []byte { return u.codec.appendAccount(b, address, &a) })
}

// AddEntry adds a row of a database.
func (u *Users) AddEntry(e facts.Entry) error {
	address := facts.NormalizeAddress(e.Address)
	return u.add(func(b []byte) []byte { return u.codec.appendEntry(b, address, &e) })
}

func (u *Users) add(record func([]byte) []byte) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		return errors.New("add a user: the collection is complete")
	}
	u.held.add(record)
	if len(u.held.octets) < u.limit {
		return nil
	}
	return u.putAside()
}

// putAside has the held batch sorted and written while another one is filled.
func (u *Users) putAside() error {
	if err := u.wait(); err != nil {
		return err
	}
	full, done := u.held, make(chan struct{})
	u.held, u.spare, u.aside = cmp.Or(u.spare, &batch{}), full, done
	file, err := os.CreateTemp(u.dir, "lcshealth-users-*")
	if err != nil {
		u.failed = err
		close(done)
		return u.wait()
	}
	u.runs = append(u.runs, file)
	go func() {
		defer close(done)
		full.sort()
		if err := full.write(file); err != nil {
			u.failed = err // nobody looks before done is closed
		}
		full.reset()
	}()
	return nil
}

// wait waits for the batch that is being put aside.
func (u *Users) wait() error {
	if u.aside != nil {
		<-u.aside
	}
	if u.failed != nil {
		return fmt.Errorf("put users aside: %w", u.failed)
	}
	return nil
}

// SignIns completes the collection and yields its users in ascending order of
// address, once. An account or entry that was read twice, as after a fail-over
// to another controller, counts once.
func (u *Users) SignIns(ctx context.Context) iter.Seq2[*facts.SignIn, error] {
	return func(yield func(*facts.SignIn, error) bool) {
		merged, err := u.complete()
		if err != nil {
			yield(nil, err)
			return
		}
		var user *group
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
			if user != nil && !user.includes(r) {
				if !yield(&user.SignIn, nil) {
					return
				}
				user = nil
			}
			if user == nil {
				user = &group{SignIn: facts.SignIn{Address: r.address}}
			}
			user.join(r)
		}
		if user != nil {
			yield(&user.SignIn, nil)
		}
	}
}

// complete ends the adding and returns what was added in order.
func (u *Users) complete() (*merger, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.closed = true
	if err := u.wait(); err != nil {
		return nil, err
	}
	u.spare = nil
	u.held.sort()
	return merge(&u.codec, u.held, u.runs)
}

// Close removes the temporary files.
func (u *Users) Close() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	_ = u.wait() // whoever added was told
	u.closed, u.held, u.spare = true, &batch{}, nil
	var errs []error
	for _, file := range u.runs {
		errs = append(errs, file.Close(), os.Remove(file.Name()))
	}
	u.runs = nil
	return errors.Join(errs...)
}

// group is a user in the making, with the room that nearly all need.
type group struct {
	facts.SignIn
	account [1]facts.Account
	entry   [1]facts.Entry
}

// includes reports whether a record belongs to the user. Records without an
// address belong together only if one was read twice.
func (g *group) includes(r *record) bool {
	return g.Address == r.address && (r.address != "" || g.knows(r))
}

// join adds a record that the user includes.
func (g *group) join(r *record) {
	switch {
	case g.knows(r):
	case r.isEntry:
		if g.Entries == nil {
			g.Entries = g.entry[:0]
		}
		g.Entries = append(g.Entries, r.entry)
	default:
		if g.Accounts == nil {
			g.Accounts = g.account[:0]
		}
		g.Accounts = append(g.Accounts, r.account)
	}
}

// knows reports whether the user already has the very same account or row.
func (g *group) knows(r *record) bool {
	if r.isEntry {
		return slices.ContainsFunc(g.Entries, func(e facts.Entry) bool {
			return e.Database == r.entry.Database && e.ResourceID == r.entry.ResourceID
		})
	}
	return slices.ContainsFunc(g.Accounts, func(a facts.Account) bool { return accountKey(&a) == accountKey(&r.account) })
}

// accountKey identifies an account: by GUID, which survives a rename.
func accountKey(a *facts.Account) string { return cmp.Or(a.GUID, a.DN) }
