package tds71_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	mssql "github.com/microsoft/go-mssqldb"

	"lcshealth/checks/collect/rtcdb/tds71"
	"lcshealth/checks/lab/tdsd"
)

func TestLogins(t *testing.T) {
	t.Parallel()
	ntlm := map[string]string{`CONTOSO\reader`: testPassword}
	tests := map[string]struct {
		config  func(*tdsd.Config)
		options map[string]string
		want    []int32 // error numbers
	}{
		"SQL login":                     {nil, nil, nil},
		"wrong password":                {nil, map[string]string{"user": testUser, "password": "wrong"}, []int32{18456}},
		"unknown database":              {nil, map[string]string{"database": "rtcdyn"}, []int32{4063}},
		"Windows accounts only":         {func(c *tdsd.Config) { c.NTLMUsers = ntlm }, nil, []int32{18452}},
		"NTLM":                          {func(c *tdsd.Config) { c.NTLMUsers = ntlm }, map[string]string{"user": `CONTOSO\reader`, "password": testPassword, "authenticator": "ntlm"}, nil},
		"NTLM with wrong password":      {func(c *tdsd.Config) { c.NTLMUsers = ntlm }, map[string]string{"user": `CONTOSO\reader`, "password": "wrong", "authenticator": "ntlm"}, []int32{18452}},
		"read-only intent":              {nil, map[string]string{"ApplicationIntent": "ReadOnly"}, nil},
		"encryption off":                {nil, map[string]string{"encrypt": "false"}, nil},
		"without a trace id":            {nil, map[string]string{"notraceid": "true"}, nil},
		"column encryption, not wanted": {nil, map[string]string{"columnencryption": "true"}, nil},
	}
	for name, tt := range tests {
		for _, product := range []string{"8.00.2039", "8.00.194"} {
			t.Run(name+" to "+product, func(t *testing.T) {
				t.Parallel()
				cfg := legacy()
				cfg.ProductVersion = product
				if tt.config != nil {
					tt.config(&cfg)
				}
				_, addr := start(t, cfg)
				err := open(t, addr, &dialer{wrap: true}, tt.options).PingContext(t.Context())
				var e mssql.Error
				var got []int32
				if errors.As(err, &e) {
					for _, one := range e.All {
						got = append(got, one.Number)
					}
				} else if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("error numbers (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// wiretap keeps what goes over a connection.
type wiretap struct {
	net.Conn
	mu       sync.Mutex
	up, down bytes.Buffer
}

func (w *wiretap) Read(b []byte) (int, error) {
	n, err := w.Conn.Read(b)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down.Write(b[:n])
	return n, err
}

func (w *wiretap) Write(b []byte) (int, error) {
	w.mu.Lock()
	w.up.Write(b)
	w.mu.Unlock()
	return w.Conn.Write(b)
}

type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

func (f dialFunc) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return f(ctx, network, address)
}

// tapped has a conversation, and returns what was tapped below the translator
// and above it.
func tapped(t testing.TB, cfg tdsd.Config, talk func(db *sql.DB)) (below, above *wiretap) {
	t.Helper()
	_, addr := start(t, cfg)
	connector, err := mssql.NewConnector((&url.URL{Scheme: "sqlserver", User: url.UserPassword(testUser, testPassword), Host: addr.String(),
		RawQuery: "database=rtc&encrypt=disable&notraceid=true"}).String())
	if err != nil {
		t.Fatal(err)
	}
	connector.Dialer = dialFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		below = &wiretap{Conn: conn}
		above = &wiretap{Conn: tds71.Wrap(below, tds71.Options{})}
		return above, err
	})
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(1)
	defer func() { _ = db.Close() }()
	talk(db)
	return below, above
}

// Nothing is changed for a server that speaks the newer layout.
func TestPassedThrough(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"9.00.1399", "10.50.1600", "16.0.1000"} {
		cfg := modern()
		cfg.ProductVersion = version
		below, above := tapped(t, cfg, func(db *sql.DB) {
			for _, statement := range []string{"select values", "select two results", "select error", "select some"} {
				ask(t, db, statement)
			}
			ask(t, db, "select parameters", "", make([]byte, 9000)) // of (max) types
		})
		if !bytes.Equal(below.up.Bytes(), above.up.Bytes()) || below.up.Len() < 9000 {
			t.Errorf("%s: of %d octets sent, %d arrived, or others", version, above.up.Len(), below.up.Len())
		}
		if !bytes.Equal(below.down.Bytes(), above.down.Bytes()) || below.down.Len() < 200_000 {
			t.Errorf("%s: of %d octets received, %d arrived, or others", version, below.down.Len(), above.down.Len())
		}
	}
}
