package diagnosis_test

import (
	"slices"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/checks/catalog"
	"lcshealth/checks/facts"
	"lcshealth/checks/sip/trace"
	"lcshealth/report/diagnosis"
)

// judged is a diagnosis of a code with some findings.
func judged(q diagnosis.Question, held bool, findings ...checks.Finding) *diagnosis.Diagnosis {
	q.Causes = catalog.All()
	d := diagnosis.Of(q)
	c := diagnosis.Checked{From: "facts", Deployment: deployment(), Findings: findings, Held: held}
	if held {
		c.Homes = []string{"CN=LCS01"}
	}
	d.Judge(c)
	return d
}

// standings are the causes with how they stand, in their order.
func standings(d *diagnosis.Diagnosis) (out []string) {
	for _, c := range d.Causes {
		out = append(out, string(c.Standing)+" "+c.ID)
	}
	return out
}

func wantOrder(t *testing.T, d *diagnosis.Diagnosis, want ...string) {
	t.Helper()
	if got := standings(d); !slices.Equal(got[:min(len(got), len(want))], want) {
		t.Errorf("%q, want %q", got, want)
	}
}

const (
	one, two, front = "lcs01.contoso.com", "lcs02.contoso.com", "fe01.contoso.com"
	kim             = "sip:kim@contoso.com"
)

func TestPresentFirst(t *testing.T) {
	d := judged(diagnosis.Question{Code: 404, User: kim, Server: front}, true,
		finding("sip-domain-not-listed", one, checks.Absent),
		finding("user-not-enabled", one, checks.Undetermined),
		finding("signin-name-mismatch", one, checks.NotApplicable),
		finding("user-missing-from-database", one, checks.Absent), finding("user-missing-from-database", two, checks.Present),
		finding("user-entry-damaged", one, checks.Absent),
		finding("directory-connector-errors", front, checks.Absent), finding("directory-connector-errors", one, checks.Present))
	wantOrder(t, d, "present user-missing-from-database", "present directory-connector-errors", "undetermined user-not-enabled", "absent sip-domain-not-listed", "absent user-entry-damaged", "not-applicable signin-name-mismatch")
	if d.Exit() != checks.ExitPresent || d.Causes[0].Findings[0].Verdict != checks.Present {
		t.Errorf("exit code %d, first %+v", d.Exit(), d.Causes[0])
	}
}

// A cause on a server that the sign-in did not meet is none, unless the code is
// about the way between servers.
func TestElsewhere(t *testing.T) {
	d := judged(diagnosis.Question{Code: 503, User: kim, Server: one}, true, finding("sql-service-stopped", one, checks.Absent), finding("sql-service-stopped", two, checks.Present))
	wantOrder(t, d, "absent sql-service-stopped")
	if !slices.Equal(d.Causes[0].Elsewhere, []string{two}) || d.Exit() != checks.ExitNothing {
		t.Errorf("%+v, exit code %d", d.Causes[0], d.Exit())
	}
	d = judged(diagnosis.Question{Code: 504, User: kim, Server: one}, true, finding("static-route-invalid", one, checks.Absent), finding("static-route-invalid", two, checks.Present))
	if d.Causes[0].ID != "static-route-invalid" || d.Exit() != checks.ExitPresent {
		t.Errorf("%q", standings(d))
	}
	d = judged(diagnosis.Question{Code: 503, User: kim, Server: "10.0.0.1"}, true, finding("sql-service-stopped", one, checks.Absent), finding("sql-service-stopped", two, checks.Present))
	if wantOrder(t, d, "present sql-service-stopped"); !slices.ContainsFunc(d.Server.Notes, func(n string) bool { return strings.Contains(n, "none of the servers that are known") }) {
		t.Errorf("%q", d.Server.Notes)
	}
}

// More causes of 401 exist than are known.
func TestPartial(t *testing.T) {
	d := judged(diagnosis.Question{Code: 401, User: kim, Server: one}, true, finding("clock-skew", one, checks.Absent))
	if wantOrder(t, d, "absent clock-skew"); d.Exit() != checks.ExitIncomplete {
		t.Errorf("exit code %d", d.Exit())
	}
}

// What explains a listed cause comes first, though it has no code.
func TestExplanation(t *testing.T) {
	follows := finding("no-tls-listener", one, checks.Present)
	follows.ConsequenceOf, follows.Parent = "server-service-stopped", "server-service-stopped/"+one
	d := judged(diagnosis.Question{Code: 400, Phrase: "Invalid contact information", User: kim, Server: one}, true, follows, finding("server-service-stopped", one, checks.Present))
	wantOrder(t, d, "present server-service-stopped", "present no-tls-listener")
	if !slices.Equal(d.Causes[0].Explains, []string{"no-tls-listener"}) || len(d.Besides) != 0 {
		t.Errorf("%+v", d.Causes[0])
	}
}

func TestBesides(t *testing.T) {
	d := judged(diagnosis.Question{Code: 403, User: kim, Server: one}, true,
		finding("user-sid-invalid", one, checks.Absent), finding("stale-user-entry", one, checks.Absent),
		finding("user-being-moved", one, checks.Present), finding("sql-service-stopped", one, checks.Present), finding("messenger-on-server", two, checks.Present))
	var ids []string
	for _, b := range d.Besides {
		ids = append(ids, b.ID)
	}
	if !slices.Equal(ids, []string{"user-being-moved", "sql-service-stopped"}) || d.Exit() != checks.ExitNothing {
		t.Errorf("%q, exit code %d", ids, d.Exit())
	}
}

// A user without a code: another home server cannot stop him, a front end can.
func TestAsked(t *testing.T) {
	d := judged(diagnosis.Question{User: kim}, true, finding("sql-service-stopped", one, checks.Absent), finding("sql-service-stopped", two, checks.Present), finding("no-tls-listener", front, checks.Present))
	if len(d.Causes) != len(catalog.All()) || d.Causes[0].ID != "no-tls-listener" || d.Exit() != checks.ExitPresent {
		t.Errorf("%q", standings(d))
	}
	d = judged(diagnosis.Question{User: "sip:kin@contoso.com"}, false)
	if !slices.ContainsFunc(d.Server.Notes, func(n string) bool { return strings.Contains(n, "Nobody in the directory") }) {
		t.Errorf("%q", d.Server.Notes)
	}
}

// The server is found by its name, by its pool, and by its address.
func TestServer(t *testing.T) {
	for _, c := range []struct{ server, want string }{
		{one, one}, {"LCS01.CONTOSO.COM", one}, {"gone.contoso.com", ""}, {"", ""},
	} {
		d := judged(diagnosis.Question{Code: 503, Server: c.server}, false)
		if got := strings.Join(d.Server.Servers, " "); got != c.want {
			t.Errorf("%s: %q", c.server, got)
		}
	}
	result := told(t, trace.UCCAPI, rejected(503, "Service Unavailable"))
	for _, c := range []struct{ peer, want string }{{"192.0.2.2:5060", two}, {"192.0.2.2:9", two}, {"lcs02.contoso.com:5060", two}, {"192.0.2.77:5060", ""}} {
		result.Attempts[0].Target, result.Attempts[0].Peer = "", c.peer
		d := judged(diagnosis.Question{Log: result}, false)
		if got := strings.Join(d.Server.Servers, " "); got != c.want {
			t.Errorf("%s: %q", c.peer, got)
		}
	}
	pool := deployment()
	pool.Servers[1].PoolFQDN, pool.Servers[2].PoolFQDN = "pool.contoso.com", "pool.contoso.com"
	d := diagnosis.Of(diagnosis.Question{Code: 503, Server: "pool.contoso.com"})
	d.Judge(diagnosis.Checked{Deployment: pool})
	if !slices.Equal(d.Server.Servers, []string{one, two}) {
		t.Errorf("%q", d.Server.Servers)
	}
}

// Facts that nobody gathered leave a cause undetermined, not absent.
func TestNothingGathered(t *testing.T) {
	d := diagnosis.Of(diagnosis.Question{Code: 503, Causes: catalog.All()})
	d.Judge(diagnosis.Checked{Deployment: &facts.Deployment{}})
	if wantOrder(t, d, "undetermined sql-service-stopped"); d.Exit() != checks.ExitIncomplete {
		t.Errorf("exit code %d", d.Exit())
	}
}
