package auth

import (
	"container/list"
	"fmt"
	"net/netip"
	"sync"
	"time"
)

// rate is what a token bucket lets through: so many at once, then one each.
type rate struct {
	burst float64
	each  time.Duration
}

// What sign-in lets through before it asks to wait. The second is slower, since
// a password may be guessed from many addresses at once. Neither locks a user
// out: whoever comes when the bucket has a token gets it.
var (
	perClient = rate{burst: 10, each: 6 * time.Second}
	perUser   = rate{burst: 10, each: 20 * time.Second}
)

// mostBuckets bounds the memory of a limiter. The bucket that was used longest
// ago makes place, so that to get rid of one takes as many attempts.
const mostBuckets = 8192

// limiter is a token bucket for each key.
type limiter struct {
	rate
	now func() time.Time

	mu      sync.Mutex
	buckets map[string]*list.Element
	order   *list.List // of *bucket, last used first
}

type bucket struct {
	key    string
	tokens float64
	at     time.Time // it had them then
}

func newLimiter(r rate, now func() time.Time) *limiter {
	return &limiter{rate: r, now: now, buckets: map[string]*list.Element{}, order: list.New()}
}

// take takes a token. Without one, it returns how long it takes to get one.
func (l *limiter) take(key string) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(key)
	if b.tokens < 1 {
		return time.Duration((1 - b.tokens) * float64(l.each))
	}
	b.tokens--
	return 0
}

// giveBack returns a token that was taken for nothing. It returns no more: who
// has an account could else use it to guess the passwords of others.
func (l *limiter) giveBack(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(key)
	b.tokens = min(l.burst, b.tokens+1)
}

// bucket returns the bucket as it is by now. A new one is full.
func (l *limiter) bucket(key string) *bucket {
	now := l.now()
	if e, ok := l.buckets[key]; ok {
		l.order.MoveToFront(e)
		b := e.Value.(*bucket)
		if passed := now.Sub(b.at); passed > 0 {
			b.tokens = min(l.burst, b.tokens+float64(passed)/float64(l.each))
			b.at = now
		}
		return b
	}
	if l.order.Len() >= mostBuckets {
		oldest := l.order.Back()
		delete(l.buckets, oldest.Value.(*bucket).key)
		l.order.Remove(oldest)
	}
	b := &bucket{key: key, tokens: l.burst, at: now}
	l.buckets[key] = l.order.PushFront(b)
	return b
}

// clientKey is the client as far as one can count on it: a site has a whole /64
// of IPv6 addresses.
func clientKey(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

// LimitError says that somebody tries to sign in too often.
type LimitError struct {
	RetryAfter time.Duration // until there is any use in trying, at least a second
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("too many attempts to sign in; try again in %s", e.RetryAfter)
}

func limited(wait time.Duration) error {
	whole := wait.Truncate(time.Second)
	if whole < wait || whole == 0 {
		whole += time.Second
	}
	return &LimitError{RetryAfter: whole}
}
