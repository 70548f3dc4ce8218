package peer

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
)

// oneForAll is one peer for all tests of a test binary. It starts when the first
// test asks for it, and ends after the last.
type oneForAll[P interface {
	comparable
	stop() error
}] struct {
	name  string
	start func(context.Context) (P, error)

	mu   sync.Mutex
	main bool // Main is running, so it will be stopped
	peer P
	err  error
}

// Main runs the tests, stops the peer if one of them started it, and returns
// the exit code.
func (s *oneForAll[P]) Main(m *testing.M) int {
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

func (s *oneForAll[P]) stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.main = false
	var none P
	if s.peer == none {
		return nil
	}
	return s.peer.stop()
}

// get returns the running peer.
func (s *oneForAll[P]) get(t testing.TB) P {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.main {
		t.Fatalf("nothing would stop the shared %s: TestMain must call Main", s.name)
	}
	var none P
	if s.peer == none && s.err == nil {
		s.peer, s.err = s.start(t.Context())
	}
	if s.err != nil {
		t.Fatal(s.err)
	}
	return s.peer
}
