package rtcdb_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lcshealth/checks/collect/rtcdb"
	"lcshealth/checks/facts"
	"lcshealth/checks/lab/rtcsim"
	"lcshealth/checks/lab/tdsd"
)

func legacy(c *tdsd.Config) { c.Layout = tdsd.TDS71 }

func windowsAccount(c *rtcdb.Config) {
	c.Auth, c.Username, c.Encrypt = rtcdb.AuthNTLM, `CONTOSO\reader`, rtcdb.EncryptLogin
}

// known returns what was found out about a database, without when.
func known(db *facts.Database) []any {
	structure, _ := db.Structure.Get()
	entries, _ := db.Entries.Get()
	sids, _ := db.SIDs.Get()
	guids, _ := db.GUIDs.Get()
	rows, _ := db.DirectoryRows.Get()
	return []any{structure, entries, sids, guids, rows}
}

// SQL Server 2000 is read as any other, with the same facts.
func TestLegacyServer(t *testing.T) {
	t.Parallel()
	newer := serve(t, users(t), nil)
	want, source := newer.run(t)
	if source.Status != facts.OK || len(newer.sink.entries) != 5 {
		t.Fatalf("the source of a newer server ended %s: %s", source.Status, source.Message)
	}
	tests := map[string]struct {
		client   func(*rtcdb.Config)
		warnings []string
	}{
		"SQL login":                              {nil, []string{plainLogin, plainRows}},
		"Windows account":                        {windowsAccount, []string{plainRows}},
		"Windows account, encryption not wanted": {func(c *rtcdb.Config) { windowsAccount(c); c.Encrypt = rtcdb.EncryptDisable }, []string{plainRows}},
	}
	for name, tt := range tests {
		for _, product := range []string{"8.00.2039", "8.00.194"} { // with and without a service pack
			t.Run(name+" to "+product, func(t *testing.T) {
				t.Parallel()
				l := serve(t, users(t), func(c *tdsd.Config) { legacy(c); c.ProductVersion = product })
				if tt.client != nil {
					tt.client(&l.cfg)
				}
				got, source := l.run(t)
				if source.Status != facts.OK || l.conns.Load() != 1 {
					t.Errorf("the source ended %s: %s, after %d connections", source.Status, source.Message, l.conns.Load())
				}
				if diff := cmp.Diff(known(want), known(got)); diff != "" {
					t.Errorf("database (-newer +older)\n%s", diff)
				}
				if diff := cmp.Diff(newer.sink.entries, l.sink.entries); diff != "" {
					t.Errorf("entries (-newer +older)\n%s", diff)
				}
				if diff := cmp.Diff(newer.server.Statements(), l.server.Statements()); diff != "" {
					t.Errorf("statements (-newer +older)\n%s", diff)
				}
				_, port, _ := strings.Cut(l.cfg.Address, ":")
				var warnings []string
				for _, w := range source.Warnings {
					warnings = append(warnings, strings.ReplaceAll(w, port, "*"))
				}
				if !slices.Equal(warnings, tt.warnings) {
					t.Errorf("warnings %q, want %q", warnings, tt.warnings)
				}
			})
		}
	}
}

func TestLegacyServerRefused(t *testing.T) {
	t.Parallel()
	const settle = "SQL Server 2000 cannot encrypt without a certificate: set database.encrypt to disable; use NTLM so that no password travels"
	served, _, pool := certificate(t, "127.0.0.1")
	trust := func(c *rtcdb.Config) { c.RootCAs = pool }
	tests := map[string]struct {
		server          func(*tdsd.Config)
		client          func(*rtcdb.Config)
		class           facts.Class
		message, settle string
	}{
		"encryption wanted": {
			nil, func(c *rtcdb.Config) { c.Encrypt = rtcdb.EncryptAll },
			facts.Protocol, "the server, SQL Server 2000, offers no TLS", settle,
		},
		"encryption wanted of a Windows account": {
			nil, func(c *rtcdb.Config) { windowsAccount(c); c.Encrypt = "" },
			facts.Protocol, "the server, SQL Server 2000, offers no TLS", settle,
		},
		"password guarded": {
			nil, func(c *rtcdb.Config) { c.Encrypt = rtcdb.EncryptLogin },
			facts.Protocol, "the server offers no TLS, without which the password would travel readable", settle,
		},
		"a certificate and encryption wanted": {
			func(c *tdsd.Config) { c.Encrypt = tdsd.EncryptOff }, func(c *rtcdb.Config) { trust(c); c.Encrypt = rtcdb.EncryptAll },
			facts.Protocol, "SQL Server 2000 wants TLS (encryption option 1, version 8.00.760)", "set database.encrypt to disable",
		},
		"a certificate and a login to encrypt": {
			func(c *tdsd.Config) { c.Encrypt = tdsd.EncryptOff }, func(c *rtcdb.Config) { trust(c); c.Encrypt = rtcdb.EncryptLogin },
			facts.Protocol, "SQL Server 2000 wants TLS (encryption option 0, version 8.00.760)", "set database.encrypt to disable",
		},
		"encryption forced": {
			func(c *tdsd.Config) { c.Encrypt = tdsd.EncryptOn }, trust,
			facts.Protocol, "SQL Server 2000 wants TLS (encryption option 3, version 8.00.760)", "turn off Force protocol encryption",
		},
		"wrong password": {
			nil, func(c *rtcdb.Config) { c.Password = give("wrong") },
			facts.Rights, "login failed for reader (SQL 18456)", "correct the user name or the password",
		},
		"wrong password of a Windows account": {
			nil, func(c *rtcdb.Config) { windowsAccount(c); c.Password = give("wrong") },
			facts.Rights, `login failed for CONTOSO\reader`, "",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := serve(t, users(t), func(c *tdsd.Config) {
				legacy(c)
				c.TLS = served
				if tt.server != nil {
					tt.server(c)
				}
			})
			tt.client(&l.cfg)
			db, source := l.run(t)
			failed(t, db, source, tt.class, tt.message, tt.settle)
			if n := l.conns.Load(); n != 1 || len(l.server.Statements()) > 0 {
				t.Errorf("%d connections, statements %q", n, l.server.Statements())
			}
			// Nothing travelled, so there is nothing to warn of, but of a
			// password that was really sent.
			if sent := strings.HasPrefix(name, "wrong password") && l.cfg.Auth != rtcdb.AuthNTLM; (len(source.Warnings) > 0) != sent {
				t.Errorf("warnings: %q", source.Warnings)
			}
		})
	}
}

// What breaks off or takes long does so as with a newer server.
func TestLegacyServerFails(t *testing.T) {
	t.Parallel()
	t.Run("among the rows", func(t *testing.T) {
		t.Parallel()
		sim := users(t)
		sim.Break("Resource", 3)
		l := serve(t, sim, legacy)
		db, source := l.run(t)
		_, why := db.Entries.Get()
		if why == nil || why.Class != facts.Protocol || !strings.HasSuffix(why.Message, "(SQL 823), after 3 entries") || source.Status != facts.Partial {
			t.Errorf("the source ended %s: %+v", source.Status, why)
		}
		if diff := cmp.Diff(wantUsers()[:3], l.sink.entries); diff != "" {
			t.Errorf("entries (-want +got)\n%s", diff)
		}
	})
	t.Run("silent for too long", func(t *testing.T) {
		t.Parallel()
		sim := users(t)
		sim.Hang("Resource", 0)
		l := serve(t, sim, legacy)
		l.cfg.AnswerTimeout = 200 * time.Millisecond
		db, _ := l.run(t)
		if _, why := db.Entries.Get(); why == nil || why.Class != facts.Timeout {
			t.Errorf("entries: %+v", why)
		}
	})
	t.Run("cancelled among the rows", func(t *testing.T) {
		t.Parallel()
		sim := users(t)
		for range 2000 { // more than the server holds back
			if _, err := sim.AddUser(rtcsim.User{Address: "kim@contoso.com", Unmirrored: true}); err != nil {
				t.Fatal(err)
			}
		}
		sim.Hang("Resource", 1990)
		l := serve(t, sim, legacy)
		l.sink.first = make(chan struct{})
		if _, err := l.cancelled(t, l.sink.first); err != nil {
			t.Fatal(err)
		}
		if n := len(l.sink.entries); n == 0 || n > 1990 {
			t.Errorf("%d entries", n)
		}
	})
}
