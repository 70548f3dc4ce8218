package rtcdb_test

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"lcshealth/checks/collect/rtcdb"
	"lcshealth/checks/facts"
	"lcshealth/checks/lab/tdsd"
)

func give(password string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return password, nil }
}

func TestLoginRefused(t *testing.T) {
	t.Parallel()
	const where = "connect to the database 127.0.0.1:"
	tests := []struct {
		name            string
		server          func(*tdsd.Config)
		client          func(*rtcdb.Config)
		class           facts.Class
		message, settle string
	}{
		{
			"wrong password", nil, func(c *rtcdb.Config) { c.Password = give("wrong") },
			facts.Rights, "login failed for reader (SQL 18456)", "correct the user name or the password, or let the account in: USE [rtc]; EXEC sp_grantdbaccess N'reader'",
		},
		{
			"wrong password of a Windows account", nil, func(c *rtcdb.Config) {
				c.Auth, c.Username, c.Password = rtcdb.AuthNTLM, `CONTOSO\reader`, give("wrong")
			},
			facts.Rights, `login failed for CONTOSO\reader`, "",
		},
		{
			"unknown database", nil, func(c *rtcdb.Config) { c.Database = "o'rtc]" },
			facts.Rights, "database o'rtc] does not exist, or reader may not open it (SQL 4063)", "USE [o'rtc]]]; EXEC sp_grantdbaccess",
		},
		{
			"Windows accounts only", func(c *tdsd.Config) { c.Logins = nil }, nil,
			facts.Rights, "login failed for reader: it is no trusted Windows account (SQL 18452)", "use ntlm or kerberos",
		},
		{
			"TLS wanted where there is none", nil, func(c *rtcdb.Config) { c.Encrypt = rtcdb.EncryptAll },
			facts.Protocol, "the server offers no TLS", "encrypt: disable",
		},
		{
			"password guarded", nil, func(c *rtcdb.Config) { c.Encrypt = rtcdb.EncryptLogin },
			facts.Protocol, "the server offers no TLS, without which the password would travel readable", "use ntlm or kerberos",
		},
		{
			"no credentials", nil, func(c *rtcdb.Config) {
				c.Password = func(context.Context) (string, error) {
					return "", errors.New("environment variable RTC_PASSWORD is not set")
				}
			},
			facts.Protocol, "environment variable RTC_PASSWORD is not set", "",
		},
		{
			"no file of authorities", nil, func(c *rtcdb.Config) { c.CAFile = filepath.Join("nowhere", "ca.pem") },
			facts.Missing, "read the certificates of authorities: open nowhere", "",
		},
		{
			"no Kerberos configuration", nil, func(c *rtcdb.Config) {
				c.Auth, c.Username, c.Password, c.Kerberos.ConfigFile = rtcdb.AuthKerberos, "reader@CONTOSO.COM", nil, filepath.Join("nowhere", "krb5.conf")
			},
			facts.Missing, "krb5.conf", "",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := serve(t, users(t), tt.server)
			if tt.client != nil {
				tt.client(&l.cfg)
			}
			db, source := l.run(t)
			failed(t, db, source, tt.class, where, tt.settle)
			if !strings.Contains(source.Message, tt.message) {
				t.Errorf("message %q, want %q in it", source.Message, tt.message)
			}
			if strings.Contains(source.Message, "wrong") {
				t.Errorf("the password is in %q", source.Message)
			}
			// One attempt, or else the account could be locked.
			if n := l.conns.Load(); n > 1 {
				t.Errorf("%d connections", n)
			}
			if s := l.server.Statements(); len(s) > 0 {
				t.Errorf("statements were sent: %q", s)
			}
		})
	}
}

func TestNTLM(t *testing.T) {
	t.Parallel()
	l := serve(t, users(t), nil)
	l.cfg.Auth, l.cfg.Username = rtcdb.AuthNTLM, `CONTOSO\reader`
	_, source := l.run(t)
	if source.Status != facts.OK || len(l.sink.entries) != 5 {
		t.Errorf("the source ended %s: %s", source.Status, source.Message)
	}
	if len(source.Warnings) != 1 || !strings.Contains(source.Warnings[0], "sign-in names and SIDs travelled readable") {
		t.Errorf("warnings: %q", source.Warnings)
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = ln.Close() // nobody listens there now
	l := serve(t, nil, nil)
	l.cfg.Address = ln.Addr().String()
	db, source := l.run(t)
	failed(t, db, source, facts.Unreachable, "connection refused", "start the database service")

	l.cfg.Address = "lcs01.invalid"
	l.cfg.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: network, Err: &net.DNSError{Err: "no such host", Name: address, IsNotFound: true}}
	}
	for _, address := range []string{"lcs01.invalid", `lcs01.invalid\rtc`} {
		l.cfg.Address = address
		db, source = l.run(t)
		failed(t, db, source, facts.Unreachable, "no such host", "correct the name of the database server")
	}
}

func TestNotADatabaseServer(t *testing.T) {
	t.Parallel()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte("220 lcs01.contoso.com ESMTP\x1b[31m\r\nready\r\n"))
			_ = conn.Close()
		}
	}()
	defer func() { _ = ln.Close(); <-done }()
	l := serve(t, nil, nil)
	l.cfg.Address = ln.Addr().String()
	db, source := l.run(t)
	if source.Status != facts.Failed || db.Structure.IsObserved() {
		t.Errorf("the source ended %s: %s", source.Status, source.Message)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	good := rtcdb.Config{Address: `lcs01\rtc`, Username: login, Password: give(password)}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	tests := []struct {
		change func(*rtcdb.Config)
		want   string
	}{
		{func(c *rtcdb.Config) { c.Address = "" }, `database server "": no host is named`},
		{func(c *rtcdb.Config) { c.Encrypt = "maybe" }, `database server "lcs01\\rtc": encrypt "maybe" is not known: it is true, login or disable`},
		{func(c *rtcdb.Config) { c.Auth = "oauth" }, `auth "oauth" is not known: it is sql, ntlm, kerberos or integrated`},
		{func(c *rtcdb.Config) { c.Username = "" }, "a SQL login needs a user name"},
		{func(c *rtcdb.Config) { c.Password = nil }, "a SQL login needs a password"},
		{func(c *rtcdb.Config) { c.Username = `CONTOSO\reader` }, `CONTOSO\reader is a Windows account, not a SQL login: use ntlm or kerberos`},
		{func(c *rtcdb.Config) { c.Auth = rtcdb.AuthNTLM }, `ntlm needs a user name of the form DOMAIN\user, not "reader"`},
		{func(c *rtcdb.Config) { c.Auth, c.Username, c.Password = rtcdb.AuthNTLM, `C\r`, nil }, "ntlm needs a password"},
		{func(c *rtcdb.Config) { c.Auth, c.Username = rtcdb.AuthKerberos, `CONTOSO\reader` }, "kerberos needs a user name of the form user@REALM"},
		{func(c *rtcdb.Config) { c.Auth, c.Username = rtcdb.AuthKerberos, "" }, "kerberos needs a user name for a keytab or a password"},
	}
	for _, tt := range tests {
		c := good
		tt.change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Validate() = %v, want %q", err, tt.want)
		}
	}
	l := serve(t, nil, nil)
	l.cfg.Encrypt = "maybe"
	db, source := l.run(t)
	failed(t, db, source, facts.Missing, `encrypt "maybe" is not known`, "correct the configuration")
	if len(source.Warnings) > 0 {
		t.Errorf("warnings: %q", source.Warnings)
	}
}
