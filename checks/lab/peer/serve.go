package peer

import (
	"context"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"
)

// serveTimeout bounds how long a program may take until it listens.
const serveTimeout = 30 * time.Second

// Serve starts a program that listens at a TCP address by itself, such as a SIP
// server, in a folder of its own. It returns once a connection is accepted
// there, and stops the program with its children when the test ends. Without
// the program the test ends as [Need] says.
func Serve(t testing.TB, address, program string, args ...string) {
	t.Helper()
	Need(t, program)
	path, err := lookPath(program)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...) //nolint:noctx // it outlives the start
	cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), "TERM=dumb")
	p, err := spawn(cmd)
	if err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	t.Cleanup(func() {
		if err := p.stop(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("%s:\n%s", program, tail(p.log.String()))
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), serveTimeout)
	defer cancel()
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err == nil {
			_ = conn.Close() // the program may mind
			return
		}
		select {
		case <-p.done:
			t.Fatalf("%s ended before it listened: %v", program, p.err)
		case <-ctx.Done():
			t.Fatalf("%s does not listen at %s: %v", program, address, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
