package dcom

import (
	"context"
	"fmt"
	"net"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/credentials"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/oiweiwei/go-msrpc/ssp/credential"
	"github.com/oiweiwei/go-msrpc/ssp/gssapi"
	"github.com/oiweiwei/go-msrpc/ssp/krb5"
	"github.com/oiweiwei/go-msrpc/ssp/ntlm"
)

// login has what every security context is made from. It belongs to one
// connection: the registries of go-msrpc, which are global, are not used.
type login struct {
	kind    byte // of authentication (MS-RPCE 2.2.1.1.7)
	options []gssapi.ContextOption
}

// The kinds of authentication.
const (
	kindNTLM     = 10
	kindKerberos = 16
)

// newLogin gets the password, the ticket or the keys.
func newLogin(ctx context.Context, cfg Config) (*login, error) {
	if cfg.Auth == Kerberos {
		return newKerberosLogin(ctx, cfg)
	}
	password, err := cfg.password(ctx)
	if err != nil {
		return nil, err
	}
	return &login{kind: kindNTLM, options: []gssapi.ContextOption{
		gssapi.WithMechanismFactory(ntlm.Mechanism{}, ntlm.NewConfig()),
		gssapi.WithCredential(credential.NewFromPassword(cfg.Username, password, credential.AllowEmptyPassword())),
	}}, nil
}

func newKerberosLogin(ctx context.Context, cfg Config) (*login, error) {
	k := cfg.Kerberos
	var krb5Config *config.Config
	var err error
	if k.ConfigFile != "" {
		krb5Config, err = config.Load(k.ConfigFile)
	} else {
		// Tickets of Active Directory seldom fit into UDP.
		krb5Config, err = config.NewFromString(fmt.Sprintf(
			"[libdefaults]\ndefault_realm = %s\ndns_lookup_kdc = true\nudp_preference_limit = 1\n", cfg.realm()))
	}
	if err != nil {
		return nil, collect.Fail(facts.Rights, "correct the Kerberos configuration file", "read %s: %w", k.ConfigFile, err)
	}
	realm := cfg.realm()
	if realm == "" {
		realm = krb5Config.LibDefaults.DefaultRealm
	}
	var secret credential.Credential
	switch in := credential.Domain(realm); {
	case k.CCache != "":
		var cache *credentials.CCache
		err := guarded(func() (err error) {
			cache, err = credentials.LoadCCache(k.CCache)
			return err
		})
		if err != nil {
			return nil, collect.Fail(facts.Rights, "get a ticket with kinit", "read the credential cache %s: %w", k.CCache, err)
		}
		secret = credential.NewFromCCacheV8(cfg.user(), cache, in)
	case k.Keytab != "":
		var keys *keytab.Keytab
		err := guarded(func() (err error) {
			keys, err = keytab.Load(k.Keytab)
			return err
		})
		if err != nil {
			return nil, collect.Fail(facts.Rights, "name a keytab that can be read", "read the keytab %s: %w", k.Keytab, err)
		}
		secret = credential.NewFromKeytabV8(cfg.user(), keys, in)
	default:
		password, err := cfg.password(ctx)
		if err != nil {
			return nil, err
		}
		secret = credential.NewFromPassword(cfg.user(), password, in)
	}
	spn := k.SPN
	if spn == "" {
		spn = "host/" + cfg.Host
	}
	mechanism := &krb5.Config{
		KRB5Config: krb5Config, DCEStyle: true, DisablePAFXFAST: true, AnyServiceClassSPN: true, KDCDialer: kdcDialer{cfg},
		Flags: []int{int(gssapi.MutualAuthn)}, // or else the host may send no answer to go on from
	}
	return &login{kind: kindKerberos, options: []gssapi.ContextOption{
		gssapi.WithMechanismFactory(krb5.Mechanism{}, mechanism),
		gssapi.WithCredential(secret),
		gssapi.WithTargetName(spn),
	}}, nil
}

// kdcDialer connects to the controllers of a realm. The Kerberos library knows
// no context; it waits 5 seconds for an answer.
type kdcDialer struct{ cfg Config }

func (d kdcDialer) Dial(network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: min(d.cfg.ConnectTimeout, 5*time.Second)}
	return dialer.Dial(network, address)
}
