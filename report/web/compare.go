package web

import (
	"net/http"

	"lcshealth/report/history"
)

// twoRuns returns the two runs that a request names, the one that was stored
// earlier first, whichever way they are named.
func (s *Server) twoRuns(req *http.Request) (before, after *history.Run, err error) {
	q := req.URL.Query()
	if q.Get("before") == "" || q.Get("after") == "" {
		return nil, nil, badRequest("name two runs, as before and after")
	}
	first, err := s.o.Store.Run(req.Context(), q.Get("before"))
	if err != nil {
		return nil, nil, err
	}
	second, err := s.o.Store.Run(req.Context(), q.Get("after"))
	if err != nil {
		return nil, nil, err
	}
	switch {
	case first.Scope != second.Scope:
		return nil, nil, badRequest("the runs are of two scopes, and only runs of one are compared")
	case first.Seq == second.Seq:
		return nil, nil, badRequest("that is one run twice: choose two")
	case first.Seq > second.Seq:
		first, second = second, first
	}
	return &first, &second, nil
}
