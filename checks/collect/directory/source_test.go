package directory

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
	"lcshealth/checks/lab/ldapd"

	"github.com/google/go-cmp/cmp"
)

func TestForestOfTwoDomains(t *testing.T) {
	t.Parallel()
	l := newLab(t, 3)
	set(t, &l.root, "CN=contoso0001,CN=Users,"+rootDN, "msRTCSIP-TargetHomeServer", childHome, "msDS-ReplAttributeMetaData", metadata)
	set(t, &l.root, "CN=contoso0002,CN=Users,"+rootDN, "msRTCSIP-PrimaryHomeServer", "CN=LC Services,CN=Microsoft,CN=LCS09,CN=Computers,"+childDN)
	o := gather(t, l.start(t))

	if o.source.Status != facts.OK || len(o.source.Warnings) != 2 || !strings.Contains(o.source.Warnings[0],
		`the connection to dc1.contoso.com is not encrypted: the password of CONTOSO\reader went over the network in clear`) {
		t.Errorf("source = %+v", o.source)
	}
	want := []facts.Domain{{Name: "child.contoso.com", DN: childDN, SID: childSID}, {Name: "contoso.com", DN: rootDN, SID: rootSID}}
	if diff := cmp.Diff(want, get(t, o.Forest).Domains); diff != "" {
		t.Errorf("domains (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(facts.UserTotals{Accounts: 6, Addresses: 6, Enabled: 6, HomeServers: 6}, get(t, o.Users)); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
	yes := true
	wantServers := []facts.DirectoryServer{
		{DN: childHome, FQDN: "lcs02.child.contoso.com"},
		{DN: "CN=LC Services,CN=Microsoft,CN=LCS01,CN=Computers," + rootDN, FQDN: "lcs01.contoso.com", HoldsUsers: &yes, PoolDN: poolHome},
	}
	if diff := cmp.Diff(wantServers, get(t, o.Servers)); diff != "" {
		t.Errorf("servers (-want +got):\n%s", diff)
	}
	homes := map[string]facts.HomeServerObject{}
	for _, h := range get(t, o.HomeServers) {
		homes[h.Name] = get(t, h.Object)
	}
	wantHomes := map[string]facts.HomeServerObject{
		poolHome:  {Exists: true, Class: poolServiceClass, FQDN: "pool01.contoso.com", Members: []string{"lcs01.contoso.com"}},
		childHome: {Exists: true, Class: serverClass, FQDN: "lcs02.child.contoso.com", Members: []string{"lcs02.child.contoso.com"}},
		"CN=LC Services,CN=Microsoft,CN=LCS09,CN=Computers," + childDN: {},
	}
	if diff := cmp.Diff(wantHomes, homes); diff != "" {
		t.Errorf("home servers (-want +got):\n%s", diff)
	}
	moved := o.accounts.of(t, "sip:contoso0001@contoso.com")
	if moved.TargetHomeServer != childHome || moved.TargetSince == nil || !moved.TargetSince.Equal(metadataTime) {
		t.Errorf("moved = %+v", moved)
	}
	child := o.accounts.of(t, "sip:child0002@contoso.com")
	wantChild := facts.Account{DN: "CN=child0002,CN=Users," + childDN, Name: "child0002", GUID: "00000000-0000-0000-0000-000000000002",
		SID: childSID + "-1002", Address: "sip:child0002@contoso.com", Enabled: true, HomeServer: childHome}
	if diff := cmp.Diff(wantChild, child); diff != "" {
		t.Errorf("account (-want +got):\n%s", diff)
	}
}

func TestPagesHaveEveryAccountOnce(t *testing.T) {
	t.Parallel()
	l := newLab(t, 0)
	l.root.Entries = append(sharedEntries(true), rootEntries(t, 2500)...)
	o := gather(t, l.start(t))
	if n := get(t, o.Users).Accounts; n != 2500 {
		t.Errorf("%d accounts, want 2500", n)
	}
	seen := map[string]bool{}
	for _, a := range o.accounts.list {
		if seen[a.GUID] {
			t.Fatalf("%s was read twice", a.DN)
		}
		seen[a.GUID] = true
	}
	if len(seen) != 2500 {
		t.Errorf("%d accounts were handed on, want 2500", len(seen))
	}
}

func TestProgressOfAccounts(t *testing.T) {
	t.Parallel()
	l := newLab(t, 5)
	cfg := l.start(t)
	cfg.PageSize = 2
	var mu sync.Mutex
	var done []int
	s := collect.NewSession("directory", "dc1.contoso.com", nil, func(what string, n int) {
		mu.Lock()
		defer mu.Unlock()
		if what == "accounts" {
			done = append(done, n)
		}
	})
	if _, err := New(cfg, &accounts{}).Collect(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	slices.Sort(done)
	if len(done) != 6 || done[5] != 10 { // pages of 2, 2 and 1 in each domain
		t.Errorf("progress = %v", done)
	}
}

func TestHomeServerThatIsNone(t *testing.T) {
	t.Parallel()
	l := newLab(t, 4)
	user := func(i int) string { return fmt.Sprintf("CN=contoso%04d,CN=Users,%s", i, rootDN) }
	set(t, &l.root, user(1), "msRTCSIP-PrimaryHomeServer", "CN=Computers,"+rootDN)
	set(t, &l.root, user(2), "msRTCSIP-PrimaryHomeServer", "CN=x,DC=fabrikam,DC=com")
	set(t, &l.root, user(3), "msRTCSIP-PrimaryHomeServer", globalDN)
	o := gather(t, l.start(t))
	for _, h := range get(t, o.HomeServers) {
		switch h.Name {
		case "CN=Computers," + rootDN:
			if got := get(t, h.Object); !got.Exists || got.Class != "container" || got.IsHomeServer() {
				t.Errorf("a container: %+v", got)
			}
		case globalDN:
			if got := get(t, h.Object); got.Class != "msRTCSIP-GlobalContainer" || got.IsHomeServer() {
				t.Errorf("a container of LCS: %+v", got)
			}
		case "CN=x,DC=fabrikam,DC=com":
			if why := whyNot(t, h.Object); !strings.Contains(why.Message, "lies outside the forest contoso.com") {
				t.Errorf("outside: %+v", why)
			}
		}
	}
}

// What Active Directory does not show is not taken for what is not there.
func TestHiddenAttributes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		hidden, want string
		in           string // only below
	}{
		{"msRTCSIP-UserEnabled", "no account of child.contoso.com shows msRTCSIP-UserEnabled", ""},
		{"msRTCSIP-PrimaryUserAddress", "no account of child.contoso.com shows msRTCSIP-PrimaryUserAddress", ""},
		{"msRTCSIP-PrimaryHomeServer", "no account of child.contoso.com shows a home server", ""},
		{"msRTCSIP-UserEnabled", "no account of contoso.com shows msRTCSIP-UserEnabled", "CN=Users," + rootDN},
		{"msRTCSIP-", "no account of the forest shows an attribute of LCS: nobody was ever enabled, or", "CN=Users"},
	} {
		t.Run(tt.hidden+" "+tt.in, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, 2)
			hide := func(_, dn, attribute string) bool {
				return strings.Contains(dn, "CN=Users,") && strings.HasPrefix(attribute, tt.hidden) && strings.Contains(dn, tt.in)
			}
			l.root.HideAttributes, l.child.HideAttributes = hide, hide
			o := gather(t, l.start(t))
			why := whyNot(t, o.Users)
			if why.Class != facts.Rights || !strings.Contains(why.Message, tt.want) || !strings.Contains(why.Message, `CONTOSO\reader may not read`) ||
				!strings.Contains(why.Settle, "RTCDomainServerAdmins") {
				t.Errorf("reason = %+v, want %q", why, tt.want)
			}
			if o.source.Status != facts.Partial {
				t.Errorf("source = %+v", o.source)
			}
			if tt.hidden == "msRTCSIP-PrimaryHomeServer" || tt.hidden == "msRTCSIP-" {
				whyNot(t, o.HomeServers)
			} else if len(get(t, o.HomeServers)) != 2 {
				t.Errorf("home servers = %v", get(t, o.HomeServers))
			}
		})
	}
}

func TestHiddenSettings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		attribute string
		fact      func(outcome) error
	}{
		{"msRTCSIP-DomainName", func(o outcome) error { return missing(o.SIPDomains) }},
		{"msRTCSIP-TrustedServerFQDN", func(o outcome) error { return missing(o.TrustedServers) }},
		{"dNSHostName", func(o outcome) error { return missing(o.Pools) }},
	} {
		t.Run(tt.attribute, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, 1)
			l.root.HideAttributes = func(_, _, attribute string) bool { return attribute == tt.attribute }
			o := gather(t, l.start(t))
			if err := tt.fact(o); err == nil || !strings.Contains(err.Error(), "show no "+tt.attribute) {
				t.Errorf("reason = %v", err)
			}
			get(t, o.Settings)
		})
	}
}

func missing[T any](v facts.Value[T]) error {
	_, why := v.Get()
	if why == nil || why.Class != facts.Rights {
		return nil
	}
	return errors.New(why.Message)
}

func TestNoServiceContainer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, removed string
		denied        bool
		want          string
	}{
		{"missing", serviceDN, false, "no RTC Service container below CN=System of contoso.com"},
		{"no right", serviceDN, true, "no RTC Service container below CN=System of contoso.com"},
		{"no system container", "CN=System," + rootDN, false, "no RTC Service container below CN=System of contoso.com"},
		{"no global settings", globalDN, false, "no Global Settings below " + serviceDN},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, 1)
			if tt.denied {
				l.root.Denied = func(_, dn string) bool { return isBelow(dn, tt.removed) }
			} else {
				without(&l.root, tt.removed)
			}
			o := gather(t, l.start(t))
			why := whyNot(t, o.SIPDomains)
			if why.Class != facts.Missing || !strings.Contains(why.Message, tt.want) || !strings.Contains(why.Message, "may not see") || why.Settle == "" {
				t.Errorf("reason = %+v", why)
			}
			whyNot(t, o.TrustedServers)
			whyNot(t, o.Settings)
			if o.Pools.IsObserved() != (tt.removed == globalDN) {
				t.Errorf("pools are observed: %v", o.Pools.IsObserved())
			}
			if o.source.Status != facts.Partial || get(t, o.Users).Accounts != 2 {
				t.Errorf("source = %+v", o.source)
			}
		})
	}
}

func TestServiceContainerInConfiguration(t *testing.T) {
	t.Parallel()
	l := newLab(t, 1)
	without(&l.root, serviceDN)
	const dn = "CN=RTC Service,CN=Services," + configDN
	l.root.Entries = append(l.root.Entries,
		entry(dn, "objectClass", "msRTCSIP-Service"),
		entry("CN=Global Settings,"+dn, "objectClass", "msRTCSIP-GlobalContainer"))
	o := gather(t, l.start(t))
	if got := get(t, o.Forest).ServiceDN; got != dn {
		t.Errorf("service = %s", got)
	}
	if domains, pools := get(t, o.SIPDomains), get(t, o.Pools); len(domains)+len(pools) > 0 {
		t.Errorf("SIP domains %v, pools %v; want none, and that observed", domains, pools)
	}
}

func TestNoSchema(t *testing.T) {
	t.Parallel()
	l := newLab(t, 0)
	l.root.Entries = append(sharedEntries(false), rootEntries(t, 0)...)
	without(&l.root, serviceDN)
	without(&l.root, "CN=Microsoft,CN=LCS01,CN=Computers,"+rootDN)
	l.root.Schema = map[string]ldapd.Syntax{}
	o := gather(t, l.start(t))
	if got := get(t, o.Forest); got.SchemaVersion != 0 || got.ServiceDN != "" || len(got.Domains) != 2 {
		t.Errorf("forest = %+v", got)
	}
	why := whyNot(t, o.Users)
	if why.Class != facts.Missing || !strings.Contains(why.Message, "never prepared for LCS") || why.Settle == "" {
		t.Errorf("reason = %+v", why)
	}
	for _, observed := range []bool{o.SIPDomains.IsObserved(), o.Servers.IsObserved(), o.Pools.IsObserved(), o.HomeServers.IsObserved(),
		o.TrustedServers.IsObserved(), o.Settings.IsObserved()} {
		if observed {
			t.Error("a fact is observed in a forest without LCS")
		}
	}
	if o.source.Status != facts.Partial {
		t.Errorf("source = %+v", o.source)
	}
}

func TestAccountsThatCannotBeStored(t *testing.T) {
	t.Parallel()
	l := newLab(t, 2)
	full := errors.New("disk full")
	o := gatherInto(t, l.start(t), &accounts{err: full})
	if o.source.Status != facts.Failed || o.source.Class != facts.Internal || !strings.Contains(o.source.Message, "disk full") {
		t.Errorf("source = %+v", o.source)
	}
}

func TestMalformedIdentifiers(t *testing.T) {
	t.Parallel()
	l := newLab(t, 3)
	set(t, &l.root, "CN=contoso0001,CN=Users,"+rootDN, "msRTCSIP-OriginatorSid", "\x01\x02", "objectGUID", "short")
	o := gather(t, l.start(t))
	if a := o.accounts.of(t, "sip:contoso0001@contoso.com"); a.OriginatorSID != "" || a.GUID != "" || a.SID == "" {
		t.Errorf("account = %+v", a)
	}
	const want = "2 SIDs or GUIDs of accounts could not be decoded and were left out"
	if !slices.Contains(o.source.Warnings, want) {
		t.Errorf("warnings = %q", o.source.Warnings)
	}
}

func TestUnobservedLeavesNothingOut(t *testing.T) {
	t.Parallel()
	why := facts.Unknown{Class: facts.Timeout, Message: "no answer"}
	var d facts.Deployment
	New(Config{}, &accounts{}).Unobserved(why).AddTo(&d)
	for _, got := range []facts.Unknown{
		whyNot(t, d.Directory.Forest), whyNot(t, d.Directory.SIPDomains), whyNot(t, d.Directory.Servers), whyNot(t, d.Directory.Pools),
		whyNot(t, d.Directory.TrustedServers), whyNot(t, d.Directory.Settings), whyNot(t, d.Directory.HomeServers),
		whyNot(t, d.Directory.Users), whyNot(t, d.Directory.Clock),
	} {
		if got != why {
			t.Errorf("reason = %+v", got)
		}
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	l := newLab(t, 0)
	theirs := time.Date(2005, 4, 21, 2, 38, 50, 0, time.UTC)
	l.root.Now = func() time.Time { return theirs }
	ours := theirs.Add(8 * time.Second)
	s := collect.NewSession("directory", "dc1.contoso.com", func() time.Time { return ours }, nil)
	o, err := New(l.start(t), &accounts{}).Collect(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	var d facts.Deployment
	o.AddTo(&d)
	if diff := cmp.Diff(facts.Clock{Theirs: theirs, Ours: ours}, get(t, d.Directory.Clock)); diff != "" {
		t.Errorf("clock (-want +got):\n%s", diff)
	}
}
