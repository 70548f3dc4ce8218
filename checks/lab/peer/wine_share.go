package peer

import (
	"context"
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
type SharedWine struct{ oneForAll[*Wine] }

// ShareWine returns a Windows that is still to be started.
func ShareWine(opt WineOptions) *SharedWine {
	return &SharedWine{oneForAll[*Wine]{name: "wine", start: func(ctx context.Context) (*Wine, error) { return startWine(ctx, opt) }}}
}

// Wine returns the running Windows. Tests may add to it what no other test counts.
// Without the programs the test ends as [Need] says.
func (s *SharedWine) Wine(t testing.TB) *Wine {
	t.Helper()
	needWine(t)
	return s.get(t)
}
