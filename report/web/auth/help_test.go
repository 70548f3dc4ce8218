package auth

import (
	"errors"
	"net/netip"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// cheap are the least costs that there are; what they are does not matter to a
// test.
var cheap = Params{Memory: 8, Passes: 1, Threads: 1}

const rightPassword = "correct horse battery"

// clock is set by tests.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func hashOf(t *testing.T, password string) string {
	t.Helper()
	h, err := NewHasher(cheap)
	if err != nil {
		t.Fatal(err)
	}
	p, err := h.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	return p.String()
}

// usersFile writes a file with kim, an operator, lee, a viewer, and pat, who is
// disabled. All have the same password.
func usersFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "users.yaml")
	change(t, path, func(f *File) {
		f.Users = []User{
			{Name: "kim", Password: hashOf(t, rightPassword), Role: Operator},
			{Name: "lee", Password: hashOf(t, rightPassword), Role: Viewer},
			{Name: "pat", Password: hashOf(t, rightPassword), Role: Operator, Disabled: true},
		}
	})
	return path
}

func change(t *testing.T, path string, how func(*File)) {
	t.Helper()
	if err := Update(t.Context(), path, func(f *File) error { how(f); return nil }); err != nil {
		t.Fatal(err)
	}
}

func newService(t *testing.T, path string) (*Service, *clock) {
	t.Helper()
	c := newClock()
	s, err := New(Options{Path: path, Now: c.Now, Params: cheap})
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

var office = netip.MustParseAddr("192.0.2.10")

func signIn(t *testing.T, s *Service, name string) (string, Identity) {
	t.Helper()
	id, who, err := s.SignIn(t.Context(), office, name, rightPassword)
	if err != nil {
		t.Fatalf("sign in as %s: %v", name, err)
	}
	return id, who
}

func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
}
