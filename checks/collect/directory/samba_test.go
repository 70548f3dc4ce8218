package directory

import (
	"context"
	"net"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/lab/peer"

	"github.com/google/go-cmp/cmp"
)

const originator = "S-1-5-21-1-2-3-1104"

// sambaForest is Contoso's with somebody who is moved, somebody whose home
// server is gone, a contact for an account of another forest, and somebody
// whose home server is text, as on LCS 2003.
func sambaForest() peer.Forest {
	f := peer.Contoso()
	f.GlobalSettings = map[string][]string{"msRTCSIP-UserDomainList": {"lcs.test"}}
	f.Pools = append(f.Pools, peer.Pool{Name: "gone", FQDN: "gone.contoso.com", Type: 1, Version: 2})
	f.Removed = []string{peer.PoolService("gone")}
	f.Users = append(f.Users,
		peer.User{Account: "grace", Name: "Hopper, Grace", Address: "sip:grace@contoso.com", Enabled: true, HomeServer: peer.PoolService("gone")},
		peer.User{Account: "heidi", Class: "contact", Address: "sip:heidi@fabrikam.com", Enabled: true,
			HomeServer: peer.PoolService("lcspool01"), OriginatorSID: originator},
		peer.User{Account: "ivan", Address: "sip:ivan@contoso.com", Enabled: true,
			HomeServer: peer.ServerService("LCS01"), TargetHomeServer: peer.PoolService("lcspool01")},
		peer.User{Account: "judy", Address: "sip:judy@contoso.com", Enabled: true, Attributes: map[string][]string{
			"msRTCSIP-HomeServerString": {"LCS01.contoso.com"}, "displayName": {"Judy Müller"}}},
		peer.User{Account: "karl", Address: "sip:karl@contoso.com", Enabled: true, Attributes: map[string][]string{
			"msRTCSIP-HomeServerString": {"LCS01"}}})
	return f
}

// sambaConfig reaches the controller, whose name no resolver knows.
func sambaConfig(s *peer.Samba) Config {
	return Config{
		Controllers: []string{s.Host}, Username: s.Reader.UPN, Password: secret(s.Reader.Password), RootCAs: s.Roots,
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			_, port, _ := strings.Cut(address, ":")
			var d net.Dialer
			return d.DialContext(ctx, network, net.JoinHostPort(s.IP.String(), port))
		},
	}
}

// in puts the forest's base DN in place of DC=X.
func in(s *peer.Samba, dn string) string { return strings.TrimSuffix(dn, "DC=X") + s.DomainDN }

func TestForestOfSamba(t *testing.T) {
	s := samba.Samba(t)
	started := time.Now()
	o := gather(t, sambaConfig(s))
	if o.source.Status != facts.OK || len(o.source.Warnings) > 0 {
		t.Errorf("source = %+v", o.source)
	}

	wantForest := facts.Forest{
		RootDomain: "lcs.test", RootDN: s.DomainDN, Configuration: "CN=Configuration," + s.DomainDN,
		ServiceDN: "CN=RTC Service,CN=Microsoft,CN=System," + s.DomainDN, SchemaVersion: 1006,
		Domains: []facts.Domain{{Name: "lcs.test", NetBIOS: "LCS", DN: s.DomainDN, SID: s.DomainSID}},
	}
	if diff := cmp.Diff(wantForest, get(t, o.Forest)); diff != "" {
		t.Errorf("forest (-want +got):\n%s", diff)
	}
	if origin := o.Forest.Origin(); origin.Source != "directory" || origin.Target != s.Host {
		t.Errorf("origin = %+v", origin)
	}
	var names []string
	for _, d := range get(t, o.SIPDomains) {
		names = append(names, d.Name)
	}
	slices.Sort(names)
	if diff := cmp.Diff([]string{"contoso.com", "fabrikam.com"}, names); diff != "" {
		t.Errorf("SIP domains (-want +got):\n%s", diff)
	}
	trusted := map[string]int{}
	for _, s := range get(t, o.TrustedServers) {
		trusted[s.FQDN] = -1
		if s.Version != nil {
			trusted[s.FQDN] = *s.Version
		}
	}
	if diff := cmp.Diff(map[string]int{"lcs01.contoso.com": -1, "lcsfe01.contoso.com": 2, "lcsfe02.contoso.com": 2}, trusted); diff != "" {
		t.Errorf("trusted servers (-want +got):\n%s", diff)
	}
	wantSettings := facts.GlobalSettings{UserDomains: []string{"lcs.test"}, EdgeProxies: []string{"access.contoso.com"}}
	if diff := cmp.Diff(wantSettings, get(t, o.Settings)); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}

	pool := in(s, peer.PoolService("lcspool01"))
	yes := true
	wantServers := []facts.DirectoryServer{
		{DN: in(s, peer.ServerService("LCS01")), FQDN: "lcs01.contoso.com", HoldsUsers: &yes},
		{DN: in(s, peer.ServerService("LCSFE01")), FQDN: "lcsfe01.contoso.com", HoldsUsers: &yes, PoolDN: pool},
		{DN: in(s, peer.ServerService("LCSFE02")), FQDN: "lcsfe02.contoso.com", HoldsUsers: &yes, PoolDN: pool},
	}
	if diff := cmp.Diff(wantServers, get(t, o.Servers)); diff != "" {
		t.Errorf("servers (-want +got):\n%s", diff)
	}
	one, two := 1, 2
	wantPools := []facts.Pool{
		{DN: strings.Replace(pool, "CN=LC Services,CN=Microsoft,CN=lcspool01", "CN=gone", 1), FQDN: "gone.contoso.com", Type: 1, Version: &two},
		{DN: strings.TrimPrefix(pool, "CN=LC Services,CN=Microsoft,"), ServiceDN: pool, FQDN: "lcspool01.contoso.com",
			BackEnd: `sql01.contoso.com\rtc`, Type: 2, Version: &one, Members: []string{"lcsfe01.contoso.com", "lcsfe02.contoso.com"}},
	}
	if diff := cmp.Diff(wantPools, get(t, o.Pools)); diff != "" {
		t.Errorf("pools (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(facts.UserTotals{Accounts: 10, Addresses: 10, Enabled: 9, HomeServers: 10}, get(t, o.Users)); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
	clock := get(t, o.Clock)
	if d := clock.Theirs.Sub(clock.Ours).Abs(); d > 5*time.Second {
		t.Errorf("clocks of one machine differ by %s", d)
	}

	t.Run("accounts", func(t *testing.T) {
		heidi := o.accounts.of(t, "sip:heidi@fabrikam.com")
		if heidi.OriginatorSID != originator || heidi.SID != "" || heidi.HomeServer != pool || !heidi.Enabled || heidi.TargetSince != nil {
			t.Errorf("heidi = %+v", heidi)
		}
		judy := o.accounts.of(t, "sip:judy@contoso.com")
		if judy.Name != "Judy Müller" || judy.HomeServer != "LCS01.contoso.com" || facts.SIDDomain(judy.SID) != s.DomainSID || len(judy.GUID) != 36 {
			t.Errorf("judy = %+v", judy)
		}
		grace := o.accounts.of(t, "sip:grace@contoso.com")
		if grace.DN != `CN=Hopper\, Grace,CN=Users,`+s.DomainDN || grace.Name != "grace" {
			t.Errorf("grace = %+v", grace)
		}
		if frank := o.accounts.of(t, "sip:frank@contoso.com"); frank.Enabled {
			t.Errorf("frank is enabled")
		}
		// Samba has only the binary metadata.
		ivan := o.accounts.of(t, "sip:ivan@contoso.com")
		if ivan.TargetHomeServer != pool || ivan.TargetSince == nil {
			t.Fatalf("ivan = %+v", ivan)
		}
		if age := started.Sub(*ivan.TargetSince); age < -2*time.Second || age > 10*time.Minute {
			t.Errorf("ivan is moved since %s, %s before the test", ivan.TargetSince, age)
		}
	})
	t.Run("home servers", func(t *testing.T) {
		got := map[string]facts.HomeServerObject{}
		var undocumented []string
		for _, h := range get(t, o.HomeServers) {
			object, why := h.Object.Get()
			if why != nil {
				undocumented = append(undocumented, h.Name)
				continue
			}
			name := h.Name
			if strings.Contains(name, "CN=Deleted Objects") {
				name = "deleted"
			}
			got[name] = object
		}
		server := facts.HomeServerObject{Exists: true, Class: serverClass, FQDN: "lcs01.contoso.com", Members: []string{"lcs01.contoso.com"}}
		want := map[string]facts.HomeServerObject{
			pool: {Exists: true, Class: poolServiceClass, FQDN: "lcspool01.contoso.com",
				Members: []string{"lcsfe01.contoso.com", "lcsfe02.contoso.com"}},
			in(s, peer.ServerService("LCS01")): server,
			"LCS01.contoso.com":                server,
			"deleted":                          {},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("resolved (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"LCS01"}, undocumented); diff != "" {
			t.Errorf("not resolved (-want +got):\n%s", diff)
		}
	})
}

func TestSignIn(t *testing.T) {
	s := samba.Samba(t)
	kerberos := func(change func(*KerberosOptions)) func(*Config) {
		return func(c *Config) {
			c.Auth, c.Username, c.Password = Kerberos, s.Reader.Account, nil
			c.Kerberos = KerberosOptions{Realm: s.Realm, ConfigFile: s.Krb5Conf}
			change(&c.Kerberos)
		}
	}
	for _, tt := range []struct {
		name   string
		change func(*Config)
		class  facts.Class // empty: it works
		want   string      // in the message
	}{
		{"DOMAIN and name", func(c *Config) { c.Username, c.Domain = s.Reader.Account, "LCS" }, "", ""},
		{"DN", func(c *Config) { c.Username = s.Reader.DN }, "", ""},
		{"StartTLS", func(c *Config) { c.Security = StartTLS }, "", ""},
		{"kerberos with password", func(c *Config) {
			kerberos(func(*KerberosOptions) {})(c)
			c.Password = secret(s.Reader.Password)
		}, "", ""},
		{"kerberos with password and StartTLS", func(c *Config) {
			kerberos(func(k *KerberosOptions) { k.Realm = "" })(c)
			c.Username, c.Password, c.Security = s.Reader.UPN, secret(s.Reader.Password), StartTLS
		}, "", ""},
		{"kerberos with keytab", kerberos(func(k *KerberosOptions) { k.Keytab = s.Keytab }), "", ""},
		{"kerberos with ccache", kerberos(func(k *KerberosOptions) { k.CCache = kinit(t, s) }), "", ""},
		{"kerberos at an address", func(c *Config) {
			kerberos(func(k *KerberosOptions) { k.Keytab = s.Keytab })(c)
			c.Controllers = []string{s.IP.String()}
		}, "", ""},

		{"wrong password", func(c *Config) { c.Username, c.Domain, c.Password = s.Reader.Account, "LCS", secret("not it") },
			facts.Rights, `bind to dc1.lcs.test as LCS\lcsreader: wrong user name or password (LDAP 49, data 52e)`},
		{"no such user", func(c *Config) { c.Username = "nobody@lcs.test" }, facts.Rights, "bind to dc1.lcs.test as nobody@lcs.test: "},
		{"simple in clear", func(c *Config) { c.Security = Plain }, facts.Rights, "the controller wants a signed or TLS connection (LDAP 8)"},
		{"ntlm, which samba hangs up on", func(c *Config) { c.Auth = NTLM }, facts.Unreachable, "bind to dc1.lcs.test as lcsreader@lcs.test: the connection was lost"},
		{"kerberos with wrong password", func(c *Config) {
			kerberos(func(*KerberosOptions) {})(c)
			c.Password = secret("not it")
		}, facts.Rights, "bind to dc1.lcs.test as lcsreader@LCS.TEST: wrong password or keytab (Kerberos 24)"},
		{"kerberos with unknown user", func(c *Config) {
			kerberos(func(*KerberosOptions) {})(c)
			c.Username, c.Password = "nobody", secret("x")
		}, facts.Rights, "there is no such user (Kerberos 6)"},
		{"kerberos with wrong name", kerberos(func(k *KerberosOptions) { k.Keytab, k.SPN = s.Keytab, "ldap/dc9.lcs.test" }),
			facts.Rights, "the realm knows no ldap/dc9.lcs.test (Kerberos 7)"},
		{"no such ccache", kerberos(func(k *KerberosOptions) { k.CCache = filepath.Join(t.TempDir(), "none") }),
			facts.Rights, "read the credential cache"},
		{"no such keytab", kerberos(func(k *KerberosOptions) { k.Keytab = filepath.Join(t.TempDir(), "none") }), facts.Rights, "read the keytab"},
		{"no krb5.conf", kerberos(func(k *KerberosOptions) { k.ConfigFile = filepath.Join(t.TempDir(), "none") }), facts.Rights, "no such file"},
		{"kerberos in clear", func(c *Config) {
			kerberos(func(k *KerberosOptions) { k.Keytab = s.Keytab })(c)
			c.Security = Plain
		}, facts.Rights, "the controller wants a signed or TLS connection (LDAP 8)"},
		{"empty password", func(c *Config) { c.Password = secret("") }, facts.Rights, "the password is empty"},
		{"unknown authority", func(c *Config) { c.RootCAs = nil }, facts.Unreachable, "certificate"},
		{"wrong name", func(c *Config) { c.ServerName = "dc9.lcs.test" }, facts.Unreachable,
			"connect to dc1.lcs.test:636: its certificate is not for this name but for dc1.lcs.test, "},
		{"not TLS", func(c *Config) { c.Controllers = []string{s.Host + ":389"} }, facts.Unreachable, "connect to dc1.lcs.test:389: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := sambaConfig(s)
			tt.change(&cfg)
			o := gather(t, cfg)
			if tt.class == "" {
				if o.source.Status != facts.OK || get(t, o.Users).Accounts != 10 {
					t.Fatalf("source = %+v", o.source)
				}
				return
			}
			if o.source.Status != facts.Failed || o.source.Class != tt.class || !strings.Contains(o.source.Message, tt.want) {
				t.Errorf("source = %+v, want %s with %q", o.source, tt.class, tt.want)
			}
			if why := whyNot(t, o.Users); why.Settle == "" || strings.ContainsAny(why.Message, "\n\x00") {
				t.Errorf("reason = %+v", why)
			}
		})
	}
}

// kinit gets the reader a ticket as MIT Kerberos does.
func kinit(t *testing.T, s *peer.Samba) string {
	t.Helper()
	peer.Need(t, "kinit")
	cache := filepath.Join(t.TempDir(), "ccache")
	cmd := exec.CommandContext(t.Context(), "kinit", "-k", "-t", s.Keytab, "-c", cache, s.Reader.Account+"@"+s.Realm)
	cmd.Env = append(cmd.Environ(), "KRB5_CONFIG="+s.Krb5Conf)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	return cache
}
