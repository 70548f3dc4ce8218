package peer

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
)

// A crowd in a slapd can be read as one in a domain controller: forest, schema,
// servers and every user with octets, addresses and home server.
func TestSlapd(t *testing.T) {
	t.Parallel()
	crowd := Crowd{Users: 500, Servers: 2}
	s := StartSlapd(t, crowd)
	conn, err := ldap.DialURL("ldap://" + s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Bind(s.BindDN, s.Password); err != nil {
		t.Fatal(err)
	}
	search := func(base string, scope int, filter string, attributes ...string) []*ldap.Entry {
		t.Helper()
		result, err := conn.Search(&ldap.SearchRequest{BaseDN: base, Scope: scope, Filter: filter, Attributes: attributes})
		if err != nil {
			t.Fatalf("%s below %q: %v", filter, base, err)
		}
		return result.Entries
	}
	dse := search("", ldap.ScopeBaseObject, "(objectClass=*)", "rootDomainNamingContext", "configurationNamingContext", "namingContexts")[0]
	for _, attribute := range []string{"rootDomainNamingContext", "namingContexts"} {
		if got := dse.GetEqualFoldAttributeValue(attribute); !strings.EqualFold(got, s.BaseDN) {
			t.Errorf("%s is %q, want %q", attribute, got, s.BaseDN)
		}
	}
	if got := search(dse.GetEqualFoldAttributeValue("configurationNamingContext"), ldap.ScopeWholeSubtree, "(lDAPDisplayName=msRTCSIP-PrimaryUserAddress)"); len(got) != 1 {
		t.Errorf("%d schema objects of the sign-in name", len(got))
	}
	if got := search(s.BaseDN, ldap.ScopeWholeSubtree, "(objectClass=msRTCSIP-Server)"); len(got) != crowd.Servers {
		t.Errorf("%d servers", len(got))
	}
	users := map[string]*ldap.Entry{}
	for _, e := range search(s.BaseDN, ldap.ScopeWholeSubtree, "(msRTCSIP-UserEnabled=TRUE)") {
		users[e.GetAttributeValue("msRTCSIP-PrimaryUserAddress")] = e
	}
	if len(users) != crowd.Users {
		t.Fatalf("%d different addresses, want %d", len(users), crowd.Users)
	}
	for i := range crowd.Users {
		m := crowd.Member(i)
		e := users["sip:"+m.Address]
		if e == nil {
			t.Fatalf("nobody has the address %s", m.Address)
		}
		if got := e.GetRawAttributeValue("objectSid"); string(got) != string(m.SID) {
			t.Errorf("%s has the SID %x, want %x", m.Address, got, m.SID)
		}
		if got := e.GetRawAttributeValue("objectGUID"); string(got) != string(littleEndian(m.GUID)) {
			t.Errorf("%s has the GUID %s", m.Address, base64.StdEncoding.EncodeToString(got))
		}
	}
}
