// Package directory reads Active Directory over LDAP: the forest and its
// domains, the RTC Service container of Live Communications Server (LCS) with
// its SIP domains, pools and trusted servers, the servers, and the accounts of
// every domain.
//
// It only ever binds and searches. What an account may not read looks, in
// Active Directory, just like what is not there; where that cannot be told
// apart the fact is not observed, and the reason says so. A domain whose
// controllers cannot be reached leaves the accounts of the forest unobserved:
// a referral is never taken for an empty answer.
package directory

import (
	"context"
	"crypto/x509"
	"net"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

// Config says which forest is read, and how.
type Config struct {
	// Controllers are domain controllers, as names or name:port, best as the
	// fully qualified names in their certificates. The first that connects is
	// used. Others are asked only about domains that it does not hold. The port
	// is 636 for LDAPS and else 389; the ports of the global catalog are refused.
	Controllers []string
	Security    Security
	Auth        Auth

	// Username is a name (with Domain), DOMAIN\name, name@domain or, for a
	// simple bind, a DN.
	Username string
	// Password returns the password. It is called once in a run, and only if a
	// password is needed. An empty one is refused, since it would sign in
	// nobody without saying so (RFC 4513 section 5.1.2).
	Password func(ctx context.Context) (string, error)
	Domain   string // NetBIOS name, put before a plain Username; Kerberos: the realm's default
	Kerberos KerberosOptions

	RootCAs    *x509.CertPool // whom to trust for certificates; nil means the system's
	OldTLS     bool           // accept TLS 1.0 with RC4 or 3DES, as Windows Server 2003 has
	ServerName string         // expected in the certificates of Controllers instead of their own names

	// BaseDomains limits by DNS name whose accounts and servers are read. What
	// needs them all is then not observed. Empty means every domain.
	BaseDomains []string
	// Wanted are names of accounts that are looked up in all domains, whether
	// they have to do with LCS or not: distinguished names, DOMAIN\name,
	// name@domain, logon names, SIDs or GUIDs.
	Wanted []string
	// PageSize is how many accounts are asked for at once; 0 means 1000, the
	// most that Active Directory gives by default (MaxPageSize, KB 315071).
	PageSize int
	// Connections is how many domains are read side by side; 0 means 2.
	Connections int

	// Dial opens connections; nil means [net.Dialer.DialContext].
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// KerberosOptions say how a ticket is obtained: from a credential cache if one is
// named, else with a keytab, else with the password.
type KerberosOptions struct {
	Realm      string // default: Config.Domain, else the default realm of ConfigFile
	ConfigFile string // krb5.conf; empty means that DNS names the realm's controllers
	CCache     string // file of a credential cache, as kinit writes it
	Keytab     string // file of a keytab with the keys of Config.Username
	// SPN is the service principal name of Config.Controllers; empty means
	// ldap/ and the controller's name.
	SPN string
}

// Security is how a connection is protected.
type Security int

// The ways to protect a connection.
const (
	LDAPS    Security = iota // TLS from the first byte
	StartTLS                 // TLS after the StartTLS operation (RFC 4511 section 4.14)
	Plain                    // none
)

// Auth is how the account signs in.
type Auth int

// The ways to sign in.
const (
	Simple   Auth = iota // name and password (RFC 4513 section 5.1.3)
	NTLM                 // Microsoft's Sicily bind with NTLMv2 (MS-ADTS 5.1.1.1.3)
	Kerberos             // SASL GSSAPI (RFC 4752), without a security layer of its own
)

// Users takes the accounts as they are read. AddAccount is called from several
// goroutines when several domains are read side by side.
type Users interface {
	AddAccount(facts.Account) error
}

// Source reads one forest.
type Source struct {
	cfg   Config
	users Users
}

var _ collect.Source = (*Source)(nil)

// New returns a source that hands the accounts it reads to users.
func New(cfg Config, users Users) *Source {
	if cfg.PageSize <= 0 {
		cfg.PageSize = 1000
	}
	if cfg.Connections <= 0 {
		cfg.Connections = 2
	}
	if cfg.Dial == nil {
		var dialer net.Dialer
		cfg.Dial = dialer.DialContext
	}
	return &Source{cfg: cfg, users: users}
}

// Name implements [collect.Source].
func (*Source) Name() string { return "directory" }

// Target implements [collect.Source]. It is the first controller; facts say in
// their origin if another one was used.
func (src *Source) Target() string {
	if len(src.cfg.Controllers) == 0 {
		return ""
	}
	return src.cfg.endpoint(src.cfg.Controllers[0]).host
}

// Collect implements [collect.Source]. It fails if no controller takes the
// account or the forest's own description cannot be read; everything else that
// is missing is a fact that was not observed.
func (src *Source) Collect(ctx context.Context, s *collect.Session) (collect.Observation, error) {
	if len(src.cfg.Controllers) == 0 {
		return nil, collect.Fail(facts.NotAsked, "name a domain controller", "no domain controller is configured")
	}
	r := newReader(src, s)
	defer r.close()
	return r.run(ctx)
}

// Unobserved implements [collect.Source].
func (src *Source) Unobserved(why facts.Unknown) collect.Observation {
	l := newLookups(src.cfg.Wanted)
	for i := range l.out {
		l.out[i].Unknown = &why
	}
	return observation{facts.Directory{
		Forest:         facts.NotObserved[facts.Forest](why),
		SIPDomains:     facts.NotObserved[[]facts.SIPDomain](why),
		Servers:        facts.NotObserved[[]facts.DirectoryServer](why),
		Pools:          facts.NotObserved[[]facts.Pool](why),
		TrustedServers: facts.NotObserved[[]facts.TrustedServer](why),
		Settings:       facts.NotObserved[facts.GlobalSettings](why),
		HomeServers:    facts.NotObserved[[]facts.HomeServer](why),
		Users:          facts.NotObserved[facts.UserTotals](why),
		Clock:          facts.NotObserved[facts.Clock](why),
	}, l.out}
}

type observation struct {
	directory facts.Directory
	lookups   []facts.Lookup
}

func (o observation) AddTo(d *facts.Deployment) { d.Directory, d.Lookups = o.directory, o.lookups }
