package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"lcshealth/checks"
	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
	"lcshealth/checks/lab/peer"
	"lcshealth/checks/lab/rtcsim"
	"lcshealth/checks/lab/tdsd"
	"lcshealth/config"
	"lcshealth/report"

	"github.com/google/uuid"
)

// scale is a deployment of many users: their accounts are in an OpenLDAP
// server, and each home server has an RTC database. Two of the users have
// something wrong with them, so that whoever checks it can be seen to see all.
type scale struct {
	crowd  peer.Crowd
	slapd  *peer.Slapd
	dir    string
	config string // file
}

const (
	scaleLogin    = "reader"
	scalePassword = "Sc4le-Passw0rd"
)

// newScale starts a deployment, which ends with the test.
func newScale(t testing.TB, users int) *scale {
	t.Helper()
	s := &scale{crowd: peer.Crowd{Users: users, Servers: 2}, dir: t.TempDir()}
	s.slapd = peer.StartSlapd(t, s.crowd)
	var servers strings.Builder
	for i := range s.crowd.Servers {
		fmt.Fprintf(&servers, "  - name: %s\n    database: %s\n", s.crowd.Server(i), s.serve(t, i))
	}
	s.write(t, "directory.password", s.slapd.Password)
	s.write(t, "database.password", scalePassword)
	s.config = s.write(t, "lcshealth.yaml", fmt.Sprintf(`directory:
  controllers: [%q]
  security: plain
  username: %q
  password: {file: directory.password}
database:
  auth: sql
  encrypt: disable
  username: %s
  password: {file: database.password}
servers:
%swire:
  enabled: false
`, s.slapd.Addr, s.slapd.BindDN, scaleLogin, servers.String()))
	return s
}

func (s *scale) path(name string) string { return filepath.Join(s.dir, name) }

func (s *scale) write(t testing.TB, name, text string) string {
	t.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return s.path(name)
}

// serve serves the database of a home server and returns its address.
func (s *scale) serve(t testing.TB, server int) string {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	simulated := rtcsim.New("rtc", "9.00.5000")
	if _, err := simulated.AddUser(rtcsim.User{Address: "template@contoso.com"}); err != nil {
		t.Fatal(err)
	}
	tds := tdsd.New(tdsd.Config{
		Logins: map[string]string{scaleLogin: scalePassword}, Databases: []string{"rtc"}, ProductVersion: "9.00.5000",
		Handler: func(ctx context.Context, session tdsd.Session, statement string) []tdsd.Result {
			out := simulated.Handle(ctx, session, statement)
			if strings.Contains(statement, "[UserAtHost]") && len(out) == 1 && out[0].Err == nil {
				out[0].Rows = s.rows(server)
			}
			return out
		},
	})
	var served sync.WaitGroup
	served.Go(func() { _ = tds.Serve(t.Context(), ln) }) // it ends when it is closed
	t.Cleanup(func() {
		_ = tds.Close()
		served.Wait()
	})
	return ln.Addr().String()
}

// rows makes the rows of a database as they are asked for: a simulated
// database that kept a million would cost more than its reader. The columns
// are those of the statement that reads all of them: key, address, SID, GUID,
// and whether there is a directory row.
func (s *scale) rows(server int) tdsd.Rows {
	return func(yield func([]any, error) bool) {
		row := make([]any, 5)
		for i := range s.crowd.Users {
			m := s.crowd.Member(i)
			if m.Server != server {
				continue
			}
			switch i {
			case s.missing():
				continue
			case s.renewed():
				m.GUID = uuid.Max
			}
			row[0], row[1], row[2], row[3], row[4] = i+1, m.Address, m.SID, m.GUID, 1
			if !yield(row, nil) {
				return
			}
		}
	}
}

// missing is the user who is not in the database.
func (s *scale) missing() int { return s.crowd.Users / 3 }

// renewed is the user whose row is that of an earlier account.
func (s *scale) renewed() int { return s.crowd.Users / 2 }

// verify looks whether a report in JSON has what was planted, and no more.
func (s *scale) verify(stdout []byte) error {
	var r report.Report
	if err := json.Unmarshal(stdout, &r); err != nil {
		return err
	}
	want := map[string]string{
		"user-missing-from-database": s.crowd.Member(s.missing()).Address,
		"stale-user-entry":           s.crowd.Member(s.renewed()).Address,
	}
	for _, f := range r.Findings {
		if f.Verdict != checks.Present {
			continue
		}
		if f.Affected == nil || f.Affected.Count != 1 || len(f.Affected.Users) != 1 || f.Affected.Users[0] != want[f.Cause] {
			return fmt.Errorf("%s is present: %+v; %s", f.Cause, f.Affected, f.Reason)
		}
		delete(want, f.Cause)
	}
	if len(want) > 0 {
		return fmt.Errorf("not found: %v", want)
	}
	return nil
}

// discard takes accounts and entries for nothing but to be counted.
type discard struct {
	mu                sync.Mutex
	accounts, entries int
}

func (d *discard) AddAccount(facts.Account) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.accounts++
	return nil
}

func (d *discard) AddEntry(facts.Entry) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.entries++
	return nil
}

// readAlone is a program of its own that runs the sources of one kind and
// keeps nothing: lcshealth-read CONFIG directory|rtcdb.
func readAlone() {
	if err := readSources(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func readSources(ctx context.Context, file, kind string) error {
	cfg, err := config.Load(file)
	if err != nil {
		return err
	}
	into := &discard{}
	s := &sources{cfg: cfg, users: into, secrets: newSecrets(&app{})}
	all, err := s.first(ctx)
	if err != nil {
		return err
	}
	var wanted []collect.Source
	for _, source := range all {
		if source.Name() == kind {
			wanted = append(wanted, source)
		}
	}
	var d facts.Deployment
	if err := (&collect.Runner{Deadline: cfg.Timeouts.Source}).Run(ctx, &d, wanted); err != nil {
		return err
	}
	for _, source := range d.Sources {
		if source.Status == facts.Failed {
			err = errors.Join(err, fmt.Errorf("%s %s: %s", source.Name, source.Target, source.Message))
		}
	}
	fmt.Println(into.accounts + into.entries)
	return err
}

// expected are the exit codes of check and analyze, which find something, and
// of collect, which misses the hosts.
func expected(code int) bool {
	return code == int(checks.ExitPresent) || code == int(checks.ExitIncomplete)
}

// A crowd is read to the last user, and what is wrong with two of them is
// found, live and from the stored facts.
func TestScale(t *testing.T) {
	s := newScale(t, 3_000)
	for _, args := range [][]string{
		{"check", "-c", s.config, "--quiet", "--format", "json"},
		{"collect", "-c", s.config, "--quiet", "-o", s.path("facts")},
		{"analyze", s.path("facts"), "--format", "json"},
	} {
		cmd := exec.CommandContext(t.Context(), "lcshealth", args...)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || !expected(exit.ExitCode())) {
			t.Fatalf("%v: %v\n%s", args, err, stderr.String())
		}
		if args[0] == "collect" {
			continue
		}
		if err := s.verify(out); err != nil {
			t.Errorf("%s: %v", args[0], err)
		}
	}
	for _, kind := range []string{"directory", "rtcdb"} {
		out, err := exec.CommandContext(t.Context(), "lcshealth-read", s.config, kind).CombinedOutput()
		want := s.crowd.Users
		if kind == "rtcdb" {
			want--
		}
		if got := strings.TrimSpace(string(out)); err != nil || got != fmt.Sprint(want) {
			t.Errorf("%s alone: %s, %v; want %d", kind, got, err, want)
		}
	}
}
