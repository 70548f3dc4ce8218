package peer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// slapdPort is where a [Slapd] serves LDAP, without TLS.
const slapdPort = 3890

// slapdStartTimeout bounds the whole start. A million accounts are loaded in
// half a minute on an idle machine with two cores.
const slapdStartTimeout = 5 * time.Minute

// Slapd is a running OpenLDAP server that stands for a domain controller which
// holds more accounts than a Samba can be given: see [Crowd]. It is no Active
// Directory. It has the rootDSE, the naming contexts, the schema objects and the
// LCS objects that a reader of one looks for, all in one database.
type Slapd struct {
	Addr     string // host:port; the host is an address of 127.0.0.0/8
	BaseDN   string // of the domain, the only one of its forest
	BindDN   string // of an account that may read everything
	Password string

	ip      netip.Addr
	dir     string
	server  *process
	release func()
}

// StartSlapd loads a directory with the crowd's accounts, serves it, and stops it
// when the test ends. Without the programs the test ends as [Need] says.
func StartSlapd(t testing.TB, c Crowd) *Slapd {
	t.Helper()
	Need(t, "slapd", "slapadd")
	s, err := startSlapd(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// startSlapd makes a directory, loads it and serves it. On an error nothing is left.
func startSlapd(ctx context.Context, c Crowd) (_ *Slapd, err error) {
	ctx, cancel := context.WithTimeout(ctx, slapdStartTimeout)
	defer cancel()
	s := &Slapd{BaseDN: crowdDN, BindDN: "CN=reader," + crowdDN, Password: "R3ader-Passw0rd", release: func() {}}
	defer func() {
		if err != nil {
			err = fmt.Errorf("start slapd: %w", errors.Join(err, s.stop()))
		}
	}()
	if s.dir, err = os.MkdirTemp("", "slapd-"); err != nil {
		return nil, err
	}
	if s.ip, s.release, err = reserveLoopback(ctx, slapdPort); err != nil {
		return nil, err
	}
	s.Addr = net.JoinHostPort(s.ip.String(), strconv.Itoa(slapdPort))
	if err := s.configure(); err != nil {
		return nil, err
	}
	if err := s.load(ctx, c); err != nil {
		return nil, err
	}
	path, err := lookPath("slapd")
	if err != nil {
		return nil, err
	}
	// -d, with any level, keeps it in the foreground.
	cmd := exec.Command(path, "-d", "0", "-f", s.path("slapd.conf"), "-h", "ldap://"+s.Addr) //nolint:noctx // it outlives the start
	if s.server, err = spawn(cmd); err != nil {
		return nil, err
	}
	return s, s.waitUntilServing(ctx)
}

// configure writes what the server reads before it has a directory.
func (s *Slapd) configure() error {
	if err := os.Mkdir(s.path("db"), 0o700); err != nil {
		return err
	}
	for name, text := range map[string]string{
		"slapd.conf": fmt.Sprintf(slapdConf, s.dir, crowdDN, s.BindDN, s.Password),
		"lcs.schema": slapdSchema(),
		"rootdse":    slapdRootDSE,
	} {
		if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// load fills the database offline. The records go through a pipe: a million of them
// are half a gigabyte.
func (s *Slapd) load(ctx context.Context, c Crowd) error {
	path, err := lookPath("slapadd")
	if err != nil {
		return err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	written := make(chan error, 1)
	go func() { written <- errors.Join(c.writeLDIF(w), w.Close()) }()
	cmd := exec.CommandContext(ctx, path, "-q", "-f", s.path("slapd.conf"), "-b", crowdDN)
	cmd.Stdin = r
	out, err := cmd.CombinedOutput()
	_ = r.Close() // lets the writer end if the program did before it
	if err != nil {
		return fmt.Errorf("slapadd: %w: %s", errors.Join(err, ctx.Err(), <-written), tail(string(out)))
	}
	return <-written
}

// waitUntilServing returns when the server takes connections.
func (s *Slapd) waitUntilServing(ctx context.Context) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		var d net.Dialer
		conn, err := d.DialContext(ctx, "tcp", s.Addr)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-tick.C:
		case <-s.server.done:
			return fmt.Errorf("slapd ended: %w: %s", errors.Join(s.server.err, err), tail(s.server.log.String()))
		case <-ctx.Done():
			return fmt.Errorf("wait for slapd: %w: %s", errors.Join(ctx.Err(), err), tail(s.server.log.String()))
		}
	}
}

// stop ends the server and removes what it stored. It may follow a start that failed anywhere.
func (s *Slapd) stop() error {
	defer s.release()
	var err error
	if s.server != nil {
		err = s.server.stop()
	}
	if s.dir != "" {
		err = errors.Join(err, os.RemoveAll(s.dir))
	}
	return err
}

func (s *Slapd) path(name string) string { return filepath.Join(s.dir, name) }
