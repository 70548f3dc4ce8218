package checks_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
)

var (
	noon = time.Date(2006, 11, 21, 12, 0, 0, 0, time.UTC)
	from = facts.Origin{Source: "test", Target: "somewhere", At: noon}
	why  = &facts.Unknown{Class: facts.Unreachable, Source: "rtcdb", Target: "b", Message: "no answer", Settle: "open port 1433"}
)

// The catalogue of these tests: a cause of each scope. A server's state is the
// name of its pool, a user's trouble the name of his first account.
func testCauses() []checks.Cause {
	judge := func(d *facts.Deployment, s *facts.Server) (j checks.Judgement) {
		switch s.PoolFQDN {
		case "broken":
			j.Present(checks.Critical, "it is broken", checks.Saw(from, "broken", "sound"))
			j.Remedy(checks.Step{Text: "mend it", Host: s.FQDN})
		case "unseen":
			j.Unknown(why)
		case "exempt":
			j.NotApplicable("it has none")
		default:
			j.Note(checks.Saw(from, "sound", ""))
		}
		return j
	}
	return []checks.Cause{
		{
			ID: "whole", Title: "Whole", Codes: []int{400}, Article: checks.Article{KB: "1"}, Severity: checks.Minor, Scope: checks.ScopeDeployment,
			JudgeDeployment: func(*facts.Deployment) (j checks.Judgement) {
				j.Note(checks.Saw(from, "seen", ""))
				return j
			},
		},
		{ID: "server", Title: "Server", Codes: []int{503}, Article: checks.Article{KB: "2"}, Severity: checks.Major, Scope: checks.ScopeServer, JudgeServer: judge},
		{
			ID: "users", Title: "Users", Codes: []int{403, 404}, Article: checks.Article{KB: "3"}, Severity: checks.Major, Scope: checks.ScopeUser, After: []string{"server"},
			Users: &checks.UserRule{
				Populations: func(d *facts.Deployment) (out []checks.Population) {
					for _, s := range d.Servers {
						p := checks.Population{Name: "users of " + s.FQDN, Server: s.FQDN, Evidence: []checks.Evidence{checks.Saw(from, "counted", "")}}
						if s.PoolFQDN == "unseen" {
							p.Unknown = []*facts.Unknown{why}
						}
						out = append(out, p)
					}
					return out
				},
				Judge: judgeUser,
				Asked: func(_ *facts.Deployment, name string, found bool, near []string, report func(checks.Hit)) {
					if !found {
						report(checks.Hit{Population: "users of a", Shape: "nobody", Severity: checks.Major, Address: name, Evidence: checks.Saw(from, strings.Join(near, " "), "")})
					}
				},
			},
		},
	}
}

// judgeUser reports the shapes that the names of a user's accounts say.
func judgeUser(_ *facts.Deployment, u *facts.SignIn, asked bool, report func(checks.Hit)) {
	for _, a := range u.Accounts {
		shape, server, _ := strings.Cut(a.Name, " ")
		hit := checks.Hit{
			Population: "users of " + server, Shape: shape, Severity: checks.Minor, Address: u.Address, Title: "Users are " + shape,
			Evidence: checks.Saw(from, a.DN, ""), Remedy: []checks.Step{{Text: "help " + u.Address}},
		}
		if asked {
			hit.Severity = checks.Major
		}
		switch shape {
		case "":
			continue
		case "hidden":
			hit.Unknown = &facts.Unknown{Class: facts.Rights, Source: "directory", Message: "not shown " + a.DN, Settle: "rights"}
		}
		report(hit)
	}
}

// deployment has a server for each argument "name" or "name=state".
func deployment(servers ...string) *facts.Deployment {
	d := &facts.Deployment{CollectedAt: noon}
	var listed []facts.DirectoryServer
	for _, s := range servers {
		name, state, _ := strings.Cut(s, "=")
		d.Servers = append(d.Servers, &facts.Server{FQDN: name, PoolFQDN: state})
		listed = append(listed, facts.DirectoryServer{FQDN: name})
	}
	d.Directory.Servers = facts.Observed(listed, from)
	return d
}

// user has an account for each of its troubles.
func user(address string, troubles ...string) *facts.SignIn {
	u := &facts.SignIn{Address: address}
	for i, trouble := range troubles {
		u.Accounts = append(u.Accounts, facts.Account{DN: fmt.Sprintf("CN=%s %d", address, i), Name: trouble})
	}
	return u
}

func stream(users ...*facts.SignIn) iter.Seq2[*facts.SignIn, error] {
	return func(yield func(*facts.SignIn, error) bool) {
		for _, u := range users {
			if !yield(u, nil) {
				return
			}
		}
	}
}

func judge(t *testing.T, d *facts.Deployment, o checks.Options, users ...*facts.SignIn) []checks.Finding {
	t.Helper()
	findings, err := checks.Judge(t.Context(), testCauses(), d, stream(users...), o)
	if err != nil {
		t.Fatal(err)
	}
	return findings
}

// ids gives each finding as its id and verdict.
func ids(findings []checks.Finding) (out []string) {
	for _, f := range findings {
		out = append(out, f.ID+" "+string(f.Verdict))
	}
	return out
}

// Findings come by verdict, severity, cause and subject, whatever the order of
// the facts.
func TestOrder(t *testing.T) {
	users := []*facts.SignIn{user("k@x", "sick b"), user("l@x", "sick a", "tired b"), user("m@x", "hidden c")}
	want := []string{
		"server/b present", "users/users of a/sick/minor present", "users/users of b/sick/minor present", "users/users of b/tired/minor present",
		"server/c undetermined", "users/users of c undetermined",
		"server/d not-applicable",
		"server/a absent", "users/users of d absent", "whole/deployment absent",
	}
	for _, servers := range [][]string{
		{"a", "b=broken", "c=unseen", "d=exempt"}, {"d=exempt", "c=unseen", "b=broken", "a"}, {"c=unseen", "a", "d=exempt", "b=broken"},
	} {
		if diff := cmp.Diff(want, ids(judge(t, deployment(servers...), checks.Options{}, users...))); diff != "" {
			t.Errorf("%v (-want +got):\n%s", servers, diff)
		}
	}
}

func TestFilters(t *testing.T) {
	d := deployment("a", "B=broken")
	for _, tt := range []struct {
		name string
		o    checks.Options
		want []string
	}{
		{"none", checks.Options{}, []string{"server/B present", "users/users of B/sick/minor present", "server/a absent", "users/users of a absent", "whole/deployment absent"}},
		{"a code", checks.Options{Codes: []int{503}}, []string{"server/B present", "server/a absent"}},
		{"one of a cause's codes", checks.Options{Codes: []int{404}}, []string{"users/users of B/sick/minor present", "users/users of a absent"}},
		{"codes", checks.Options{Codes: []int{400, 503}}, []string{"server/B present", "server/a absent", "whole/deployment absent"}},
		{"a code of no cause", checks.Options{Codes: []int{401}}, nil},
		{"a cause", checks.Options{Causes: []string{"whole"}}, []string{"whole/deployment absent"}},
		{"causes and a code", checks.Options{Causes: []string{"whole", "server"}, Codes: []int{400}}, []string{"whole/deployment absent"}},
		{"a server in another case, and what concerns none in particular", checks.Options{Servers: []string{"b"}}, []string{"server/B present", "users/users of B/sick/minor present", "whole/deployment absent"}},
		{"two servers", checks.Options{Servers: []string{"a", "b"}, Codes: []int{503}}, []string{"server/B present", "server/a absent"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, ids(judge(t, d, tt.o, user("k@x", "sick B")))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// What explains a finding is known even where it is filtered away.
func TestFoldIsNotFiltered(t *testing.T) {
	d := deployment("a=broken", "b=unseen", "c")
	for _, o := range []checks.Options{{}, {Codes: []int{403}}, {Causes: []string{"users"}}} {
		for _, f := range judge(t, d, o, user("k@x", "sick A", "sick a"), user("l@x", "sick c")) {
			switch {
			case f.Cause != "users":
				if f.ConsequenceOf != "" {
					t.Errorf("%s follows from %s, which its cause does not come after", f.ID, f.ConsequenceOf)
				}
			case f.Subject.Server == "a":
				if f.ConsequenceOf != "server" || f.Parent != "server/a" {
					t.Errorf("%s: explained by %q, finding %q", f.ID, f.ConsequenceOf, f.Parent)
				}
			default: // on b the cause is not known to be present, on c it is absent
				if f.ConsequenceOf != "" || f.Parent != "" {
					t.Errorf("%s: explained by %q, finding %q", f.ID, f.ConsequenceOf, f.Parent)
				}
			}
		}
	}
}

// What is open on a server whose trouble is known is folded too; what is absent
// or impossible has nothing to explain.
func TestFoldByVerdict(t *testing.T) {
	causes := testCauses()
	users := causes[2].Users.Populations
	causes[2].Users.Populations = func(d *facts.Deployment) []checks.Population {
		out := users(d)
		out[0].Unknown = []*facts.Unknown{why}
		out[1].NotApplicable = "none"
		return out
	}
	findings, err := checks.Judge(t.Context(), causes, deployment("a=broken", "b=broken", "c=broken"), stream(), checks.Options{Causes: []string{"users"}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[checks.Verdict]string{checks.Undetermined: "server", checks.NotApplicable: "", checks.Absent: ""}
	if len(findings) != len(want) {
		t.Fatalf("got %v", ids(findings))
	}
	for _, f := range findings {
		if got := f.ConsequenceOf; got != want[f.Verdict] {
			t.Errorf("%s, %s: follows from %q, want %q", f.ID, f.Verdict, got, want[f.Verdict])
		}
	}
}

// A cause that concerns no server in particular explains all; the worst of
// several findings of a cause is the parent.
func TestFoldUnderDeployment(t *testing.T) {
	causes := testCauses()
	causes[0].JudgeDeployment = func(*facts.Deployment) (j checks.Judgement) {
		j.Present(checks.Critical, "all is broken", checks.Saw(from, "broken", ""))
		return j
	}
	causes[1].After = []string{"whole"}
	findings, err := checks.Judge(t.Context(), causes, deployment("a=broken", "b=unseen"), stream(), checks.Options{Codes: []int{503}})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		if f.Parent != "whole/deployment" {
			t.Errorf("%s: parent is %q", f.ID, f.Parent)
		}
	}
	if len(findings) != 2 {
		t.Errorf("got %v", ids(findings))
	}
}

// Servers that the directory did not tell of are not passed over.
func TestServersThatAreNotKnown(t *testing.T) {
	unread := deployment("a")
	unread.Directory.Servers = facts.NotObserved[[]facts.DirectoryServer](*why)
	none := deployment()
	nothing := &facts.Deployment{}
	for _, tt := range []struct {
		name string
		d    *facts.Deployment
		o    checks.Options
		want []string
	}{
		{"all are known", deployment("a"), checks.Options{}, []string{"server/a absent"}},
		{"there may be others", unread, checks.Options{}, []string{"server/deployment undetermined", "server/a absent"}},
		{"there may be others, which were not asked for", unread, checks.Options{Servers: []string{"a"}}, []string{"server/a absent"}},
		{"there is none", none, checks.Options{}, []string{"server/deployment not-applicable"}},
		{"nothing is known", nothing, checks.Options{}, []string{"server/deployment undetermined"}},
		{"nothing is known of the one asked for", nothing, checks.Options{Servers: []string{"a"}}, []string{"server/deployment undetermined"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.Causes = []string{"server"}
			if diff := cmp.Diff(tt.want, ids(judge(t, tt.d, tt.o))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// An error of the stream leaves no findings: what was read may not be relied on.
func TestStreamError(t *testing.T) {
	broken := errors.New("the file is cut short")
	users := func(yield func(*facts.SignIn, error) bool) {
		_ = yield(user("k@x", "sick a"), nil) && yield(nil, broken)
	}
	findings, err := checks.Judge(t.Context(), testCauses(), deployment("a=broken"), users, checks.Options{})
	if !errors.Is(err, broken) || findings != nil {
		t.Errorf("got %d findings and %v, want none and %v", len(findings), err, broken)
	}
}

func TestCancelled(t *testing.T) {
	stopped := errors.New("stopped by the user")
	t.Run("before the first user", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(stopped)
		findings, err := checks.Judge(ctx, testCauses(), deployment("a"), stream(), checks.Options{})
		if !errors.Is(err, stopped) || findings != nil {
			t.Errorf("got %d findings and %v, want none and %v", len(findings), err, stopped)
		}
	})
	t.Run("between users", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		read := 0
		users := func(yield func(*facts.SignIn, error) bool) {
			for range 1000 {
				if read++; read == 10 {
					cancel(stopped)
				}
				if !yield(user("k@x"), nil) {
					return
				}
			}
		}
		findings, err := checks.Judge(ctx, testCauses(), deployment("a"), users, checks.Options{})
		if !errors.Is(err, stopped) || findings != nil || read != 10 {
			t.Errorf("got %d findings and %v after %d users, want none and %v after 10", len(findings), err, read, stopped)
		}
	})
}

// A finding tells all of its judgement, and lists are never null in JSON.
func TestFindingsAreComplete(t *testing.T) {
	all := judge(t, deployment("a=broken", "b=unseen", "c=exempt", "d"), checks.Options{Causes: []string{"server"}})
	want := []checks.Finding{
		{
			ID: "server/a", Verdict: checks.Present, Severity: checks.Critical, Reason: "it is broken", Evidence: []checks.Evidence{checks.Saw(from, "broken", "sound")},
			Remedy: []checks.Step{{Text: "mend it", Host: "a"}}, Subject: checks.Subject{Kind: checks.ServerSubject, Name: "a", Server: "a"},
		},
		{
			ID: "server/b", Verdict: checks.Undetermined, Severity: checks.Major, Reason: "rtcdb b: no answer", Settle: []string{"open port 1433"}, Evidence: []checks.Evidence{},
			Remedy: []checks.Step{}, Subject: checks.Subject{Kind: checks.ServerSubject, Name: "b", Server: "b"},
		},
		{
			ID: "server/c", Verdict: checks.NotApplicable, Severity: checks.Major, Reason: "it has none", Evidence: []checks.Evidence{},
			Remedy: []checks.Step{}, Subject: checks.Subject{Kind: checks.ServerSubject, Name: "c", Server: "c"},
		},
		{
			ID: "server/d", Verdict: checks.Absent, Severity: checks.Major, Evidence: []checks.Evidence{checks.Saw(from, "sound", "")},
			Remedy: []checks.Step{}, Subject: checks.Subject{Kind: checks.ServerSubject, Name: "d", Server: "d"},
		},
	}
	for i := range want {
		want[i].Cause, want[i].Title, want[i].Codes, want[i].Article = "server", "Server", []int{503}, "KB 2"
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if codes := slices.DeleteFunc(judgeOne(t, checks.Cause{ID: "x", JudgeServer: testCauses()[1].JudgeServer}), func(f checks.Finding) bool { return f.Codes != nil }); len(codes) > 0 {
		t.Error("a cause without codes gives a null list")
	}
}

func judgeOne(t *testing.T, c checks.Cause) []checks.Finding {
	t.Helper()
	findings, err := checks.Judge(t.Context(), []checks.Cause{c}, deployment("a"), stream(), checks.Options{})
	if err != nil || len(findings) != 1 {
		t.Fatalf("%d findings, %v", len(findings), err)
	}
	return findings
}

// A finding that is present says what else could not be seen.
func TestPresentAndUnknown(t *testing.T) {
	findings := judgeOne(t, checks.Cause{ID: "x", JudgeServer: func(*facts.Deployment, *facts.Server) (j checks.Judgement) {
		j.Unknown(why)
		j.Present(checks.Minor, "one thing", checks.Saw(from, "1", ""))
		j.Present(checks.Major, "another", checks.Saw(from, "2", ""))
		j.Unknown(why)
		return j
	}})
	f := findings[0]
	if f.Verdict != checks.Present || f.Severity != checks.Major || len(f.Evidence) != 2 {
		t.Errorf("got %s, %s, %d observations", f.Verdict, f.Severity, len(f.Evidence))
	}
	if want := "one thing; another; besides, not everything could be seen: rtcdb b: no answer"; f.Reason != want {
		t.Errorf("reason is %q, want %q", f.Reason, want)
	}
	if !slices.Equal(f.Settle, []string{"open port 1433"}) {
		t.Errorf("to settle it: %q", f.Settle)
	}
}
