package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lcshealth/checks/lab"
	"lcshealth/checks/lab/peer"
	"lcshealth/checks/preflight"
	"lcshealth/checks/preflight/plan"
	report "lcshealth/report/preflight"
)

// rehearsed is a plan with one of each kind of change, and every form in which
// accounts are written. What is in capitals the lab gives.
const rehearsed = `users:
  uri: "sip:{name}@contoso.com"
  home: lcs01.contoso.com
  file: users.csv
  enable:
  - account: CONTOSO\new.one
  - {account: new.three@contoso.com, home: lcs02.emea.contoso.com}
  - account: new.four
  - {account: "CN=Ito\\, Ben,OU=People,DC=contoso,DC=com", uri: sip:ben.ito@fabrikam.com}
  - {account: S-1-5-21-1085031214-796845957-839522115-9005, uri: sip:five@contoso.com}
  - {account: "EMEA\\kim", uri: sip:kim@fabrikam.com, home: lcs02.emea.contoso.com}
  move:
  - {account: "sip:aoife.o'brien@contoso.com", to: lcs02.emea.contoso.com}
  - {account: "EMEA\\lei.li", to: lcs02.emea.contoso.com}
domains:
  add:
  - tailspintoys.com
  remove:
  - litware.example
servers:
- name: fe02.contoso.com
  role: front-end
  generation: 2003
  addresses: [ADDRESS]
  certificate: fe02.pem
  roots: [root.pem]
  listeners:
  - {transport: MTLS, port: PORT-1}
  - {transport: TLS, port: PORT-2}
certificates:
- {server: lcs01.contoso.com, file: lcs01.pem}
routes:
- {server: lcs02.emea.contoso.com, match: "*@partner.example", next-hop: px01.contoso.com, port: PORT-OF-PX01, transport: MTLS}
gateways:
- {server: px01.contoso.com, host: gw01.contoso.com}
expect:
  absent: [static-route-invalid, mtls-not-configured]
`

const rehearsedUsers = `account;uri;home;move-to
new.six;;lcs02.emea.contoso.com;
sip:juergen.groessler@contoso.com;;;lcs01.contoso.com
`

// rehearsal is a lab with a plan for it.
type rehearsal struct {
	*testing.T
	dir   string
	lab   *lab.Lab
	plan  *plan.Plan
	users *plan.Users
	files map[string][]byte
}

// A plan that is judged go can be carried out, and is done then. Whatever is left
// out is told, and nothing else is.
func TestPreflightCarriedOut(t *testing.T) {
	t.Parallel()
	r := rehearse(t, "none", rehearsed)
	before := r.judge(0, "--fail-on", "info")
	want := r.users.Len() + 6 + 2 // one of each kind beside users, and two expectations
	if len(before.Lines) != want {
		t.Errorf("%d lines, where the plan has %d", len(before.Lines), want)
	}
	for i := range before.Lines {
		if l := &before.Lines[i]; l.Verdict != preflight.Go || len(l.Issues) > 0 {
			t.Errorf("%s %s: %s %+v", l.At, l.Kind, l.Verdict, l.Issues)
		}
	}
	r.carryOut(plan.Ref{})
	r.wantDone(plan.Ref{})
	for i := range before.Lines {
		left := before.Lines[i]
		if left.Kind == preflight.ExpectAbsent {
			continue // it asks for nothing to be done
		}
		if err := r.lab.Restore(); err != nil {
			t.Fatal(err)
		}
		r.carryOut(left.At)
		r.wantDone(left.At)
	}
}

// A server's addresses may be left to DNS, which knows them.
func TestPreflightAddressesOfDNS(t *testing.T) {
	t.Parallel()
	r := rehearse(t, "none", strings.Replace(rehearsed, "  addresses: [ADDRESS]\n", "", 1))
	r.judge(0, "--fail-on", "info")
	r.carryOut(plan.Ref{})
	r.wantDone(plan.Ref{})
}

// Who goes ahead although the plan is no go is told of just that afterwards.
func TestPreflightAgainstAdvice(t *testing.T) {
	t.Parallel()
	r := rehearse(t, "stale-user-entry", `users:
  enable:
  - {account: toby.nixon, uri: sip:toby.nixon@contoso.com, home: lcs01.contoso.com}
domains:
  remove:
  - fabrikam.com
`)
	tell := func(issues []preflight.Issue) (out []string) {
		for _, i := range issues {
			if i.Verdict == preflight.NoGo {
				out = append(out, i.Check)
			}
		}
		return out
	}
	before := r.judge(1)
	r.carryOut(plan.Ref{})
	after := r.judge(1, "--after", "--before", r.path("before.lcsfacts"))
	for i, want := range []string{"stale-user-entry", "sip-domain-not-listed"} {
		if got := tell(before.Lines[i].Issues); !slices.Equal(got, []string{want}) {
			t.Errorf("before, %s: %q", before.Lines[i].At, got)
		}
		if done := after.Lines[i].Done; done != preflight.DoneAsPlanned {
			t.Errorf("after, %s: %s", after.Lines[i].At, done)
		}
		if !slices.Contains(tell(after.Lines[i].Issues), want) && !slices.Contains(tell(after.Besides), want) {
			t.Errorf("after, %s: %+v", after.Lines[i].At, after)
		}
	}
}

// rehearse starts a lab, writes the plan for it and gathers the facts of before.
func rehearse(t *testing.T, fault, text string) *rehearsal {
	t.Helper()
	dir := t.TempDir()
	l, err := lab.Start(t.Context(), lab.Options{Dir: filepath.Join(dir, "lab"), Users: 20, Faults: []string{fault}, SIPDomains: []string{"litware.example"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	address, ports, err := l.Announce(t.Context(), "fe02.contoso.com", 2)
	if err != nil {
		t.Fatal(err)
	}
	if address == "127.0.0.1" {
		peer.Lack(t, "this system has no loopback address but 127.0.0.1, so that DNS names every server at once")
	}
	if err := l.AnnounceDomain("tailspintoys.com"); err != nil {
		t.Fatal(err)
	}
	r := &rehearsal{T: t, dir: dir, lab: l, files: map[string][]byte{"root.pem": l.Root()}}
	for name, host := range map[string]string{"fe02.pem": "fe02.contoso.com", "lcs01.pem": "lcs01.contoso.com"} {
		if r.files[name], err = l.Issue(host); err != nil {
			t.Fatal(err)
		}
	}
	runHere(t, 0, "collect", "-q", "-c", l.Config(), "-o", r.path("before.lcsfacts"))
	px01 := regexp.MustCompile(`px01.*MTLS (\d+)`).FindStringSubmatch(l.Describe())
	text = strings.NewReplacer("ADDRESS", address, "PORT-1", strconv.Itoa(ports[0]), "PORT-2", strconv.Itoa(ports[1]), "PORT-OF-PX01", px01[1]).Replace(text)
	for name, text := range r.files {
		r.write(name, text)
	}
	r.write("users.csv", []byte(rehearsedUsers))
	r.write("plan.yaml", []byte(text))
	if r.plan, err = plan.Parse("plan.yaml", []byte(text)); err != nil {
		t.Fatal(err)
	}
	if r.users, err = plan.NewUsers(r.plan, r.plan.Users.File); err != nil {
		t.Fatal(err)
	}
	if r.plan.Users.File == "" {
		return r
	}
	if err := r.users.ReadCSV(t.Context(), r.plan, strings.NewReader(rehearsedUsers)); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rehearsal) path(name string) string { return filepath.Join(r.dir, name) }

func (r *rehearsal) write(name string, text []byte) {
	r.Helper()
	if err := os.WriteFile(r.path(name), text, 0o600); err != nil {
		r.Fatal(err)
	}
}

// judge judges the plan by the lab as it is.
func (r *rehearsal) judge(exit int, flags ...string) *report.Report {
	r.Helper()
	args := append([]string{"preflight", r.path("plan.yaml"), "-q", "-c", r.lab.Config(), "--format", "json"}, flags...)
	var out report.Report
	if err := json.Unmarshal(runHere(r.T, exit, args...), &out); err != nil {
		r.Fatal(err)
	}
	return &out
}

// carryOut has the lab do what the plan says, but for one line.
func (r *rehearsal) carryOut(left plan.Ref) {
	r.Helper()
	if err := r.lab.CarryOut(r.Context(), r.plan, r.users, r.files, func(at plan.Ref) bool { return at == left }); err != nil {
		r.Fatal(err)
	}
}

// wantDone wants every line to be done but one, which is not, and nothing to be
// broken since.
func (r *rehearsal) wantDone(left plan.Ref) {
	r.Helper()
	exit := 0
	if left != (plan.Ref{}) {
		exit = 1
	}
	after := r.judge(exit, "--after", "--before", r.path("before.lcsfacts"))
	for i := range after.Lines {
		l := &after.Lines[i]
		want, verdict := preflight.DoneAsPlanned, preflight.Go
		switch {
		case l.At == left:
			want, verdict = preflight.NotDone, preflight.NoGo
		case l.Kind == preflight.ExpectAbsent:
			want = ""
		}
		if l.Done != want || l.Verdict != verdict || len(l.Issues) > 0 && l.At != left {
			r.Errorf("without %s: %s %s %s: %s, %s %+v", left, l.At, l.Kind, l.Name, l.Done, l.Verdict, l.Issues)
		}
	}
	if len(after.Besides) > 0 {
		r.Errorf("without %s: %+v", left, after.Besides)
	}
}
