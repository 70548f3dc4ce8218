package history_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/history"
)

const days = 24 * time.Hour

func init() {
	suite["what is too old goes"] = func(t *testing.T, b backend) {
		clock := day(0)
		s := opened(t, history.Options{DSN: b.dsn(t), Now: func() time.Time { return clock }})
		ctx := t.Context()
		for n := range 150 { // more than go at once
			clock = day(n)
			verdict := checks.Present
			if n >= 125 {
				verdict = checks.Absent
			}
			r := history.Record{Scope: "a", Report: night(n, finding(verdict)), Messages: []history.Message{{Channel: "mail", Payload: fmt.Append(nil, n)}}}
			if n < 2 {
				r.Scope = "b" // not audited since
			}
			if err := s.Save(ctx, r); err != nil {
				t.Fatal(err)
			}
			if n == 3 || n == 147 {
				if err := s.Mark(ctx, "a", fmt.Sprint("mark ", n), history.Failed, ""); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, m := range must[[]history.Message](t)(s.Pending(ctx, "a")) {
			if m.RunID != "run-0025" { // sent late
				clock = m.CreatedAt
				if err := s.Sent(ctx, m); err != nil {
					t.Fatal(err)
				}
			}
		}
		clock = day(150)
		left := func(f history.Filter) (all, reports int) {
			for _, run := range must[[]history.Run](t)(s.Runs(ctx, f)) {
				all++
				if run.HasReport() {
					reports++
				}
			}
			return all, reports
		}
		prune := func(p history.Policy, want history.Pruned) {
			t.Helper()
			same(t, fmt.Sprintf("%+v", p), want, must[history.Pruned](t)(s.Prune(ctx, p)))
		}
		prune(history.Policy{}, history.Pruned{})
		prune(history.Policy{KeepAge: 75 * days}, history.Pruned{Runs: 74, Messages: 72, Marks: 1})
		if all, _ := left(history.Filter{Scope: "b"}); all != 1 {
			t.Errorf("%d runs are left of the scope that was not audited since", all)
		}
		if all, reports := left(history.Filter{Scope: "a"}); all != 75 || reports != 75 {
			t.Errorf("%d runs and %d reports are left", all, reports)
		}
		if first := must[[]history.Run](t)(s.Runs(ctx, history.Filter{To: day(76)})); len(first) != 2 || first[0].ID != "run-0075" {
			t.Errorf("first: %+v", first)
		}
		if m := must[[]history.Message](t)(s.Pending(ctx, "a")); len(m) != 1 || m[0].RunID != "run-0025" {
			t.Errorf("pending: %+v", m)
		}
		prune(history.Policy{KeepReports: 30 * days}, history.Pruned{Reports: 45})
		if all, reports := left(history.Filter{Scope: "a"}); all != 75 || reports != 30 {
			t.Errorf("%d runs and %d reports are left", all, reports)
		}
		if _, err := s.Report(ctx, "run-0100"); !errors.Is(err, history.ErrPruned) {
			t.Errorf("a report that was removed: %v", err)
		}
		prune(history.Policy{KeepRuns: 10}, history.Pruned{Runs: 65})
		prune(history.Policy{KeepRuns: 1, KeepAge: days, KeepReports: 1}, history.Pruned{Runs: 9, Messages: 74, Marks: 1})
		if last := must[*report.Report](t)(s.Latest(ctx, "a")); last.Run.ID != "run-0149" {
			t.Errorf("last: %+v", last.Run)
		}
		if b := must[*report.Report](t)(s.Latest(ctx, "b")); b.Run.ID != "run-0001" {
			t.Errorf("last: %+v", b.Run)
		}
		// Since when is still known, to the day, and goes on.
		save(t, s, "a", night(150, finding(checks.Absent)))
		in := story{s, "a"}
		same(t, "spans", "present 2-124, absent 125-150!", in.spans(t, x))
		same(t, "known", "absent since 125, seen 2-124, changes 2 125", in.known(t, x, time.Time{}))
		prune(history.Policy{KeepSpans: 10 * days}, history.Pruned{Spans: 1})
		same(t, "spans", "absent 125-150!", in.spans(t, x))
		if trend := must[[]history.TrendPoint](t)(s.Trend(ctx, "a", "x", time.Time{})); len(trend) != 2 {
			t.Errorf("trend: %+v", trend)
		}
		if err := s.Check(ctx); err != nil {
			t.Error(err)
		}
	}
	suite["export"] = func(t *testing.T, b backend) {
		clock := day(0)
		s := opened(t, history.Options{DSN: b.dsn(t), Now: func() time.Time { return clock }})
		for n := range 130 {
			save(t, s, []string{"a", "b"}[n%2], night(n, finding(checks.Present)))
		}
		clock = day(130)
		must[history.Pruned](t)(s.Prune(t.Context(), history.Policy{KeepReports: 50 * days}))
		for _, tt := range []struct {
			filter        history.Filter
			runs, reports int
		}{
			{history.Filter{}, 130, 50},
			{history.Filter{Scope: "a"}, 65, 25},
			{history.Filter{Limit: 100}, 100, 50},
			{history.Filter{Limit: 101}, 101, 50},
			{history.Filter{Limit: 120, From: day(129)}, 1, 1},
			{history.Filter{Scope: "none"}, 0, 0},
		} {
			var out bytes.Buffer
			if err := s.Export(t.Context(), &out, tt.filter); err != nil {
				t.Fatal(err)
			}
			runs, reports := 0, 0
			var last string
			for lines := bufio.NewScanner(&out); lines.Scan(); {
				var line struct {
					Kind   string
					Run    history.Run
					Report *report.Report
					Runs   int
				}
				if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
					t.Fatal(err)
				}
				if last = line.Kind; last == "end" && line.Runs != tt.runs {
					t.Errorf("%+v: the end says %d", tt.filter, line.Runs)
				}
				if last == "run" {
					runs++
				}
				if line.Report != nil {
					reports++
					if line.Report.Run.ID != line.Run.ID {
						t.Errorf("%s has the report of %s", line.Run.ID, line.Report.Run.ID)
					}
				}
			}
			if runs != tt.runs || reports != tt.reports || last != "end" {
				t.Errorf("%+v: %d runs, %d reports, then %s", tt.filter, runs, reports, last)
			}
		}
		if err := s.Export(t.Context(), failing{}, history.Filter{}); err == nil || !strings.Contains(err.Error(), "no space") {
			t.Errorf("a writer that fails: %v", err)
		}
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }
