package ldapd_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func names(r *ldap.SearchResult) []string {
	var out []string
	for _, e := range r.Entries {
		rdn, _, _ := strings.Cut(e.DN, ",")
		_, cn, _ := strings.Cut(rdn, "=")
		out = append(out, cn)
	}
	return out
}

func find(t *testing.T, c *ldap.Conn, base string, scope int, filter string, attributes ...string) *ldap.SearchResult {
	t.Helper()
	r, err := c.Search(ldap.NewSearchRequest(base, scope, 0, 0, 0, false, filter, attributes, nil))
	if err != nil {
		t.Fatalf("search %s for %s: %v", base, filter, err)
	}
	return r
}

func TestScopesAndReferences(t *testing.T) {
	t.Parallel()
	const configURL = "ldap://contoso.com/CN=Configuration,DC=contoso,DC=com"
	_, addr := start(t, config(forest(2)))
	c := bound(t, addr)
	for _, tt := range []struct {
		base  string
		scope int
		want  string
		refs  []string
	}{
		{domainDN, ldap.ScopeBaseObject, "contoso", nil},
		{domainDN, ldap.ScopeSingleLevel, "Users People", []string{configURL}},
		{"dc=CONTOSO, dc=com", ldap.ScopeWholeSubtree, "contoso Users Reader People User 000 User 001", []string{configURL}},
		{peopleDN, ldap.ScopeSingleLevel, "User 000 User 001", nil},
		{peopleDN, ldap.ScopeWholeSubtree, "People User 000 User 001", nil},
		{configDN, ldap.ScopeWholeSubtree, "Configuration", []string{"ldap://contoso.com/CN=Schema,CN=Configuration,DC=contoso,DC=com"}},
		{schemaDN, ldap.ScopeSingleLevel, "", nil},
	} {
		r := find(t, c, tt.base, tt.scope, "(objectClass=*)", "1.1")
		if got := strings.Join(names(r), " "); got != tt.want {
			t.Errorf("scope %d of %s: %q, want %q", tt.scope, tt.base, got, tt.want)
		}
		if diff := cmp.Diff(tt.refs, r.Referrals, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("scope %d of %s: references (-want +got):\n%s", tt.scope, tt.base, diff)
		}
	}

	r, err := c.Search(ldap.NewSearchRequest(domainDN, ldap.ScopeWholeSubtree, 0, 0, 0, false, "(cn=User *)", nil,
		[]ldap.Control{ldap.NewControlString("1.2.840.113556.1.4.1339", true, "")}))
	if err != nil || len(r.Referrals) != 0 {
		t.Errorf("with the domain scope control: %v, %v", r.Referrals, err)
	}
}

func TestGlobalCatalog(t *testing.T) {
	t.Parallel()
	cfg := config(forest(2))
	cfg.GlobalCatalog = true
	_, addr := start(t, cfg)
	c := bound(t, addr)
	for _, base := range []string{"", domainDN} {
		r := find(t, c, base, ldap.ScopeWholeSubtree, "(objectClass=*)")
		if len(r.Entries) != 8 || len(r.Referrals) != 0 {
			t.Errorf("base %q: %q, references %q", base, names(r), r.Referrals)
		}
	}
	if got := names(find(t, c, "", ldap.ScopeSingleLevel, "(objectClass=*)")); !slices.Equal(got, []string{"contoso"}) {
		t.Errorf("below the top: %q", got)
	}
}

func TestBaseErrors(t *testing.T) {
	t.Parallel()
	_, addr := start(t, config(forest(1)))
	c := bound(t, addr)
	for _, tt := range []struct {
		base    string
		code    uint16
		matched string
	}{
		{"CN=x,CN=y," + peopleDN, ldap.LDAPResultNoSuchObject, peopleDN},
		{"OU=Nobody," + domainDN, ldap.LDAPResultNoSuchObject, domainDN},
		{"", ldap.LDAPResultNoSuchObject, ""},
		{"O=Contoso", ldap.LDAPResultNoSuchObject, ""},
		{"OU=People,DC=fabrikam,DC=com", ldap.LDAPResultReferral, ""},
		{"no name", ldap.LDAPResultInvalidDNSyntax, ""},
	} {
		_, err := c.Search(ldap.NewSearchRequest(tt.base, ldap.ScopeWholeSubtree, 0, 0, 0, false, "(objectClass=*)", nil, nil))
		e := resultOf(t, err)
		if e.ResultCode != tt.code || e.MatchedDN != tt.matched {
			t.Errorf("base %q: %d, matched %q; want %d, %q", tt.base, e.ResultCode, e.MatchedDN, tt.code, tt.matched)
		}
		if tt.code == ldap.LDAPResultReferral {
			response := e.Packet.Children[1]
			got := response.Children[len(response.Children)-1].Children[0].Data.String()
			if want := "ldap://fabrikam.com/OU=People,DC=fabrikam,DC=com"; got != want {
				t.Errorf("referral to %q, want %q", got, want)
			}
		}
	}
}

func TestAttributeSelection(t *testing.T) {
	t.Parallel()
	cfg := config(append(forest(0), entry("CN=ann,"+domainDN, "objectClass", "user", "cn", "ann", "mail", "ann@contoso.com",
		"objectSid", sid(1), "canonicalName", "contoso.com/ann", "replPropertyMetaData", "\x01\x00")))
	_, addr := start(t, cfg)
	c := bound(t, addr)
	all := "objectClass cn distinguishedName mail objectSid"
	for _, tt := range []struct{ ask, want string }{
		{"", all},
		{"*", all},
		{"+", "canonicalName replPropertyMetaData"},
		{"* +", "objectClass canonicalName cn distinguishedName mail objectSid replPropertyMetaData"},
		{"* canonicalname", "objectClass canonicalName cn distinguishedName mail objectSid"},
		{"MAIL cn nosuch", "cn mail"},
		{"1.1", ""},
		{"1.1 mail", "mail"},
	} {
		e := find(t, c, domainDN, ldap.ScopeSingleLevel, "(cn=ann)", strings.Fields(tt.ask)...).Entries[0]
		var got []string
		for _, a := range e.Attributes {
			got = append(got, a.Name)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("asked for %q: got %q, want %q", tt.ask, got, tt.want)
		}
	}
	e := find(t, c, domainDN, ldap.ScopeSingleLevel, "(cn=ann)", "objectSid", "distinguishedName").Entries[0]
	if got := e.GetRawAttributeValue("objectSid"); string(got) != sid(1) {
		t.Errorf("objectSid is % x", got)
	}
	if got := e.GetAttributeValue("distinguishedName"); got != "CN=ann,"+domainDN {
		t.Errorf("distinguishedName is %q", got)
	}

	r, err := c.Search(ldap.NewSearchRequest(domainDN, ldap.ScopeSingleLevel, 0, 0, 0, true, "(cn=ann)", nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	if a := r.Entries[0].Attributes; len(a) != 5 || len(a[1].Values) != 0 {
		t.Errorf("types only: %v", a)
	}
}

func TestControls(t *testing.T) {
	t.Parallel()
	_, addr := start(t, config(forest(1)))
	c := bound(t, addr)
	search := func(control ldap.Control) error {
		_, err := c.Search(ldap.NewSearchRequest(domainDN, ldap.ScopeBaseObject, 0, 0, 0, false, "(objectClass=*)", nil, []ldap.Control{control}))
		return err
	}
	wantResult(t, search(ldap.NewControlString("1.2.3.4", true, "x")), ldap.LDAPResultUnavailableCriticalExtension, "Error processing control")
	if err := search(ldap.NewControlString("1.2.3.4", false, "x")); err != nil {
		t.Errorf("unknown control that is not critical: %v", err)
	}
	if err := search(ldap.NewControlString("1.2.840.113556.1.4.417", true, "")); err != nil {
		t.Errorf("show deleted: %v", err)
	}
	for _, value := range []string{"", "no BER", "\x30\x05\x02\x01\x05\x04\x00more", "\x30\x05\x02\x01\xff\x04\x00"} {
		wantResult(t, search(ldap.NewControlString(ldap.ControlTypePaging, true, value)), ldap.LDAPResultProtocolError, "Error processing control")
	}
}

func TestRights(t *testing.T) {
	t.Parallel()
	cfg := config(forest(3))
	hiddenDN := "CN=User 001," + peopleDN
	cfg.Users["admin@contoso.com"] = password
	cfg.Denied = func(bindName, dn string) bool {
		return bindName == reader && (dn == hiddenDN || dn == "CN=Users,"+domainDN)
	}
	cfg.HideAttributes = func(bindName, dn, attribute string) bool {
		return bindName == reader && attribute == "objectSid" && strings.HasPrefix(dn, "CN=User 002")
	}
	_, addr := start(t, cfg)
	c := bound(t, addr)

	r := find(t, c, peopleDN, ldap.ScopeSingleLevel, "(objectClass=user)")
	if got := names(r); !slices.Equal(got, []string{"User 000", "User 002"}) {
		t.Errorf("reader sees %q", got)
	}
	if got := r.Entries[1].GetRawAttributeValue("objectSid"); len(got) != 0 {
		t.Errorf("reader sees the SID % x", got)
	}
	if got := names(find(t, c, peopleDN, ldap.ScopeSingleLevel, "(objectSid=*)")); !slices.Equal(got, []string{"User 000"}) {
		t.Errorf("reader finds by SID %q", got)
	}
	if got := names(find(t, c, peopleDN, ldap.ScopeSingleLevel, "(!(objectSid=*))")); !slices.Equal(got, []string{"User 002"}) {
		t.Errorf("reader finds without SID %q", got)
	}
	_, err := c.Search(ldap.NewSearchRequest(hiddenDN, ldap.ScopeBaseObject, 0, 0, 0, false, "(objectClass=*)", nil, nil))
	if e := resultOf(t, err); e.ResultCode != ldap.LDAPResultNoSuchObject || e.MatchedDN != peopleDN {
		t.Errorf("read of a hidden entry: %v, matched %q", err, e.MatchedDN)
	}

	if err := c.Bind("ADMIN@contoso.com", password); err != nil {
		t.Fatal(err)
	}
	if r := find(t, c, peopleDN, ldap.ScopeSingleLevel, "(objectSid=*)"); len(r.Entries) != 3 {
		t.Errorf("admin sees %q", names(r))
	}
}
