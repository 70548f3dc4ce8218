package preflight_test

import (
	"slices"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/preflight"

	"github.com/google/go-cmp/cmp"
)

var unseen = facts.Unknown{Class: facts.Unreachable, Source: "somewhere", Message: "nobody answers"}

// A line whose harm nobody could see is not go, whatever else is known.
func TestNotGoUnseen(t *testing.T) {
	for name, c := range map[string]struct {
		blind func(*world)
		text  string
		want  string
	}{
		"a domain goes, and not everybody was seen": {func(w *world) { w.Directory.Users = facts.NotObserved[facts.UserTotals](unseen) },
			"domains: {remove: [contoso.com]}\n", "sip-domain-not-listed"},
		"a route, and it is not known which SIP domains are ours": {func(w *world) {
			w.Directory.SIPDomains = facts.NotObserved[[]facts.SIPDomain](unseen)
			w.Servers[0].Host.Routes = seen("host", []facts.StaticRoute{{Enabled: true, MatchURI: "*@partner.example", NextHop: lcs02, Port: 5061, Transport: facts.MTLS}})
		}, "routes: [{server: lcs01.contoso.com, match: '*@contoso.com', next-hop: lcs02.contoso.com, port: 5061, transport: MTLS}]\n", "static-route-invalid"},
		"a home server whose certificates were not read": {func(w *world) { w.Servers[0].Host.Certificates = facts.NotObserved[[]facts.Certificate](unseen) },
			enableKim, "home-server-unhealthy"},
		"a domain, and nobody looked its records up": {func(*world) {}, "domains: {add: [fabrikam.com]}\n", "sign-in-records-missing"},
		"a move, and a database was not read":        {func(w *world) { w.Databases[1].Entries = facts.NotObserved[int](unseen) }, moveAlice, "user-sid-invalid"},
	} {
		w := healthy()
		c.blind(w)
		r := w.judge(t, c.text, accountList)
		l := r.Lines[0]
		if l.Verdict != preflight.CannotTell || !slices.ContainsFunc(l.Issues, func(i preflight.Issue) bool { return i.Check == c.want }) || r.Exit(checks.Major) != checks.ExitIncomplete {
			t.Errorf("%s: %s %+v", name, l.Verdict, l.Issues)
		}
	}
}

// What is wrong with a user already is told of his line, and not called cured
// where the plan leaves it.
func TestLeftAsItIs(t *testing.T) {
	w := healthy()
	old := "00000000-0000-4000-8000-00000000ffff"
	w.users[0].Entries[0].GUID = &old // of an earlier account
	second := w.users[0].Entries[0]
	second.Database = lcs02
	w.users[0].Entries = append(w.users[0].Entries, second)
	r := w.judge(t, moveAlice, accountList)
	if l := r.Lines[0]; l.Verdict != preflight.Risk || l.Issues[0].Check != "stale-user-entry" || !strings.HasPrefix(l.Issues[0].Reason, "already so now") || len(l.Cures) > 0 {
		t.Errorf("%s %+v, cures %q", l.Verdict, l.Issues, l.Cures)
	}

	w = healthy()
	w.users[0].Accounts[0].Address = "alice@contoso.com" // without its scheme
	r = w.judge(t, moveAlice+"expect: {absent: [signin-name-mismatch]}\n", accountList)
	if len(r.Lines[0].Cures) > 0 || r.Lines[1].Verdict != preflight.NoGo {
		t.Errorf("cures %q, expected %s", r.Lines[0].Cures, r.Lines[1].Verdict)
	}
	for _, c := range r.Changes {
		if c.Finding.Cause == "signin-name-mismatch" && c.Effect != preflight.Unchanged {
			t.Errorf("signin-name-mismatch is %s", c.Effect)
		}
	}
}

// What was not seen before is not broken since, and who is hit counts, not how
// many are.
func TestBrokenSince(t *testing.T) {
	hit := func(name string) *world {
		w := healthy()
		w.users = append(w.users, person("bob", 2, lcs01))
		for _, u := range w.users {
			if strings.HasPrefix(u.Address, name) {
				other := "00000000-0000-4000-8000-00000000ffff"
				u.Entries[0].GUID = &other
			}
		}
		return w
	}
	blind := hit("alice")
	blind.Databases[0].Entries, blind.users = facts.NotObserved[int](unseen), nil
	for name, c := range map[string]struct {
		before *world
		want   []string
	}{
		"as before": {hit("alice"), nil}, "somebody else": {hit("bob"), []string{"stale-user-entry"}}, "not seen before": {blind, nil},
	} {
		in := hit("alice").input(t, "domains: {add: [contoso.com]}\n", "")
		r, err := preflight.After(t.Context(), in, preflight.Facts{Deployment: c.before.Deployment, Users: stream(c.before.users)})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, i := range r.Besides {
			got = append(got, i.Check)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: broken since (-want +got):\n%s", name, diff)
		}
	}
}
