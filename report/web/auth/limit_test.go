package auth

import (
	"context"
	"errors"
	"net/netip"
	"strconv"
	"sync"
	"testing"
	"time"
)

func contextWithTimeout(t *testing.T, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), d)
}

// try signs in and returns how long to wait if it is too often.
func try(t *testing.T, s *Service, from netip.Addr, name, password string) time.Duration {
	t.Helper()
	_, _, err := s.SignIn(t.Context(), from, name, password)
	if limit, ok := errors.AsType[*LimitError](err); ok {
		if limit.RetryAfter < time.Second {
			t.Errorf("wait %s", limit.RetryAfter)
		}
		return limit.RetryAfter
	}
	if err != nil && !errors.Is(err, ErrCredentials) {
		t.Fatal(err)
	}
	return 0
}

func TestOneClientGuesses(t *testing.T) {
	s, c := newService(t, usersFile(t))
	for i := range 10 {
		if wait := try(t, s, office, "user"+strconv.Itoa(i), "wrong"); wait > 0 {
			t.Fatalf("attempt %d waits %s", i, wait)
		}
	}
	if wait := try(t, s, office, "kim", rightPassword); wait != 6*time.Second {
		t.Errorf("wait %s", wait)
	}
	if wait := try(t, s, netip.MustParseAddr("::ffff:192.0.2.10"), "kim", rightPassword); wait == 0 {
		t.Error("the same address in IPv6 is another client")
	}
	if wait := try(t, s, netip.MustParseAddr("192.0.2.11"), "kim", rightPassword); wait != 0 {
		t.Error("another client waits, too")
	}
	c.add(6 * time.Second)
	if wait := try(t, s, office, "kim", "wrong"); wait != 0 {
		t.Errorf("wait %s", wait)
	}
	if wait := try(t, s, office, "kim", "wrong"); wait == 0 {
		t.Error("one more is let through than there was time for")
	}
}

// Who has an account does not get more attempts at others by signing in to it
// in between.
func TestOwnAccountBuysNoAttempts(t *testing.T) {
	s, _ := newService(t, usersFile(t))
	wrong := 0
	for range 30 {
		if try(t, s, office, "lee", rightPassword) > 0 || try(t, s, office, "kim", "wrong") > 0 {
			break
		}
		wrong++
	}
	if wrong != 10 {
		t.Errorf("%d guesses", wrong)
	}
}

func TestManyClientsGuessOneUser(t *testing.T) {
	s, c := newService(t, usersFile(t))
	from := netip.MustParseAddr("198.51.100.1")
	for range 10 {
		if try(t, s, from, "kim", "wrong") > 0 {
			t.Fatal("limited too early")
		}
		from = from.Next()
	}
	if wait := try(t, s, from, "KIM", "wrong"); wait != 20*time.Second {
		t.Errorf("wait %s", wait)
	}
	if try(t, s, from, "lee", rightPassword) > 0 {
		t.Error("another user waits, too")
	}
	c.add(20 * time.Second)
	if try(t, s, from, "kim", rightPassword) > 0 {
		t.Error("the user is locked out")
	}
}

func TestSiteOfIPv6IsOneClient(t *testing.T) {
	s, _ := newService(t, usersFile(t))
	from := netip.MustParseAddr("2001:db8::1")
	for i := range 10 {
		try(t, s, from, "user"+strconv.Itoa(i), "wrong")
		from = from.Next()
	}
	if try(t, s, from, "kim", "wrong") == 0 {
		t.Error("a new address of the same /64 is let through")
	}
	if try(t, s, netip.MustParseAddr("2001:db8:0:1::1"), "kim", "wrong") > 0 {
		t.Error("another /64 waits, too")
	}
}

// Memory is bounded, and the bucket of who is at it stays.
func TestBucketsAreBounded(t *testing.T) {
	c := newClock()
	l := newLimiter(perClient, c.Now)
	for range int(l.burst) {
		l.take("guesser")
	}
	for i := range 3 * mostBuckets {
		l.take(strconv.Itoa(i))
		if i%1000 == 0 && l.take("guesser") == 0 {
			t.Fatal("the bucket was forgotten")
		}
	}
	if len(l.buckets) != mostBuckets || l.order.Len() != mostBuckets {
		t.Errorf("%d buckets", len(l.buckets))
	}
	c.add(-time.Hour) // a clock that is set back fills nothing
	if l.take("guesser") == 0 {
		t.Error("let through")
	}
}

// Many at once, of whom no more get through than one after the other.
func TestConcurrentSignIns(t *testing.T) {
	path := usersFile(t)
	s, _ := newService(t, path)
	var wg sync.WaitGroup
	var mu sync.Mutex
	let := 0
	for range 40 {
		wg.Go(func() {
			_, _, err := s.SignIn(t.Context(), office, "kim", "wrong")
			if errors.Is(err, ErrCredentials) {
				mu.Lock()
				let++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if let != 10 {
		t.Errorf("%d attempts were let through", let)
	}
	for i := range 6 {
		from := netip.AddrFrom4([4]byte{203, 0, 113, byte(i)})
		wg.Go(func() {
			id, _, err := s.SignIn(t.Context(), from, "lee", rightPassword)
			if err != nil {
				t.Error(err)
				return
			}
			for range 50 {
				if _, err := s.Session(id); err != nil {
					t.Error(err)
				}
			}
			s.SignOut(id)
			if _, err := s.Session(id); !errors.Is(err, ErrNoSession) {
				t.Error(err)
			}
		})
	}
	wg.Go(func() {
		if err := Update(t.Context(), path, func(f *File) error { f.Users[0].Role = Viewer; return nil }); err != nil {
			t.Error(err)
		}
	})
	wg.Wait()
}
