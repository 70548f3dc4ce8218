package rtcdb

import (
	"context"
	"database/sql"
	"net"
	"os"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	mssql "github.com/microsoft/go-mssqldb"
	_ "github.com/microsoft/go-mssqldb/integratedauth/krb5" // the authenticator krb5; mssql itself brings ntlm and winsspi
	"github.com/microsoft/go-mssqldb/msdsn"
)

// applicationName is how the server's administrator sees us, in sp_who2.
const applicationName = "lcshealth"

// session is one open connection to the database.
type session struct {
	conn   *sql.Conn
	close  func()
	dialer *dialer
}

// connect signs in. There is one attempt only: repeating a wrong password
// would lock the account.
func (s *Source) connect(ctx context.Context, told *collect.Session) (*session, error) {
	if err := s.cfg.Validate(); err != nil {
		return nil, collect.Fail(facts.Missing, "correct the configuration", "%w", err)
	}
	at, err := parseAddress(s.cfg.Address)
	if err != nil {
		return nil, err
	}
	fail := func(err error) error { return s.explainConnect(ctx, at, err) }

	params, err := s.params(ctx, at)
	if err != nil {
		return nil, fail(err)
	}
	dialCtx, cancel := context.WithTimeout(ctx, params.DialTimeout)
	defer cancel()
	resolved, err := at.resolve(dialCtx, s.dial())
	if err != nil {
		return nil, fail(err)
	}
	params.Port = uint64(resolved.port)

	d := &dialer{
		ctx: ctx, host: at.host, dial: s.dial(),
		guardPassword: s.cfg.auth() == AuthSQL && s.cfg.encrypt() != EncryptDisable,
	}
	connector := mssql.NewConnectorConfig(*params)
	connector.Dialer = d
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(ctx)
	if d.plainLogin.Load() && s.cfg.auth() == AuthSQL {
		told.Warn("the password of the SQL login %s travelled to %s without TLS: anybody on the way can read it", s.cfg.Username, at)
	}
	if err != nil {
		_ = db.Close()
		return nil, fail(d.explain(err))
	}
	return &session{conn: conn, dialer: d, close: func() {
		_ = conn.Close()
		_ = db.Close()
	}}, nil
}

// params returns the settings of the driver. They are given as values and not
// as a connection string, in which a password would have to be quoted.
func (s *Source) params(ctx context.Context, at address) (*msdsn.Config, error) {
	c := s.cfg
	tlsConfig, err := c.tls(at.host)
	if err != nil {
		return nil, err
	}
	p := &msdsn.Config{
		Host: at.host, Instance: at.instance, Protocols: []string{"tcp"},
		Database: c.database(), User: c.Username,
		Encryption: msdsn.EncryptionRequired, TLSConfig: tlsConfig, HostInCertificateProvided: c.ServerName != "",
		ReadOnlyIntent: true, AppName: applicationName, DisableRetry: true, NoTraceID: true,
		DialTimeout: c.DialTimeout, ConnTimeout: c.AnswerTimeout,
		Encoding:   msdsn.EncodeParameters{Timezone: time.UTC},
		Parameters: map[string]string{},
	}
	if p.DialTimeout <= 0 {
		p.DialTimeout = 10 * time.Second
	}
	if p.ConnTimeout <= 0 {
		p.ConnTimeout = time.Minute
	}
	switch c.encrypt() {
	case EncryptLogin:
		p.Encryption = msdsn.EncryptionOff
	case EncryptDisable:
		p.Encryption = msdsn.EncryptionDisabled
	}
	// The name of our own computer is part of an NTLM login, and shown by the
	// server. Without one it is empty.
	p.Workstation, _ = os.Hostname()
	s.authenticate(p, at)
	if c.Password != nil && c.auth() != AuthIntegrated {
		if p.Password, err = c.Password(ctx); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// authenticate sets how to sign in. A SQL login is what the driver does when
// no authenticator is named and the user name is not that of a domain, which
// [Config.Validate] sees to.
func (s *Source) authenticate(p *msdsn.Config, at address) {
	p.ServerSPN = at.spn()
	switch s.cfg.auth() {
	case AuthNTLM:
		p.Parameters["authenticator"] = "ntlm"
	case AuthIntegrated:
		p.Parameters["authenticator"] = "winsspi"
		p.User = ""
	case AuthKerberos:
		k := s.cfg.Kerberos
		p.Parameters["authenticator"] = "krb5"
		for name, value := range map[string]string{
			"krb5-realm": k.Realm, "krb5-configfile": k.ConfigFile, "krb5-credcachefile": k.CCache, "krb5-keytabfile": k.Keytab,
		} {
			if value != "" {
				p.Parameters[name] = value
			}
		}
	}
	if s.cfg.Kerberos.SPN != "" {
		p.ServerSPN = s.cfg.Kerberos.SPN
	}
}

func (s *Source) dial() DialFunc {
	if s.cfg.Dial != nil {
		return s.cfg.Dial
	}
	return (&net.Dialer{}).DialContext
}
