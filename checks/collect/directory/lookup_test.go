package directory

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lcshealth/checks/facts"
	"lcshealth/checks/lab/ldapd"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"
)

// plain is an account that has nothing to do with LCS.
func plain(t testing.TB, domain, sid, logon string, rid int, more ...string) ldapd.Entry {
	return entry(fmt.Sprintf("CN=%s,CN=Users,%s", logon, domain), append([]string{
		"objectClass", "user", "sAMAccountName", logon, "objectGUID", guid(rid), "objectSid", octets(t, fmt.Sprintf("%s-%d", sid, rid)), "userAccountControl", "512",
	}, more...)...)
}

// withNames has the forest's domains tell their NetBIOS names, and adds accounts
// to them.
func withNames(t testing.TB, l *lab) {
	for _, c := range []*ldapd.Config{&l.root, &l.child} {
		set(t, c, "CN=CONTOSO,CN=Partitions,"+configDN, "nETBIOSName", "CONTOSO")
		set(t, c, "CN=CHILD,CN=Partitions,"+configDN, "nETBIOSName", "KIDS")
	}
	l.root.Entries = append(l.root.Entries,
		plain(t, rootDN, rootSID, "kim", 2001, "userPrincipalName", "kim.akers@fabrikam.com"),
		plain(t, rootDN, rootSID, "off", 2002, "userAccountControl", "514"),
		plain(t, rootDN, rootSID, "jürgen", 2003), plain(t, rootDN, rootSID, "maſt", 2004),
		entry("CN=staff,CN=Users,"+rootDN, "objectClass", "group", "sAMAccountName", "staff"),
		entry(`CN=Beebe\, Ann,CN=Users,`+rootDN, "objectClass", "contact"),
	)
	set(t, &l.root, "CN=off,CN=Users,"+rootDN, "userAccountControl", "514")
	l.child.Entries = append(l.child.Entries, plain(t, childDN, childSID, "kim", 2005), plain(t, childDN, childSID, "bob", 2006))
}

// told are lookups in short: the name, the common names and domains of who was
// found, whether he is disabled, and whether there may be others.
func told(lookups []facts.Lookup) (out []string) {
	for _, l := range lookups {
		s := l.Name + ":"
		for _, a := range l.Found {
			_, domain, _ := strings.Cut(a.DN, ",CN=Users,DC=")
			s += " " + commonName(a.DN) + " of " + strings.Split(domain, ",")[0]
			switch {
			case a.Disabled == nil:
				s += ", perhaps disabled"
			case *a.Disabled:
				s += ", disabled"
			}
		}
		if l.Unknown != nil {
			s += " ?" + string(l.Unknown.Class)
		}
		out = append(out, strings.TrimSpace(s))
	}
	return out
}

func TestLookups(t *testing.T) {
	t.Parallel()
	l := newLab(t, 1)
	withNames(t, l)
	cfg := l.start(t)
	cases := [][2]string{
		{"kim", "kim of child kim of contoso"}, {`CONTOSO\kim`, "kim of contoso"}, {`kids\KIM`, "kim of child"}, {`child.contoso.com\kim`, "kim of child"}, {`CHILD\kim`, ""},
		{"kim@contoso.com", "kim of contoso"}, {"Kim.Akers@Fabrikam.com", "kim of contoso"}, {"kim@fabrikam.com", ""}, {"bob@child.contoso.com", "bob of child"}, {"bob@kids", "bob of child"},
		{"cn=Kim, cn=users,dc=contoso,dc=com", "kim of contoso"}, {"CN=kim,CN=Users,DC=fabrikam,DC=com", ""},
		{`CN=Beebe\, Ann,CN=Users,DC=contoso,DC=com`, "Beebe, Ann of contoso, perhaps disabled"},
		{rootSID + "-2001", "kim of contoso"}, {childSID + "-2005", "kim of child"}, {rootSID + "-9", ""}, {"{00000000-0000-0000-0000-0000000007d6}", "bob of child"}, {"00000000-0000-0000-0000-0000000007D6", "bob of child"},
		{"off", "off of contoso, disabled"}, {"JÜRGEN", "jürgen of contoso"}, {"mast", "maſt of contoso"}, {"contoso0000", "contoso0000 of contoso, perhaps disabled"},
		{"nobody", ""}, {"staff", ""}, {"lcs*", ""}, {")(", ""}, {"", ""}, {" off ", "off of contoso, disabled"},
	}
	var want []string
	for _, c := range cases {
		cfg.Wanted, want = append(cfg.Wanted, c[0]), append(want, strings.TrimSpace(c[0]+": "+c[1]))
	}
	o := gather(t, cfg)
	if diff := cmp.Diff(want, told(o.lookups)); diff != "" {
		t.Errorf("lookups (-want +got):\n%s", diff)
	}
	if o.source.Status != facts.OK {
		t.Errorf("source = %+v", o.source)
	}
	kim := o.lookups[1].Found[0]
	no := false
	if diff := cmp.Diff(facts.FoundAccount{DN: "CN=kim,CN=Users," + rootDN, SID: rootSID + "-2001", GUID: facts.GUIDString([16]byte([]byte(guid(2001)))), Disabled: &no}, kim); diff != "" {
		t.Error(diff)
	}
}

// Many names take few searches, and every one is answered.
func TestManyLookups(t *testing.T) {
	t.Parallel()
	l := newLab(t, 1)
	withNames(t, l)
	cfg := l.start(t)
	for i := range 950 {
		cfg.Wanted = append(cfg.Wanted, fmt.Sprintf("n%03d", i))
	}
	cfg.Wanted = append(cfg.Wanted, "bob")
	o := gather(t, cfg)
	asked := 0
	for _, r := range slices.Concat(l.rootServer.Requests(), l.childServer.Requests()) {
		if strings.Contains(r.Filter, "sAMAccountName") {
			asked++
		}
	}
	if got := told(o.lookups[949:]); asked != 20 || len(o.lookups) != 951 || got[0] != "n949:" || got[1] != "bob: bob of child" {
		t.Errorf("%d searches, %d lookups, %q", asked, len(o.lookups), got)
	}
}

// Who may be in a domain that does not answer is not told to be nowhere.
func TestLookupsOfDeadDomain(t *testing.T) {
	t.Parallel()
	l := newLab(t, 1)
	withNames(t, l)
	cfg := l.start(t)
	delete(l.network.addresses, "dc2.child.contoso.com:389")
	cfg.Wanted = []string{"kim", `CONTOSO\kim`, `KIDS\kim`, "nobody", rootSID + "-2001", "kim@contoso.com", "CN=bob,CN=Users," + childDN, "CN=kim,CN=Users," + rootDN}
	want := []string{
		"kim: kim of contoso ?unreachable", `CONTOSO\kim: kim of contoso`, `KIDS\kim: ?unreachable`, "nobody: ?unreachable", rootSID + "-2001: kim of contoso ?unreachable",
		"kim@contoso.com: kim of contoso ?unreachable", "CN=bob,CN=Users," + childDN + ": ?unreachable", "CN=kim,CN=Users," + rootDN + ": kim of contoso",
	}
	o := gather(t, cfg)
	if diff := cmp.Diff(want, told(o.lookups)); diff != "" || o.source.Status != facts.Partial {
		t.Errorf("lookups (-want +got):\n%s\nsource %+v", diff, o.source)
	}
}

// A domain that shows nobody may hide somebody; one that shows its
// administrator does not.
func TestLookupsHidden(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		more []ldapd.Entry
		want string
	}{
		"nobody":        {nil, "nobody: ?rights"},
		"administrator": {[]ldapd.Entry{plain(t, childDN, childSID, "Verwalter", 500)}, "nobody:"},
	} {
		l := newLab(t, 1)
		without(&l.child, "CN=child0000,CN=Users,"+childDN)
		l.child.Entries = append(l.child.Entries, c.more...)
		cfg := l.start(t)
		cfg.Wanted = []string{"nobody"}
		if got := told(gather(t, cfg).lookups); got[0] != c.want {
			t.Errorf("%s: %q, want %q", name, got[0], c.want)
		}
	}
}

// A source that fails looks nobody up, and says so of each.
func TestLookupsOfDeadForest(t *testing.T) {
	t.Parallel()
	cfg := newLab(t, 0).config() // nobody serves it
	cfg.Wanted = []string{"kim", "bob"}
	o := gather(t, cfg)
	if diff := cmp.Diff([]string{"kim: ?unreachable", "bob: ?unreachable"}, told(o.lookups)); diff != "" || o.source.Status != facts.Failed {
		t.Errorf("lookups (-want +got):\n%s\nsource %+v", diff, o.source)
	}
}

// A real directory finds accounts by every form of their names.
func TestLookupsInSamba(t *testing.T) {
	s := samba.Samba(t)
	cfg := sambaConfig(s)
	conn := s.Connect(t, s.Reader)
	found, err := conn.Search(ldap.NewSearchRequest(s.DomainDN, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 1, 0, false, "(sAMAccountName=alice)", []string{"objectSid", "objectGUID"}, nil))
	if err != nil {
		t.Fatal(err)
	}
	alice := (&reader{}).foundAccount(found.Entries[0])
	cases := []struct {
		name, want string
		disabled   bool
	}{
		{"alice", alice.DN, false}, {`LCS\ALICE`, alice.DN, false}, {`lcs.test\alice`, alice.DN, false}, {"alice@lcs.test", alice.DN, false}, {"alice@LCS", alice.DN, false},
		{strings.ToUpper(alice.DN), alice.DN, false}, {alice.SID, alice.DN, false}, {alice.GUID, alice.DN, false}, {"{" + strings.ToUpper(alice.GUID) + "}", alice.DN, false},
		{s.Reader.UPN, "", false}, {"krbtgt", "CN=krbtgt,CN=Users," + s.DomainDN, true}, {s.DomainSID + "-500", "CN=Administrator,CN=Users," + s.DomainDN, false},
		{"Domain Users", "", false}, {"nobody", "", false}, {`FABRIKAM\alice`, "", false}, {"CN=Nobody,CN=Users," + s.DomainDN, "", false}, {s.DomainSID + "-9999", "", false},
	}
	for _, c := range cases {
		cfg.Wanted = append(cfg.Wanted, c.name)
	}
	o := gather(t, cfg)
	for i, c := range cases {
		l := o.lookups[i]
		if c.name == s.Reader.UPN {
			if len(l.Found) != 1 {
				t.Errorf("%s: %+v", c.name, l)
			}
			continue
		}
		dn := ""
		for _, a := range l.Found {
			dn += a.DN
			if a.Disabled == nil || *a.Disabled != c.disabled || a.SID == "" || a.GUID == "" {
				t.Errorf("%s: %+v", c.name, a)
			}
		}
		if dn != c.want || l.Unknown != nil {
			t.Errorf("%s: found %q, want %q; %v", c.name, dn, c.want, l.Unknown)
		}
	}
}
