package peer

import (
	"fmt"
	"os"
	"sync"
	"testing"
)

// SharedWine is one [Wine] for all tests of a test binary. It starts when the first
// test asks for it, and ends after the last:
//
//	var windows = peer.ShareWine(peer.WineOptions{})
//
//	func TestMain(m *testing.M) { os.Exit(windows.Main(m)) }
//
//	func TestServices(t *testing.T) {
//		w := windows.Wine(t)
//		…
//	}
type SharedWine struct {
	opt WineOptions

	mu   sync.Mutex
	main bool // Main is running, so it will be stopped
	wine *Wine
	err  error
}

// ShareWine returns a Windows that is still to be started.
func ShareWine(opt WineOptions) *SharedWine { return &SharedWine{opt: opt} }

// Main runs the tests, ends Windows and returns the exit code.
func (s *SharedWine) Main(m *testing.M) int {
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

func (s *SharedWine) stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.main = false
	if s.wine == nil {
		return nil
	}
	return s.wine.stop()
}

// Wine returns the running Windows. Tests may add to it what no other test counts.
// Without the programs the test ends as [Need] says.
func (s *SharedWine) Wine(t testing.TB) *Wine {
	t.Helper()
	needWine(t)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.main {
		t.Fatal("nothing would stop the shared wine: TestMain must call Main")
	}
	if s.wine == nil && s.err == nil {
		s.wine, s.err = startWine(t.Context(), s.opt)
	}
	if s.err != nil {
		t.Fatal(s.err)
	}
	return s.wine
}
