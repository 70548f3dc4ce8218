package notify_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/compare"
	"lcshealth/report/history"
	"lcshealth/report/notify"
)

// With a real history between them, audits tell what tests with a made-up one
// say that they do.
func TestWithStore(t *testing.T) {
	now := noon
	store, err := history.Open(t.Context(), history.Options{DSN: filepath.Join(t.TempDir(), "history.db"), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	policy := notify.Policy{
		Flapping:  notify.Damping{Transitions: 3, Window: 24 * time.Hour, Steady: 6 * time.Hour},
		Reminders: map[checks.Severity]time.Duration{checks.Critical: 48 * time.Hour},
	}
	rules := []notify.Rules{{Channel: "ops"}}
	var last *report.Report
	var got []string
	ops := &wire{"ops", func(_ context.Context, e notify.Envelope) (string, error) {
		words := string(e.Notification.Occasion) + ":"
		for _, c := range e.Notification.Changes {
			words += " " + string(c.Kind) + " " + c.Cause
		}
		got = append(got, words)
		return "", nil
	}}
	for i, step := range []struct {
		after   time.Duration
		verdict checks.Verdict
		want    string
	}{
		{0, P, "first-audit: standing svc"},
		{time.Hour, P, ""},
		{time.Hour, U, "changes: lost svc"},
		{time.Hour, P, "changes: again svc"},
		{49 * time.Hour, P, "changes: reminder svc"},
		{time.Hour, A, "changes: resolved svc"},
		{time.Hour, P, "changes: new svc"},
		{time.Hour, A, "changes: flapping svc"},
		{time.Hour, P, ""},
		{time.Hour, A, ""},
		{6 * time.Hour, A, "changes: steady svc"},
		{100 * time.Hour, A, ""},
		{time.Hour, P, "changes: new svc"},
	} {
		now = now.Add(step.after)
		r := report.New(report.Run{
			ID: "run-" + string(rune('a'+i)), StartedAt: now.Add(-time.Minute), FinishedAt: now.Add(-time.Second), CollectedAt: now.Add(-time.Minute),
			Catalog: "1", Version: "1",
		}, []checks.Finding{found(step.verdict, "svc", checks.Critical)}, nil)
		audit := notify.Audit{Scope: "contoso", Report: r}
		if last != nil {
			audit.Comparison = compare.Compare(last, r)
		}
		if audit.Known, err = store.Known(t.Context(), "contoso", nil, policy.Since(now)); err != nil {
			t.Fatal(err)
		}
		plans := notify.Plan(now, policy, rules, audit)
		messages, err := plans.Outgoing()
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Save(t.Context(), history.Record{Scope: "contoso", Report: r, Messages: messages, Told: plans.Told}); err != nil {
			t.Fatal(err)
		}
		last, got = r, nil
		out, err := notify.Deliver(t.Context(), store, []notify.Channel{ops}, setting(&now))
		if err != nil {
			t.Fatal(err)
		}
		told := ""
		if len(got) > 0 {
			told = got[0]
		}
		if told != step.want || len(got) > 1 || len(out) != len(got) {
			t.Errorf("run %d told %q, want %q (%+v)", i+1, got, step.want, out)
		}
	}
}
