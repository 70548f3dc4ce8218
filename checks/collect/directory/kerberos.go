package directory

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/go-ldap/ldap/v3"
	"github.com/go-ldap/ldap/v3/gssapi"
	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/credentials"
	"github.com/jcmturner/gokrb5/v8/keytab"
)

// ticket is the Kerberos client of a run: one ticket-granting ticket serves
// every controller.
type ticket struct{ client *gssapi.Client }

func (t *ticket) close() {
	if t != nil {
		_ = t.client.Close() // ends the renewal of its ticket
	}
}

// kerberos binds with SASL GSSAPI (RFC 4752).
func (r *reader) kerberos(ctx context.Context, c *controller) error {
	var err error
	t := r.login.ticket
	if t == nil {
		if t, err = r.newTicket(ctx); err != nil {
			return err
		}
		r.login.ticket = t
	}
	spn := r.spn(c)
	// The Kerberos library knows no context. What it still does when the
	// deadline has passed ends by itself, within 5 seconds for each controller
	// of the realm; nobody waits for it.
	done := make(chan struct{})
	go func() {
		defer close(done)
		err = guarded(func() error { return c.conn.GSSAPIBind(t.client, spn, "") })
	}()
	select {
	case <-done:
		return explainKerberos(err, spn)
	case <-ctx.Done():
		r.login.ticket = nil // in use until then
		go func() {
			<-done
			t.close()
		}()
		return ctx.Err()
	}
}

// spn is the name of the controller's LDAP service. The ticket is for a name,
// so a controller configured by address is asked for its own.
func (r *reader) spn(c *controller) string {
	if c.at.configured && r.cfg.Kerberos.SPN != "" {
		return r.cfg.Kerberos.SPN
	}
	if net.ParseIP(c.at.host) != nil && c.dse.hostName != "" {
		return "ldap/" + c.dse.hostName
	}
	return "ldap/" + c.at.host
}

func (r *reader) newTicket(ctx context.Context) (*ticket, error) {
	k := r.cfg.Kerberos
	krb5, err := r.krb5Config()
	if err != nil {
		return nil, badLogin("correct the Kerberos configuration file", "read "+k.ConfigFile, err)
	}
	realm := r.realm()
	if realm == "" {
		realm = krb5.LibDefaults.DefaultRealm
	}
	// FAST is not known to Active Directory before 2012.
	plain := client.DisablePAFXFAST(true)
	var krb *client.Client
	switch {
	case k.CCache != "":
		cache, err := loadCCache(k.CCache)
		if err == nil {
			krb, err = client.NewFromCCache(cache, krb5, plain)
		}
		if err != nil {
			return nil, badLogin("get a ticket with kinit", "read the credential cache "+k.CCache, err)
		}
	case k.Keytab != "":
		keys, err := keytab.Load(k.Keytab)
		if err != nil {
			return nil, badLogin("name a keytab that can be read", "read the keytab "+k.Keytab, err)
		}
		krb = client.NewWithKeytab(r.principal(), realm, keys, krb5, plain)
	default:
		password, err := r.password(ctx)
		if err != nil {
			return nil, err
		}
		krb = client.NewWithPassword(r.principal(), realm, password, krb5, plain)
	}
	return &ticket{&gssapi.Client{Client: krb}}, nil
}

// loadCCache reads a credential cache. The library's reader panics on a cut
// one.
func loadCCache(name string) (cache *credentials.CCache, err error) {
	err = guarded(func() (err error) {
		cache, err = credentials.LoadCCache(name)
		return err
	})
	return cache, err
}

// principal is the user name without a domain.
func (r *reader) principal() string {
	name := r.cfg.Username
	if _, plain, ok := strings.Cut(name, `\`); ok {
		return plain
	}
	plain, _, _ := strings.Cut(name, "@")
	return plain
}

// realm is that of the account: as configured, or as the user name says.
func (r *reader) realm() string {
	realm := r.cfg.Kerberos.Realm
	if realm == "" {
		_, realm, _ = strings.Cut(r.cfg.Username, "@")
	}
	if realm == "" && strings.Contains(r.cfg.Domain, ".") {
		realm = r.cfg.Domain
	}
	return strings.ToUpper(realm)
}

func (r *reader) krb5Config() (*config.Config, error) {
	if r.cfg.Kerberos.ConfigFile != "" {
		return config.Load(r.cfg.Kerberos.ConfigFile)
	}
	// Tickets of Active Directory seldom fit into UDP.
	return config.NewFromString(fmt.Sprintf(
		"[libdefaults]\ndefault_realm = %s\ndns_lookup_kdc = true\nudp_preference_limit = 1\n", r.realm()))
}

// kerberosFailures are error codes of RFC 4120 section 7.5.9 that the
// configuration or the account is the reason for. Only a name unknown to the
// realm depends on the controller; the others would be the same everywhere.
var kerberosFailures = map[string]struct{ text, settle string }{
	"6":  {"there is no such user", "correct the user name or the realm"},
	"14": {"the controller supports none of the encryption types", "allow a common encryption type, or use another authentication"},
	"18": {"the account is disabled, locked out or expired", "enable or unlock the account"},
	"23": {"the password has expired", "set a new password"},
	"24": {"wrong password or keytab", "correct the password, or export the keytab again"},
	"32": {"the ticket has expired", "get a new ticket with kinit"},
	"37": {"the clocks differ by more than Kerberos allows", "set this machine's clock"},
	"68": {"the account is in another realm", "correct the realm"},
}

const unknownService = "7" // KDC_ERR_S_PRINCIPAL_UNKNOWN

var kerberosFailureCode = regexp.MustCompile(`KRB Error: \((\d+)\)`)

// explainKerberos explains what the Kerberos library says only as text.
func explainKerberos(err error, spn string) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*ldap.Error](err); ok {
		return err
	}
	if m := kerberosFailureCode.FindStringSubmatch(err.Error()); m != nil {
		known, ok := kerberosFailures[m[1]]
		switch {
		case m[1] == unknownService:
			return collect.Fail(facts.Rights, "name the controller by its full name, or set the SPN", "the realm knows no %s (Kerberos 7)", spn)
		case !ok:
			known.text, known.settle = oneLine(err), "look the error code up in RFC 4120 section 7.5.9"
		}
		return badLogin(known.settle, fmt.Sprintf("%s (Kerberos %s)", known.text, m[1]), nil)
	}
	switch text := err.Error(); {
	case strings.Contains(text, "wrong Token ID"):
		// RFC 4757 tokens, which come with RC4 keys, are unknown to the library.
		return collect.Fail(facts.Protocol, "use simple authentication over ldaps, or ntlm",
			"the controller has no AES keys, as before Windows Server 2008: Kerberos with RC4 is not supported here")
	case strings.Contains(text, "KDC"):
		return collect.Fail(facts.Unreachable, "open port 88 to the realm's controllers, or name them in krb5.conf", "%s", oneLine(err))
	}
	return err
}
