package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"lcshealth/report/history"
	"lcshealth/report/web/guard"
	"lcshealth/report/web/runner"
)

// fault is an error that is told to who asked. Its text has nothing in it that
// was sent.
type fault struct {
	status int
	text   string
}

func (f *fault) Error() string { return f.text }

func notFound(text string) error   { return &fault{http.StatusNotFound, text} }
func badRequest(text string) error { return &fault{http.StatusBadRequest, text} }

// told are the errors of others that are told, with how.
var told = []struct {
	err    error
	status int
	text   string
}{
	{history.ErrNone, http.StatusNotFound, "there is no such run"},
	{history.ErrAmbiguous, http.StatusNotFound, "several runs begin with this id; write more of it"},
	{history.ErrPruned, http.StatusGone, "the report of this run was removed, as the retention asks; its counts are still there"},
	{history.ErrGone, http.StatusServiceUnavailable, "the history cannot be reached at the moment; the log says why"},
	{history.ErrLocked, http.StatusServiceUnavailable, "another process writes to the history; try again"},
	{runner.ErrNoScope, http.StatusNotFound, "this server audits no such scope"},
	{runner.ErrBusy, http.StatusConflict, "an audit of the scope is under way"},
	{runner.ErrStopped, http.StatusServiceUnavailable, "the server is stopping, or has not begun yet"},
}

// handle makes a handler of a function that may fail before it answers.
func (s *Server) handle(do func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		if err := do(w, req); err != nil {
			s.router.Fail(w, req, s.failure(req, err))
		}
	}
}

// failure says how an error is answered. What is not meant to be told is
// logged.
func (s *Server) failure(req *http.Request, err error) guard.Failure {
	if f, ok := errors.AsType[*fault](err); ok {
		return guard.Failure{Status: f.status, Text: f.text}
	}
	for _, t := range told {
		if errors.Is(err, t.err) {
			if t.status >= http.StatusInternalServerError {
				s.o.Log.ErrorContext(req.Context(), "cannot answer", slog.String("error", err.Error()))
			}
			return guard.Failure{Status: t.status, Text: t.text}
		}
	}
	if errors.Is(err, context.Canceled) && req.Context().Err() != nil {
		return guard.Failure{Status: http.StatusServiceUnavailable, Text: "the request was given up"}
	}
	s.o.Log.ErrorContext(req.Context(), "cannot answer", slog.String("error", err.Error()))
	if errors.Is(err, context.DeadlineExceeded) {
		return guard.Failure{Status: http.StatusServiceUnavailable, Text: "that took too long; try again"}
	}
	return guard.Failure{Status: http.StatusInternalServerError, Text: "internal error; the log says more"}
}
