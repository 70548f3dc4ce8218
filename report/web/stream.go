package web

import (
	"bytes"
	"net/http"
	"time"
)

const (
	// quickest is how often progress is sent at most.
	quickest = 200 * time.Millisecond
	// heartbeat is how often something is sent at least, so that a connection
	// that is gone, or may no longer be, is noticed.
	heartbeat = 15 * time.Second
	// mostStreams is how many are served at once. Pages without one are loaded
	// again instead.
	mostStreams = 100
)

// stream sends the progress of the audit of a scope as server-sent events, named
// progress while it is under way, and end when it has ended, which is the last.
// A client that connects anew is told how things stand.
func (s *Server) stream(w http.ResponseWriter, req *http.Request, encode func(progressPage) ([]byte, error)) error {
	scope := req.URL.Query().Get("scope")
	if _, _, err := s.chosenScope(req.Context(), scope); err != nil {
		return err
	}
	if _, _, ok := s.runs.Progress(scope); !ok {
		return notFound("no audit of the scope has begun since the server did")
	}
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		return &fault{http.StatusServiceUnavailable, "too many follow audits at the moment"}
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no") // a proxy in between would hold the events back
	out := http.NewResponseController(w)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		p, changed := s.progressOf(scope)
		data, err := encode(p)
		if err != nil {
			return err
		}
		name := "progress"
		if p.State.Over() {
			name = "end"
		}
		if _, err := w.Write(event(name, data)); err != nil || out.Flush() != nil || p.State.Over() {
			return nil // the client is gone
		}
		for waiting := true; waiting; {
			select {
			case <-req.Context().Done():
				return nil
			case <-changed:
				waiting = false
			case <-beat.C:
				if _, err := w.Write([]byte(": still here\n\n")); err != nil || out.Flush() != nil {
					return nil // the client is gone
				}
			}
		}
		pause := time.NewTimer(quickest)
		select {
		case <-req.Context().Done():
			pause.Stop()
			return nil
		case <-pause.C:
		}
	}
}

// event writes a server-sent event (HTML Standard, section 9.2).
func event(name string, data []byte) []byte {
	var out bytes.Buffer
	out.WriteString("event: " + name + "\n")
	for line := range bytes.Lines(data) {
		out.WriteString("data: ")
		out.Write(bytes.TrimRight(line, "\r\n"))
		out.WriteByte('\n')
	}
	out.WriteByte('\n')
	return out.Bytes()
}
