package directory

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/go-ldap/ldap/v3"
)

// bindTimeout bounds signing in, which for Kerberos asks other machines.
const bindTimeout = 20 * time.Second

// login signs connections in, one at a time. The password is asked for once,
// and once it was refused it is not tried again anywhere: accounts are locked
// out by a few attempts.
type login struct {
	turn     chan struct{} // holds a token while somebody signs in
	refused  error
	password *string
	ticket   *ticket
}

func newLogin() *login { return &login{turn: make(chan struct{}, 1)} }

// bind signs a connection in, unless it is already.
func (r *reader) bind(ctx context.Context, c *controller) error {
	select {
	case r.login.turn <- struct{}{}:
		defer func() { <-r.login.turn }()
	case <-ctx.Done():
		return fmt.Errorf("bind to %s: %w", c.at.host, explain(ctx, ctx.Err()))
	}
	switch {
	case c.bound:
		return nil
	case r.login.refused != nil:
		return fmt.Errorf("bind to %s: not tried after a refusal: %w", c.at.host, r.login.refused)
	}
	within, cancel := context.WithTimeout(ctx, bindTimeout)
	defer cancel()
	watch := context.AfterFunc(within, func() { _ = c.raw.Close() })
	err := r.signIn(within, c)
	if err == nil && !watch() {
		err = within.Err()
	}
	if err == nil {
		c.bound = true
		r.warnPlain(c)
		return nil
	}
	c.close()
	err = fmt.Errorf("bind to %s as %s: %w", c.at.host, r.identity(), explainBind(ctx, within, err))
	if errors.Is(err, errLogin) {
		r.login.refused = err
	}
	return err
}

func (r *reader) signIn(ctx context.Context, c *controller) error {
	if r.cfg.Auth == Kerberos {
		return r.kerberos(ctx, c)
	}
	password, err := r.password(ctx)
	if err != nil {
		return err
	}
	if r.cfg.Auth == NTLM {
		return c.conn.NTLMBind(r.cfg.Domain, r.bindName(), password)
	}
	return c.conn.Bind(r.bindName(), password)
}

// bindName is the user name as simple binds and NTLM take it.
func (r *reader) bindName() string {
	name := r.cfg.Username
	if r.cfg.Domain != "" && !strings.ContainsAny(name, `\@=`) {
		return r.cfg.Domain + `\` + name
	}
	return name
}

// identity is whom errors name.
func (r *reader) identity() string {
	switch k := r.cfg.Kerberos; {
	case r.cfg.Auth == Kerberos && k.CCache != "":
		return "the owner of " + k.CCache
	case r.cfg.Auth == Kerberos && r.realm() != "":
		return r.principal() + "@" + r.realm()
	case r.cfg.Auth == Kerberos:
		return r.principal()
	}
	return r.bindName()
}

func (r *reader) password(ctx context.Context) (string, error) {
	if r.login.password != nil {
		return *r.login.password, nil
	}
	if r.cfg.Username == "" || r.cfg.Password == nil {
		return "", badLogin("configure an account that may read the directory", "no user name and password are configured", nil)
	}
	password, err := r.cfg.Password(ctx)
	if err != nil {
		return "", badLogin("make the password available", "get the password", err)
	}
	if password == "" {
		return "", badLogin("configure the password", "the password is empty", nil)
	}
	r.login.password = &password
	return password, nil
}

// warnPlain tells, once, that a connection is not encrypted.
func (r *reader) warnPlain(c *controller) {
	switch {
	case r.cfg.Security != Plain:
	case r.cfg.Auth == Simple:
		r.warnOnce("the connection to %s is not encrypted: the password of %s went over the network in clear", c.at.host, r.identity())
	default:
		r.warnOnce("the connection to %s is not encrypted: what is read can be seen, and changed, on its way", c.at.host)
	}
}

// logonFailures are the reasons that Active Directory gives for a refused
// password, as hexadecimal system error codes (MS-ERREF 2.2).
var logonFailures = map[string]struct{ text, settle string }{
	"525": {"there is no such user", "correct the user name"},
	"52e": {"wrong user name or password", "correct the user name and password"},
	"52f": {"restrictions on the account forbid it", "look at the restrictions of the account"},
	"530": {"the account may not sign in at this time", "look at the logon hours of the account"},
	"531": {"the account may not sign in from this computer", "let the account sign in from this computer"},
	"532": {"the password has expired", "set a new password"},
	"533": {"the account is disabled", "enable the account"},
	"701": {"the account has expired", "extend the account"},
	"773": {"the password must be changed first", "set a new password"},
	"775": {"the account is locked out", "unlock the account, and look who uses a wrong password"},
}

var logonFailureCode = regexp.MustCompile(`\bdata ([0-9a-f]+)\b`)

// explainBind explains why signing in failed. ctx is the run's context, within
// that of this attempt.
func explainBind(ctx, within context.Context, err error) error {
	if ctx.Err() == nil && within.Err() != nil {
		return collect.Fail(facts.Timeout, "look whether the controller answers", "no answer within %s", bindTimeout)
	}
	e, ok := errors.AsType[*ldap.Error](err)
	switch {
	case ok && e.ResultCode == ldap.LDAPResultInvalidCredentials:
		return refusal(e)
	case strings.HasPrefix(err.Error(), "process NTLM challenge"):
		return collect.Fail(facts.Protocol, "use simple authentication over ldaps", "%s", oneLine(err))
	}
	return explain(ctx, err)
}

func refusal(e *ldap.Error) error {
	m := logonFailureCode.FindStringSubmatch(e.Err.Error())
	if m == nil {
		return badLogin(logonFailures["52e"].settle, fmt.Sprintf("%s (LDAP %d)", logonFailures["52e"].text, e.ResultCode), nil)
	}
	known, ok := logonFailures[m[1]]
	if !ok {
		known.text, known.settle = "the controller refuses the account", "correct the user name and password"
	}
	return badLogin(known.settle, fmt.Sprintf("%s (LDAP %d, data %s)", known.text, e.ResultCode, m[1]), nil)
}

// errLogin marks failures that lie in the account, its password or its ticket,
// and not in the controller that was asked.
var errLogin = errors.New("login failed")

// badLogin is such a failure. err may be nil.
func badLogin(settle, text string, err error) error {
	if err != nil {
		text += ": " + oneLine(err)
	}
	return &collect.Error{Class: facts.Rights, Settle: settle, Err: &described{text, errLogin}}
}
