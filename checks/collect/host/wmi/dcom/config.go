package dcom

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

// Auth is how the account proves itself.
type Auth string

// The ways to authenticate. Kerberos needs a realm that knows the host by its
// name; NTLM does not, and works for local accounts.
const (
	NTLM     Auth = "ntlm"
	Kerberos Auth = "kerberos"
)

// Timeouts unless [Config] says otherwise.
const (
	DefaultConnectTimeout = 10 * time.Second
	DefaultCallTimeout    = 30 * time.Second
)

// resolverPort is where the object resolver of every Windows listens.
const resolverPort = "135"

// Config says which host is asked, by whom.
type Config struct {
	Host     string // name or address
	Port     string // of the object resolver; empty means 135
	Auth     Auth   // empty means [NTLM]
	Username string // DOMAIN\user or user@domain
	// Password is asked for the password when it is needed, and nobody else is
	// told it.
	Password func(ctx context.Context) (string, error)
	Kerberos KerberosOptions
	// Dial connects to an address; nil means [net.Dialer.DialContext].
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// ConnectTimeout is how long a connection may take; 0 means
	// [DefaultConnectTimeout].
	ConnectTimeout time.Duration
	// CallTimeout is how long the host may be silent within one call; 0 means
	// [DefaultCallTimeout]. A query that takes longer is many calls.
	CallTimeout time.Duration
}

// KerberosOptions are those of [Kerberos].
type KerberosOptions struct {
	Realm      string // empty means that of the user name
	ConfigFile string // krb5.conf; empty means that DNS names the controllers
	CCache     string // a credential cache, used instead of a password
	Keytab     string // used instead of a password
	SPN        string // of the host; empty means host/ and its name
}

func (cfg Config) withDefaults() (Config, error) {
	if cfg.Host == "" {
		return cfg, errors.New("no host is given")
	}
	if cfg.Port == "" {
		cfg.Port = resolverPort
	}
	if cfg.Auth == "" {
		cfg.Auth = NTLM
	}
	if cfg.Auth != NTLM && cfg.Auth != Kerberos {
		return cfg, fmt.Errorf("authentication is %s, not ntlm or kerberos", cfg.Auth)
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = DefaultConnectTimeout
	}
	if cfg.CallTimeout == 0 {
		cfg.CallTimeout = DefaultCallTimeout
	}
	if cfg.Dial == nil {
		cfg.Dial = (&net.Dialer{}).DialContext
	}
	return cfg, nil
}

// password asks for the password.
func (cfg Config) password(ctx context.Context) (string, error) {
	if cfg.Password == nil {
		return "", collect.Fail(facts.NotAsked, "give a password for "+cfg.Username, "no password is given")
	}
	return cfg.Password(ctx)
}

// user is the user name without a domain.
func (cfg Config) user() string {
	if _, plain, ok := strings.Cut(cfg.Username, `\`); ok {
		return plain
	}
	plain, _, _ := strings.Cut(cfg.Username, "@")
	return plain
}

// realm is that of the account: as configured, or as the user name says.
func (cfg Config) realm() string {
	realm := cfg.Kerberos.Realm
	if realm == "" {
		_, realm, _ = strings.Cut(cfg.Username, "@")
	}
	if domain, _, ok := strings.Cut(cfg.Username, `\`); realm == "" && ok && strings.Contains(domain, ".") {
		realm = domain
	}
	return strings.ToUpper(realm)
}
