package preflight_test

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/preflight"

	"github.com/google/go-cmp/cmp"
)

const enableKim = "users: {enable: [{account: 'CONTOSO\\kim', uri: 'sip:kim@contoso.com', home: lcs01.contoso.com}]}\n"

const moveAlice = "users: {move: [{account: 'sip:alice@contoso.com', to: lcs02.contoso.com}]}\n"

// Sound plans are go.
func TestSound(t *testing.T) {
	for name, text := range map[string]string{
		"enable": enableKim, "move": moveAlice,
		"bare address": strings.Replace(enableKim, "sip:kim", "kim", 1),
		"by SID":       "users: {move: [{account: '" + forestSID + "-1101', to: lcs02.contoso.com}]}\n",
		"by GUID":      "users: {move: [{account: '{00000000-0000-4000-8000-000000000001}', to: lcs02.contoso.com}]}\n",
		"new domain":   "domains: {add: ['*.emea.contoso.com']}\nusers: {enable: [{account: kim, uri: 'sip:kim@x.emea.contoso.com', home: lcs01.contoso.com}]}\n",
	} {
		r := healthy().judge(t, text, accountList)
		for _, l := range r.Lines {
			if l.Kind != preflight.AddDomain && l.Verdict != preflight.Go {
				t.Errorf("%s: %s: %+v", name, l.Verdict, l.Issues)
			}
		}
	}
}

// Nothing that was not observed is taken for go.
func TestUnobserved(t *testing.T) {
	why := facts.Unknown{Class: facts.Unreachable, Source: "somewhere", Message: "nobody answers", Settle: "ask again"}
	for name, blind := range map[string]func(*world){
		"accounts":         func(w *world) { w.Directory.Users = facts.NotObserved[facts.UserTotals](why) },
		"SIP domains":      func(w *world) { w.Directory.SIPDomains = facts.NotObserved[[]facts.SIPDomain](why) },
		"forest":           func(w *world) { w.Directory.Forest = facts.NotObserved[facts.Forest](why) },
		"home servers":     func(w *world) { w.Directory.HomeServers = facts.NotObserved[[]facts.HomeServer](why) },
		"entries":          func(w *world) { w.Databases[0].Entries = facts.NotObserved[int](why) },
		"entries of other": func(w *world) { w.Databases[1].Entries = facts.NotObserved[int](why) },
		"SIDs":             func(w *world) { w.Databases[0].SIDs = facts.NotObserved[string](why) },
		"GUIDs":            func(w *world) { w.Databases[0].GUIDs = facts.NotObserved[string](why) },
		"services":         func(w *world) { w.Servers[0].Host.Services = facts.NotObserved[[]facts.Service](why) },
	} {
		w := healthy()
		blind(w)
		r := w.judge(t, enableKim, accountList)
		if r.Verdict != preflight.CannotTell || r.Exit(checks.Major) != checks.ExitIncomplete {
			t.Errorf("%s: %s %v", name, r.Verdict, told(r))
			continue
		}
		said := false
		for _, i := range r.Lines[0].Issues {
			said = said || strings.Contains(i.Reason, "nobody answers") && len(i.Settle) > 0
		}
		if !said {
			t.Errorf("%s: the reason is not told: %+v", name, r.Lines[0].Issues)
		}
	}
}

// A plan that goes wrong does so for the line, with what it would bring about.
func TestWrong(t *testing.T) {
	left := person("kim", 7, lcs02)
	left.Accounts = nil
	for name, c := range map[string]struct {
		change func(*world)
		text   string
		want   []string
	}{
		"left over on another server": {func(w *world) { w.users = append(w.users, left) }, enableKim, []string{"1 no-go stale-user-entry"}},
		"dead home server":            {func(w *world) { stop(w.Servers[0]) }, enableKim, []string{"1 no-go home-server-unhealthy"}},
		"dead other server":           {func(w *world) { stop(w.Servers[1]) }, enableKim, []string{"1 go"}},
		"domain goes": {func(*world) {}, "domains: {remove: [contoso.com]}\n",
			[]string{"1 no-go sip-domain-not-listed"}},
		"domain goes, user comes": {func(*world) {}, enableKim + "domains: {remove: [contoso.com]}\n",
			[]string{"1 no-go sip-domain-not-listed", "2 no-go sip-domain-not-listed"}},
		"two spellings": {func(*world) {}, "users:\n  home: lcs01.contoso.com\n  uri: 'sip:{name}@contoso.com'\n  enable:\n  - account: kim\n  - account: CONTOSO\\kim\n",
			[]string{"5 no-go named-twice", "6 no-go named-twice"}},
		"enabled and moved": {func(*world) {}, "users:\n  enable:\n  - {account: alice, uri: 'sip:alice@contoso.com', home: lcs02.contoso.com}\n  move:\n  - {account: 'sip:alice@contoso.com', to: lcs02.contoso.com}\n",
			[]string{"3 no-go already-enabled named-twice", "5 no-go named-twice"}},
		"member of a pool": {func(w *world) {
			w.Servers[1].PoolFQDN = "pool01.contoso.com"
			w.Directory.HomeServers = seen("directory", []facts.HomeServer(nil))
		}, moveAlice,
			[]string{"1 no-go not-a-home-server"}},
	} {
		w := healthy()
		c.change(w)
		if diff := cmp.Diff(c.want, told(w.judge(t, c.text, accountList))); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// What a line cures is told of it, also where it cures it for others.
func TestCures(t *testing.T) {
	w := healthy()
	bob := person("bob", 3, lcs01)
	bob.Address = "bob@fabrikam.com"
	bob.Accounts[0].Address, bob.Entries[0].Address = "sip:"+bob.Address, bob.Address
	w.users = append(w.users, bob)
	r := w.judge(t, "domains:\n  add:\n  - tailspintoys.com\n  - '*.com'\n  - fabrikam.com\n", "")
	for i, want := range [][]string{nil, {"sip-domain-not-listed"}, nil} {
		if diff := cmp.Diff(want, r.Lines[i].Cures); diff != "" {
			t.Errorf("line %d: %s", r.Lines[i].At.Line, diff)
		}
	}
}

func stop(s *facts.Server) {
	s.Host.Services = seen("host", []facts.Service{{Name: "rtcsrv", State: "Stopped", StartMode: "Auto"}, {Name: "MSSQL$RTC", State: "Running"}})
}

// The facts that a plan is judged by stay as they are.
func TestFactsStay(t *testing.T) {
	w, before := healthy(), healthy()
	w.judge(t, enableKim+"domains: {add: [fabrikam.com], remove: [contoso.com]}\ngateways: [{server: lcs01.contoso.com, host: gw}]\n"+
		"servers: [{name: lcs03.contoso.com, role: home, generation: 2003}]\nroutes: [{server: lcs01.contoso.com, match: '*@a.example', next-hop: b.example, transport: TCP}]\n", accountList)
	for i, s := range w.Servers {
		if diff := cmp.Diff(before.Servers[i].FQDN, s.FQDN); diff != "" || len(w.Servers) != 2 {
			t.Error(diff)
		}
	}
	domains, _ := w.Directory.SIPDomains.Get()
	if len(domains) != 1 || domains[0].Name != "contoso.com" || len(w.Databases) != 2 || len(w.Wire.Endpoints) != len(before.Wire.Endpoints) {
		t.Errorf("the facts were changed: %v", domains)
	}
	if w.users[0].Accounts[0].HomeServer != homeDN(lcs01) {
		t.Error("a user was changed")
	}
}

// What cannot be read gives no result.
func TestBrokenStream(t *testing.T) {
	w := healthy()
	in := w.input(t, enableKim, accountList)
	torn := errors.New("the file is cut short")
	in.Facts.Users = iter.Seq2[*facts.SignIn, error](func(yield func(*facts.SignIn, error) bool) { yield(nil, torn) })
	if r, err := preflight.Judge(t.Context(), in); r != nil || !errors.Is(err, torn) {
		t.Errorf("result %v, error %v", r, err)
	}
}

func TestExit(t *testing.T) {
	of := func(v preflight.Verdict, s checks.Severity) preflight.Result {
		return preflight.Result{Lines: []preflight.Line{{Issues: []preflight.Issue{{Verdict: v, Severity: s}}}}}
	}
	for _, c := range []struct {
		r    preflight.Result
		want checks.ExitCode
	}{
		{preflight.Result{}, 0}, {of(preflight.NoGo, checks.Minor), 1}, {of(preflight.Risk, checks.Minor), 0}, {of(preflight.Risk, checks.Major), 1}, {of(preflight.CannotTell, checks.Minor), 3},
		{preflight.Result{Besides: []preflight.Issue{{Verdict: preflight.NoGo}}}, 1},
	} {
		if got := c.r.Exit(checks.Major); got != c.want {
			t.Errorf("%+v: exit code %d, want %d", c.r, got, c.want)
		}
	}
}

func TestAccountsRefused(t *testing.T) {
	in := healthy().input(t, enableKim, "")
	for text, want := range map[string]string{
		"":          "the list of accounts has no header: EOF",
		"DN,name\n": "the list of accounts has no column sAMAccountName: export it with csvde -l DN,sAMAccountName,userPrincipalName,userAccountControl,objectSid,objectGUID",
		"DN,sAMAccountName,userAccountControl\n\"a": `read the list of accounts: parse error on line 2, column 3: extraneous or missing " in quoted-field`,
	} {
		_, err := preflight.ReadAccounts(in.Users, strings.NewReader(text))
		if err == nil || err.Error() != want {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// What was looked up decides whether an account may be enabled; what was not
// leaves it open.
func TestLookups(t *testing.T) {
	no, yes := false, true
	why := facts.Unknown{Class: facts.Unreachable, Source: "directory", Message: "dc02 is dead", Settle: "start it"}
	kim := facts.FoundAccount{DN: "CN=kim,DC=contoso,DC=com", SID: forestSID + "-2001", GUID: "00000000-0000-4000-8000-000000002001", Disabled: &no}
	disabled, hidden, other := kim, kim, kim
	disabled.Disabled, hidden.Disabled, other.DN = &yes, nil, "CN=kim,DC=emea,DC=contoso,DC=com"
	enable := func(account string) string { return strings.Replace(enableKim, `CONTOSO\kim`, account, 1) }
	for name, c := range map[string]struct {
		account string
		lookups []facts.Lookup
		want    string
	}{
		"found":                          {`CONTOSO\kim`, []facts.Lookup{{Name: `contoso\KIM`, Found: []facts.FoundAccount{kim}}}, "1 go"},
		"not looked up":                  {`CONTOSO\kim`, []facts.Lookup{{Name: "somebody else"}}, "1 cannot-tell account-unseen"},
		"nobody":                         {`CONTOSO\kim`, []facts.Lookup{{Name: `CONTOSO\kim`}}, "1 no-go account-unknown"},
		"a domain was not read":          {"kim", []facts.Lookup{{Name: "kim", Unknown: &why}}, "1 cannot-tell account-unseen"},
		"perhaps another":                {"kim", []facts.Lookup{{Name: "kim", Found: []facts.FoundAccount{kim}, Unknown: &why}}, "1 cannot-tell account-unseen"},
		"only one of a SID":              {kim.SID, []facts.Lookup{{Name: kim.SID, Found: []facts.FoundAccount{kim}, Unknown: &why}}, "1 go"},
		"two":                            {"kim", []facts.Lookup{{Name: "kim", Found: []facts.FoundAccount{kim, other}}}, "1 no-go account-ambiguous"},
		"disabled":                       {"kim", []facts.Lookup{{Name: "kim", Found: []facts.FoundAccount{disabled}}}, "1 no-go account-disabled"},
		"perhaps disabled":               {"kim", []facts.Lookup{{Name: "kim", Found: []facts.FoundAccount{hidden}}}, "1 cannot-tell account-disabled"},
		"enabled already, not looked up": {"CN=alice,DC=contoso,DC=com", nil, "1 no-go already-enabled account-unseen"},
	} {
		in := healthy().input(t, enable(c.account), "")
		in.Lookups = c.lookups
		r, err := preflight.Judge(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if got := told(r)[0]; got != c.want {
			t.Errorf("%s: %s, want %s: %+v", name, got, c.want, r.Lines[0].Issues)
		}
	}
}

// A list says nothing of domains that it has no account of.
func TestListOfOneDomain(t *testing.T) {
	w := healthy()
	forest, _ := w.Directory.Forest.Get()
	forest.Domains = append(forest.Domains, facts.Domain{Name: "emea.contoso.com", NetBIOS: "EMEA", DN: "DC=emea,DC=contoso,DC=com", SID: "S-1-5-21-1-2-3"})
	w.Directory.Forest = seen("directory", forest)
	text := "users:\n  home: lcs01.contoso.com\n  enable:\n"
	for i, account := range []string{"nobody", `CONTOSO\nobody`, `EMEA\nobody`, "nobody@contoso.com", "CN=nobody,DC=contoso,DC=com", "CN=nobody,DC=emea,DC=contoso,DC=com", forestSID + "-9", "S-1-5-21-1-2-3-9"} {
		text += fmt.Sprintf("  - {account: '%s', uri: 'sip:nobody%d@contoso.com'}\n", account, i)
	}
	want := []string{
		"4 cannot-tell account-unseen", "5 no-go account-unknown", "6 cannot-tell account-unseen", "7 cannot-tell account-unseen",
		"8 no-go account-unknown", "9 cannot-tell account-unseen", "10 no-go account-unknown", "11 cannot-tell account-unseen",
	}
	if diff := cmp.Diff(want, told(w.judge(t, text, accountList))); diff != "" {
		t.Error(diff)
	}
	w.Directory.Forest = facts.NotObserved[facts.Forest](facts.Unknown{Class: facts.Rights, Message: "hidden"})
	for _, line := range told(w.judge(t, text, accountList)) {
		if !strings.Contains(line, " cannot-tell account-unseen") {
			t.Errorf("in a forest that was not read: %s", line)
		}
	}
}
