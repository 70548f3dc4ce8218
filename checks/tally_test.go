package checks_test

import (
	"fmt"
	"slices"
	"testing"

	"lcshealth/checks"
	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
)

// many returns n users with the same trouble, in order.
func many(n int, trouble string) (out []*facts.SignIn) {
	for i := range n {
		out = append(out, user(fmt.Sprintf("%03d@x", i), trouble))
	}
	return out
}

func find(t *testing.T, findings []checks.Finding, id string) checks.Finding {
	t.Helper()
	i := slices.IndexFunc(findings, func(f checks.Finding) bool { return f.ID == id })
	if i < 0 {
		t.Fatalf("no finding %s among %v", id, ids(findings))
	}
	return findings[i]
}

// All who are affected are counted; how many are named can be chosen.
func TestSample(t *testing.T) {
	for sample, named := range map[int]int{0: 20, 3: 3, 100: 50, -1: 50} {
		f := find(t, judge(t, deployment("a"), checks.Options{Sample: sample}, many(50, "sick a")...), "users/users of a/sick/minor")
		if f.Affected.Count != 50 || len(f.Affected.Users) != named {
			t.Errorf("sample %d: %d counted and %d named, want 50 and %d", sample, f.Affected.Count, len(f.Affected.Users), named)
		}
		if f.Affected.Users[0] != "000@x" || !slices.IsSorted(f.Affected.Users) {
			t.Errorf("sample %d: named are %v, not the first ones in order", sample, f.Affected.Users)
		}
		if len(f.Evidence) != 5 {
			t.Errorf("sample %d: %d users are shown with what was observed, want 5", sample, len(f.Evidence))
		}
	}
}

// Hits of one population, shape and severity are one finding, with the first
// user's remedy.
func TestGroups(t *testing.T) {
	findings := judge(t, deployment("a", "b"), checks.Options{Causes: []string{"users"}}, user("k@x", "sick a", "tired a"), user("l@x", "sick a"), user("m@x", "sick b"))
	got := map[string][]string{}
	for _, f := range findings {
		got[f.ID] = f.Affected.Users
		if want := []checks.Step{{Text: "help " + f.Affected.Users[0]}}; !slices.Equal(f.Remedy, want) {
			t.Errorf("%s: remedy is %v, want %v", f.ID, f.Remedy, want)
		}
		if f.Title != "Users are "+f.Shape || f.Reason != "" {
			t.Errorf("%s: title %q, reason %q", f.ID, f.Title, f.Reason)
		}
	}
	want := map[string][]string{
		"users/users of a/sick/minor": {"k@x", "l@x"}, "users/users of a/tired/minor": {"k@x"}, "users/users of b/sick/minor": {"m@x"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// One user with the same trouble in two accounts is one user, with both shown.
func TestUserCountsOnce(t *testing.T) {
	f := find(t, judge(t, deployment("a"), checks.Options{}, user("k@x", "sick a", "sick a"), user("", "sick a"), user("", "sick a")), "users/users of a/sick/minor")
	if f.Affected.Count != 3 || len(f.Affected.Users) != 3 || len(f.Evidence) != 4 {
		t.Errorf("%d users, %v, with %d observations; want 3 with 4: accounts without address are users of their own", f.Affected.Count, f.Affected.Users, len(f.Evidence))
	}
}

// A user who cannot be judged leaves his population open, and those who can be
// judged all the same say so.
func TestUnjudgedUsers(t *testing.T) {
	findings := judge(t, deployment("a", "b"), checks.Options{}, user("k@x", "hidden a"), user("l@x", "hidden b"), user("m@x", "sick b"))
	a := find(t, findings, "users/users of a")
	if a.Verdict != checks.Undetermined || a.Reason != "directory: not shown CN=k@x 0" || !slices.Equal(a.Settle, []string{"rights"}) {
		t.Errorf("a: %s, %q, %q", a.Verdict, a.Reason, a.Settle)
	}
	b := find(t, findings, "users/users of b/sick/minor")
	if want := "not every user could be judged, so there may be more: directory: not shown CN=l@x 0"; b.Verdict != checks.Present || b.Reason != want || len(b.Settle) != 1 {
		t.Errorf("b: %s, %q, %q", b.Verdict, b.Reason, b.Settle)
	}
	// A million users who cannot be judged do not make a reason of a million lines.
	f := find(t, judge(t, deployment("a"), checks.Options{}, many(1000, "hidden a")...), "users/users of a")
	if got := len(f.Reason); got > 500 {
		t.Errorf("the reason has %d characters", got)
	}
}

// A hit in a population that was not announced is told all the same.
func TestUnannouncedPopulation(t *testing.T) {
	findings := judge(t, deployment("a"), checks.Options{}, user("k@x", "sick elsewhere"), user("l@x", "hidden nowhere"))
	if f := find(t, findings, "users/users of elsewhere/sick/minor"); f.Verdict != checks.Present || f.Affected.Count != 1 {
		t.Errorf("got %s of %v", f.Verdict, f.Affected)
	}
	if f := find(t, findings, "users/users of nowhere"); f.Verdict != checks.Undetermined {
		t.Errorf("got %s", f.Verdict)
	}
}

func TestAsked(t *testing.T) {
	users := append([]*facts.SignIn{user("", "sick a")}, many(30, "sick a")...)
	for _, tt := range []struct {
		user string
		want []string
	}{
		{"007@x", []string{"users/users of a/sick/major present"}},
		{" SIP:007@X", []string{"users/users of a/sick/major present"}},
		{"700@x", []string{"users/users of a/nobody/major present"}},
		{"healthy@x", []string{"users/users of a absent"}},
	} {
		got := ids(judge(t, deployment("a"), checks.Options{User: tt.user, Causes: []string{"users"}}, append(users, user("healthy@x", ""))...))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.user, diff)
		}
	}
}

// Like the name that was asked for are names of accounts, the likest first,
// and not too many.
func TestNearNames(t *testing.T) {
	contact := &facts.SignIn{Address: "kimberly@contoso.co", Entries: []facts.Entry{{Database: "a"}}}
	for _, tt := range []struct {
		name  string
		asked string
		users []*facts.SignIn
		want  string
	}{
		{"a letter too many", "kimm@contoso.com", []*facts.SignIn{user("kim@contoso.com", ""), user("zoe@contoso.com", "")}, "kim@contoso.com"},
		{"the likest first, then by name", "kim@contoso.com", []*facts.SignIn{user("jim@contoso.com", ""), user("kimmy@contoso.com", ""), user("tim@contoso.com", "")}, "jim@contoso.com tim@contoso.com kimmy@contoso.com"},
		{"a mere contact is nobody", "kimberly@contoso.com", []*facts.SignIn{contact}, ""},
		{"an account without address is not offered", "k@x", []*facts.SignIn{user("", "")}, ""},
		{"another name of the same length", "kim@contoso.com", []*facts.SignIn{user("zoe@contoso.com", "")}, ""},
		{"too unlike", "kim@contoso.com", []*facts.SignIn{user("kimberly@contoso.com", ""), user("k@contoso.com.example", "")}, ""},
		{"the same user in another domain, after the likest", "kim@contoso.com", []*facts.SignIn{user("kim@fabrikam.com", ""), user("tim@contoso.com", "")}, "tim@contoso.com kim@fabrikam.com"},
		{"more letters may differ in a long name", "christopher.montgomery@contoso.com", []*facts.SignIn{user("kristofer.montgomery@contoso.com", "")}, "kristofer.montgomery@contoso.com"},
		{"letters of several octets count once", "ээээ@x", []*facts.SignIn{user("эээээ@x", ""), user("ааааа@x", "")}, "эээээ@x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := find(t, judge(t, deployment("a"), checks.Options{User: tt.asked}, tt.users...), "users/users of a/nobody/major")
			if got := f.Evidence[0].Observed; got != tt.want {
				t.Errorf("offered are %q, want %q", got, tt.want)
			}
		})
	}
	f := find(t, judge(t, deployment("a"), checks.Options{User: "9999@x"}, many(1000, "")...), "users/users of a/nobody/major")
	if got := f.Evidence[0].Observed; got != "999@x 099@x 199@x 299@x 399@x" {
		t.Errorf("of many as like, offered are %q", got)
	}
}
