package facts_test

import (
	"testing"

	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
)

func TestMovesOf(t *testing.T) {
	from := func(server string) facts.Origin { return facts.Origin{Source: "host", Target: server, At: noon} }
	kim := facts.Move{Address: "sip:Kim@Contoso.com", AccountDN: "CN=Kim,DC=contoso,DC=com", Target: "CN=lcs02"}
	bare := facts.Move{AccountDN: "CN=Lee,DC=contoso,DC=com", Target: "CN=lcs02"}
	d := &facts.Deployment{Servers: []*facts.Server{
		{FQDN: "a", Host: facts.Host{Moves: facts.Observed([]facts.Move{kim, bare}, from("a"))}},
		{FQDN: "b"},
		{FQDN: "c", Host: facts.Host{Moves: facts.Observed([]facts.Move{kim}, from("c"))}},
	}}
	both := []facts.SeenMove{{Move: kim, Origin: from("a")}, {Move: kim, Origin: from("c")}}
	for _, tt := range []struct {
		address, dn string
		want        []facts.SeenMove
	}{
		{"kim@contoso.com", "", both},
		{"", "cn=kim,DC=CONTOSO,dc=com", both},
		{"kim@contoso.com", "CN=Kim,OU=Elsewhere,DC=contoso,DC=com", both}, // the account has been moved
		{"other@contoso.com", "CN=Kim,DC=contoso,DC=com", both},            // it has another address by now
		{"lee@contoso.com", "CN=Lee,DC=contoso,DC=com", []facts.SeenMove{{Move: bare, Origin: from("a")}}},
		{"lee@contoso.com", "", nil},
		{"", "", nil},
	} {
		if diff := cmp.Diff(tt.want, d.MovesOf(tt.address, tt.dn)); diff != "" {
			t.Errorf("%q, %q: %s", tt.address, tt.dn, diff)
		}
	}
	if got := (&facts.Deployment{}).MovesOf("kim@contoso.com", "CN=Kim,DC=contoso,DC=com"); got != nil {
		t.Errorf("%+v", got)
	}
}
