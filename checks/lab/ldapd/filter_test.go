package ldapd_test

import (
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"lcshealth/checks/lab/ldapd"
)

func TestFilters(t *testing.T) {
	t.Parallel()
	people := "OU=People," + domainDN
	cfg := config([]ldapd.Entry{
		entry(domainDN, "objectClass", "domainDNS"),
		entry(configDN, "objectClass", "configuration"),
		entry(schemaDN, "objectClass", "dMD"),
		entry(people, "objectClass", "organizationalUnit", "objectCategory", "CN=Organizational-Unit,"+schemaDN),
		entry("CN=ann,"+people, "objectClass", "user", "objectCategory", "CN=Person,"+schemaDN,
			"cn", "ann", "sn", "Ångström", "userAccountControl", "514", "objectSid", sid(9), "objectGUID", "\x00(*)\\\xff",
			"msRTCSIP-UserEnabled", "TRUE", "msRTCSIP-PrimaryHomeServer", poolDN, "manager", `CN=Doe\, Jane,`+people,
			"proxyAddresses", "SMTP:ann@contoso.com", "proxyAddresses", "sip:ann@contoso.com",
			"whenCreated", "20050101120000.0Z", "employeeID", "007"),
		entry("CN=bob,"+people, "objectClass", "user", "objectCategory", "CN=Person,"+schemaDN,
			"cn", "bob", "sn", "Brown", "userAccountControl", "512", "objectSid", sid(10),
			"msRTCSIP-UserEnabled", "FALSE", "whenCreated", "20060101120000.0Z", "employeeID", "100",
			"extraFlag", "TRUE", "extraLink", people, "extraBlob", "\xff\x00", "uSNChanged", "9"),
		entry("CN=pc,"+people, "objectClass", "computer", "objectCategory", "CN=Computer,"+schemaDN, "cn", "pc",
			"extraFlag", "FALSE", "extraLink", domainDN, "extraBlob", "a", "uSNChanged", "10"),
	})
	_, addr := start(t, cfg)
	c := bound(t, addr)

	for _, tt := range []struct{ filter, want string }{
		// presence; every object has a class
		{"(objectClass=*)", "People ann bob pc"},
		{"(sn=*)", "ann bob"},
		{"(!(sn=*))", "People pc"},
		// equality of text, whatever the case, of one of several values
		{"(CN=ANN)", "ann"},
		{"(sn=ångström)", "ann"},
		{"(sn~=BROWN)", "bob"},
		{"(proxyAddresses=SIP:ann@contoso.com)", "ann"},
		{"(objectClass=USER)", "ann bob"},
		{"(employeeID=7)", ""},
		// logic
		{"(&(objectClass=user)(cn=bob))", "bob"},
		{"(|(cn=pc)(cn=ann))", "ann pc"},
		{"(!(objectClass=user))", "People pc"},
		{"(&(objectClass=user)(!(|(cn=bob)(cn=pc))))", "ann"},
		{"(&)", "People ann bob pc"},
		{"(|)", ""},
		// substrings
		{"(sn=br*)", "bob"},
		{"(sn=*STRÖM)", "ann"},
		{"(proxyAddresses=*@*.com)", "ann"},
		{"(sn=b*o*n)", "bob"},
		{"(sn=b*wn*n)", ""}, // may not overlap
		{"(sn=b*x*n)", ""},
		{"(userAccountControl=5*)", ""},
		{"(nosuch=5*)", ""},
		{"(nosuch>=5)", ""},
		{"(employeeID=0*)", "ann"},
		// categories by class name
		{"(objectCategory=person)", "ann bob"},
		{"(objectCategory=user)", "ann bob"},
		{"(objectCategory=Computer)", "pc"},
		{"(objectCategory=organizationalUnit)", "People"},
		{"(objectCategory=cn=person,cn=schema, cn=configuration,dc=contoso,dc=com)", "ann bob"},
		{"(objectCategory=group)", ""},
		// names: equality only, as names
		{"(msRTCSIP-PrimaryHomeServer=" + strings.ToLower(poolDN) + ")", "ann"},
		{`(manager=cn=doe\5c2c jane , OU=people,DC=CONTOSO,DC=com)`, "ann"},
		{"(manager=*)", "ann"},
		{"(manager=CN=Doe*)", ""},
		{"(!(manager=CN=Doe*))", ""},
		{"(manager=not a name)", ""},
		{"(distinguishedName=cn=bob," + people + ")", "bob"},
		// numbers
		{"(userAccountControl=512)", "bob"},
		{"(userAccountControl=0512)", "bob"},
		{"(uSNChanged>=10)", "pc"},
		{"(uSNChanged<=9)", "bob"},
		{"(userAccountControl=many)", ""},
		{"(!(userAccountControl=many))", ""},
		{"(userAccountControl:1.2.840.113556.1.4.803:=2)", "ann"},
		{"(!(userAccountControl:1.2.840.113556.1.4.803:=2))", "People bob pc"},
		{"(userAccountControl:1.2.840.113556.1.4.803:=514)", "ann"},
		{"(userAccountControl:1.2.840.113556.1.4.804:=514)", "ann bob"},
		{"(userAccountControl:1.2.840.113556.1.4.804:=1)", ""},
		{"(!(userAccountControl:1.2.3.4:=1))", ""},
		{"(!(cn:1.2.840.113556.1.4.803:=1))", ""},
		{"(cn:=bob)", "bob"},
		{"(cn:dn:=bob)", "bob"},
		{"(:1.2.840.113556.1.4.803:=1)", ""},
		// order of text and time
		{"(cn>=B)", "bob pc"},
		{"(cn<=B)", "ann"},
		{"(whenCreated>=20050601000000.0Z)", "bob"},
		{"(whenCreated<=20050601000000Z)", "ann"},
		{"(whenCreated=20050101120000Z)", "ann"},
		{"(whenCreated>=yesterday)", ""},
		// truth values are in capitals
		{"(msRTCSIP-UserEnabled=TRUE)", "ann"},
		{"(msRTCSIP-UserEnabled=FALSE)", "bob"},
		{"(msRTCSIP-UserEnabled=true)", ""},
		{"(!(msRTCSIP-UserEnabled=true))", ""},
		{"(!(msRTCSIP-UserEnabled=TRUE))", "People bob pc"},
		// octets and SIDs
		{`(objectGUID=\00\28\2a\29\5c\ff)`, "ann"},
		{`(objectGUID=\00\28*\ff)`, "ann"},
		{`(objectGUID>=\00)`, "ann"},
		{"(objectSid=" + ldap.EscapeFilter(sid(10)) + ")", "bob"},
		{"(objectSid=S-1-5-21-1-2-3-1034)", "bob"},
		{"(objectSid=S-1-5-21-1-2-3-1)", ""},
		{"(objectSid=S-1-5-21-1-2-3-4294967296)", ""},
		{"(objectSid>=S-1-5)", ""},
		{"(objectSid=S-1-5*)", ""},
		// undefined is neither true nor false
		{"(nosuch=*)", ""},
		{"(!(nosuch=*))", ""},
		{"(|(nosuch=a)(cn=ann))", "ann"},
		{"(&(!(nosuch=a))(cn=ann))", ""},
		// in the schema of LCS, but nowhere used
		{"(!(msRTCSIP-TargetHomeServer=*))", "People ann bob pc"},
		{"(msRTCSIP-TargetHomeServer=*)", ""},
		// syntaxes learnt from the values
		{"(!(extraFlag=false))", ""},
		{"(extraFlag=FALSE)", "pc"},
		{"(extraLink=dc=contoso, dc=com)", "pc"},
		{`(extraBlob=A)`, ""},
		{`(extraBlob=\ff\00)`, "bob"},
	} {
		r := find(t, c, people, ldap.ScopeWholeSubtree, tt.filter)
		if got := strings.Join(names(r), " "); got != tt.want {
			t.Errorf("%s finds %q, want %q", tt.filter, got, tt.want)
		}
	}

	_, err := c.Search(ldap.NewSearchRequest(people, ldap.ScopeWholeSubtree, 0, 0, 0, false, "(canonicalName=*)", nil, nil))
	wantResult(t, err, ldap.LDAPResultInappropriateMatching, "SvcErr")
}

func TestSchemaEntries(t *testing.T) {
	t.Parallel()
	cfg := config(append(forest(0),
		entry("CN=Wire,"+schemaDN, "objectClass", "attributeSchema", "lDAPDisplayName", "wire", "attributeSyntax", "2.5.5.9"),
		entry("CN=Gadget,"+schemaDN, "objectClass", "classSchema", "lDAPDisplayName", "gadget",
			"defaultObjectCategory", "CN=Thing,"+schemaDN),
		entry("CN=a,"+domainDN, "objectClass", "gadget", "objectCategory", "CN=Thing,"+schemaDN, "wire", "0010"),
	))
	cfg.Schema = map[string]ldapd.Syntax{} // a forest without LCS
	_, addr := start(t, cfg)
	c := bound(t, addr)
	for filter, want := range map[string]int{
		"(wire=10)": 1, "(objectCategory=gadget)": 1, "(objectCategory=thing)": 1,
		"(!(msRTCSIP-UserEnabled=*))": 0,
	} {
		if r := find(t, c, domainDN, ldap.ScopeWholeSubtree, filter); len(r.Entries) != want {
			t.Errorf("%s finds %q, want %d", filter, names(r), want)
		}
	}
}
