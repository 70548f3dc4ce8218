package notify_test

import (
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/report/compare"
	"lcshealth/report/notify"
)

// at is a point in time as RFC 3339 has it.
func at(t *testing.T, s string) time.Time {
	t.Helper()
	out, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestQuietHours(t *testing.T) {
	night := notify.QuietHours{From: "22:00", To: "07:00", Zone: "Europe/Berlin"}
	workdays := []string{"mon", "tue", "wed", "thu", "fri"}
	for _, tt := range []struct {
		name  string
		quiet []notify.QuietHours
		now   string
		want  string // empty: at once
	}{
		{"none", nil, "2026-03-04T02:00:00Z", ""},
		{"before they begin", []notify.QuietHours{night}, "2026-03-04T20:59:59Z", ""},
		{"as they begin", []notify.QuietHours{night}, "2026-03-04T21:00:00Z", "2026-03-05T06:00:00Z"},
		{"after midnight", []notify.QuietHours{night}, "2026-03-05T02:00:00Z", "2026-03-05T06:00:00Z"},
		{"as they end", []notify.QuietHours{night}, "2026-03-05T06:00:00Z", ""},
		{"UTC if no zone is named", []notify.QuietHours{{From: "22:00", To: "07:00"}}, "2026-03-05T06:30:00Z", "2026-03-05T07:00:00Z"},
		{"within a day", []notify.QuietHours{{From: "12:00", To: "13:00"}}, "2026-03-05T12:30:00Z", "2026-03-05T13:00:00Z"},
		{"a whole day", []notify.QuietHours{{From: "00:00", To: "24:00", Days: []string{"sat", "SUN"}}}, "2026-03-07T00:00:00Z", "2026-03-09T00:00:00Z"},
		{"days are those on which they begin", []notify.QuietHours{{From: "22:00", To: "07:00", Days: []string{"fri"}}}, "2026-03-07T03:00:00Z", "2026-03-07T07:00:00Z"},
		{"and not the next", []notify.QuietHours{{From: "22:00", To: "07:00", Days: []string{"sat"}}}, "2026-03-07T03:00:00Z", ""},
		{"hours that follow on one another", []notify.QuietHours{{From: "22:00", To: "07:00"}, {From: "07:00", To: "09:00", Days: workdays}}, "2026-03-05T23:00:00Z", "2026-03-06T09:00:00Z"},
		{"the weekend after a night", []notify.QuietHours{{From: "20:00", To: "08:00"}, {From: "00:00", To: "24:00", Days: []string{"sat", "sun"}}}, "2026-03-06T21:00:00Z", "2026-03-09T08:00:00Z"},
		// Clocks are set forward on 29 March 2026 at 01:00 UTC, and back on 25 October.
		{"a shorter night", []notify.QuietHours{night}, "2026-03-28T23:00:00Z", "2026-03-29T05:00:00Z"},
		{"a longer night", []notify.QuietHours{night}, "2026-10-24T21:00:00Z", "2026-10-25T06:00:00Z"},
		{"an end that clocks skip", []notify.QuietHours{{From: "22:00", To: "02:30", Zone: "Europe/Berlin"}}, "2026-03-29T00:00:00Z", "2026-03-29T01:30:00Z"},
		{"an end that clocks show twice", []notify.QuietHours{{From: "22:00", To: "02:30", Zone: "Europe/Berlin"}}, "2026-10-25T00:00:00Z", "2026-10-25T01:30:00Z"},
		{"a beginning that clocks show twice", []notify.QuietHours{{From: "02:30", To: "04:00", Zone: "Europe/Berlin"}}, "2026-10-25T00:45:00Z", "2026-10-25T03:00:00Z"},
		{"west of UTC", []notify.QuietHours{{From: "22:00", To: "07:00", Zone: "America/Los_Angeles"}}, "2026-03-05T06:30:00Z", "2026-03-05T15:00:00Z"},
	} {
		s := newScope(t, notify.Policy{Quiet: tt.quiet})
		s.now = at(t, tt.now)
		want := s.now
		if tt.want != "" {
			want = at(t, tt.want)
		}
		plans := s.run(found(P, "svc", checks.Major))
		if got := plans.Messages[0].NotBefore; !got.Equal(want) {
			t.Errorf("%s: not before %s, want %s", tt.name, got.UTC(), want)
		}
	}
}

func TestBreakThrough(t *testing.T) {
	quiet := []notify.QuietHours{{From: "00:00", To: "13:00", Break: checks.Critical}}
	policy := notify.Policy{Quiet: quiet, Reminders: map[checks.Severity]time.Duration{checks.Critical: time.Hour}}
	waits := func(name string, plans notify.Plans, want bool) {
		t.Helper()
		if got := plans.Messages[0].NotBefore.After(plans.Messages[0].Notification.At); got != want {
			t.Errorf("%s: waits is %t", name, got)
		}
	}
	s := newScope(t, policy)
	waits("major", s.run(found(P, "route", checks.Major), found(A, "svc", checks.Critical)), true)
	s.now = s.now.Add(time.Minute)
	waits("critical", s.run(found(P, "route", checks.Major), found(P, "svc", checks.Critical)), false)
	s.now = s.now.Add(24 * time.Hour)
	waits("a reminder", s.run(found(P, "route", checks.Major), found(P, "svc", checks.Critical)), true)
	waits("resolved", s.run(found(P, "route", checks.Major), found(A, "svc", checks.Critical)), false)

	s = newScope(t, policy, notify.Rules{Channel: "ops", Quiet: []notify.QuietHours{{From: "00:00", To: "13:00"}}})
	waits("critical without leave", s.run(found(P, "svc", checks.Critical)), true)
	s = newScope(t, policy, notify.Rules{Channel: "ops", Quiet: []notify.QuietHours{}})
	waits("a channel without quiet hours", s.run(found(P, "route", checks.Major)), false)
}

func TestDigest(t *testing.T) {
	policy := notify.Policy{Digest: notify.Schedule{Every: "daily", At: "07:30", Zone: "Europe/Berlin"}}
	s := newScope(t, policy)
	up, down, route := found(A, "svc", checks.Critical), found(P, "svc", checks.Critical), found(P, "route", checks.Major)
	s.expect("ops first-audit: standing route", up, route)
	s.later(6*time.Hour).expect("ops changes: new svc", down, route)
	s.later(12*time.Hour).expect("", down, route) // 07:00 in Berlin
	plans := s.later(time.Hour).expect("ops digest: new svc", down, route)
	if len(plans.Messages) == 1 {
		n := plans.Messages[0].Notification
		if len(n.Present) != 2 || n.Present[0].Cause != "svc" || !n.Since.Equal(noon) {
			t.Errorf("present %v since %s", n.Present, n.Since)
		}
	}
	s.later(time.Hour).expect("", down, route)
	s.later(23*time.Hour).expect("ops digest: resolved svc", up, route) // with the run's own change
	s.later(12*time.Hour).expect("ops changes: resolved route", up, found(A, "route", checks.Major))
	s.later(12*time.Hour).expect("ops digest: resolved route", up, found(A, "route", checks.Major))
	s.later(24*time.Hour).expect("", up, found(A, "route", checks.Major)) // nothing is present, nothing has changed
	s.policy.Digest.Always = true
	s.later(24*time.Hour).expect("ops digest", up, found(A, "route", checks.Major))
}

func TestDigestOnly(t *testing.T) {
	weekly := notify.Schedule{Every: "weekly", Day: "fri", At: "09:00"}
	s := newScope(t, notify.Policy{}, notify.Rules{Channel: "boss", Tell: []compare.Kind{}, Digest: &weekly, MinSeverity: checks.Major})
	note, down := found(P, "note", checks.Info), found(P, "svc", checks.Critical)
	s.expect("", note, found(A, "svc", checks.Critical)) // a Wednesday
	s.later(24*time.Hour).expect("", note, down)
	plans := s.later(24*time.Hour).expect("boss digest: new svc", note, down)
	if n := plans.Messages[0].Notification; len(n.Present) != 1 || n.State.Present != 2 {
		t.Errorf("present %v of %d", n.Present, n.State.Present)
	}
	for range 6 {
		s.later(24*time.Hour).expect("", note, down)
	}
	s.later(24*time.Hour).expect("boss digest", note, down)
	s.later(14*24*time.Hour).expect("boss digest: lost svc", note, found(U, "svc", checks.Critical)) // one, not two
}

// A digest is due at a time on the clock, whatever has been done to the clocks.
func TestDigestAcrossClockChange(t *testing.T) {
	s := newScope(t, notify.Policy{Digest: notify.Schedule{Every: "daily", At: "07:00", Zone: "Europe/Berlin", Always: true}})
	for _, step := range []struct{ now, want string }{
		{"2026-03-27T12:00:00Z", ""},
		{"2026-03-28T06:00:00Z", "ops digest"},
		{"2026-03-29T04:59:00Z", ""},
		{"2026-03-29T05:00:00Z", "ops digest"},
		{"2026-03-30T05:00:00Z", "ops digest"},
	} {
		s.now = at(t, step.now)
		s.expect(step.want, found(A, "svc", checks.Major))
	}
}

func TestTrouble(t *testing.T) {
	channels := []notify.Rules{{Channel: "ops"}, {Channel: "pager", MinSeverity: checks.Critical}, {Channel: "boss", NoAudits: true}, {Channel: "other", Scopes: []string{"fabrikam"}}}
	s := newScope(t, notify.Policy{}, channels...)
	s.run(found(A, "svc", checks.Major))
	trouble := notify.Trouble{Scope: "contoso", Occasion: notify.AuditFailed, LastRun: noon, Why: "connect to the directory: refused\r\nX: y"}
	plan := func(want string) {
		t.Helper()
		plans := notify.PlanTrouble(s.now, s.policy, channels, trouble, s.known[notify.AuditID].Told)
		if got := said(plans); got != want {
			t.Errorf("told %q, want %q", got, want)
		}
		s.known = s.withTold(plans)
	}
	s.later(time.Hour)
	plan("ops audit-failed; pager audit-failed")
	s.later(time.Hour)
	plan("")
	s.later(23 * time.Hour)
	plan("ops audit-failed; pager audit-failed")
	trouble.Occasion = notify.AuditsStale
	plan("ops audits-stale; pager audits-stale")
	s.later(time.Hour).expect("ops audits-again; pager audits-again", found(A, "svc", checks.Major))
	s.later(time.Hour).expect("", found(A, "svc", checks.Major))
}

func TestValidate(t *testing.T) {
	for want, err := range map[string]error{
		"tell.0: \"unchanged\" is none of new, changed, lost, undetermined, resolved and decided": notify.Policy{Tell: []compare.Kind{compare.Unchanged}}.Validate(),
		"changed.0: \"colour\" is none of severity, evidence, users and waiver":                   notify.Policy{Changed: []notify.Aspect{"colour"}}.Validate(),
		"reminders: \"awful\" is no severity":                                                     notify.Policy{Reminders: map[checks.Severity]time.Duration{"awful": 1}}.Validate(),
		"flapping.transitions: 1 would damp what has changed only once; give 0 or at least 2":     notify.Policy{Flapping: notify.Damping{Transitions: 1}}.Validate(),
		"quiet.0.from: \"9\" is no time of day such as 22:00":                                     notify.Policy{Quiet: []notify.QuietHours{{From: "9", To: "10:00"}}}.Validate(),
		"quiet.0.days.0: \"monday\" is none of mon, tue, wed, thu, fri, sat and sun":              notify.Policy{Quiet: []notify.QuietHours{{From: "09:00", To: "10:00", Days: []string{"monday"}}}}.Validate(),
		"quiet.0.zone: \"Mars/Olympus\" is no time zone that this computer knows":                 notify.Policy{Quiet: []notify.QuietHours{{From: "09:00", To: "10:00", Zone: "Mars/Olympus"}}}.Validate(),
		"quiet: it is never over":                                                             notify.Policy{Quiet: []notify.QuietHours{{From: "09:00", To: "09:00"}}}.Validate(),
		"digest.every: \"hourly\" is neither daily nor weekly":                                notify.Policy{Digest: notify.Schedule{Every: "hourly"}}.Validate(),
		"digest.at: \"\" is no time of day such as 07:30":                                     notify.Policy{Digest: notify.Schedule{Every: "daily"}}.Validate(),
		"base-url: it is no http or https address":                                            notify.Policy{BaseURL: "javascript:alert(1)"}.Validate(),
		"channel: it has no name":                                                             notify.Rules{}.Validate(),
		"min-severity: \"bad\" is none of critical, major, minor and info":                    notify.Rules{Channel: "a", MinSeverity: "bad"}.Validate(),
		"scopes.0: \"[\" is no pattern":                                                       notify.Rules{Channel: "a", Scopes: []string{"["}}.Validate(),
		"digest.day: \"x\" is no day of a weekly digest: mon, tue, wed, thu, fri, sat or sun": notify.Rules{Channel: "a", Digest: &notify.Schedule{Every: "weekly", At: "09:00", Day: "x"}}.Validate(),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("error is %v, want %s", err, want)
		}
	}
}
