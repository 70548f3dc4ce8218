package ldapd_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"lcshealth/checks/lab/ldapd"
)

func TestOnlyReads(t *testing.T) {
	t.Parallel()
	s, addr := start(t, config(forest(1)))
	c := bound(t, addr)
	dn := "CN=User 000," + peopleDN

	modify := ldap.NewModifyRequest(dn, nil)
	modify.Replace("mail", []string{"a@contoso.com"})
	add := ldap.NewAddRequest("CN=new,"+peopleDN, nil)
	add.Attribute("objectClass", []string{"user"})
	_, compareErr := c.Compare(dn, "cn", "User 000")
	_, whoErr := c.WhoAmI(nil)
	for what, err := range map[string]error{
		"modify": c.Modify(modify), "add": c.Add(add), "delete": c.Del(ldap.NewDelRequest(dn, nil)),
		"modifyDN": c.ModifyDN(ldap.NewModifyDNRequest(dn, "CN=x", true, "")), "compare": compareErr,
	} {
		if e := resultOf(t, err); e.ResultCode != ldap.LDAPResultUnwillingToPerform {
			t.Errorf("%s: result %d", what, e.ResultCode)
		}
	}
	wantResult(t, whoErr, ldap.LDAPResultProtocolError, "Unknown extended request OID")
	if err := c.Unbind(); err != nil {
		t.Fatal(err)
	}

	kinds := map[ldapd.Kind]string{}
	for _, r := range waitFor(t, s, ldapd.KindUnbind) {
		kinds[r.Kind] = r.DN + r.OID
	}
	want := map[ldapd.Kind]string{
		ldapd.KindBind: reader, ldapd.KindUnbind: "", ldapd.KindModify: dn, ldapd.KindAdd: "CN=new," + peopleDN,
		ldapd.KindDelete: dn, ldapd.KindModifyDN: dn, ldapd.KindCompare: dn, ldapd.KindExtended: "1.3.6.1.4.1.4203.1.11.3",
	}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("recorded (-want +got):\n%s", diff)
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	s, addr := start(t, config(forest(1)))
	c := bound(t, addr)
	if _, err := c.Search(ldap.NewSearchRequest(peopleDN, ldap.ScopeSingleLevel, 0, 0, 0, false,
		`(&(objectCategory=person)(!(cn=a\2ab))(userAccountControl:1.2.840.113556.1.4.803:=512)(cn:dn:=x)(sn=a*b*))`,
		[]string{"cn", "objectSid"}, []ldap.Control{ldap.NewControlPaging(10)})); err != nil {
		t.Fatal(err)
	}
	if err := c.Bind(reader, "wrong"); err == nil {
		t.Error("bound with a wrong password")
	}
	if err := c.NTLMUnauthenticatedBind("CONTOSO", "reader"); err == nil {
		t.Error("NTLM bind succeeded")
	}
	want := []ldapd.Request{
		{Conn: 1, Kind: ldapd.KindBind, DN: reader, Mechanism: "simple"},
		{
			Conn: 1, User: reader, Kind: ldapd.KindSearch, DN: peopleDN, Scope: "one",
			Filter:     `(&(objectCategory=person)(!(cn=a\2ab))(userAccountControl:1.2.840.113556.1.4.803:=512)(cn:dn:=x)(sn=a*b*))`,
			Attributes: []string{"cn", "objectSid"}, Controls: []string{"1.2.840.113556.1.4.319"},
		},
		{Conn: 1, User: reader, Kind: ldapd.KindBind, DN: reader, Mechanism: "simple"},
	}
	got := s.Requests()
	if diff := cmp.Diff(want, got[:3]); diff != "" {
		t.Errorf("recorded (-want +got):\n%s", diff)
	}
	if last := got[len(got)-1]; last.Mechanism != "sicily" {
		t.Errorf("NTLM bind recorded as %+v", last)
	}
	for _, r := range got {
		if strings.Contains(fmt.Sprint(r), password) {
			t.Errorf("a password was recorded: %+v", r)
		}
	}
}

func TestSASLIsRefused(t *testing.T) {
	t.Parallel()
	s, addr := start(t, config(forest(0)))
	err := dial(t, "ldap://"+addr).ExternalBind()
	wantResult(t, err, ldap.LDAPResultAuthMethodNotSupported, "Invalid Authentication method")
	if r := s.Requests(); len(r) != 1 || r[0].Mechanism != "SASL EXTERNAL" {
		t.Errorf("recorded %+v", r)
	}
}
