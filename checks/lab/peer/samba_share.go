package peer

import (
	"fmt"
	"os"
	"sync"
	"testing"
)

// Shared is one [Samba] for all tests of a test binary. It starts when the first test asks
// for it, and ends after the last:
//
//	var directory = peer.Share(peer.SambaOptions{Forest: &forest})
//
//	func TestMain(m *testing.M) { os.Exit(directory.Main(m)) }
//
//	func TestUsers(t *testing.T) {
//		dc := directory.Samba(t)
//		…
//	}
type Shared struct {
	opt SambaOptions

	mu    sync.Mutex
	main  bool // Main is running, so it will be stopped
	samba *Samba
	err   error
}

// Share returns a Samba that is still to be started.
func Share(opt SambaOptions) *Shared { return &Shared{opt: opt} }

// Main runs the tests, stops the server and returns the exit code.
func (s *Shared) Main(m *testing.M) int {
	s.mu.Lock()
	s.main = true
	s.mu.Unlock()
	code := m.Run()
	if err := s.stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return max(code, 1)
	}
	return code
}

func (s *Shared) stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.main = false
	if s.samba == nil {
		return nil
	}
	return s.samba.stop()
}

// Samba returns the running server, which no test may change. Without the
// programs, or without root, the test ends as [Need] says.
func (s *Shared) Samba(t testing.TB) *Samba {
	t.Helper()
	needSamba(t)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.main {
		t.Fatal("nothing would stop the shared samba: TestMain must call Main")
	}
	if s.samba == nil && s.err == nil {
		s.samba, s.err = startSamba(t.Context(), s.opt)
	}
	if s.err != nil {
		t.Fatal(s.err)
	}
	return s.samba
}
