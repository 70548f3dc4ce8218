package guard

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"

	"lcshealth/report"
)

// note is what the inner layers tell of a request to the outer ones. It belongs
// to the goroutine of the request.
type note struct {
	user string // of the log
	api  bool   // the route is one of the API
}

type noteKey struct{}

func noteOf(req *http.Request) *note {
	n, _ := req.Context().Value(noteKey{}).(*note)
	return n
}

// observe logs every request and answers for a handler that panics. The log has
// neither queries, nor headers, nor bodies: all of them may hold secrets.
func (r *Router) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		start := r.options.Now()
		n, out := &note{}, &recorder{ResponseWriter: w}
		req = req.WithContext(context.WithValue(req.Context(), noteKey{}, n))
		defer func() {
			aborted := false
			if v := recover(); v != nil {
				aborted = r.panicked(out, req, v)
			}
			r.options.Log.LogAttrs(req.Context(), slog.LevelInfo, "request",
				slog.String("method", short(req.Method, 16)), slog.String("path", short(req.URL.Path, 256)),
				slog.Int("status", out.code()), slog.Duration("duration", r.options.Now().Sub(start)),
				slog.String("user", n.user), slog.Bool("aborted", aborted))
			if aborted {
				panic(http.ErrAbortHandler) // the client has to see that the answer is not whole
			}
		}()
		next.ServeHTTP(out, req)
	})
}

// panicked answers a request whose handler panicked, or reports that its answer
// has begun and has to be cut off.
func (r *Router) panicked(out *recorder, req *http.Request, v any) (aborted bool) {
	if v == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so, too
		return true
	}
	id := rand.Text()[:10]
	// What a handler panicked with may quote a password; what the runtime says
	// of itself does not. The stack has no values.
	what := fmt.Sprintf("%T", v)
	if e, ok := v.(runtime.Error); ok {
		what = e.Error()
	}
	r.options.Log.LogAttrs(req.Context(), slog.LevelError, "handler panicked", slog.String("id", id),
		slog.String("method", short(req.Method, 16)), slog.String("path", short(req.URL.Path, 256)),
		slog.String("panic", what), slog.String("stack", string(debug.Stack())))
	if out.status != 0 {
		return true
	}
	for name := range out.Header() { // what the handler was about to say
		switch name {
		case "Content-Encoding", "Content-Length", "Content-Disposition", "Etag", "Last-Modified", "Set-Cookie", "Location":
			out.Header().Del(name)
		}
	}
	r.fail(out, req, Failure{Status: http.StatusInternalServerError, Text: "internal error; the log says more", ID: id})
	return false
}

// short bounds a string from outside for the log.
func short(s string, n int) string {
	s = report.Clean(s)
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// recorder knows what was answered.
type recorder struct {
	http.ResponseWriter
	status  int  // 0 until there is one
	private bool // nobody may store the answer
}

// Unwrap is for [http.ResponseController].
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) WriteHeader(status int) {
	if status >= 200 && r.status == 0 {
		r.status = status
		if r.private {
			r.Header().Set("Cache-Control", "no-store")
		}
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.WriteHeader(http.StatusOK)
	}
	return r.ResponseWriter.Write(b)
}

// FlushError is for [http.ResponseController].
func (r *recorder) FlushError() error {
	if r.status == 0 {
		r.WriteHeader(http.StatusOK)
	}
	return http.NewResponseController(r.ResponseWriter).Flush()
}

// code is what the client got. A handler that says nothing says that all is
// well.
func (r *recorder) code() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}
