package history_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/lab/peer/pgtest"
	"lcshealth/report"
	"lcshealth/report/history"
	"lcshealth/report/internal/reporttest"
)

// benchRuns is how many runs the benchmarked history holds: 27 years of nights,
// or a year of runs an hour.
const benchRuns = 10_000

// varied makes the runs of a deployment of 20 servers: each has its findings
// and sources, and now and then something comes, goes or cannot be seen.
func varied(random *rand.Rand) func(n int) *report.Report {
	var findings []checks.Finding
	sample := reporttest.Sample()
	for server := range 20 {
		for _, f := range sample.Findings {
			if f.Subject.Kind == checks.ServerSubject || server == 0 {
				f.Subject.Server = fmt.Sprintf("lcs%02d.contoso.com", server)
				f.Subject.Name, f.ID = f.Subject.Server, f.Cause+"/"+f.Subject.Server
				f.Evidence = slices.Clone(f.Evidence)
				findings = append(findings, f)
			}
		}
	}
	return func(n int) *report.Report {
		for range random.IntN(4) {
			f := &findings[random.IntN(len(findings))]
			f.Verdict = []checks.Verdict{checks.Present, checks.Absent, checks.Undetermined}[random.IntN(3)]
		}
		for i := range findings {
			for j := range findings[i].Evidence {
				findings[i].Evidence[j].At = day(n)
			}
		}
		run := sample.Run
		run.ID = fmt.Sprintf("%08x-0d5c-4b6b-8f0e-3b0c6a1d2e3f", random.Uint32())
		run.StartedAt = day0.Add(time.Duration(n) * time.Hour)
		sources := slices.Clone(sample.Sources)
		for i := range sources {
			sources[i].DurationMs = random.Int64N(3000)
		}
		return report.New(run, findings, sources)
	}
}

func BenchmarkHistory(b *testing.B) {
	for name, dsn := range map[string]func(*testing.B) string{
		"SQLite":     func(b *testing.B) string { return filepath.Join(b.TempDir(), "history.db") },
		"PostgreSQL": func(b *testing.B) string { return pgtest.Start(b).Database(b, "bench") },
	} {
		b.Run(name, func(b *testing.B) { benchmark(b, dsn(b)) })
	}
}

func benchmark(b *testing.B, dsn string) {
	ctx := b.Context()
	s := opened(b, history.Options{DSN: dsn})
	next := varied(rand.New(rand.NewPCG(1, 2)))
	began := time.Now()
	for n := range benchRuns {
		save(b, s, "default", next(n))
	}
	b.Logf("%d runs of %d findings saved in %v", benchRuns, len(next(0).Findings), time.Since(began).Round(time.Second))
	if info, err := os.Stat(dsn); err == nil {
		b.Logf("%d MiB", info.Size()>>20)
	}
	last := must[[]history.Run](b)(s.Runs(ctx, history.Filter{Limit: 1}))[0]
	middle := must[[]history.Run](b)(s.Runs(ctx, history.Filter{Limit: 1, Before: benchRuns / 2}))[0]
	ids := []string{}
	for _, f := range must[*report.Report](b)(s.Latest(ctx, "default")).Findings {
		ids = append(ids, f.ID)
	}
	month := last.StartedAt.AddDate(0, -1, 0)
	for _, query := range []struct {
		name string
		ask  func() (int, error)
	}{
		{"latest", func() (int, error) { r, err := s.Latest(ctx, "default"); return len(r.Findings), err }},
		{"runs/first page", func() (int, error) {
			r, err := s.Runs(ctx, history.Filter{Scope: "default", Limit: 50})
			return len(r), err
		}},
		{"runs/page in the middle", func() (int, error) {
			r, err := s.Runs(ctx, history.Filter{Scope: "default", Limit: 50, Before: middle.Seq})
			return len(r), err
		}},
		{"runs/last week", func() (int, error) {
			r, err := s.Runs(ctx, history.Filter{From: last.StartedAt.AddDate(0, 0, -7)})
			return len(r), err
		}},
		{"run by prefix", func() (int, error) { r, err := s.Run(ctx, middle.ID[:8]); return len(r.ID), err }},
		{"report", func() (int, error) { r, err := s.Report(ctx, middle.ID); return len(r.Findings), err }},
		{"findings", func() (int, error) { r, err := s.Findings(ctx, "default"); return len(r), err }},
		{"known/of the last run", func() (int, error) { r, err := s.Known(ctx, "default", ids, month); return len(r), err }},
		{"known/all", func() (int, error) { r, err := s.Known(ctx, "default", nil, month); return len(r), err }},
		{"spans/of a finding", func() (int, error) { r, err := s.Spans(ctx, "default", ids[0]); return len(r), err }},
		{"trend/all", func() (int, error) {
			r, err := s.Trend(ctx, "default", "sql-service-stopped", time.Time{})
			return len(r), err
		}},
		{"trend/last month", func() (int, error) {
			r, err := s.Trend(ctx, "default", "sql-service-stopped", month)
			return len(r), err
		}},
		{"sources/one, all runs", func() (int, error) {
			r, err := s.SourceHistory(ctx, "default", "host", "lcs01.contoso.com", time.Time{})
			return len(r), err
		}},
		{"sources/all, last month", func() (int, error) { r, err := s.SourceHistory(ctx, "default", "", "", month); return len(r), err }},
		{"scopes", func() (int, error) { r, err := s.Scopes(ctx); return len(r), err }},
		{"due", func() (int, error) { r, err := s.Due(ctx, last.StartedAt, 10); return len(r) + 1, err }},
	} {
		b.Run(query.name, func(b *testing.B) {
			for b.Loop() {
				if n, err := query.ask(); err != nil || n == 0 {
					b.Fatal(n, err)
				}
			}
		})
	}
	n := benchRuns
	b.Run("save", func(b *testing.B) {
		for b.Loop() {
			save(b, s, "default", next(n))
			n++
		}
	})
}
