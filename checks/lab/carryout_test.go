package lab_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"lcshealth/checks/facts"
	"lcshealth/checks/lab"
	"lcshealth/checks/preflight/plan"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// users names accounts in every form that a plan may.
var users = `
users:
  home: lcs01.contoso.com
  uri: "sip:{name}@contoso.com"
  enable:
  - {account: CONTOSO\new.one}
  - {account: "CN=Ito\\, Ben,OU=People,DC=contoso,DC=com", uri: ben.ito@fabrikam.com}
  - {account: new.three@contoso.com, home: lcs02.emea.contoso.com}
  - {account: new.four}
  - {account: S-1-5-21-1085031214-796845957-839522115-9005, uri: "sip:five@contoso.com"}
  - {account: "{` + newcomer("new.six@contoso.com") + `}", uri: "sip:six@contoso.com", home: lcs03.contoso.com}
  - {account: EMEA\kim, uri: "sip:kim@fabrikam.com"}
  move:
  - {account: "sip:adam.bowen@contoso.com", to: lcs02.emea.contoso.com}
  - {account: lei.li, to: lcs03.contoso.com}
`

// newcomer is the GUID of somebody who has nothing to do with LCS yet.
func newcomer(principal string) string {
	return uuid.NewSHA1(uuid.NameSpaceDNS, []byte("newcomer "+principal)).String()
}

// announced has the lab announce a server with TCP, MTLS and TLS, and issue its
// certificate. It returns the lines of a plan.
func announced(t *testing.T, l *lab.Lab, files map[string][]byte, fqdn, role string) string {
	t.Helper()
	address, ports, err := l.Announce(t.Context(), fqdn, 3)
	if err != nil {
		t.Fatal(err)
	}
	files[fqdn+".pem"], files["root.pem"] = issue(t, l, fqdn), l.Root()
	return fmt.Sprintf(`
- name: %[1]s
  role: %s
  generation: 2003
  addresses: [%s]
  roots: [root.pem]
  listeners: [{transport: TCP, port: %d}, {transport: MTLS, port: %d}, {transport: TLS, port: %d}]
  certificate: %[1]s.pem`, fqdn, role, address, ports[0], ports[1], ports[2])
}

func issue(t *testing.T, l *lab.Lab, fqdn string) []byte {
	t.Helper()
	pem, err := l.Issue(fqdn)
	if err != nil {
		t.Fatal(err)
	}
	return pem
}

// parse reads a plan.
func parse(t *testing.T, text string) (*plan.Plan, *plan.Users) {
	t.Helper()
	p, err := plan.Parse("plan.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	u, err := plan.NewUsers(p, "")
	if err != nil {
		t.Fatal(err)
	}
	return p, u
}

// After a roll-out a lab is as healthy as before, and different in what the plan
// says and in nothing else. Then it is put back.
func TestCarryOut(t *testing.T) {
	t.Parallel()
	l := start(t)
	configured, before := read(t, l), check(t, l)
	files := map[string][]byte{}
	text := users + "servers:" + announced(t, l, files, "fe02.contoso.com", "front-end") + announced(t, l, files, "lcs03.contoso.com", "home") + `
certificates:
- {server: px01.contoso.com, file: px01.pem}
routes:
- {server: lcs02.emea.contoso.com, match: "*@partner.example", next-hop: px01.contoso.com, transport: MTLS}
gateways:
- {server: px01.contoso.com, host: gw01.contoso.com}
domains:
  add: [tailspintoys.com]
`
	files["px01.pem"] = issue(t, l, "px01.contoso.com")
	p, u := parse(t, text)
	if err := l.CarryOut(t.Context(), p, u, files, nil); err != nil {
		t.Fatal(err)
	}
	after := check(t, l)
	if diff := cmp.Diff([]string(nil), after.shows()); diff != "" {
		t.Errorf("findings (-want +got):\n%s%s", diff, after.explain())
	}
	changed := []string{
		"adam.bowen@contoso.com enabled on LCS02",
		"ben.ito@fabrikam.com enabled on LCS01",
		"five@contoso.com enabled on LCS01",
		"kim@fabrikam.com enabled on LCS01",
		"lei.li@contoso.com enabled on LCS03",
		"new.four@contoso.com enabled on LCS01",
		"new.one@contoso.com enabled on LCS01",
		"new.three@contoso.com enabled on LCS02",
		"six@contoso.com enabled on LCS03",
	}
	old := people(before)
	if diff := cmp.Diff(changed, slices.DeleteFunc(people(after), func(p string) bool { return slices.Contains(old, p) })); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
	rows := map[string]int{}
	for _, u := range after.users {
		for _, e := range u.Entries {
			rows[e.Database]++
		}
	}
	if diff := cmp.Diff(map[string]int{"lcs01.contoso.com": 210, "lcs02.emea.contoso.com": 210, "lcs03.contoso.com": 210}, rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	testServers(t, before.deployment, after.deployment)

	if err := l.Restore(); err != nil {
		t.Fatal(err)
	}
	again := check(t, l)
	if diff := cmp.Diff(people(before), people(again)); diff != "" || len(again.deployment.Servers) != 4 {
		t.Errorf("put back (-want +got):\n%s", diff)
	}
	if !bytes.Equal(configured, read(t, l)) {
		t.Error("it has another configuration than at the start")
	}
}

// testServers looks whether every server answers where it did before, with the
// certificates that it had but for px01, and whether the new ones do.
func testServers(t *testing.T, before, after *facts.Deployment) {
	t.Helper()
	chains := func(d *facts.Deployment) map[string]string {
		out := map[string]string{}
		for _, e := range d.Wire.Endpoints {
			if answer, why := e.TLS.Get(); why == nil {
				out[fmt.Sprintf("%s:%d", e.Host, e.Port)] = string(answer.Chain[0])
			}
		}
		return out
	}
	now := chains(after)
	for place, was := range chains(before) {
		if renewed := strings.HasPrefix(place, "px01"); (now[place] != was) != renewed {
			t.Errorf("%s shows another certificate: %t", place, !renewed)
		}
		delete(now, place)
	}
	hosts := map[string]int{}
	for place := range maps.Keys(now) {
		host, _, _ := strings.Cut(place, ":")
		hosts[host]++
	}
	if diff := cmp.Diff(map[string]int{"fe02.contoso.com": 2, "lcs03.contoso.com": 2}, hosts); diff != "" {
		t.Errorf("new listeners with certificates (-want +got):\n%s", diff)
	}
	routes, _ := after.Server("lcs02.emea.contoso.com").Host.Routes.Get()
	if len(routes) != 1 || after.Wire.Endpoint("px01.contoso.com", routes[0].Port, facts.MTLS) == nil {
		t.Errorf("routes = %+v", routes)
	}
	hostsOf, _ := after.Server("px01.contoso.com").Host.AuthorizedHosts.Get()
	if last := hostsOf[len(hostsOf)-1]; last.Host != "gw01.contoso.com" || !last.ThrottleAsServer || !last.TreatAsAuthenticated {
		t.Errorf("the gateway is %+v", last)
	}
	domains, _ := after.Directory.SIPDomains.Get()
	if !slices.ContainsFunc(domains, func(d facts.SIPDomain) bool { return d.Name == "tailspintoys.com" }) {
		t.Errorf("SIP domains = %+v", domains)
	}
}

// people are the users with their home servers.
func people(o outcome) (out []string) {
	for _, u := range o.users {
		for _, a := range u.Accounts {
			_, home, _ := strings.Cut(a.HomeServer, "CN=Microsoft,CN=")
			home, _, _ = strings.Cut(home, ",")
			out = append(out, fmt.Sprintf("%s %s on %s", u.Address, map[bool]string{true: "enabled", false: "disabled"}[a.Enabled], home))
		}
	}
	slices.Sort(out)
	return out
}

func read(t *testing.T, l *lab.Lab) []byte {
	t.Helper()
	text, err := os.ReadFile(l.Config())
	if err != nil {
		t.Fatal(err)
	}
	return text
}
