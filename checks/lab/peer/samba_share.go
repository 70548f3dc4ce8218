package peer

import (
	"context"
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
type Shared struct{ oneForAll[*Samba] }

// Share returns a Samba that is still to be started.
func Share(opt SambaOptions) *Shared {
	return &Shared{oneForAll[*Samba]{name: "samba", start: func(ctx context.Context) (*Samba, error) { return startSamba(ctx, opt) }}}
}

// Samba returns the running server, which no test may change. Without the
// programs, or without root, the test ends as [Need] says.
func (s *Shared) Samba(t testing.TB) *Samba {
	t.Helper()
	needSamba(t)
	return s.get(t)
}
