package audit_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/audit"
	"lcshealth/report/history"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/notify"
)

// channel takes messages, or refuses them.
type channel struct {
	refuses error
	got     []*notify.Notification
}

func (c *channel) Name() string { return "operators" }

func (c *channel) Send(_ context.Context, e notify.Envelope) (string, error) {
	if c.refuses != nil {
		return "", c.refuses
	}
	c.got = append(c.got, e.Notification)
	return "ok", nil
}

func open(t *testing.T) *history.Store {
	t.Helper()
	store, err := history.Open(t.Context(), history.Options{DSN: filepath.Join(t.TempDir(), "history.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

func auditor(store *history.Store, c *channel) *audit.Auditor {
	return &audit.Auditor{Store: store, Rules: []notify.Rules{{Channel: c.Name()}}, Channels: []notify.Channel{c}}
}

// job is an audit whose report holds the findings of the sample that keep says.
func job(id string, keep func(*checks.Finding) bool) audit.Job {
	return audit.Job{Scope: "default", RunID: id, Make: func(context.Context) (*report.Report, string, error) {
		r := reporttest.Only(keep)
		r.Run.ID = id
		r.Run.Scope = report.Scope{}
		return r, "", nil
	}}
}

func all(*checks.Finding) bool { return true }

func run(t *testing.T, a *audit.Auditor, j audit.Job) *audit.Outcome {
	t.Helper()
	out, err := a.Run(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range out.Problems {
		t.Error(problem)
	}
	return out
}

// An audit is told of once; the same again is not told, and what is gone is.
func TestRun(t *testing.T) {
	store, c := open(t), &channel{}
	a := auditor(store, c)

	first := run(t, a, job("run1", all))
	if first.Comparison != nil || !first.Stored || !strings.HasPrefix(first.Line(), "first audit: ") {
		t.Errorf("the first audit: stored %t, %q", first.Stored, first.Line())
	}
	if len(c.got) != 1 || c.got[0].Occasion != notify.FirstAudit {
		t.Fatalf("the channel got %d messages after the first audit, want that of a first audit", len(c.got))
	}

	same := run(t, a, job("run2", all))
	if same.Line() != "" || same.Queued != 0 || len(c.got) != 1 {
		t.Errorf("the same again: line %q, %d queued, %d sent in all; want nothing new", same.Line(), same.Queued, len(c.got))
	}

	mended := job("run3", all)
	broken := mended.Make
	mended.Make = func(ctx context.Context) (*report.Report, string, error) {
		r, file, err := broken(ctx)
		for i := range r.Findings {
			if f := &r.Findings[i]; f.Verdict == checks.Present && f.Severity == checks.Critical {
				f.Verdict = checks.Absent
			}
		}
		return report.New(r.Run, r.Findings, r.Sources), file, err
	}
	if gone := run(t, a, mended); !strings.Contains(gone.Line(), "1 resolved") || len(c.got) != 2 || c.got[1].Counts[notify.Resolved] != 1 {
		t.Errorf("what was mended: line %q, %d messages", gone.Line(), len(c.got))
	}

	marks, err := store.Marks(t.Context(), "default", 0)
	if err != nil || len(marks) != 0 {
		t.Errorf("marks of finished runs are left: %v, %v", marks, err)
	}
}

// A channel that does not work keeps neither the run nor the message from being
// stored, and a later audit delivers.
func TestChannelDown(t *testing.T) {
	store, c := open(t), &channel{refuses: errors.New("connection refused")}
	a := auditor(store, c)
	now := time.Now()
	a.Now = func() time.Time { return now }
	out, err := a.Run(t.Context(), job("run1", all))
	if err != nil {
		t.Fatal(err)
	}
	if !out.Stored || len(out.Problems) != 1 || !strings.Contains(out.Problems[0].Error(), "tell operators: connection refused") {
		t.Errorf("stored %t, problems %v", out.Stored, out.Problems)
	}
	c.refuses = nil
	now = now.Add(time.Hour)
	run(t, a, job("run2", all))
	if len(c.got) != 1 {
		t.Errorf("the channel got %d messages once it worked, want the one that waited", len(c.got))
	}
}

// An audit without a report is noted and told, once.
func TestNoReport(t *testing.T) {
	store, c := open(t), &channel{}
	a := auditor(store, c)
	broken := errors.New("the directory's password is missing")
	for _, id := range []string{"run1", "run2"} {
		fails := audit.Job{Scope: "default", RunID: id, Make: func(context.Context) (*report.Report, string, error) { return nil, "", broken }}
		if _, err := a.Run(t.Context(), fails); !errors.Is(err, broken) {
			t.Fatalf("the error is %v", err)
		}
	}
	if len(c.got) != 1 || c.got[0].Occasion != notify.AuditFailed {
		t.Errorf("the channel got %d messages, want one of a failed audit", len(c.got))
	}
	marks, err := store.Marks(t.Context(), "default", 0)
	if err != nil || len(marks) != 2 || marks[0].State != history.Failed || !strings.Contains(marks[0].Reason, broken.Error()) {
		t.Errorf("marks %v, %v", marks, err)
	}

	run(t, a, job("run3", all))
	if len(c.got) < 2 || c.got[1].Occasion != notify.AuditsAgain {
		t.Error("the channel was not told that audits run again")
	}
}

// An audit that is interrupted is noted as such, and told to nobody.
func TestInterrupted(t *testing.T) {
	store, c := open(t), &channel{}
	ctx, cancel := context.WithCancel(t.Context())
	stops := audit.Job{Scope: "default", RunID: "run1", Make: func(ctx context.Context) (*report.Report, string, error) {
		cancel()
		return nil, "", ctx.Err()
	}}
	if _, err := auditor(store, c).Run(ctx, stops); !errors.Is(err, context.Canceled) {
		t.Fatalf("the error is %v", err)
	}
	marks, err := store.Marks(t.Context(), "default", 0)
	if err != nil || len(marks) != 1 || marks[0].State != history.Interrupted || len(c.got) != 0 {
		t.Errorf("marks %v, %v; %d messages", marks, err, len(c.got))
	}
}

// What goes wrong with the history does not take the report away.
func TestHistoryGone(t *testing.T) {
	store, err := history.Open(t.Context(), history.Options{DSN: filepath.Join(t.TempDir(), "history.db")})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	out, err := auditor(store, &channel{}).Run(t.Context(), job("run1", all))
	if err != nil {
		t.Fatal(err)
	}
	if out.Report == nil || out.Stored || len(out.Problems) == 0 {
		t.Errorf("report %v, stored %t, problems %v", out.Report != nil, out.Stored, out.Problems)
	}
}

// Who holds a scope keeps others out, until it is given back.
func TestHold(t *testing.T) {
	store := open(t)
	held, release, err := audit.Hold(t.Context(), store, "default")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := audit.Hold(t.Context(), store, "default"); !errors.Is(err, history.ErrHeld) {
		t.Errorf("a second hold: %v, want history.ErrHeld", err)
	}
	if held.Err() != nil {
		t.Error("the lock was lost at once")
	}
	release()
	_, again, err := audit.Hold(t.Context(), store, "default")
	if err != nil {
		t.Fatalf("after it was given back: %v", err)
	}
	again()
}
