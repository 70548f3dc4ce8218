package history_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/history"
	"lcshealth/report/internal/reporttest"
)

func init() {
	suite["a report comes back as it was"] = func(t *testing.T, b backend) {
		s := b.open(t)
		for name, r := range reporttest.Cases() {
			r.Run.ID = name
			record := history.Record{Scope: "default", Report: r, FactsFile: "/var/lib/lcshealth/" + name + ".facts", RedactionKey: "k1", Auditor: "audit01.contoso.com"}
			if err := s.Save(t.Context(), record); err != nil {
				t.Fatal(err)
			}
			same(t, name, r, must[*report.Report](t)(s.Latest(t.Context(), "default")))
			same(t, name, r, must[*report.Report](t)(s.Report(t.Context(), name)))
			run := must[history.Run](t)(s.Run(t.Context(), name))
			if run.Seq == 0 || run.SavedAt.IsZero() || !run.HasReport() {
				t.Errorf("%s: %+v", name, run)
			}
			run.Seq, run.SavedAt, run.ReportSize = 0, time.Time{}, 0
			same(t, name, history.Run{
				ID: name, Scope: "default", StartedAt: r.Run.StartedAt, FinishedAt: r.Run.FinishedAt, CollectedAt: r.Run.CollectedAt, ExitCode: r.Run.ExitCode,
				Version: "1.0.0", Catalog: "2026.1", Config: "sha256:9f86d081884c7d65", RedactionKey: "k1", FactsFile: record.FactsFile, Auditor: "audit01.contoso.com",
				Complete: r.Summary.Verdicts.Undetermined == 0, Summary: r.Summary,
			}, run)
		}
		if err := s.Check(t.Context()); err != nil {
			t.Error(err)
		}
	}
	suite["hostile strings"] = func(t *testing.T, b backend) {
		s := b.open(t)
		hostile := "a\x00b\xff\xfe'\"?$1\U0010FFFF" + reporttest.Script + reporttest.Escapes
		long := strings.Repeat("ö"+hostile, 400)
		for i, text := range []string{hostile, long} {
			f := finding(checks.Present, text)
			f.ID, f.Cause, f.Reason, f.Subject.Name, f.Subject.Server = text, text, text, text, text
			r := night(i, f)
			r.Run.Version, r.Run.Scope.Servers, r.Sources[0].Target, r.Sources[0].Name = text, []string{text}, text, text
			record := history.Record{
				Scope: text, Report: r, FactsFile: text, Messages: []history.Message{{Channel: text, Payload: []byte(text), LastError: text}},
				Told: map[string]map[string]history.Told{text: {text: {At: day(i), Kind: text, Digest: text}}},
			}
			if err := s.Save(t.Context(), record); err != nil {
				t.Fatal(err)
			}
			if err := s.Mark(t.Context(), text, text, history.Failed, text); err != nil {
				t.Error(err)
			}
			known := must[map[string]history.Known](t)(s.Known(t.Context(), text, []string{text}, time.Time{}))
			if k := known[text]; k.Verdict != checks.Present || len(k.Told) != 1 {
				t.Errorf("known: %+v", known)
			}
			if spans := must[[]history.Span](t)(s.Spans(t.Context(), text, text)); len(spans) != 1 {
				t.Errorf("spans: %+v", spans)
			}
			if trend := must[[]history.TrendPoint](t)(s.Trend(t.Context(), text, text, time.Time{})); len(trend) != 1 {
				t.Errorf("trend: %+v", trend)
			}
			if sources := must[[]history.SourcePoint](t)(s.SourceHistory(t.Context(), text, text, text, time.Time{})); len(sources) != 1 {
				t.Errorf("sources: %+v", sources)
			}
			if m := must[[]history.Message](t)(s.Pending(t.Context(), text)); len(m) != 1 || string(m[0].Payload) != text {
				t.Errorf("messages: %+v", m)
			}
			save(t, s, text, night(i+10, f), night(i+20)) // goes on, and is not judged
		}
	}
	suite["runs are found"] = func(t *testing.T, b backend) {
		s := b.open(t)
		for n := range 9 {
			save(t, s, []string{"a", "b", "c"}[n%3], night(n, finding(checks.Absent)))
		}
		ids := func(runs []history.Run, err error) string {
			var out []string
			for _, r := range must[[]history.Run](t)(runs, err) {
				out = append(out, strings.TrimLeft(strings.TrimPrefix(r.ID, "run-"), "0"))
			}
			return strings.Join(out, " ")
		}
		ctx := t.Context()
		same(t, "all", "8 7 6 5 4 3 2 1 ", ids(s.Runs(ctx, history.Filter{})))
		same(t, "of b", "7 4 1", ids(s.Runs(ctx, history.Filter{Scope: "b"})))
		same(t, "of nothing", "", ids(s.Runs(ctx, history.Filter{Scope: "nothing"})))
		same(t, "in between", "5 4 3", ids(s.Runs(ctx, history.Filter{From: day(3), To: day(6)})))
		page := must[[]history.Run](t)(s.Runs(ctx, history.Filter{Limit: 4}))
		same(t, "first page", "8 7 6 5", ids(page, nil))
		same(t, "second page", "4 3 2 1", ids(s.Runs(ctx, history.Filter{Limit: 4, Before: page[3].Seq})))

		save(t, s, "a", night(10000), night(100))
		for id, want := range map[string]error{"run-0004": nil, "run-01": nil, "run-100": nil, "run-10000": nil, "run-0": history.ErrAmbiguous, "run": history.ErrAmbiguous, "x": history.ErrNone, "": history.ErrNone, "%": history.ErrNone, "run-1000": nil, "run_0004": history.ErrNone} {
			if _, err := s.Run(ctx, id); !errors.Is(err, want) {
				t.Errorf("%q: %v, not %v", id, err, want)
			}
		}
		if err := s.Save(ctx, history.Record{Scope: "b", Report: night(4, finding(checks.Present))}); !errors.Is(err, history.ErrExists) {
			t.Errorf("saved again: %v", err)
		}
		if _, err := s.Latest(ctx, "nothing"); !errors.Is(err, history.ErrNone) {
			t.Errorf("no latest: %v", err)
		}
		if last := must[*report.Report](t)(s.Latest(ctx, "a")); last.Run.ID != "run-0100" {
			t.Errorf("the last run saved is %s", last.Run.ID)
		}
		for _, r := range []history.Record{{}, {Scope: "a"}, {Scope: "a", Report: &report.Report{}}, {Report: night(1)}} {
			if err := s.Save(ctx, r); err == nil {
				t.Errorf("saved %+v", r)
			}
		}
	}
	suite["trend, sources and scopes"] = func(t *testing.T, b backend) {
		clock := day(0)
		s := opened(t, history.Options{DSN: b.dsn(t), Now: func() time.Time { return clock }})
		waived := finding(checks.Present)
		waived.ID, waived.Severity, waived.Waived = "x/lcs02.contoso.com", checks.Critical, &checks.Waived{Until: "2026-12-31"}
		for n, r := range []*report.Report{night(0, finding(checks.Absent)), night(1, finding(checks.Present), waived), night(2), night(3, finding(checks.Undetermined))} {
			clock = day(n)
			save(t, s, "a", r)
		}
		var trend []string
		for _, p := range must[[]history.TrendPoint](t)(s.Trend(t.Context(), "a", "x", time.Time{})) {
			trend = append(trend, fmt.Sprintf("%s %t %v %d %s", p.RunID, p.At.Equal(day(0).Truncate(time.Microsecond)), p.Verdicts, p.Waived, p.Worst))
		}
		same(t, "trend", []string{"run-0000 true {0 1 0 0} 0 ", "run-0001 false {2 0 0 0} 1 critical", "run-0003 false {0 0 1 0} 0 "}, trend)
		if later := must[[]history.TrendPoint](t)(s.Trend(t.Context(), "a", "x", day(2))); len(later) != 1 {
			t.Errorf("later: %+v", later)
		}
		sources := must[[]history.SourcePoint](t)(s.SourceHistory(t.Context(), "a", "host", "lcs01.CONTOSO.com", day(2)))
		if len(sources) != 2 || sources[1].Duration != 1003*time.Millisecond || sources[1].Status != "ok" || sources[1].Target != "lcs01.contoso.com" {
			t.Errorf("sources: %+v", sources)
		}
		if all := must[[]history.SourcePoint](t)(s.SourceHistory(t.Context(), "a", "", "", time.Time{})); len(all) != 4 {
			t.Errorf("all sources: %+v", all)
		}

		clock = day(1)
		if err := s.Mark(t.Context(), "b", "b1", history.Started, ""); err != nil {
			t.Fatal(err)
		}
		clock = day(5)
		for _, state := range []history.MarkState{history.Started, history.Interrupted} {
			if err := s.Mark(t.Context(), "a", "run-0009", state, "the computer was shut down"); err != nil {
				t.Fatal(err)
			}
		}
		said := func(scopes []history.Scope, err error) (out []string) {
			for _, scope := range must[[]history.Scope](t)(scopes, err) {
				line := fmt.Sprint(scope.Name, " ", scope.Runs)
				if scope.Last != nil {
					line += " " + scope.Last.ID
				}
				if scope.Trouble != nil {
					line += " " + string(scope.Trouble.State) + " " + scope.Trouble.RunID
				}
				out = append(out, line)
			}
			return out
		}
		both := []string{"a 4 run-0003 interrupted run-0009", "b 0 started b1"}
		same(t, "scopes", both, said(s.Scopes(t.Context())))
		same(t, "stale", both, said(s.Stale(t.Context(), day(4))))
		same(t, "stale for long", both[1:], said(s.Stale(t.Context(), day(3))))
		same(t, "stale for longer", []string(nil), said(s.Stale(t.Context(), day(1))))
		clock = day(6)
		save(t, s, "a", night(9, finding(checks.Absent))) // its mark goes
		same(t, "scopes", []string{"a 5 run-0009", "b 0 started b1"}, said(s.Scopes(t.Context())))
		if marks := must[[]history.Mark](t)(s.Marks(t.Context(), "", 0)); len(marks) != 1 || marks[0].Scope != "b" {
			t.Errorf("marks: %+v", marks)
		}
	}
}
