package web_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lcshealth/checks/catalog"
	"lcshealth/report"
	"lcshealth/report/audit"
	"lcshealth/report/history"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/notify"
	"lcshealth/report/notify/webhook"
	"lcshealth/report/schedule"
	"lcshealth/report/web"
	"lcshealth/report/web/auth"
	"lcshealth/report/web/guard"
	"lcshealth/report/web/runner"
)

const rightPassword = "correct horse battery"

// hostile is the name of a scope that wants to be more than that.
const hostile = `munich "` + reporttest.Script

// site is a server on a loopback address with a history of its own.
type site struct {
	testing.TB
	web     *web.Server
	store   *history.Store
	auditor *audit.Auditor
	url     string
	waivers string
	client  *http.Client
	tokens  map[string]string // text by name
	log     *reporttest.Log
	stop    context.CancelFunc
	ended   chan struct{} // closed when the runner has ended
	posted  chan string   // what the webhook got
	audits  atomic.Int64

	mu  sync.Mutex
	now time.Time
}

// settings say how a site differs from the usual one.
type settings struct {
	noSignIn bool
	empty    bool // nothing was audited before
	options  func(*site, *web.Options)
}

func must[T any](t testing.TB) func(T, error) T {
	t.Helper()
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func newSite(t testing.TB, how settings) *site {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	s := &site{
		TB: t, tokens: map[string]string{}, log: &reporttest.Log{}, stop: stop, ended: make(chan struct{}), posted: make(chan string, 10),
		waivers: filepath.Join(t.TempDir(), "waivers.yaml"), now: reporttest.Sample().Run.StartedAt.Add(30 * time.Hour),
	}
	s.store = must[*history.Store](t)(history.Open(ctx, history.Options{DSN: filepath.Join(t.TempDir(), "history.db"), Now: s.clock}))
	s.auditor = &audit.Auditor{Store: s.store, Now: s.clock}
	s.addChannel()
	if !how.empty {
		for _, scope := range []string{"default", hostile} {
			s.save(scope, reporttest.Sample())
			s.save(scope, reporttest.Later())
		}
	}
	nightly := must[schedule.Schedule](t)(schedule.Parse("15 2 * * *", "UTC"))
	o := web.Options{
		Store: s.store, Auditor: s.auditor, Scopes: []runner.Scope{{Name: "default", Schedule: nightly}, {Name: hostile}}, Causes: catalog.All(),
		Waivers: s.waivers, Version: "1.0.0", Now: s.clock, Log: slog.New(slog.NewTextHandler(s.log, nil)), Grace: time.Millisecond,
		Start:  s.start,
		Lookup: func(context.Context, string, string) (*report.Report, error) { return reporttest.Sample(), nil },
		NotifyTest: func(ctx context.Context, channel string) ([]string, error) {
			return notify.Test(ctx, s.auditor.Channels[0], channel, s.clock())
		},
	}
	if !how.noSignIn {
		o.Auth = must[*auth.Service](t)(auth.New(auth.Options{Path: s.writeUsers(), Params: auth.Params{Memory: 8, Passes: 1, Threads: 1}}))
	}
	listener, err := guard.Listen(ctx, guard.Rules{Addr: "127.0.0.1:0", Users: !how.noSignIn, NoSignIn: how.noSignIn})
	if err != nil {
		t.Fatal(err)
	}
	o.Hosts = guard.Hosts(listener.Addr(), nil, nil)
	if how.options != nil {
		how.options(s, &o)
	}
	s.web = must[*web.Server](t)(web.New(ctx, o))
	s.url = "http://" + listener.Addr().String()
	transport := &http.Transport{}
	s.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	server := guard.NewServer(s.web.Handler(), nil, nil)
	served := make(chan error, 1)
	go func() { served <- guard.Serve(ctx, server, listener) }()
	go func() { defer close(s.ended); s.web.Run(ctx) }()
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		stop()
		_ = server.Close() // also what tests left open
		if err := <-served; err != nil {
			t.Error(err)
		}
		<-s.ended
		if err := s.store.Close(); err != nil {
			t.Error(err)
		}
	})
	s.until("the runner runs", func() bool { return s.get("/readyz").StatusCode == http.StatusOK })
	return s
}

// addChannel adds a webhook to the auditor, which posts to a real server.
func (s *site) addChannel() {
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		select {
		case s.posted <- string(body):
		default: // nobody wants to know
		}
	}))
	s.Cleanup(receiver.Close)
	channel, err := webhook.New(webhook.Options{Name: "operators", Format: "generic", PlainHTTP: true, ReadURL: func(context.Context) (string, error) { return receiver.URL, nil }})
	if err != nil {
		s.Fatal(err)
	}
	s.auditor.Channels = append(s.auditor.Channels, channel)
}

func (s *site) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *site) advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// save stores a run. Each scope has runs of its own.
func (s *site) save(scope string, r *report.Report) string {
	s.Helper()
	if scope != "default" {
		r.Run.ID = "f" + r.Run.ID[1:]
	}
	if err := s.store.Save(s.Context(), history.Record{Scope: scope, Report: r}); err != nil {
		s.Fatal(err)
	}
	return r.Run.ID
}

// start is an audit that reads two sources and finds what the sample has.
func (s *site) start(ctx context.Context, scope string, watch runner.Watcher) (*audit.Outcome, error) {
	r := reporttest.Later()
	r.Run.ID = fmt.Sprintf("audit-of-%d-%s", s.audits.Add(1), r.Run.ID)
	return s.auditor.Run(ctx, audit.Job{Scope: scope, RunID: r.Run.ID, Make: func(context.Context) (*report.Report, string, error) {
		watch.Step("directory", "dc01.contoso.com", "accounts", 200)
		for _, source := range r.Sources {
			watch.Finished(source)
		}
		return r, "", nil
	}})
}

// writeUsers writes kim, an operator, and lee, a viewer, with tokens.
func (s *site) writeUsers() string {
	s.Helper()
	hash := must[auth.PHC](s)(must[*auth.Hasher](s)(auth.NewHasher(auth.Params{Memory: 8, Passes: 1, Threads: 1})).Hash(s.Context(), rightPassword))
	path := filepath.Join(s.TempDir(), "users.yaml")
	if err := auth.Update(s.Context(), path, func(f *auth.File) error {
		for name, role := range map[string]auth.Role{"kim": auth.Operator, "lee": auth.Viewer} {
			f.Users = append(f.Users, auth.User{Name: name, Password: hash.String(), Role: role})
			for _, scope := range auth.Scopes() {
				token, text := auth.NewToken(name+"-"+string(scope), name, scope, time.Now(), time.Now().Add(time.Hour))
				f.Tokens = append(f.Tokens, token)
				s.tokens[token.Name] = text
			}
		}
		return nil
	}); err != nil {
		s.Fatal(err)
	}
	return path
}
