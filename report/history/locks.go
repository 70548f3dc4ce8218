package history

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Lock is something that only this process may do for now, such as to audit a
// scope. It is a lease: if the process dies others wait no longer than that.
type Lock struct {
	store *Store
	name  string
	token string
}

// Lock takes the lock of a name until the lease ends. The owner is told to
// those who find it held: their error is [ErrHeld] and says by whom and until
// when.
func (s *Store) Lock(ctx context.Context, name, owner string, lease time.Duration) (*Lock, error) {
	l := &Lock{s, key(name), rand.Text()}
	err := s.write(ctx, func(tx *tx) error {
		if lease <= 0 {
			return errNoLease
		}
		now := s.now()
		n, err := tx.count(ctx, "INSERT INTO locks (name, token, owner, acquired, expires) VALUES (?, ?, ?, ?, ?)"+
			" ON CONFLICT (name) DO UPDATE SET token = excluded.token, owner = excluded.owner, acquired = excluded.acquired, expires = excluded.expires"+
			" WHERE locks.expires <= ?", l.name, l.token, clean(owner), micros(now), micros(now.Add(lease)), micros(now))
		if err != nil || n > 0 {
			return err
		}
		var by string
		var since, until int64
		if err := tx.row(ctx, "SELECT owner, acquired, expires FROM locks WHERE name = ?", l.name).Scan(&by, &since, &until); err != nil {
			return err
		}
		return fmt.Errorf("%w: %s since %s, until %s at most", ErrHeld, by, fromMicros(since).Format(time.RFC3339), fromMicros(until).Format(time.RFC3339))
	})
	if err != nil {
		return nil, s.failed("lock "+name, err)
	}
	return l, nil
}

// Renew makes the lease end later. The error is [ErrLost] if it ran out and
// somebody else has taken the lock.
func (l *Lock) Renew(ctx context.Context, lease time.Duration) error {
	return l.store.settle(ctx, "renew the lock "+l.name, "UPDATE locks SET expires = ? WHERE name = ? AND token = ?",
		micros(l.store.now().Add(lease)), l.name, l.token)
}

// Unlock gives the lock back. One that was lost is nothing to give back.
func (l *Lock) Unlock(ctx context.Context) error {
	err := l.store.settle(ctx, "unlock "+l.name, "DELETE FROM locks WHERE name = ? AND token = ?", l.name, l.token)
	if errors.Is(err, ErrLost) {
		return nil
	}
	return err
}

// Holder says who holds a lock and until when; ok is false if nobody does.
func (s *Store) Holder(ctx context.Context, name string) (owner string, until time.Time, ok bool, err error) {
	var expires int64
	err = s.row(ctx, "SELECT owner, expires FROM locks WHERE name = ? AND expires > ?", key(name), micros(s.now())).Scan(&owner, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return "", time.Time{}, false, nil
	}
	if err != nil {
		return "", time.Time{}, false, s.failed("look at the lock "+name, err)
	}
	return owner, fromMicros(expires), true, nil
}

// errNoLease guards against a lease that ends before it begins.
var errNoLease = errors.New("a lease must be longer than nothing")
