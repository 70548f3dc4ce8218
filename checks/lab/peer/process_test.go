package peer

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestStopEndsTheWholeGroup(t *testing.T) {
	Need(t, "sh", "sleep")
	p, err := spawn(exec.Command("sh", "-c", "sleep 1000 & echo started; wait"))
	if err != nil {
		t.Skip(err) // not Linux
	}
	eventually(t, "the group has started", func() bool { return strings.Contains(p.log.String(), "started") })
	// It returns only when the pipe that sleep inherited is closed.
	if err := p.stop(); err != nil {
		t.Error(err)
	}
	if err := p.stop(); err != nil {
		t.Errorf("second stop: %v", err)
	}
}

// helperRole, set in the environment, makes the test binary a helper of
// TestSambaDiesWithTheTestBinary: it serves until it is killed.
const helperRole = "PEER_TEST_HELPER"

func serveUntilKilled() error {
	s, err := startSamba(context.Background(), SambaOptions{NoSchema: true})
	if err != nil {
		return err
	}
	fmt.Println("serving", s.IP, s.server.cmd.Process.Pid)
	<-s.server.done
	return fmt.Errorf("samba ended: %w", s.server.err)
}

func TestSambaDiesWithTheTestBinary(t *testing.T) {
	needSamba(t)
	t.Parallel()
	helper := exec.CommandContext(t.Context(), os.Args[0])
	helper.Env = append(helper.Environ(), helperRole+"=yes", "TMPDIR="+t.TempDir())
	helper.Stderr = os.Stderr
	stdout, err := helper.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := helper.Start(); err != nil {
		t.Fatal(err)
	}
	var ip string
	var pgid int
	if _, err := fmt.Fscanln(stdout, new(string), &ip, &pgid); err != nil {
		t.Fatalf("the helper does not serve: %v, %v", err, helper.Wait())
	}
	if !listening(ip, LDAPPort) || !listening(ip, KerberosPort) {
		t.Errorf("samba does not serve %q", ip)
	}
	if err := helper.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = helper.Wait() // killed, as it should be
	gone := eventually(t, "samba is gone", func() bool {
		return !listening(ip, LDAPPort) && !listening(ip, KerberosPort)
	})
	if !gone {
		killGroup(pgid)
	}
}

// eventually waits for something that another process does.
func eventually(t *testing.T, what string, happened func() bool) bool {
	t.Helper()
	for range 3000 {
		if happened() {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("not so after 30 s: %s", what)
	return false
}

// listening reports whether some process holds the port open.
func listening(ip string, port int) bool {
	conn, err := net.Dial("tcp", net.JoinHostPort(ip, strconv.Itoa(port)))
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}
