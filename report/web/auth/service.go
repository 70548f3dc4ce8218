package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"time"
)

// Errors of [Service]. Others mean that the users file cannot be read, or that
// the context ended.
var (
	// ErrCredentials is the one answer to a name that is none, a wrong password
	// and a disabled user.
	ErrCredentials = errors.New("the name or the password is wrong")
	// ErrNoSession says that a session never was, is over, or was ended.
	ErrNoSession = errors.New("nobody is signed in")
	// ErrToken is the one answer to a token that is none, expired, or whose
	// owner is disabled.
	ErrToken = errors.New("the API token is not valid")
)

// Options are what a [Service] needs. Only Path has to be given.
type Options struct {
	Path   string           // of the users file
	Now    func() time.Time // the clock; nil for time.Now
	Params Params           // of the hash that a name costs that is none; zero for [DefaultParams]
	Log    *slog.Logger     // of who signs in and out; nil for none. Names that are no user's are not logged: people mistype passwords there
}

// Service answers who somebody is. It may be used by many at once.
type Service struct {
	now      func() time.Time
	log      *slog.Logger
	hasher   *Hasher
	users    *store
	sessions *sessions
	clients  *limiter
	names    *limiter
	key      digest // makes what a name that is none costs unpredictable, but always the same
	decoy    PHC
}

// New reads the users file and returns the service. The file has to be there,
// and is read again whenever it has changed.
func New(o Options) (*Service, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Params == (Params{}) {
		o.Params = DefaultParams()
	}
	hasher, err := NewHasher(o.Params)
	if err != nil {
		return nil, err
	}
	s := &Service{
		now: o.Now, log: o.Log, hasher: hasher, sessions: newSessions(o.Now),
		clients: newLimiter(perClient, o.Now), names: newLimiter(perUser, o.Now),
		decoy: PHC{Params: o.Params, Salt: make([]byte, newSaltBytes), Key: make([]byte, newKeyBytes)},
	}
	_, _ = rand.Read(s.key[:]) // never fails, as crypto/rand says
	_, _ = rand.Read(s.decoy.Key)
	s.users = &store{path: o.Path, now: o.Now, changed: s.sessions.keep}
	if _, err := s.users.current(); err != nil {
		return nil, err
	}
	return s, nil
}

// SignIn starts a session for who knows the password and returns its id, which
// is for his cookie alone. client is where the connection comes from. A wrong
// answer is [ErrCredentials] and costs the same whatever is wrong; too many
// attempts are a [*LimitError]. It waits for others who sign in until ctx ends.
func (s *Service) SignIn(ctx context.Context, client netip.Addr, name, password string) (id string, who Identity, err error) {
	name = canonical(name)
	if CheckName(name) != nil {
		name = "" // one bucket for all of them, and no user
	}
	where := clientKey(client)
	if wait := s.clients.take(where); wait > 0 {
		s.log.WarnContext(ctx, "sign-in limited", "client", where)
		return "", Identity{}, limited(wait)
	}
	if wait := s.names.take(name); wait > 0 {
		s.log.WarnContext(ctx, "sign-in limited", "client", where, "user", s.known(name))
		return "", Identity{}, limited(wait)
	}
	u, err := s.verify(ctx, name, password)
	if errors.Is(err, ErrCredentials) {
		s.log.WarnContext(ctx, "sign-in refused", "client", where, "user", s.known(name))
		return "", Identity{}, err
	}
	s.clients.giveBack(where) // it was right, or nothing was tried
	s.names.giveBack(name)
	if err != nil {
		return "", Identity{}, err
	}
	id, csrf := s.sessions.start(u)
	s.log.InfoContext(ctx, "signed in", "client", where, "user", u.Name)
	return id, Identity{Name: u.Name, Role: u.Role, Scopes: u.Role.Scopes(), CSRF: csrf}, nil
}

// verify returns the user if the password is his.
func (s *Service) verify(ctx context.Context, name, password string) (User, error) {
	f, err := s.users.current()
	if err != nil {
		return User{}, err
	}
	u, known := f.User(name)
	hash := s.decoyFor(f, name)
	if known {
		if hash, err = ParsePHC(u.Password); err != nil {
			return User{}, fmt.Errorf("user %s: %w", u.Name, err)
		}
	}
	if len(password) > MaxPassword {
		password = "" // nobody's
	}
	right, err := s.hasher.Verify(ctx, hash, password)
	switch {
	case err != nil:
		return User{}, err
	case !right || !known || u.Disabled || password == "":
		return User{}, ErrCredentials
	}
	return u, nil
}

// decoyFor returns a hash that nobody knows a password for. Its costs are those
// of one of the users, always the same for a name, so that names that are none
// cannot be told by the time they take.
func (s *Service) decoyFor(f *File, name string) PHC {
	decoy := s.decoy
	if len(f.Users) > 0 {
		sum := sha256.Sum256(append(s.key[:], name...))
		i := binary.BigEndian.Uint64(sum[:]) % uint64(len(f.Users))
		if other, err := ParsePHC(f.Users[i].Password); err == nil {
			decoy.Params = other.Params
		}
	}
	return decoy
}

// known is how a name is logged.
func (s *Service) known(name string) string {
	if f, err := s.users.current(); err == nil {
		if _, ok := f.User(name); ok {
			return name
		}
	}
	return "(unknown)"
}

// Session returns who has the session of that id, or [ErrNoSession]. The
// session lasts for another hour.
func (s *Service) Session(id string) (Identity, error) { return s.session(id, true) }

// Peek is [Service.Session], but does not make the session last longer: for
// pages that stay open by themselves.
func (s *Service) Peek(id string) (Identity, error) { return s.session(id, false) }

func (s *Service) session(id string, touch bool) (Identity, error) {
	f, err := s.users.current() // first: it ends sessions
	if err != nil {
		return Identity{}, err
	}
	found, ok := s.sessions.find(id, touch)
	if !ok {
		return Identity{}, ErrNoSession
	}
	u, ok := f.User(found.user)
	stamp := stampOf(u)
	if !ok || u.Disabled || subtle.ConstantTimeCompare(stamp[:], found.stamp[:]) != 1 {
		s.sessions.end(id)
		return Identity{}, ErrNoSession
	}
	return Identity{Name: u.Name, Role: u.Role, Scopes: u.Role.Scopes(), CSRF: found.csrf}, nil
}

// SignOut ends the session of that id, if there is one.
func (s *Service) SignOut(id string) { s.sessions.end(id) }

// Token returns whose API token text is, or [ErrToken].
func (s *Service) Token(text string) (Identity, error) {
	if ParseToken(text) != nil {
		return Identity{}, ErrToken
	}
	f, err := s.users.current()
	if err != nil {
		return Identity{}, err
	}
	t, ok := f.findToken(text)
	owner, there := f.User(t.Owner)
	if !ok || !there || owner.Disabled || !s.now().Before(t.Expires) {
		return Identity{}, ErrToken
	}
	return Identity{Name: owner.Name, Scopes: t.scopes(owner), Token: t.Name}, nil
}

// SameSecret compares what somebody sent with what he should have sent, in
// constant time. An empty secret is never right.
func SameSecret(sent, want string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(sent), []byte(want)) == 1
}
