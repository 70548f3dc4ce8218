package guard

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// streamWrite is how long a client may take to receive a part of a stream.
const streamWrite = 30 * time.Second

var errStreamOver = errors.New("who reads the stream may no longer do so")

// stream serves an answer that goes on. The context of its handler ends when
// the client goes, when the server stops, and with the write that finds that
// the right to read is lost.
func (r *Router) stream(w http.ResponseWriter, req *http.Request, a Access, h http.Handler) {
	ctx, cancel := context.WithCancel(req.Context())
	defer cancel()
	if r.options.Stop != nil {
		go func() {
			select {
			case <-r.options.Stop:
				cancel()
			case <-ctx.Done():
			}
		}()
	}
	out := &streamWriter{
		ResponseWriter: w,
		controller:     http.NewResponseController(w),
		now:            time.Now, // what deadlines of connections are compared with
		may:            func() bool { return r.still(req, a) },
		cancel:         cancel,
	}
	// Until it writes, it has all the time that there is. The server's deadline
	// would end a stream of HTTP/2 by itself.
	_ = out.controller.SetWriteDeadline(time.Time{}) // else there is none
	h.ServeHTTP(out, req.WithContext(ctx))
}

type streamWriter struct {
	http.ResponseWriter
	controller *http.ResponseController
	now        func() time.Time
	may        func() bool
	cancel     func()
}

// Unwrap is for [http.ResponseController].
func (s *streamWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }

func (s *streamWriter) Write(b []byte) (int, error) {
	if err := s.before(); err != nil {
		return 0, err
	}
	return s.ResponseWriter.Write(b)
}

// FlushError is for [http.ResponseController].
func (s *streamWriter) FlushError() error {
	if err := s.before(); err != nil {
		return err
	}
	return s.controller.Flush()
}

// before gives the next write its time, or ends the stream.
func (s *streamWriter) before() error {
	if !s.may() {
		s.cancel()
		return errStreamOver
	}
	_ = s.controller.SetWriteDeadline(s.now().Add(streamWrite)) // else there is none
	return nil
}
