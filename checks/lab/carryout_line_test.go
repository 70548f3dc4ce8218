package lab_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"lcshealth/checks/lab"
	"lcshealth/checks/preflight/plan"

	"github.com/google/go-cmp/cmp"
)

// A line that is left out is not done, and nothing else is missing.
func TestCarryOutPartly(t *testing.T) {
	t.Parallel()
	l, err := lab.Start(t.Context(), lab.Options{Dir: t.TempDir(), Users: 20, SIPDomains: []string{"tailspintoys.com", "litware.example"}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p, u := parse(t, `domains:
  remove:
  - tailspintoys.com
  - litware.example
`)
	if err := l.CarryOut(t.Context(), p, u, nil, func(at plan.Ref) bool { return at.Line == 3 }); err != nil {
		t.Fatal(err)
	}
	domains, _ := check(t, l).deployment.Directory.SIPDomains.Get()
	var names []string
	for _, d := range domains {
		names = append(names, d.Name)
	}
	slices.Sort(names)
	if diff := cmp.Diff([]string{"contoso.com", "fabrikam.com", "tailspintoys.com"}, names); diff != "" {
		t.Errorf("SIP domains (-want +got):\n%s", diff)
	}
}

// Who is enabled although an entry of an earlier installation has his address
// cannot sign in.
func TestCarryOutStale(t *testing.T) {
	t.Parallel()
	l := start(t, "stale-user-entry")
	before := check(t, l).shows()
	p, u := parse(t, "users: {enable: [{account: toby.nixon, uri: sip:toby.nixon@contoso.com, home: lcs01.contoso.com}]}")
	if err := l.CarryOut(t.Context(), p, u, nil, nil); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"stale-user-entry/users of lcs01.contoso.com/nobody/minor (minor, 1 users)",
		"stale-user-entry/users of lcs01.contoso.com/other-guid/major (major, 3 users)",
	}
	after := slices.DeleteFunc(check(t, l).shows(), func(shown string) bool { return slices.Contains(before, shown) })
	if diff := cmp.Diff(want, after); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// What cannot be carried out is told with its line, and nothing is.
func TestCarryOutRefuses(t *testing.T) {
	t.Parallel()
	l := start(t)
	configured := read(t, l)
	files := map[string][]byte{"own.pem": issue(t, l, "lcs01.contoso.com"), "root.pem": l.Root(), "text.pem": []byte("text")}
	for _, c := range []struct{ text, want string }{
		{"users: {enable: [{account: nobody, uri: sip:a@contoso.com, home: lcs01.contoso.com}]}", "plan.yaml:1: the lab has no account nobody"},
		{"users: {enable: [{account: kim, uri: sip:a@contoso.com, home: lcs01.contoso.com}]}", "kim may be CN=Twin,OU=People,DC=contoso,DC=com or CN=Twin,OU=People,DC=emea,DC=contoso,DC=com"},
		{"users: {enable: [{account: new.one, uri: sip:a@contoso.com, home: fe01.contoso.com}]}", "fe01.contoso.com holds no users"},
		{"users: {move: [{account: new.one, to: lcs01.contoso.com}]}", "new.one is not enabled"},
		{"users: {move: [{account: lei.li, to: lcs09.contoso.com}]}", "the lab has no server lcs09.contoso.com"},
		{"domains: {add: [a.example], remove: [b.example]}", "plan.yaml:1: the lab has no SIP domain b.example"},
		{"servers: [{name: fe01.contoso.com, role: proxy, generation: 2003}]", "the lab has a server fe01.contoso.com already"},
		{"servers: [{name: fe02.example, role: proxy, generation: 2003}]", "the lab has no domain example"},
		{"servers: [{name: fe02.contoso.com, role: proxy, generation: 2005}]", "the lab is of LCS 2003"},
		{"servers: [{name: fe02.contoso.com, role: proxy, generation: 2003, addresses: [192.0.2.1]}]", "announced no such address"},
		{"servers: [{name: fe02.contoso.com, role: proxy, generation: 2003, listeners: [{transport: TLS, port: 443}]}]", "the TLS listener on port 443: the plan names no certificate"},
		{"certificates: [{server: lcs01.contoso.com, file: own.pem, port: 1}]", "no listener with TLS on port 1"},
		{"certificates: [{server: lcs01.contoso.com, file: root.pem}]", "root.pem: the lab has not issued this certificate"},
		{"certificates: [{server: lcs01.contoso.com, file: text.pem}]", "text.pem: it holds no certificate"},
		{"certificates: [{server: lcs01.contoso.com, file: none.pem}]", "none.pem: the file is not there"},
		{"routes: [{server: lcs09.contoso.com, match: '*@a.example', next-hop: px01.contoso.com, transport: TLS}]", "plan.yaml:1: the lab has no server lcs09"},
		{"gateways: [{server: lcs09.contoso.com, host: gw01.contoso.com}]", "plan.yaml:1: the lab has no server lcs09"},
	} {
		p, u := parse(t, c.text)
		if err := l.CarryOut(t.Context(), p, u, files, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n got %v\nwant %s", c.text, err, c.want)
		}
	}
	if !bytes.Equal(configured, read(t, l)) {
		t.Error("something was carried out")
	}
}
