package redact

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"lcshealth/checks/facts"
)

// user is the n-th user of a large forest.
func user(n int) *facts.SignIn {
	sid, guid, row := fmt.Sprint("S-1-5-21-1085031214-796845957-839522115-", 1000+n), fmt.Sprintf("%08x-5ae9-5906-9d6e-a125f54acbeb", n), true
	address := fmt.Sprintf("kim.akers%d@contoso.com", n)
	return &facts.SignIn{
		Address: address,
		Accounts: []facts.Account{{
			DN: fmt.Sprintf("CN=Kim Akers %d,OU=People,DC=contoso,DC=com", n), Name: fmt.Sprint("Kim Akers ", n), GUID: guid, SID: sid,
			Address: "sip:" + address, Enabled: true, HomeServer: "CN=LC Services,CN=Microsoft,CN=LCS01,CN=Computers,DC=contoso,DC=com",
		}},
		Entries: []facts.Entry{{Database: "lcs01.contoso.com", ResourceID: int64(n), Address: address, SID: &sid, GUID: &guid, DirectoryRow: &row}},
	}
}

// What is given stays as it was, also where parts of it are shared.
func TestOriginalsStay(t *testing.T) {
	r := newTest(t)
	from := facts.Origin{Source: "directory", Target: "dc1.contoso.com", At: time.Unix(0, 0)}
	members := []string{"lcs01.contoso.com"}
	d := &facts.Deployment{
		Directory: facts.Directory{
			Pools:       facts.Observed([]facts.Pool{{FQDN: "pool.contoso.com", Members: members}}, from),
			HomeServers: facts.Observed([]facts.HomeServer{{Name: "pool", Object: facts.Observed(facts.HomeServerObject{Members: members}, from)}}, from),
		},
		Servers:   []*facts.Server{{FQDN: "b.contoso.com"}, {FQDN: "a.contoso.com"}},
		Databases: []*facts.Database{{Name: "pool.contoso.com", Serves: members}},
	}
	out := r.Deployment(d)
	pools, _ := out.Directory.Pools.Get()
	homes, _ := out.Directory.HomeServers.Get()
	object, _ := homes[0].Object.Get()
	want := []string{r.host("lcs01.contoso.com")}
	if !reflect.DeepEqual(pools[0].Members, want) || !reflect.DeepEqual(object.Members, want) || !reflect.DeepEqual(out.Databases[0].Serves, want) {
		t.Errorf("the members are %q, %q and %q, want %q", pools[0].Members, object.Members, out.Databases[0].Serves, want)
	}
	if members[0] != "lcs01.contoso.com" || d.Servers[0].FQDN != "b.contoso.com" || d.Redacted != "" || out.Redacted != r.ID() {
		t.Error("the facts that were given have changed")
	}
	if out.Servers[0].FQDN > out.Servers[1].FQDN {
		t.Error("the servers are not in the order of their names")
	}
	before, u := user(7), user(7)
	redacted := r.SignIn(u)
	if !reflect.DeepEqual(u, before) {
		t.Error("the user that was given has changed")
	}
	if redacted.Address != facts.NormalizeAddress(redacted.Accounts[0].Address) || redacted.Address != r.Address(u.Address) || *redacted.Entries[0].SID != redacted.Accounts[0].SID {
		t.Errorf("the user became %+v", redacted)
	}
}

func BenchmarkSignIn(b *testing.B) {
	r := newTest(b)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		r.SignIn(user(n))
	}
}
