package peer

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"
)

var shared = Share(SambaOptions{Forest: new(testForest())})

func TestMain(m *testing.M) {
	if os.Getenv(helperRole) != "" {
		fmt.Fprintln(os.Stderr, serveUntilKilled())
		os.Exit(1)
	}
	os.Exit(shared.Main(m))
}

// originator is a SID that no account of the forest has.
const originator = "S-1-5-21-1-2-3-1104"

// testForest is Contoso's, with one of everything that a directory could refuse.
func testForest() Forest {
	f := Contoso()
	f.GlobalSettings = map[string][]string{
		"msRTCSIP-UserDomainList":              {"contoso.com", "lcs.test"},
		"msRTCSIP-EnableFederation":            {"TRUE"},
		"msRTCSIP-DefaultRouteToEdgeProxyPort": {"5061"},
	}
	f.Pools = append(f.Pools, Pool{Name: "gone", FQDN: "gone.contoso.com", Type: 1, Version: 2})
	f.Removed = []string{PoolService("gone")}
	f.Users = append(f.Users,
		User{Account: "grace", Name: "Hopper, Grace", Address: "sip:grace@contoso.com", Enabled: true, HomeServer: PoolService("gone")},
		User{
			Account: "heidi", Class: "contact", Address: "sip:heidi@fabrikam.com", Enabled: true,
			HomeServer: PoolService("lcspool01"), OriginatorSID: originator,
		},
		User{
			Account: "ivan", Address: "sip:ivan@contoso.com", Enabled: true,
			HomeServer: ServerService("LCS01"), TargetHomeServer: PoolService("lcspool01"),
			Attributes: map[string][]string{
				"msRTCSIP-HomeServerString":  {"lcs01.contoso.com"},
				"msRTCSIP-UserExtension":     {"a=1", "b=ü"},
				"msRTCSIP-ArchivingEnabled":  {"2"},
				"msRTCSIP-FederationEnabled": {"FALSE"},
				"proxyAddresses":             nil,
			},
		})
	return f
}

func TestOrdinaryUserReadsTheForest(t *testing.T) {
	s := shared.Samba(t)
	conn := s.Connect(t, s.Reader)

	addresses := make(map[string]string) // by account
	for _, e := range search(t, conn, s.DomainDN, "(msRTCSIP-PrimaryUserAddress=*)") {
		addresses[e.GetAttributeValue("cn")] = e.GetAttributeValue("msRTCSIP-PrimaryUserAddress")
	}
	want := map[string]string{
		"alice": "sip:alice@contoso.com", "bob": "sip:bob@contoso.com", "carol": "sip:carol@contoso.com",
		"dave": "sip:dave@fabrikam.com", "frank": "sip:frank@contoso.com", "Hopper, Grace": "sip:grace@contoso.com",
		"heidi": "sip:heidi@fabrikam.com", "ivan": "sip:ivan@contoso.com",
	}
	if diff := cmp.Diff(want, addresses); diff != "" {
		t.Errorf("SIP addresses (-want +got):\n%s", diff)
	}

	for _, tt := range []struct {
		filter, attribute string
		want              []string
	}{
		{"(objectClass=msRTCSIP-Service)", "cn", []string{"RTC Service"}},
		{"(objectClass=msRTCSIP-Domain)", "msRTCSIP-DomainName", []string{"contoso.com", "fabrikam.com"}},
		{
			"(objectClass=msRTCSIP-TrustedServer)", "msRTCSIP-TrustedServerFQDN",
			[]string{"lcs01.contoso.com", "lcsfe01.contoso.com", "lcsfe02.contoso.com"},
		},
		{"(msRTCSIP-TrustedServerVersion=2)", "msRTCSIP-TrustedServerFQDN", []string{"lcsfe01.contoso.com", "lcsfe02.contoso.com"}},
		{"(objectClass=msRTCSIP-EdgeProxy)", "msRTCSIP-EdgeProxyFQDN", []string{"access.contoso.com"}},
		{"(objectClass=msRTCSIP-GlobalContainer)", "msRTCSIP-UserDomainList", []string{"contoso.com", "lcs.test"}},
		{"(objectClass=msRTCSIP-Pool)", "dNSHostName", []string{"gone.contoso.com", "lcspool01.contoso.com"}},
		{"(cn=lcspool01)", "msRTCSIP-BackEndServer", []string{`sql01.contoso.com\rtc`}},
		{"(objectClass=msRTCSIP-PoolService)", "distinguishedName", []string{resolve(PoolService("lcspool01"), s.DomainDN)}},
		{
			"(objectClass=msRTCSIP-PoolService)", "msRTCSIP-FrontEndServers",
			[]string{resolve(ServerService("LCSFE01"), s.DomainDN), resolve(ServerService("LCSFE02"), s.DomainDN)},
		},
		{"(cn=LCS01)", "servicePrincipalName", []string{"sip/lcs01.contoso.com"}},
		{"(sAMAccountName=bob)", "msRTCSIP-PrimaryHomeServer", []string{resolve(PoolService("lcspool01"), s.DomainDN)}},
		{"(sAMAccountName=bob)", "proxyAddresses", []string{"sip:bob@contoso.com"}},
		{"(sAMAccountName=erin)", "msRTCSIP-UserEnabled", nil},
		{"(sAMAccountName=frank)", "msRTCSIP-UserEnabled", []string{"FALSE"}},
		{"(sAMAccountName=ivan)", "msRTCSIP-TargetHomeServer", []string{resolve(PoolService("lcspool01"), s.DomainDN)}},
		{"(sAMAccountName=ivan)", "msRTCSIP-UserExtension", []string{"a=1", "b=ü"}},
		{"(sAMAccountName=ivan)", "msRTCSIP-HomeServerString", []string{"lcs01.contoso.com"}},
		{"(sAMAccountName=ivan)", "proxyAddresses", nil},
		{"(msRTCSIP-OriginatorSid=" + originator + ")", "cn", []string{"heidi"}},
	} {
		var got []string
		for _, e := range search(t, conn, s.DomainDN, tt.filter) {
			got = append(got, e.GetEqualFoldAttributeValues(tt.attribute)...)
		}
		slices.Sort(got)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s of %s (-want +got):\n%s", tt.attribute, tt.filter, diff)
		}
	}
}

func TestRemovedHomeServerDangles(t *testing.T) {
	s := shared.Samba(t)
	conn := s.Connect(t, s.Reader)
	grace := search(t, conn, s.DomainDN, "(msRTCSIP-PrimaryUserAddress=sip:grace@contoso.com)")[0]
	home := grace.GetAttributeValue("msRTCSIP-PrimaryHomeServer")
	if !strings.HasSuffix(home, ",CN=Deleted Objects,"+s.DomainDN) {
		t.Errorf("home server = %q, want one among the deleted objects", home)
	}
	_, err := conn.Search(ldap.NewSearchRequest(home, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", nil, nil))
	if !ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
		t.Errorf("reading the home server: %v, want no such object", err)
	}
}

func TestSchemaVersion(t *testing.T) {
	s := shared.Samba(t)
	conn := s.Connect(t, s.Reader)
	dn := "CN=ms-RTC-SIP-SchemaVersion,CN=Schema,CN=Configuration," + s.DomainDN
	if got := search(t, conn, dn, "(objectClass=*)")[0].GetAttributeValue("rangeUpper"); got != "1006" {
		t.Errorf("rangeUpper = %q, want LCS 2005's 1006", got)
	}
}

func TestSIDsAreOfTheDomain(t *testing.T) {
	s := shared.Samba(t)
	// The text of a SID is matched against the binary value, so the domain's own SID finds the domain.
	got := search(t, s.Connect(t, s.Reader), s.DomainDN, "(objectSid="+s.DomainSID+")")
	if len(got) != 1 || got[0].DN != s.DomainDN {
		t.Errorf("the domain's SID finds %d objects, want %s alone", len(got), s.DomainDN)
	}
}

func TestGlobalCatalogHoldsAddresses(t *testing.T) {
	s := shared.Samba(t)
	conn, err := ldap.DialURL("ldap://" + s.Addr(GlobalCatalogPort))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.StartTLS(s.TLSConfig()); err != nil {
		t.Fatal(err)
	}
	if err := conn.Bind(s.Reader.UPN, s.Reader.Password); err != nil {
		t.Fatal(err)
	}
	got := search(t, conn, "", "(msRTCSIP-PrimaryUserAddress=sip:dave@fabrikam.com)")
	if len(got) != 1 || got[0].GetAttributeValue("msRTCSIP-PrimaryHomeServer") == "" {
		t.Errorf("the global catalogue finds %d users, want Dave with his home server", len(got))
	}
}

func TestLDAPSearch(t *testing.T) {
	s := shared.Samba(t)
	Need(t, "ldapsearch")
	for _, args := range [][]string{
		{"-H", s.LDAPSURL()},
		{"-H", s.LDAPURL(), "-ZZ"},
	} {
		cmd := exec.CommandContext(t.Context(), "ldapsearch", append(args, "-LLL", "-x",
			"-D", s.Reader.DN, "-w", s.Reader.Password, "-b", s.DomainDN,
			"(&(objectCategory=person)(msRTCSIP-UserEnabled=TRUE))", "msRTCSIP-PrimaryUserAddress")...)
		cmd.Env = append(cmd.Environ(), "LDAPTLS_CACERT="+s.CAFile)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", cmd, err, out)
		}
		if got := strings.Count(string(out), "\nmsRTCSIP-PrimaryUserAddress: sip:"); got != 7 {
			t.Errorf("%s found %d enabled users, want 7:\n%s", cmd, got, out)
		}
	}
}

func TestStartSamba(t *testing.T) {
	needSamba(t)
	t.Parallel()
	var s *Samba
	t.Run("serves", func(t *testing.T) {
		s = StartSamba(t, SambaOptions{
			Realm:    "AD.FABRIKAM.EXAMPLE",
			NoSchema: true,
			LDIF:     []string{"dn: OU=Staff,DC=X\nobjectClass: organizationalUnit\n"},
		})
		if s.Host != "dc1.ad.fabrikam.example" || s.DomainDN != "DC=ad,DC=fabrikam,DC=example" {
			t.Errorf("host = %s, domain = %s", s.Host, s.DomainDN)
		}
		conn := s.Connect(t, s.Admin)
		if got := search(t, conn, s.DomainDN, "(ou=Staff)"); len(got) != 1 {
			t.Errorf("found %d of the units loaded", len(got))
		}
		res, err := conn.Search(ldap.NewSearchRequest("CN=Schema,CN=Configuration,"+s.DomainDN, ldap.ScopeWholeSubtree,
			ldap.NeverDerefAliases, 0, 0, false, "(cn=ms-RTC-SIP-*)", nil, nil))
		if err != nil || len(res.Entries) != 0 {
			t.Errorf("LCS schema objects: %d, %v, want none", len(res.Entries), err)
		}
	})
	if listening(s.IP.String(), LDAPPort) || listening(s.IP.String(), KerberosPort) {
		t.Error("samba serves after its test")
	}
	if _, err := os.Stat(s.dir); !os.IsNotExist(err) {
		t.Errorf("%s is left: %v", s.dir, err)
	}
}

func TestFailedStartLeavesNothing(t *testing.T) {
	needSamba(t)
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	s, err := startSamba(t.Context(), SambaOptions{Realm: "TEST"})
	if err == nil {
		t.Fatalf("a realm of one label is served: %v", s.stop())
	}
	if !strings.Contains(err.Error(), "samba-tool domain provision") || !strings.Contains(err.Error(), "TEST") {
		t.Errorf("error = %q, want it to name the step and the realm", err)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func search(t *testing.T, conn *ldap.Conn, base, filter string) []*ldap.Entry {
	t.Helper()
	scope := ldap.ScopeWholeSubtree
	res, err := conn.Search(ldap.NewSearchRequest(base, scope, ldap.NeverDerefAliases, 0, 0, false, filter, nil, nil))
	if err != nil {
		t.Fatalf("search %q for %s: %v", base, filter, err)
	}
	if len(res.Entries) == 0 {
		t.Fatalf("search %q for %s: nothing found", base, filter)
	}
	return res.Entries
}
