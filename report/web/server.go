package web

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"lcshealth/report/web/guard"
	"lcshealth/report/web/runner"
)

// Server is the web page with its API, and the runner of the audits.
type Server struct {
	o       Options
	router  *guard.Router
	runs    *runner.Runner
	handler http.Handler
	began   time.Time

	standings *memory[*standing] // by the id of the run
	pages     *memory[[]byte]    // reports as pages, by the id of the run
	requests  requestCounts
	waiving   sync.Mutex    // one waiver is written at a time
	looking   chan struct{} // one look-up at a time: it may read a million users
	streams   chan struct{} // one for each stream of progress
}

// How much is remembered.
const (
	rememberedStandings = 16
	rememberedPages     = 4
)

// New returns a server that does not audit yet; see [Server.Run]. Streams end
// when ctx does.
func New(ctx context.Context, o Options) (*Server, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	s := &Server{
		o: o, began: o.Now(), standings: newMemory[*standing](rememberedStandings), pages: newMemory[[]byte](rememberedPages),
		looking: make(chan struct{}, 1), streams: make(chan struct{}, mostStreams),
	}
	s.runs = runner.New(runner.Options{
		Scopes: o.Scopes, Start: o.Start, History: o.Store, Trouble: o.Auditor.Trouble, Prune: o.Prune, Grace: o.Grace, Now: o.Now, Log: o.Log,
		Deliver: func(ctx context.Context) error {
			_, err := o.Auditor.Deliver(ctx)
			return err
		},
	})
	if _, err := files(); err != nil {
		return nil, err
	}
	if _, err := templates(); err != nil {
		return nil, fmt.Errorf("read the page's templates: %w", err)
	}
	var err error
	s.router, err = guard.NewRouter(guard.Options{
		Auth: o.Auth, Hosts: o.Hosts, TLS: o.TLS, Stop: ctx.Done(), Fail: s.failed, Log: o.Log, Now: o.Now,
	})
	if err != nil {
		return nil, err
	}
	s.addPages()
	s.addAPI()
	guarded, err := s.router.Handler()
	if err != nil {
		return nil, err
	}
	s.handler = s.requests.counted(guarded)
	return s, nil
}

// Handler is what an HTTP server serves.
func (s *Server) Handler() http.Handler { return s.handler }

// Routes lists every route with who may use it.
func (s *Server) Routes() []guard.Route { return s.router.Routes() }

// Run audits by the clock and on demand until ctx ends, and then lets the
// audits that are under way finish; see [runner.Runner.Run].
func (s *Server) Run(ctx context.Context) { s.runs.Run(ctx) }
