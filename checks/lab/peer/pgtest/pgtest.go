// Package pgtest runs a private PostgreSQL server for tests: its own cluster in
// a temporary folder, reached through a socket there, gone when the test ends.
package pgtest

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// Who owns the cluster, and the password, which must show up nowhere else.
const (
	User     = "auditor"
	Password = "p@ss/w:rd?Geheim"
)

// Server is a running cluster.
type Server struct {
	folder string // of the data and the socket
	bin    string
	mu     sync.Mutex
	server *exec.Cmd
	ended  chan struct{}
	log    bytes.Buffer
}

// patience bounds how long a server may take to start or stop.
const patience = 60 * time.Second

// Start starts a server. Where PostgreSQL is not installed the test is skipped,
// or fails if the environment says CI=true.
func Start(t testing.TB) *Server {
	t.Helper()
	bin := programs()
	if bin == "" {
		lack(t, "PostgreSQL is not installed (apt-get install postgresql), so nothing shows that it is served")
	}
	if err := supported(); err != nil {
		lack(t, err.Error())
	}
	// Not t.TempDir, whose parent others cannot enter: PostgreSQL refuses to
	// run as root. The path of a socket must be short, too.
	folder, err := os.MkdirTemp("", "pgtest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	s := &Server{folder: folder, bin: bin}
	if err := s.create(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Kill)
	s.Restart(t)
	return s
}

func lack(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal("TEST CANNOT RUN: " + why)
	}
	t.Skip("TEST NOT RUN: " + why)
}

// programs finds the newest server. Debian keeps it off the PATH.
func programs() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // the pattern is right
	slices.Sort(found)
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1])
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	return ""
}

// create makes the cluster.
func (s *Server) create(ctx context.Context) error {
	secret := filepath.Join(s.folder, "password")
	if err := os.WriteFile(secret, []byte(Password+"\n"), 0o600); err != nil {
		return err
	}
	if err := handOver(s.folder, secret); err != nil {
		return err
	}
	initdb := exec.CommandContext(ctx, filepath.Join(s.bin, "initdb"), "--pgdata", s.data(), "--username", User, "--pwfile", secret,
		"--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
	if err := s.prepare(initdb); err != nil {
		return err
	}
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return nil
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

// prepare lets a program run as the owner of the cluster, in its folder, and
// die with this process.
func (s *Server) prepare(cmd *exec.Cmd) error {
	cmd.Dir, cmd.Env = s.folder, []string{"LC_ALL=C.UTF-8", "TZ=UTC", "PATH=/usr/bin:/bin"}
	return confine(cmd)
}

// DSN is the address of a database of the cluster.
func (s *Server) DSN(database string) string {
	return (&url.URL{Scheme: "postgres", User: url.UserPassword(User, Password), Path: "/" + database, RawQuery: url.Values{"host": {s.folder}}.Encode()}).String()
}

// Database makes an empty database and returns its address.
func (s *Server) Database(t testing.TB, name string) string {
	t.Helper()
	db, err := sql.Open("pgx", s.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // nothing is lost
	if _, err := db.ExecContext(t.Context(), `CREATE DATABASE "`+strings.ReplaceAll(name, `"`, `""`)+`" TEMPLATE template0`); err != nil {
		t.Fatal(err)
	}
	return s.DSN(name)
}
