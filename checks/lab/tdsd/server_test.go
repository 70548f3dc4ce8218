package tdsd_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	mssql "github.com/microsoft/go-mssqldb"
	"golang.org/x/sync/errgroup"

	"lcshealth/checks/lab/tdsd"
)

const (
	testUser     = "health"
	testPassword = "p@ss;'wörd{}"
)

// start serves cfg on a loopback port until the test ends.
func start(t *testing.T, cfg tdsd.Config) (*tdsd.Server, *net.TCPAddr) {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Logins == nil && cfg.NTLMUsers == nil {
		cfg.Logins = map[string]string{testUser: testPassword}
	}
	if cfg.Databases == nil {
		cfg.Databases = []string{"rtc", "rtcconfig"}
	}
	srv := tdsd.New(cfg)
	served := make(chan error, 1)
	// Close, not the end of the test's context, is what ends the server.
	go func() { served <- srv.Serve(context.WithoutCancel(t.Context()), ln) }()
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return srv, ln.Addr().(*net.TCPAddr)
}

// open returns a pool of at most one connection as the test user to the rtc
// database, with the connection options changed as given.
func open(t *testing.T, addr *net.TCPAddr, options map[string]string) *sql.DB {
	t.Helper()
	user := url.UserPassword(testUser, testPassword)
	q := url.Values{"database": {"rtc"}, "encrypt": {"disable"}, "dial timeout": {"5"}}
	for k, v := range options {
		switch k {
		case "user":
			user = url.UserPassword(v, options["password"])
		case "password":
		default:
			q.Set(k, v)
		}
	}
	u := url.URL{Scheme: "sqlserver", User: user, Host: addr.String(), RawQuery: q.Encode()}
	connector, err := mssql.NewConnector(u.String())
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// numbers returns the numbers of all SQL Server errors in err, in order.
func numbers(t *testing.T, err error) []int32 {
	t.Helper()
	var e mssql.Error
	if !errors.As(err, &e) {
		t.Fatalf("got error %v, want one of SQL Server", err)
	}
	var all []int32
	for _, one := range e.All {
		all = append(all, one.Number)
	}
	return all
}

func fixed(results ...tdsd.Result) tdsd.Handler {
	return func(context.Context, tdsd.Session, string) []tdsd.Result { return results }
}

func TestPing(t *testing.T) {
	t.Parallel()
	srv, addr := start(t, tdsd.Config{})
	if err := open(t, addr, nil).PingContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"select 1;"}, srv.Statements()); diff != "" {
		t.Errorf("statements (-want +got):\n%s", diff)
	}
}

func TestSession(t *testing.T) {
	t.Parallel()
	var got tdsd.Session
	_, addr := start(t, tdsd.Config{Handler: func(_ context.Context, s tdsd.Session, _ string) []tdsd.Result {
		got = s
		return nil
	}})
	db := open(t, addr, map[string]string{"user": "HEALTH", "password": testPassword, "database": "RTC",
		"workstation id": "audit01", "app name": "lcshealth"})
	if _, err := db.ExecContext(t.Context(), "select name from sysobjects"); err != nil {
		t.Fatal(err)
	}
	want := tdsd.Session{SPID: 51, User: "HEALTH", Database: "rtc", Host: "audit01", Application: "lcshealth", Server: "127.0.0.1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("session (-want +got):\n%s", diff)
	}
}

func TestLoginRefused(t *testing.T) {
	t.Parallel()
	sqlLogins := tdsd.Config{}
	windowsOnly := tdsd.Config{NTLMUsers: map[string]string{`CONTOSO\health`: testPassword}}
	tests := []struct {
		name    string
		config  tdsd.Config
		options map[string]string
		want    []int32
		message string
	}{
		{"wrong password", sqlLogins, map[string]string{"user": testUser, "password": "wrong"},
			[]int32{18456}, "Login failed for user 'health'."},
		{"password in other case", sqlLogins, map[string]string{"user": testUser, "password": strings.ToUpper(testPassword)},
			[]int32{18456}, "Login failed for user 'health'."},
		{"unknown user", sqlLogins, map[string]string{"user": "sa", "password": testPassword},
			[]int32{18456}, "Login failed for user 'sa'."},
		{"no user", sqlLogins, map[string]string{"user": "", "password": ""},
			[]int32{18456}, "Login failed for user ''."},
		{"Windows accounts only", windowsOnly, nil,
			[]int32{18452}, "Not associated with a trusted SQL Server connection."},
		// The driver leaves it to the server whether the database matters, and
		// takes the error for the end of a login that in fact succeeded.
		{"unknown database", sqlLogins, map[string]string{"database": "rtcdyn"},
			[]int32{4063}, `Cannot open database "rtcdyn" that was requested by the login.`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, addr := start(t, tt.config)
			err := open(t, addr, tt.options).PingContext(t.Context())
			if diff := cmp.Diff(tt.want, numbers(t, err)); diff != "" {
				t.Errorf("error numbers (-want +got):\n%s", diff)
			}
			if !strings.Contains(err.Error(), tt.message) {
				t.Errorf("got %q, want it to contain %q", err, tt.message)
			}
		})
	}
}

func TestProductVersion(t *testing.T) {
	t.Parallel()
	// A time.Time parameter shows which TDS version the driver was told: from
	// 7.3 it becomes a datetimeoffset, which this server refuses.
	for version, want := range map[string]int32{"": 0, "9.00.3042": 0, "10.50.1600.1": 8009, "15.0.2000": 8009} {
		_, addr := start(t, tdsd.Config{ProductVersion: version})
		_, err := open(t, addr, nil).ExecContext(t.Context(), "select @p1", time.Now())
		if want == 0 && err != nil {
			t.Errorf("%q: %v", version, err)
		}
		if want != 0 && !cmp.Equal([]int32{want}, numbers(t, err)) {
			t.Errorf("%q: got %v, want number %d", version, err, want)
		}
	}
}

func TestServeRefusesBadConfig(t *testing.T) {
	t.Parallel()
	tests := map[string]tdsd.Config{
		"product version":   {ProductVersion: "nine"},
		"invalid syntax":    {ProductVersion: "9.x.1"},
		"value out of":      {ProductVersion: "900.0.1"},
		"without a tls":     {Encrypt: tdsd.EncryptOn},
		"layout 7 is not":   {Layout: 7},
		"major.minor.build": {ProductVersion: "9"},
	}
	for want, cfg := range tests {
		ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		err = tdsd.New(cfg).Serve(t.Context(), ln)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
		if _, err := ln.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: the listener was left open: %v", want, err)
		}
	}
}

func TestServeAfterClose(t *testing.T) {
	t.Parallel()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := tdsd.New(tdsd.Config{})
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	if err := srv.Serve(t.Context(), ln); err != nil {
		t.Errorf("got %v, want nil", err)
	}
}

func TestServeEndsWithContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := tdsd.New(tdsd.Config{Logins: map[string]string{testUser: testPassword}, Databases: []string{"rtc"}})
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ctx, ln) }()
	db := open(t, ln.Addr().(*net.TCPAddr), nil)
	if err := db.PingContext(t.Context()); err != nil { // leaves a connection open
		t.Fatal(err)
	}
	cancel()
	if err := <-served; err != nil {
		t.Errorf("got %v, want nil", err)
	}
}

func TestClientsSideBySide(t *testing.T) {
	t.Parallel()
	srv, addr := start(t, tdsd.Config{Handler: func(_ context.Context, _ tdsd.Session, statement string) []tdsd.Result {
		return []tdsd.Result{{Columns: []tdsd.Column{{Name: "s", Type: tdsd.VarChar}}, Rows: tdsd.Values([]any{statement})}}
	}})
	db := open(t, addr, nil)
	db.SetMaxOpenConns(4)
	var g errgroup.Group
	for i := range 40 {
		g.Go(func() error {
			want := fmt.Sprintf("select %d from Resource", i)
			var got string
			if err := db.QueryRowContext(t.Context(), want).Scan(&got); err != nil {
				return err
			}
			if got != want {
				return fmt.Errorf("got the reply to %q, want that to %q", got, want)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
	if n := len(srv.Statements()); n != 40 {
		t.Errorf("%d statements were recorded, want 40", n)
	}
}
