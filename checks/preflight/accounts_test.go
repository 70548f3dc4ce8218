package preflight_test

import (
	"strings"
	"testing"

	"lcshealth/checks/facts"
	"lcshealth/checks/preflight"
	"lcshealth/checks/preflight/plan"

	"github.com/google/go-cmp/cmp"
)

// listed reads a list for users who are to be enabled.
func listed(t testing.TB, list string, accounts ...string) ([]facts.Lookup, error) {
	t.Helper()
	p := &plan.Plan{File: "plan.yaml"}
	for i, account := range accounts {
		p.Users.Enable = append(p.Users.Enable, plan.Enable{Line: i + 1, Account: account, URI: "sip:kim@contoso.com", Home: lcs01})
	}
	users, err := plan.NewUsers(p, "users.csv")
	if err != nil {
		t.Fatal(err)
	}
	l, err := preflight.ReadAccounts(users, strings.NewReader(list))
	if err != nil {
		return nil, err
	}
	return l.In(healthy().Deployment), nil
}

// An account is found by every form of its name, as csvde writes it.
func TestReadAccounts(t *testing.T) {
	const list = "\ufeffDN,objectClass,sAMAccountName,userPrincipalName,userAccountControl,objectSid,objectGUID\r\n" +
		`"CN=Akers\, Kim,DC=contoso,DC=com",user,kim,kim.akers@contoso.com,512,X'010500000000000515000000de37ac403d997e2f438709322c230000',X'68afa82dbc30515384507a57722a5001'` + "\r\n" +
		`"CN=Off,DC=contoso,DC=com",user,off,,66050` + "\r\n" +
		`"CN=Staff,DC=contoso,DC=com",group,staff,,` + "\r\n"
	yes, no := true, false
	kim := facts.FoundAccount{DN: `CN=Akers\, Kim,DC=contoso,DC=com`, SID: "S-1-5-21-1085028318-796825917-839485251-9004", GUID: "2da8af68-30bc-5351-8450-7a57722a5001", Disabled: &no}
	off := facts.FoundAccount{DN: "CN=Off,DC=contoso,DC=com", Disabled: &yes}
	var want []facts.Lookup
	var names []string
	for _, c := range []struct {
		name  string
		found []facts.FoundAccount
	}{
		{"kim", []facts.FoundAccount{kim}}, {`CONTOSO\KIM`, []facts.FoundAccount{kim}}, {"Kim.Akers@contoso.com", []facts.FoundAccount{kim}}, {strings.ToLower(kim.DN), []facts.FoundAccount{kim}},
		{kim.SID, []facts.FoundAccount{kim}}, {kim.GUID, []facts.FoundAccount{kim}}, {"{" + strings.ToUpper(kim.GUID) + "}", []facts.FoundAccount{kim}},
		{"off", []facts.FoundAccount{off}}, {"staff", nil}, {"{}", nil}, {`FABRIKAM\kim`, nil},
	} {
		names, want = append(names, c.name), append(want, facts.Lookup{Name: c.name, Found: c.found})
	}
	got, err := listed(t, list, names...)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lookups (-want +got):\n%s", diff)
	}
}

func FuzzReadAccounts(f *testing.F) {
	f.Add(accountList)
	f.Add("DN,sAMAccountName,userAccountControl,objectSid\n,kim,0x2,X'01'\n\"a\",kim,1,X'\n")
	f.Fuzz(func(t *testing.T, list string) {
		got, err := listed(t, list, "kim", "bob")
		if err == nil && len(got) != 2 {
			t.Errorf("%d lookups of two accounts", len(got))
		}
		for _, l := range got {
			for _, a := range l.Found {
				if a.Disabled == nil {
					t.Errorf("whether %q is disabled is not known", a.DN)
				}
			}
		}
	})
}
