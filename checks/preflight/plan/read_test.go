package plan_test

import (
	"testing"

	"lcshealth/checks/preflight/plan"

	"github.com/google/go-cmp/cmp"
)

// Whatever is wrong is told with its line.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":         {"", "p.yaml: the plan is empty; lcshealth preflight --example writes one"},
		"comments only": {"# nothing\n", "p.yaml: the plan is empty; lcshealth preflight --example writes one"},
		"unknown key":   {"users:\n  enable:\n  - acount: kim\n", `p.yaml:3: acount: unknown key; did you mean "account"?`},
		"another key":   {"domains:\n  add: [a.example]\n  zzzzzzzz: 1\n", `p.yaml:3: zzzzzzzz: unknown key; known are ["add" "remove"]`},
		"twice":         {"domains:\n  add: [a.example]\n  add: [b.example]\n", "p.yaml:3: add: it is given in line 2 already"},
		"no list":       {"domains:\n  add: a.example\n", "p.yaml:2: add: a list is wanted: put - in front of each"},
		"no mapping":    {"users: kim\n", "p.yaml:1: users: keys with values are wanted, such as file: …"},
		"no text":       {"routes:\n- server: [a]\n", "p.yaml:2: server: a single value is wanted"},
		"no number":     {"routes:\n- {server: a.example, match: b, next-hop: c, transport: TCP,\n   port: many}\n", `p.yaml:3: port: "many" is not a number`},
		"port":          {"routes:\n- {server: a.example, match: b, next-hop: c, transport: TCP, port: 70000}\n", "p.yaml:2: port: 70000 is not from 1 to 65535"},
		"transport":     {"routes:\n- {server: a.example, match: b, next-hop: c, transport: UDP}\n", `p.yaml:2: transport: "UDP" is not one of TCP, TLS, MTLS`},
		"role":          {"servers:\n- {name: a.example, role: edge, generation: 2003}\n", `p.yaml:2: role: "edge" is not one of home, front-end, proxy`},
		"same server":   {"servers:\n- {name: a.example, role: home, generation: 2003}\n- {name: A.example, role: home, generation: 2003}\n", "p.yaml:3: name: A.example is planned in line 2 already"},
		"address":       {"servers:\n- {name: a.example, role: home, generation: 2003, addresses: [somewhere]}\n", `p.yaml:2: addresses: "somewhere" is no IP address`},
		"host":          {"gateways:\n- {server: lcs01, host: gw}\n", `p.yaml:2: server: "lcs01" is not a fully qualified host name`},
		"domain":        {"domains:\n  remove:\n  - kim@contoso.com\n", `p.yaml:3: "kim@contoso.com" is neither a domain such as contoso.com nor a wildcard such as *.contoso.com`},
		"alias":         {"domains:\n  add: &x [a.example]\n  remove: *x\n", "p.yaml:3: remove: a plan has no aliases: write it out"},
		"duration":      {"limits: {expires: 30 days}\n", `p.yaml:1: expires: "30 days" is not a duration such as 720h`},
		"rule":          {"users:\n  uri: sip:kim@contoso.com\n  file: u.csv\n", `p.yaml:2: uri: "sip:kim@contoso.com" gives everybody the same SIP URI: write {name} where the logon name belongs`},
		"placeholder":   {"users:\n  uri: sip:{mail}@contoso.com\n  file: u.csv\n", `p.yaml:2: uri: "sip:{mail}@contoso.com": the placeholders are {name} and {upn}`},
		"nothing":       {"limits: {expires: 1h}\n", "p.yaml:1: nothing is planned; lcshealth preflight --example writes a plan"},
		"not UTF-8":     {"users:\n  file: \xe9.csv\n", "p.yaml:2: not UTF-8: save the plan as UTF-8"},
		"two documents": {"users: {file: a}\n---\nusers: {file: b}\n", "p.yaml: it holds more than one document"},
	} {
		_, err := plan.Parse("p.yaml", []byte(c.text))
		if err == nil {
			t.Errorf("%s: it was read", name)
			continue
		}
		if diff := cmp.Diff(c.want, err.Error()); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// Every mistake is told at once.
func TestAllMistakes(t *testing.T) {
	_, err := plan.Parse("p.yaml", []byte("users:\n  fil: u.csv\nroute: []\n"))
	want := "p.yaml:2: fil: unknown key; did you mean \"file\"?\np.yaml:3: route: unknown key; did you mean \"routes\"?"
	if err == nil || err.Error() != want {
		t.Errorf("error is %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(plan.Example())
	f.Add([]byte("users: {enable: [{account: kim}]}"))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := plan.Parse("p.yaml", text)
		if err == nil && p.IsEmpty() {
			t.Error("an empty plan was read")
		}
	})
}
