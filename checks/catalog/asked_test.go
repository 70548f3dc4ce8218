package catalog_test

import (
	"testing"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// Asked for by name, a user is judged alone.
func TestAskedByName(t *testing.T) {
	// Everybody has some trouble; only who was asked for is told of.
	sick := func() *world {
		w := healthy()
		w.adele(func(a *facts.Account) { a.Enabled = false })
		w.row(func(e *facts.Entry) { e.GUID = text(guid(9)) })
		w.user("bernd@fabrikam.com").Accounts[0].HomeServer = ""
		w.user("diego@contoso.com").Entries[0].SID = nil
		w.add(&facts.SignIn{Address: "olga@contoso.com", Entries: []facts.Entry{entry(lcs02, 40, "olga@contoso.com", 1400)}})
		return w
	}
	for _, tt := range []struct {
		asked string
		want  map[string]checks.Severity // finding → severity
	}{
		{"sip:Adele@contoso.com", map[string]checks.Severity{
			"user-not-enabled/" + everyone + "/disabled/major": checks.Major,
			"stale-user-entry/" + of01 + "/other-guid/minor":   checks.Minor,
		}},
		{"bernd@fabrikam.com", map[string]checks.Severity{"user-not-enabled/" + everyone + "/no-home-server/major": checks.Major}},
		{"diego@contoso.com", map[string]checks.Severity{"user-sid-invalid/" + of02 + "/no-sid/major": checks.Major}},
		{"olga@contoso.com", map[string]checks.Severity{
			"signin-name-mismatch/" + everyone + "/held-by-nobody/major": checks.Major,
			"stale-user-entry/" + of02 + "/nobody/minor":                 checks.Minor,
		}},
		{"nobody@contoso.com", map[string]checks.Severity{"signin-name-mismatch/" + everyone + "/held-by-nobody/major": checks.Major}},
	} {
		t.Run(tt.asked, func(t *testing.T) {
			w := sick()
			w.asked = tt.asked
			got := map[string]checks.Severity{}
			for _, f := range w.judge(t) {
				if f.Verdict == checks.Present {
					got[f.ID] = f.Severity
					if f.Affected.Count != 1 || f.Affected.Users[0] != facts.NormalizeAddress(tt.asked) {
						t.Errorf("%s affects %d users: %v", f.ID, f.Affected.Count, f.Affected.Users)
					}
				}
			}
			if len(got) != len(tt.want) {
				t.Errorf("present are %v, want %v", got, tt.want)
			}
			for id, severity := range tt.want {
				if got[id] != severity {
					t.Errorf("%s has severity %q, want %q", id, got[id], severity)
				}
			}
		})
	}
}

// That another account of the address is disabled is not what keeps its
// enabled holder out.
func TestAskedByNameOfTwoAccounts(t *testing.T) {
	w := healthy()
	u := w.user("adele@contoso.com")
	u.Accounts = append(u.Accounts, with(account("Old", "sip:adele@contoso.com", 1300, lcs01), func(a *facts.Account) { a.Enabled = false }))
	w.asked = u.Address
	for _, f := range w.judge(t, "user-not-enabled") {
		if f.Verdict != checks.Present || f.Severity != checks.Info {
			t.Errorf("%s: %s, %s; want it told of as %s", f.ID, f.Verdict, f.Severity, checks.Info)
		}
	}
}
