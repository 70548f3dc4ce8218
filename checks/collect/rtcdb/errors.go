package rtcdb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"syscall"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/rtcdb/tds71"
	"lcshealth/checks/facts"

	mssql "github.com/microsoft/go-mssqldb"
)

// What would settle the common failures.
const (
	settleNoTLS = "give the database server a certificate for TLS, or use ntlm or kerberos with encrypt: login, " +
		"or allow a connection without TLS with encrypt: disable"
	settleTrust = "name the authority that issued the server's certificate with ca-file, or the name in it with server-name"
	settleOld   = "the server may be too old for TLS 1.2: use ntlm or kerberos with encrypt: disable, or bring the rows in a host file"
	// SQL Server 2000 makes no certificate of its own, and with one it speaks TLS
	// 1.0, in a way that cannot be combined with the translation of its protocol.
	settleLegacy = "SQL Server 2000 cannot encrypt without a certificate: set database.encrypt to disable; use NTLM so that no password travels"
	settleForced = "turn off Force protocol encryption in the Server Network Utility of SQL Server 2000, and use NTLM so that no password travels, " +
		"or bring the rows in a host file"
	settleCertificate = "SQL Server 2000 is read without encryption only: set database.encrypt to disable; use NTLM so that no password travels"
)

// The error numbers of SQL Server that matter here.
const (
	errDeadlock       = 1205
	errNoObject       = 208
	errNoSelect       = 229
	errNoSelectColumn = 230
	errNoDatabase     = 4060
	errOtherDatabase  = 4063 // in place of 4060, from a login that can do without the database
	errNoServerAccess = 916
	errNotTrusted     = 18452
	errLoginFailed    = 18456
	errLocked         = 18486
	errExpired        = 18487
	errMustChange     = 18488
)

// explain gives an error of signing in to SQL Server 2000 its reason.
func (d *dialer) explain(err error) error {
	if e, ok := errors.AsType[*tds71.TLSError](err); ok {
		const forced = 3 // by the server, whatever the client wants
		settle := settleCertificate
		if e.Option == forced {
			settle = settleForced
		}
		return collect.Fail(facts.Protocol, settle, "%w", e)
	}
	if d.legacy.Load() && strings.Contains(err.Error(), noEncryption) {
		return collect.Fail(facts.Protocol, settleLegacy, "the server, SQL Server 2000, offers no TLS")
	}
	return err
}

// noEncryption is what the driver says of a server without TLS.
const noEncryption = "server does not support encryption"

// explainConnect turns an error of signing in into one that says what it
// means and what would settle it.
func (s *Source) explainConnect(ctx context.Context, at address, err error) error {
	where := fmt.Sprintf("connect to the database %s", at)
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", where, ctx.Err())
	}
	fail := func(class facts.Class, settle, format string, args ...any) error {
		return collect.Fail(class, settle, "%s: %s", where, oneLine(fmt.Sprintf(format, args...)))
	}
	if e, ok := errors.AsType[*collect.Error](err); ok {
		return fail(e.Class, e.Settle, "%v", err)
	}
	if e, ok := errors.AsType[mssql.Error](err); ok {
		return s.explainLogin(e, fail)
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		return fail(facts.Unreachable, "correct the name of the database server, or let DNS know it", "%v", e)
	}
	message := err.Error()
	says := func(part string) bool { return strings.Contains(message, part) }
	// The driver does not wrap these errors, and the number of a refused
	// connection is another one on Windows.
	switch {
	case errors.Is(err, syscall.ECONNREFUSED), says("refused"):
		return fail(facts.Unreachable, "start the database service, enable TCP/IP in it, and look whether the port is right", "%v", err)
	case says(noEncryption):
		return fail(facts.Protocol, settleNoTLS, "the server offers no TLS")
	case says("x509: "):
		_, reason, _ := strings.Cut(message, "x509: ")
		return fail(facts.Protocol, settleTrust, "the server's certificate cannot be trusted: %s", reason)
	case says("TLS Handshake failed"):
		return fail(facts.Protocol, settleOld, "no TLS connection: %s", strings.TrimPrefix(message, "TLS Handshake failed: "))
	case s.cfg.auth() == AuthKerberos:
		if class, settle, ok := s.kerberosReason(message); ok {
			return fail(class, settle, "login failed for %s: %s", s.cfg.account(), strings.TrimPrefix(message, "[Root cause: KDC_Error] KDC_Error: "))
		}
	}
	return s.plain(where, err)
}

// kerberosReason tells the errors of Kerberos apart, whose library gives them
// as text only. The names are those of RFC 4120, 7.5.9.
func (s *Source) kerberosReason(message string) (class facts.Class, settle string, ok bool) {
	says := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(message, p) })
	}
	switch {
	case says("KDC_ERR_PREAUTH_FAILED", "KDC_ERR_C_PRINCIPAL_UNKNOWN", "KDC_ERR_CLIENT_REVOKED", "KDC_ERR_KEY_EXPIRED"):
		return facts.Rights, "correct the user name, its realm, or the password or keytab", true
	case says("KDC_ERR_S_PRINCIPAL_UNKNOWN"):
		return facts.Missing, "register the service's name with setspn, give another one, or use ntlm", true
	case says("KRB_AP_ERR_SKEW"):
		return facts.Protocol, "set the clock of this computer", true
	case says("TKT_EXPIRED"):
		return facts.Rights, "renew the credentials with kinit", true
	case says("failed to create krb5 client from login parameters"):
		return facts.Missing, "give a credential cache, or a user name with a password or a keytab", true
	case says("Networking_Error"):
		return facts.Unreachable, "name a domain controller that answers in the Kerberos configuration, or open port 88 to it", true
	}
	return "", "", false
}

// explainLogin explains a refusal by the server. It may come as a chain, such
// as 4060 and then 18456, of which the first says more.
func (s *Source) explainLogin(e mssql.Error, fail func(facts.Class, string, string, ...any) error) error {
	user, database := s.cfg.account(), s.cfg.database()
	all := e.All
	if len(all) == 0 {
		all = []mssql.Error{e}
	}
	for _, e := range all {
		switch e.Number {
		case errNoDatabase, errOtherDatabase, errNoServerAccess:
			return fail(facts.Rights, "look whether the database has another name, or let the account in: "+s.grant(),
				"database %s does not exist, or %s may not open it (SQL %d)", database, user, e.Number)
		case errNotTrusted:
			settle := "use an account of the server's domain or of one that it trusts"
			if s.cfg.auth() == AuthSQL {
				settle = "the server accepts Windows accounts only: use ntlm or kerberos"
			}
			return fail(facts.Rights, settle, "login failed for %s: it is no trusted Windows account (SQL %d)", user, e.Number)
		case errLocked:
			return fail(facts.Rights, "unlock the login", "login failed for %s: the account is locked out (SQL %d)", user, e.Number)
		case errExpired, errMustChange:
			return fail(facts.Rights, "change the password", "login failed for %s: the password has expired (SQL %d)", user, e.Number)
		}
	}
	if e.Number == errLoginFailed {
		return fail(facts.Rights, "correct the user name or the password, or let the account in: "+s.grant(),
			"login failed for %s (SQL %d)", user, e.Number)
	}
	return fail(facts.Protocol, "", "%s (SQL %d)", strings.TrimPrefix(e.Message, "login error: "), e.Number)
}

// grant is the command that lets the account read, as SQL Server 2000 has it
// and later versions still understand it.
func (s *Source) grant() string {
	user := s.cfg.account()
	if s.cfg.Username == "" {
		user = `DOMAIN\user`
	}
	name := strings.ReplaceAll(user, "'", "''")
	login := fmt.Sprintf("EXEC sp_grantlogin N'%s'; ", name)
	if s.cfg.auth() == AuthSQL {
		login = ""
	}
	return fmt.Sprintf("%sUSE %s; EXEC sp_grantdbaccess N'%s'; EXEC sp_addrolemember N'db_datareader', N'%s'",
		login, quote(s.cfg.database()), name, name)
}

// explainQuery turns an error of reading what into one that says what it means.
func (s *Source) explainQuery(ctx context.Context, what string, err error) error {
	where := fmt.Sprintf("read %s of database %s on %s", what, s.cfg.database(), s.cfg.Name)
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", where, ctx.Err())
	}
	if e, ok := errors.AsType[mssql.Error](err); ok {
		fail := func(class facts.Class, settle string) error {
			return collect.Fail(class, settle, "%s: %s (SQL %d)", where, oneLine(e.Message), e.Number)
		}
		switch e.Number {
		case errNoSelect, errNoSelectColumn:
			return fail(facts.Rights, "let the account read: "+s.grant())
		case errNoObject:
			return fail(facts.Missing, "")
		case errDeadlock:
			return fail(facts.Protocol, "run again: the server had to give way to another of its users")
		}
		return fail(facts.Protocol, "")
	}
	return s.plain(where, err)
}

// plain keeps an error whose class is that of the network error in it.
func (s *Source) plain(where string, err error) error {
	message := oneLine(err.Error())
	if message == err.Error() {
		return fmt.Errorf("%s: %w", where, err)
	}
	return collect.Fail(collect.Reason(err).Class, "", "%s: %s", where, message)
}

// oneLine makes text that came from a server fit for a line of output.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unprintable(r) {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}
