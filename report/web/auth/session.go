package auth

import (
	"crypto/sha256"
	"crypto/subtle"
	"slices"
	"sync"
	"time"
)

// How long a session lasts without a request and at most, and how many a user
// has at once.
const (
	SessionIdle = time.Hour
	SessionLife = 12 * time.Hour
	SessionsOf  = 8
)

// session is one sign-in. Its id is kept as a digest, so that neither memory
// nor the time that a look-up takes gives it away.
type session struct {
	id            digest
	user          string
	stamp         digest // of the user as he was when he signed in
	csrf          string
	created, used time.Time
}

type digest = [sha256.Size]byte

func (s *session) over(now time.Time) bool {
	return !now.Before(s.used.Add(SessionIdle)) || !now.Before(s.created.Add(SessionLife))
}

// stampOf changes when a user's sessions have to end.
func stampOf(u User) digest {
	state := "enabled"
	if u.Disabled {
		state = "disabled"
	}
	return sha256.Sum256([]byte(u.Name + "\n" + u.Password + "\n" + string(u.Role) + "\n" + state))
}

// sessions are those of everybody. Its size is bounded by that of the users
// file.
type sessions struct {
	now func() time.Time

	mu   sync.Mutex
	byID map[digest]*session
}

func newSessions(now func() time.Time) *sessions {
	return &sessions{now: now, byID: map[digest]*session{}}
}

// start begins a session and returns its id, which is always a new one. The
// session that was used longest ago ends if a user has too many.
func (s *sessions) start(u User) (id, csrf string) {
	id, csrf = newSecret(), newSecret()
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	var his []*session
	for key, other := range s.byID {
		switch {
		case other.over(now):
			delete(s.byID, key)
		case other.user == u.Name:
			his = append(his, other)
		}
	}
	slices.SortFunc(his, func(a, b *session) int { return a.used.Compare(b.used) })
	for ; len(his) >= SessionsOf; his = his[1:] {
		delete(s.byID, his[0].id)
	}
	key := sha256.Sum256([]byte(id))
	s.byID[key] = &session{id: key, user: u.Name, stamp: stampOf(u), csrf: csrf, created: now, used: now}
	return id, csrf
}

// find returns the session of that id if it is not over. touch makes it last
// for another hour.
func (s *sessions) find(id string, touch bool) (session, bool) {
	if !wellFormed(id) {
		return session{}, false
	}
	key := sha256.Sum256([]byte(id))
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.byID[key]
	if !ok {
		return session{}, false
	}
	now := s.now()
	if found.over(now) {
		delete(s.byID, key)
		return session{}, false
	}
	if touch {
		found.used = now
	}
	return *found, true
}

// end ends the session of that id, if there is one.
func (s *sessions) end(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byID, sha256.Sum256([]byte(id)))
}

// keep ends the sessions of users who are not, or are not as they were when
// they signed in.
func (s *sessions) keep(f *File) {
	stamps := map[string]digest{}
	for _, u := range f.Users {
		if !u.Disabled {
			stamps[u.Name] = stampOf(u)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, one := range s.byID {
		if stamp, ok := stamps[one.user]; !ok || subtle.ConstantTimeCompare(stamp[:], one.stamp[:]) != 1 {
			delete(s.byID, key)
		}
	}
}
