package web

import (
	"net/http"

	"lcshealth/report/web/auth"
	"lcshealth/report/web/guard"
)

// addPages adds the routes of the pages.
func (s *Server) addPages() {
	type route struct {
		pattern string
		access  guard.Access
		do      func(http.ResponseWriter, *http.Request) error
	}
	viewer, operator := guard.Require(auth.Viewer), guard.Require(auth.Operator)
	for _, r := range []route{
		{"GET /sign-in", guard.Public(), s.signInPage},
		{"POST /sign-in", guard.Public(), s.signIn},
		{"POST /sign-out", viewer, s.signOut},
		{"GET /static/{file}", guard.Public(), s.serveFile},
		{"GET /healthz", guard.Public(), s.healthz},
		{"GET /readyz", guard.Public(), s.readyz},
		{"GET /metrics", guard.RequireScope(auth.Read), s.metrics},

		{"GET /{$}", viewer, s.overview},
		{"GET /runs", viewer, s.listRuns},
		{"POST /runs", operator, s.startRun},
		{"GET /runs/{id}", viewer, s.showRun},
		{"GET /runs/{id}/report", viewer, s.showReport},
		{"GET /runs/{id}/download/{format}", viewer, s.download},
		{"GET /compare", viewer, s.showComparison},
		{"GET /progress", viewer, s.showProgress},
		{"GET /progress/events", viewer.Stream(), s.streamPage},
		{"GET /causes", viewer, s.listCauses},
		{"GET /causes/{id}", viewer, s.showCause},
		{"GET /sources", viewer, s.listSources},
		{"GET /lookup", viewer, s.lookup},
		{"GET /waivers", viewer, s.listWaivers},
		{"GET /waivers/new", operator, s.newWaiver},
		{"POST /waivers", operator, s.addWaiver},
		{"GET /notifications", viewer, s.listMessages},
		{"POST /notifications/test", operator, s.tryChannel},
	} {
		s.router.HandleFunc(r.pattern, r.access, s.handle(r.do))
	}
}
