package web_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/history"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/web"
)

// benchRuns is how many runs the benchmarked history holds: more than a year of
// runs an hour.
const benchRuns = 10_000

// filled returns a site whose history holds many runs, in which now and then
// something comes, goes or cannot be seen.
func filled(b *testing.B, runs int) *site {
	s := newSite(b, settings{empty: true, options: func(s *site, _ *web.Options) {
		random, sample := rand.New(rand.NewPCG(1, 2)), reporttest.Sample()
		first := sample.Run.StartedAt
		for n := range runs {
			for range random.IntN(3) {
				f := &sample.Findings[random.IntN(len(sample.Findings))]
				f.Verdict = []checks.Verdict{checks.Present, checks.Absent, checks.Undetermined}[random.IntN(3)]
			}
			run := sample.Run
			run.ID = fmt.Sprintf("%08x-%04d", random.Uint32(), n%10_000)
			run.StartedAt = first.Add(time.Duration(n) * time.Hour)
			run.FinishedAt = run.StartedAt.Add(time.Minute)
			s.mu.Lock()
			s.now = run.FinishedAt
			s.mu.Unlock()
			if err := s.store.Save(b.Context(), history.Record{Scope: "default", Report: report.New(run, sample.Findings, sample.Sources)}); err != nil {
				b.Fatal(err)
			}
		}
	}})
	return s
}

// asked are the pages that are measured.
func (s *site) asked() map[string]string {
	runs := must[[]history.Run](s)(s.store.Runs(s.Context(), history.Filter{Limit: 2}))
	last, before := runs[0].ID, runs[1].ID
	return map[string]string{
		"overview": "/", "runs": "/runs", "old runs": "/runs?before=500", "run": "/runs/" + last, "report": "/runs/" + last + "/report",
		"comparison": "/compare?before=" + before + "&after=" + last, "causes": "/causes", "cause": "/causes/user-sid-invalid", "sources": "/sources",
		"waivers": "/waivers", "notifications": "/notifications", "look-up": "/lookup?user=" + url.QueryEscape("sip:kim@contoso.com"),
		"API scopes": "/api/v1/scopes", "API runs": "/api/v1/runs", "API findings": "/api/v1/findings?scope=default", "metrics": "/metrics",
	}
}

func BenchmarkPages(b *testing.B) {
	began := time.Now()
	s := filled(b, benchRuns)
	b.Logf("%d runs saved in %s", benchRuns, time.Since(began).Round(time.Second))
	kim := s.signIn("kim")
	for name, path := range s.asked() {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s.get(path, kim.cookie...).want(b, name, http.StatusOK)
			}
		})
	}
}

// The load of [BenchmarkLoad].
const (
	loadRate = 200 // requests a second
	loadTime = 30 * time.Second
)

// BenchmarkLoad asks for pages at a fixed rate while audits run, and fails if
// one of them is not answered. Run it with -benchtime 1x.
func BenchmarkLoad(b *testing.B) {
	s := filled(b, 1000)
	kim := s.signIn("kim")
	var paths []string
	for _, path := range s.asked() {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	s.client.Transport.(*http.Transport).MaxIdleConnsPerHost = 100
	for b.Loop() {
		ctx, cancel := context.WithTimeout(b.Context(), loadTime)
		var audits sync.WaitGroup
		ended := 0
		audits.Go(func() { ended = s.keepAuditing(ctx) })
		took := s.load(paths, kim)
		cancel()
		audits.Wait()
		slices.Sort(took)
		b.ReportMetric(float64(len(took))/loadTime.Seconds(), "requests/s")
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-median")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
		b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "ms-most")
		b.ReportMetric(float64(ended), "audits")
	}
}

// keepAuditing runs one audit after the other and returns how many have ended.
func (s *site) keepAuditing(ctx context.Context) (ended int) {
	for ctx.Err() == nil {
		a := s.do("POST", "/api/v1/runs", `{"scope": "default"}`, s.token("kim-run")...)
		if a.StatusCode == http.StatusAccepted {
			ended++
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
	return ended
}

// load asks at the fixed rate, whether or not earlier answers are there, and
// returns how long each took.
func (s *site) load(paths []string, who session) []time.Duration {
	tick := time.NewTicker(time.Second / loadRate)
	defer tick.Stop()
	var all sync.WaitGroup
	var mu sync.Mutex
	var took []time.Duration
	for i := range int(loadTime.Seconds()) * loadRate {
		<-tick.C
		all.Go(func() {
			began := time.Now()
			status, err := s.status(paths[i%len(paths)], who)
			mu.Lock()
			defer mu.Unlock()
			took = append(took, time.Since(began))
			if err != nil || status != http.StatusOK {
				s.Errorf("%s: status %d, %v", paths[i%len(paths)], status, err)
			}
		})
	}
	all.Wait()
	return took
}

// status is what a page is answered by; unlike get it may be used by many.
func (s *site) status(path string, who session) (int, error) {
	req, err := http.NewRequestWithContext(s.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set(who.cookie[0], who.cookie[1])
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}
