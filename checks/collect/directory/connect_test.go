package directory

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"

	"lcshealth/checks/facts"
	"lcshealth/checks/lab/ldapd"
)

func TestOnlyBindsAndSearches(t *testing.T) {
	t.Parallel()
	l := newLab(t, 2)
	gather(t, l.start(t))
	got := kinds(l.rootServer, l.childServer)
	if got[ldapd.KindBind] != 2 || got[ldapd.KindSearch] == 0 || len(got) != 2 {
		t.Errorf("requests = %v, want one bind for each controller, searches and nothing else", got)
	}
}

func TestWrongPasswordIsTriedOnce(t *testing.T) {
	t.Parallel()
	l := newLab(t, 1)
	cfg := l.start(t)
	cfg.Controllers, cfg.Password = []string{"dc1.contoso.com", "dc2.child.contoso.com"}, secret("wrong")
	o := gather(t, cfg)
	const want = `bind to dc1.contoso.com as CONTOSO\reader: wrong user name or password (LDAP 49, data 52e)`
	if o.source.Status != facts.Failed || o.source.Class != facts.Rights || o.source.Message != want {
		t.Errorf("source = %+v, want %q", o.source, want)
	}
	if n := kinds(l.rootServer, l.childServer)[ldapd.KindBind]; n != 1 {
		t.Errorf("%d binds, want 1", n)
	}
	if why := whyNot(t, o.SIPDomains); why.Settle != "correct the user name and password" {
		t.Errorf("reason = %+v", why)
	}
}

func TestPasswordRefusedByAnotherDomainIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	l := newLab(t, 1)
	l.child.Users = nil
	cfg := l.start(t)
	third := serve(t, l.child, &l.network, "child.contoso.com:389")
	o := gather(t, cfg)
	why := whyNot(t, o.Users)
	if why.Class != facts.Rights || !strings.Contains(why.Message, `bind to dc2.child.contoso.com as CONTOSO\reader: there is no such user (LDAP 49, data 525)`) {
		t.Errorf("reason = %+v", why)
	}
	if n := kinds(l.childServer, third)[ldapd.KindBind]; n != 1 {
		t.Errorf("%d binds in the child domain, want 1", n)
	}
}

func TestPasswordIsAskedForOnce(t *testing.T) {
	t.Parallel()
	l := newLab(t, 1)
	cfg := l.start(t)
	asked := 0
	cfg.Password = func(context.Context) (string, error) {
		asked++
		return testPassword, nil
	}
	if o := gather(t, cfg); o.source.Status != facts.OK || asked != 1 {
		t.Errorf("asked %d times, source = %+v", asked, o.source)
	}
	cfg.Password = func(context.Context) (string, error) { return "", errors.New("no such file") }
	cfg.Controllers = []string{"dc1.contoso.com", "dc2.child.contoso.com"}
	o := gather(t, cfg)
	if o.source.Class != facts.Rights || o.source.Message != `bind to dc1.contoso.com as CONTOSO\reader: get the password: no such file` {
		t.Errorf("source = %+v", o.source)
	}
}

func TestFailOver(t *testing.T) {
	t.Parallel()
	l := newLab(t, 1)
	cfg := l.start(t)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.network.addresses["dc9.contoso.com:389"] = closed.Addr().String()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}

	cfg.Controllers = []string{"dc8.contoso.com", "dc9.contoso.com", "dc1.contoso.com"}
	o := gather(t, cfg)
	if o.source.Status != facts.OK || o.source.Target != "dc8.contoso.com" {
		t.Errorf("source = %+v", o.source)
	}
	if target := o.Users.Origin().Target; target != "dc1.contoso.com" {
		t.Errorf("facts come from %s, want dc1.contoso.com", target)
	}
	for _, want := range []string{
		"connect to dc8.contoso.com:389: the name does not resolve: lookup dc8.contoso.com: no such host; dc1.contoso.com was asked instead",
		"connect to dc9.contoso.com:389: connection refused; dc1.contoso.com was asked instead",
	} {
		if !slices.Contains(o.source.Warnings, want) {
			t.Errorf("warnings = %q, want %q", o.source.Warnings, want)
		}
	}

	cfg.Controllers = cfg.Controllers[:2]
	o = gather(t, cfg)
	const all = "no domain controller can be used: connect to dc8.contoso.com:389: the name does not resolve: lookup dc8.contoso.com: no such host; " +
		"connect to dc9.contoso.com:389: connection refused"
	if o.source.Status != facts.Failed || o.source.Class != facts.Unreachable || o.source.Message != all {
		t.Errorf("source = %+v, want %q", o.source, all)
	}
}

func TestDomainWithoutController(t *testing.T) {
	t.Parallel()
	l := newLab(t, 2)
	l.root.RootDSE["isGlobalCatalogReady"] = []string{"TRUE"}
	cfg := l.start(t)
	delete(l.network.addresses, "dc2.child.contoso.com:389")

	check := func(t *testing.T, o outcome) {
		t.Helper()
		why := whyNot(t, o.Users)
		if why.Class != facts.Unreachable || !strings.Contains(why.Message, "no controller of the domain child.contoso.com can be read: ") ||
			!strings.Contains(why.Message, "connect to dc2.child.contoso.com:389: the name does not resolve") ||
			!strings.Contains(why.Message, "connect to child.contoso.com:389: the name does not resolve") ||
			why.Settle != "list a controller of child.contoso.com that can be reached from here" {
			t.Errorf("reason = %+v", why)
		}
		if serversWhy := whyNot(t, o.Servers); serversWhy != why {
			t.Errorf("servers: %+v, users: %+v", serversWhy, why)
		}
		if o.source.Status != facts.Partial || o.source.Class != facts.Unreachable {
			t.Errorf("source = %+v", o.source)
		}
		if len(get(t, o.SIPDomains)) != 1 || len(o.accounts.list) != 2 || len(get(t, o.HomeServers)) != 1 {
			t.Errorf("%d SIP domains, %d accounts, %d home servers; want what contoso.com has",
				len(get(t, o.SIPDomains)), len(o.accounts.list), len(get(t, o.HomeServers)))
		}
	}
	t.Run("without global catalog", func(t *testing.T) {
		o := gather(t, cfg)
		check(t, o)
		if why := whyNot(t, o.Forest); !strings.Contains(why.Message, "connect to dc1.contoso.com:3268") {
			t.Errorf("forest: %+v", why)
		}
	})
	t.Run("with global catalog", func(t *testing.T) {
		catalog := l.root
		catalog.Entries = append(slices.Clone(catalog.Entries), entry(childDN, "objectClass", "domainDNS", "objectSid", octets(t, childSID)))
		catalog.NamingContexts = append(slices.Clone(catalog.NamingContexts), childDN)
		catalog.GlobalCatalog = true
		serve(t, catalog, &l.network, "dc1.contoso.com:3268")
		o := gather(t, cfg)
		check(t, o)
		if got := get(t, o.Forest).Domains[0]; got.SID != childSID {
			t.Errorf("child domain = %+v", got)
		}
	})
	t.Run("found by DNS", func(t *testing.T) {
		serve(t, l.child, &l.network, "child.contoso.com:389")
		if o := gather(t, cfg); o.source.Status != facts.OK || get(t, o.Users).Accounts != 4 {
			t.Errorf("source = %+v", o.source)
		}
	})
	t.Run("configured", func(t *testing.T) {
		serve(t, l.child, &l.network, "hidden.example:4389")
		cfg := cfg
		cfg.Controllers = []string{"dc1.contoso.com", "hidden.example:4389"}
		if o := gather(t, cfg); o.source.Status != facts.OK || get(t, o.Users).Accounts != 4 {
			t.Errorf("source = %+v", o.source)
		}
	})
}

// A home server in a domain that cannot be read is neither there nor gone.
func TestHomeServerInUnreadDomain(t *testing.T) {
	t.Parallel()
	l := newLab(t, 2)
	set(t, &l.root, "CN=contoso0001,CN=Users,"+rootDN, "msRTCSIP-PrimaryHomeServer", childHome)
	cfg := l.start(t)
	delete(l.network.addresses, "dc2.child.contoso.com:389")
	o := gather(t, cfg)
	for _, h := range get(t, o.HomeServers) {
		if h.Name == childHome {
			if why := whyNot(t, h.Object); why.Class != facts.Unreachable || !strings.Contains(why.Message, "child.contoso.com") {
				t.Errorf("reason = %+v", why)
			}
		}
	}
}

// A part of the directory that the forest does not list is not skipped over.
func TestUnknownReference(t *testing.T) {
	t.Parallel()
	l := newLab(t, 1)
	const dn = "DC=app," + rootDN
	l.root.Entries = append(l.root.Entries, entry(dn, "objectClass", "domainDNS"))
	l.root.NamingContexts = append(l.root.NamingContexts, dn)
	o := gather(t, l.start(t))
	if why := whyNot(t, o.Users); why.Class != facts.Missing || !strings.Contains(why.Message, "part of the answer is elsewhere: ldap://app.contoso.com/DC=app") {
		t.Errorf("reason = %+v", why)
	}
}

func TestBaseDomains(t *testing.T) {
	t.Parallel()
	l := newLab(t, 2)
	cfg := l.start(t)
	cfg.BaseDomains = []string{"Contoso.com"}
	o := gather(t, cfg)
	if why := whyNot(t, o.Users); why.Class != facts.NotAsked || !strings.Contains(why.Message, "child.contoso.com was left out by the configuration") {
		t.Errorf("reason = %+v", why)
	}
	if len(o.accounts.list) != 2 {
		t.Errorf("%d accounts, want those of contoso.com", len(o.accounts.list))
	}
	if n := len(l.childServer.Requests()); n != 0 {
		t.Errorf("the domain left out was asked %d times", n)
	}
	cfg.BaseDomains = []string{"fabrikam.com"}
	if o := gather(t, cfg); o.source.Class != facts.Missing || o.source.Message != "the forest contoso.com has no domain fabrikam.com" {
		t.Errorf("source = %+v", o.source)
	}
}

func TestControllersThatAreNone(t *testing.T) {
	t.Parallel()
	l := newLab(t, 0)
	cfg := l.start(t)
	other := l.root
	other.RootDSE = nil
	serve(t, other, &l.network, "other.example:389")
	for controller, want := range map[string]string{
		"dc1.contoso.com:3268": "connect to dc1.contoso.com:3268: this is the global catalog, which holds only part of each account",
		"other.example":        "connect to other.example:389: other.example is no Active Directory domain controller: its rootDSE names no forest",
	} {
		cfg.Controllers = []string{controller}
		if o := gather(t, cfg); o.source.Status != facts.Failed || o.source.Message != want {
			t.Errorf("source = %+v, want %q", o.source, want)
		}
	}
	cfg.Controllers = nil
	if o := gather(t, cfg); o.source.Status != facts.Skipped || o.source.Class != facts.NotAsked {
		t.Errorf("source = %+v", o.source)
	}
}
