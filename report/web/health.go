package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"lcshealth/report/history"
)

// readyTime is how long the history may take to answer.
const readyTime = 3 * time.Second

func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	return send(w, []byte("ok\n"))
}

// readyz says nothing of what is wrong to everybody; the log does.
func (s *Server) readyz(w http.ResponseWriter, req *http.Request) error {
	ctx, cancel := context.WithTimeout(req.Context(), readyTime)
	defer cancel()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if _, err := s.o.Store.Runs(ctx, history.Filter{Limit: 1}); err != nil {
		s.o.Log.ErrorContext(ctx, "not ready", slog.String("error", err.Error()))
		w.WriteHeader(http.StatusServiceUnavailable)
		return send(w, []byte("the history cannot be reached\n"))
	}
	if !s.runs.Alive() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return send(w, []byte("no audits begin\n"))
	}
	return send(w, []byte("ok\n"))
}
