package notify_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/report"
	"lcshealth/report/compare"
	"lcshealth/report/history"
	"lcshealth/report/notify"
)

// noon is when the first run of each test is planned.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

const (
	P = checks.Present
	A = checks.Absent
	U = checks.Undetermined
)

// found makes a finding of a cause on lcs01.
func found(verdict checks.Verdict, cause string, severity checks.Severity, observed ...string) checks.Finding {
	f := checks.Finding{
		ID: cause + "/lcs01.contoso.com", Cause: cause, Title: "Title of " + cause, Codes: []int{503}, Severity: severity, Verdict: verdict,
		Subject: checks.Subject{Kind: checks.ServerSubject, Name: "lcs01.contoso.com", Server: "lcs01.contoso.com"},
	}
	for _, o := range observed {
		f.Evidence = append(f.Evidence, checks.Evidence{Observed: o, Source: "host", Host: "lcs01.contoso.com"})
	}
	switch verdict {
	case P:
		f.Remedy = []checks.Step{{Text: "Do this.", Command: "net start x", Host: "lcs01.contoso.com"}, {Text: "Do that."}}
	case U:
		f.Reason = "host lcs01.contoso.com: refused"
	}
	return f
}

func waived(f checks.Finding) checks.Finding {
	f.Waived = &checks.Waived{Reason: "known", Owner: "Kim", Until: "2026-12-31"}
	return f
}

func affecting(f checks.Finding, users int) checks.Finding {
	f.Affected = &checks.Affected{Count: users, Users: []string{"a", "b", "c", "d"}[:users]}
	return f
}

// scope keeps what a history would of one scope, and plans its runs.
type scope struct {
	now      time.Time
	policy   notify.Policy
	channels []notify.Rules
	known    map[string]history.Known
	last     *report.Report
	runs     int
	audit    notify.Audit // the last one planned
	t        *testing.T
}

func newScope(t *testing.T, p notify.Policy, channels ...notify.Rules) *scope {
	t.Helper()
	if len(channels) == 0 {
		channels = []notify.Rules{{Channel: "ops"}}
	}
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, c := range channels {
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
	}
	return &scope{now: noon, policy: p, channels: channels, known: map[string]history.Known{}, t: t}
}

// run plans a run that finds this, and remembers it.
func (s *scope) run(findings ...checks.Finding) notify.Plans { return s.runWith(nil, findings...) }

func (s *scope) runWith(sources []facts.Source, findings ...checks.Finding) notify.Plans {
	s.t.Helper()
	s.runs++
	r := report.New(report.Run{
		ID: fmt.Sprintf("run-%d", s.runs), StartedAt: s.now.Add(-time.Minute), FinishedAt: s.now.Add(-time.Second),
		Version: "1.0.0", Catalog: "2026.1",
	}, findings, sources)
	s.audit = notify.Audit{Scope: "contoso", Report: r, Known: s.known}
	if s.last != nil {
		s.audit.Comparison = compare.Compare(s.last, r)
	}
	plans := s.plan()
	known := s.withTold(plans)
	for i := range r.Findings {
		s.see(known, &r.Findings[i])
	}
	s.known, s.last = known, r
	return plans
}

// plan plans the last run again. It must not change what it is given.
func (s *scope) plan() notify.Plans {
	return notify.Plan(s.now, s.policy, s.channels, s.audit)
}

// withTold adds what channels were told.
func (s *scope) withTold(plans notify.Plans) map[string]history.Known {
	known := map[string]history.Known{}
	for id, k := range s.known {
		known[id] = k
	}
	for channel, told := range plans.Told {
		for id, what := range told {
			k := known[id]
			all := map[string]history.Told{channel: what}
			for other, w := range k.Told {
				if other != channel {
					all[other] = w
				}
			}
			k.Told = all
			known[id] = k
		}
	}
	return known
}

// see notes the verdict of a run, as the store does.
func (s *scope) see(known map[string]history.Known, f *checks.Finding) {
	k := known[f.ID]
	before := A
	if s.last != nil {
		i := slices.IndexFunc(s.last.Findings, func(o checks.Finding) bool { return o.ID == f.ID })
		if i >= 0 {
			before = s.last.Findings[i].Verdict
		}
	}
	if k.Since.IsZero() || before != f.Verdict {
		k.Since = s.now
	}
	if (before == P) != (f.Verdict == P) && before != U && f.Verdict != U {
		k.Changes = append(slices.Clone(k.Changes), s.now)
	}
	if f.Verdict == P {
		k.LastSeen = s.now
		if k.FirstSeen.IsZero() {
			k.FirstSeen = s.now
		}
	}
	known[f.ID] = k
}

// said writes what is told: "ops changes: new svc, resolved route".
func said(plans notify.Plans) string {
	var out []string
	for _, m := range plans.Messages {
		var words []string
		for _, c := range m.Notification.Changes {
			words = append(words, string(c.Kind)+" "+c.Cause)
		}
		line := m.Channel + " " + string(m.Notification.Occasion)
		if len(words) > 0 {
			line += ": " + strings.Join(words, ", ")
		}
		out = append(out, line)
	}
	return strings.Join(out, "; ")
}

// expect runs and compares what is told. The same run planned again must say
// nothing.
func (s *scope) expect(want string, findings ...checks.Finding) notify.Plans {
	s.t.Helper()
	plans := s.run(findings...)
	if got := said(plans); got != want {
		s.t.Errorf("run %d: told %q, want %q", s.runs, got, want)
	}
	again := s.audit
	again.Known = s.known
	if got := said(notify.Plan(s.now, s.policy, s.channels, again)); got != "" {
		s.t.Errorf("run %d, planned again: told %q", s.runs, got)
	}
	return plans
}

func (s *scope) later(d time.Duration) *scope {
	s.now = s.now.Add(d)
	return s
}

func TestChangesOnly(t *testing.T) {
	s := newScope(t, notify.Policy{})
	s.expect("ops first-audit: standing svc, undetermined sid", found(P, "svc", checks.Critical, "stopped"), found(A, "route", checks.Major), found(U, "sid", checks.Major))
	s.later(time.Hour).expect("", found(P, "svc", checks.Critical, "stopped"), found(A, "route", checks.Major), found(U, "sid", checks.Major))
	s.later(time.Hour).expect("ops changes: new route, changed svc, decided sid",
		found(P, "svc", checks.Critical, "disabled"), found(P, "route", checks.Major, "dead"), found(A, "sid", checks.Major))
	s.later(time.Hour).expect("ops changes: resolved route", found(P, "svc", checks.Critical, "disabled"), found(A, "route", checks.Major), found(A, "sid", checks.Major))
	s.later(time.Hour).expect("ops changes: undetermined sid", found(P, "svc", checks.Critical, "disabled"), found(A, "route", checks.Major), found(U, "sid", checks.Major))
	s.later(1000*time.Hour).expect("", found(P, "svc", checks.Critical, "disabled"), found(A, "route", checks.Major), found(U, "sid", checks.Major))
}

func TestNothingPresentIsNothingTold(t *testing.T) {
	s := newScope(t, notify.Policy{})
	s.expect("", found(A, "svc", checks.Critical))
	s.later(time.Hour).expect("", found(A, "svc", checks.Critical))
}

// A source that fails never makes anything resolved, and what comes back is not
// new.
func TestSourceFails(t *testing.T) {
	s := newScope(t, notify.Policy{})
	svc := found(P, "svc", checks.Critical, "stopped")
	s.expect("ops first-audit: standing svc", svc)
	s.later(time.Hour).expect("ops changes: lost svc", found(U, "svc", checks.Critical))
	s.later(time.Hour).expect("", found(U, "svc", checks.Critical))
	s.later(time.Hour).expect("ops changes: again svc", svc)
	s.later(time.Hour).expect("ops changes: lost svc", found(U, "svc", checks.Critical))
	s.later(time.Hour).expect("ops changes: resolved svc", found(A, "svc", checks.Critical))

	s = newScope(t, notify.Policy{}) // the finding is gone, and so is what could tell it
	s.expect("ops first-audit: standing svc", svc, found(A, "other", checks.Minor))
	plans := s.later(time.Hour).runWith([]facts.Source{{Name: "host", Target: "lcs01.contoso.com", Status: facts.Failed, Message: "timeout"}}, found(A, "other", checks.Minor), found(A, "svc2", checks.Minor))
	for _, m := range plans.Messages {
		for _, c := range m.Notification.Changes {
			if c.Kind == notify.Resolved {
				t.Errorf("%s is called resolved while its source is down", c.ID)
			}
		}
	}
}

func TestTell(t *testing.T) {
	before := []checks.Finding{found(P, "svc", checks.Major, "a"), found(A, "route", checks.Major), found(P, "sid", checks.Major), found(P, "gone", checks.Major), found(A, "open", checks.Major), found(U, "seen", checks.Major)}
	after := []checks.Finding{found(P, "svc", checks.Major, "b"), found(P, "route", checks.Major), found(U, "sid", checks.Major), found(A, "gone", checks.Major), found(U, "open", checks.Major), found(A, "seen", checks.Major)}
	all := map[compare.Kind]string{
		compare.New: "new route", compare.Changed: "changed svc", compare.Lost: "lost sid", compare.Undetermined: "undetermined open",
		compare.Resolved: "resolved gone", compare.Decided: "decided seen",
	}
	for kind, want := range all {
		s := newScope(t, notify.Policy{Tell: []compare.Kind{kind}})
		s.run(before...)
		s.later(time.Hour).expect("ops changes: "+want, after...)
	}
	s := newScope(t, notify.Policy{Tell: []compare.Kind{}})
	s.expect("", before...)
	s.later(time.Hour).expect("", after...)
	s = newScope(t, notify.Policy{}, notify.Rules{Channel: "a"}, notify.Rules{Channel: "b", Tell: []compare.Kind{compare.New}})
	s.run(before...)
	s.later(time.Hour).expect("a changes: new route, changed svc, lost sid, undetermined open, resolved gone, decided seen; b changes: new route", after...)
}

func TestAspects(t *testing.T) {
	base := affecting(found(P, "svc", checks.Minor, "a"), 2)
	for _, tt := range []struct {
		name   string
		now    checks.Finding
		aspect notify.Aspect
	}{
		{"severity", affecting(found(P, "svc", checks.Major, "a"), 2), notify.OfSeverity},
		{"evidence", affecting(found(P, "svc", checks.Minor, "b"), 2), notify.OfEvidence},
		{"users", affecting(found(P, "svc", checks.Minor, "a"), 3), notify.OfUsers},
		{"waiver", waived(base), notify.OfWaiver},
	} {
		for _, aspect := range notify.Aspects() {
			s := newScope(t, notify.Policy{Changed: []notify.Aspect{aspect}})
			s.run(base)
			want := ""
			if aspect == tt.aspect {
				want = "ops changes: changed svc"
			}
			s.later(time.Hour).expect(want, tt.now)
		}
	}
}

func TestWaived(t *testing.T) {
	s := newScope(t, notify.Policy{Reminders: map[checks.Severity]time.Duration{checks.Critical: time.Hour}})
	svc := found(P, "svc", checks.Critical, "stopped")
	s.expect("", waived(svc))
	s.later(24*time.Hour).expect("", waived(svc))
	s.later(time.Hour).expect("ops changes: changed svc", svc) // the waiver has run out
	s.later(time.Minute).expect("ops changes: changed svc", waived(svc))
	s.later(24*time.Hour).expect("", waived(svc))
	s.later(time.Hour).expect("ops changes: resolved svc", found(A, "svc", checks.Critical))
	s.later(time.Hour).expect("", waived(svc))
	s.later(time.Hour).expect("", found(U, "svc", checks.Critical))
}

func TestMinSeverity(t *testing.T) {
	s := newScope(t, notify.Policy{}, notify.Rules{Channel: "pager", MinSeverity: checks.Critical})
	s.expect("pager first-audit: standing svc", found(P, "svc", checks.Critical), found(P, "route", checks.Major))
	s.later(time.Hour).expect("", found(P, "svc", checks.Critical), found(A, "route", checks.Major))
	// Who was told of it is told how it goes on.
	s.later(time.Hour).expect("pager changes: changed svc", found(P, "svc", checks.Minor), found(A, "route", checks.Major))
	s.later(time.Hour).expect("pager changes: resolved svc", found(A, "svc", checks.Minor), found(A, "route", checks.Major))
	s.later(time.Hour).expect("", found(P, "svc", checks.Minor), found(P, "route", checks.Major))
	s.later(time.Hour).expect("pager changes: changed route", found(P, "svc", checks.Minor), found(P, "route", checks.Critical))
}

func TestScopes(t *testing.T) {
	for pattern, hears := range map[string]bool{"contoso": true, "con*": true, "*": true, "fabrikam": false, "CONTOSO": false} {
		s := newScope(t, notify.Policy{}, notify.Rules{Channel: "ops", Scopes: []string{"other", pattern}})
		want := ""
		if hears {
			want = "ops first-audit: standing svc"
		}
		s.expect(want, found(P, "svc", checks.Critical))
	}
}

func TestReminders(t *testing.T) {
	s := newScope(t, notify.Policy{Reminders: map[checks.Severity]time.Duration{checks.Critical: 24 * time.Hour}})
	both := []checks.Finding{found(P, "svc", checks.Critical, "stopped"), found(P, "route", checks.Major)}
	s.expect("ops first-audit: standing svc, standing route", both...)
	s.later(23*time.Hour).expect("", both...)
	s.later(55*time.Minute).expect("ops changes: reminder svc", both...) // a little early is early enough
	s.later(23*time.Hour).expect("", both...)
	// What has changed was told, so that the next reminder is a day away.
	s.later(30*time.Minute).expect("ops changes: changed svc", found(P, "svc", checks.Critical, "disabled"), both[1])
	s.later(23*time.Hour).expect("", found(P, "svc", checks.Critical, "disabled"), both[1])
	s.later(time.Hour).expect("ops changes: reminder svc", found(P, "svc", checks.Critical, "disabled"), both[1])
	s.later(48*time.Hour).expect("ops changes: lost svc", found(U, "svc", checks.Critical), both[1])
	s.later(48*time.Hour).expect("", found(U, "svc", checks.Critical), both[1])
}

func TestFlapping(t *testing.T) {
	s := newScope(t, notify.Policy{Flapping: notify.Damping{Transitions: 3, Window: 24 * time.Hour, Steady: 6 * time.Hour},
		Reminders: map[checks.Severity]time.Duration{checks.Critical: 24 * time.Hour}})
	up, down := found(A, "svc", checks.Critical), found(P, "svc", checks.Critical, "stopped")
	s.expect("", up)
	s.later(time.Hour).expect("ops changes: new svc", down)
	s.later(time.Hour).expect("ops changes: resolved svc", up)
	plans := s.later(time.Hour).expect("ops changes: flapping svc", down)
	if c := plans.Messages[0].Notification.Changes[0]; c.Times != 3 {
		t.Errorf("it came or went %d times", c.Times)
	}
	s.later(time.Hour).expect("", up)
	s.later(time.Hour).expect("", down)
	s.later(time.Hour).expect("", found(P, "svc", checks.Critical, "disabled"))
	s.later(4*time.Hour).expect("", found(P, "svc", checks.Critical, "disabled"))
	plans = s.later(time.Hour).expect("ops changes: steady svc", found(P, "svc", checks.Critical, "disabled"))
	if c := plans.Messages[0].Notification.Changes[0]; c.Verdict != P {
		t.Errorf("it ended %s", c.Verdict)
	}
	s.later(25*time.Hour).expect("ops changes: reminder svc", found(P, "svc", checks.Critical, "disabled"))
	s.later(48*time.Hour).expect("ops changes: resolved svc", up) // by then the window is past
	s.later(time.Hour).expect("ops changes: new svc", down)
	s.later(time.Hour).expect("ops changes: flapping svc", up)
	plans = s.later(6*time.Hour).expect("ops changes: steady svc", up)
	if c := plans.Messages[0].Notification.Changes[0]; c.Verdict != A || plans.Messages[0].Notification.Severity != "" {
		t.Errorf("it ended %s, worst %q", c.Verdict, plans.Messages[0].Notification.Severity)
	}
	s.later(48*time.Hour).expect("ops changes: new svc", down)
}

// A finding that both reports lack is told of all the same when it is steady.
func TestFlappingGone(t *testing.T) {
	s := newScope(t, notify.Policy{Flapping: notify.Damping{Transitions: 2}})
	s.expect("", found(A, "other", checks.Info), found(A, "svc", checks.Major))
	s.later(time.Hour).expect("ops changes: new svc", found(A, "other", checks.Info), found(P, "svc", checks.Major))
	s.later(time.Hour).expect("ops changes: flapping svc", found(A, "other", checks.Info), found(A, "svc", checks.Major))
	s.later(time.Hour).expect("", found(A, "other", checks.Info))
	s.later(6*time.Hour).expect("ops changes: steady svc", found(A, "other", checks.Info))
	s.later(6*time.Hour).expect("", found(A, "other", checks.Info))
}

// A source that comes and goes is told of once a day.
func TestFlappingSource(t *testing.T) {
	s := newScope(t, notify.Policy{Flapping: notify.Damping{Transitions: 3}})
	s.expect("", found(A, "sid", checks.Major))
	s.later(time.Hour).expect("ops changes: undetermined sid", found(U, "sid", checks.Major))
	s.later(time.Hour).expect("ops changes: decided sid", found(A, "sid", checks.Major))
	for range 5 {
		s.later(time.Hour).expect("", found(U, "sid", checks.Major))
		s.later(time.Hour).expect("", found(A, "sid", checks.Major))
	}
	s.later(time.Hour).expect("", found(U, "sid", checks.Major))
	s.later(24*time.Hour).expect("ops changes: undetermined sid", found(U, "sid", checks.Major)) // it has stayed so
	s.later(time.Hour).expect("ops changes: decided sid", found(A, "sid", checks.Major))
}
