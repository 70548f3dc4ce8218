package pgtest

import (
	"context"
	"database/sql"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Restart starts the server if it does not run, and waits until it serves.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server != nil {
		return
	}
	// It lives longer than a test's context, which ends before the cleanup.
	server := exec.Command(filepath.Join(s.bin, "postgres"), "-D", s.data(), "-k", s.folder, //nolint:noctx // Kill ends it
		"-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=40", "-c", "shared_buffers=16MB")
	server.Stdout, server.Stderr = &s.log, &s.log
	if err := s.prepare(server); err != nil {
		t.Fatal(err)
	}
	started, ended := make(chan error, 1), make(chan struct{})
	go hold(server, started, ended)
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	s.server, s.ended = server, ended
	s.await(t, ended)
}

// await waits until the server answers.
func (s *Server) await(t testing.TB, ended <-chan struct{}) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	db, err := sql.Open("pgx", s.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // nothing is lost
	for {
		err := db.PingContext(ctx)
		if err == nil {
			return
		}
		select {
		case <-ended:
			t.Fatalf("postgres does not start: %s", s.log.String())
		case <-ctx.Done():
			t.Fatalf("postgres does not serve: %v", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Kill ends the server as a crash would, with all its processes. The cluster
// can be started again.
func (s *Server) Kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server == nil {
		return
	}
	killAll(s.server)
	<-s.ended
	s.server = nil
}
