package guard

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lcshealth/report/web/auth"
)

// streaming is a site with a stream, whose server's deadlines are over long
// before the stream is. The stream says "tick" for every value of ticks.
func streaming(t *testing.T, secure bool) (s *site, ticks chan bool, over chan error, stop chan struct{}) {
	ticks, over, stop = make(chan bool), make(chan error, 1), make(chan struct{})
	s = newSite(t, settings{
		tls:     secure,
		options: func(o *Options) { o.Stop = stop },
		server:  func(s *http.Server) { s.ReadTimeout, s.WriteTimeout = 1500*time.Millisecond, 1500*time.Millisecond },
		routes: func(s *site) {
			s.router.HandleFunc("GET /events", Require(auth.Viewer).Stream(), func(w http.ResponseWriter, req *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				rc := http.NewResponseController(w)
				for {
					select {
					case <-ticks:
					case <-req.Context().Done():
						over <- req.Context().Err()
						return
					}
					_, err := io.WriteString(w, "data: tick\n\n")
					if err == nil {
						err = rc.Flush()
					}
					if err != nil {
						over <- err
						return
					}
				}
			})
		},
	})
	return s, ticks, over, stop
}

func (s *site) open(cookie string) *bufio.Reader {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), http.MethodGet, s.url+"/events", nil)
	s.check(err)
	req.Header.Set("Cookie", cookie)
	resp, err := s.client.Do(req)
	s.check(err)
	s.Cleanup(func() { resp.Body.Close() })
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Cache-Control") != "no-store" {
		s.Fatalf("%d %v", resp.StatusCode, resp.Header)
	}
	return bufio.NewReader(resp.Body)
}

func tick(t *testing.T, r *bufio.Reader) {
	t.Helper()
	for _, want := range []string{"data: tick\n", "\n"} {
		if line, err := r.ReadString('\n'); err != nil || line != want {
			t.Fatalf("%q, %v", line, err)
		}
	}
}

func TestStreamOutlivesDeadlines(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} { // HTTP/1.1 and HTTP/2
		t.Run(fmt.Sprintf("TLS %v", secure), func(t *testing.T) {
			t.Parallel()
			s, ticks, over, stop := streaming(t, secure)
			lee := s.signIn("lee")
			send := func() {
				time.Sleep(2 * time.Second) // the deadlines pass; it may take longer
				select {
				case ticks <- true:
				case err := <-over:
					t.Errorf("the stream ended: %v", err)
				}
			}
			go send()
			r := s.open(lee.cookie)
			tick(t, r)
			go send()
			tick(t, r)
			close(stop) // only the streams
			if err := <-over; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
	}
}

// Who signs out, or loses the right, reads no more.
func TestStreamEndsWithRight(t *testing.T) {
	t.Parallel()
	s, ticks, over, _ := streaming(t, false)
	lee := s.signIn("lee")
	go func() { ticks <- true }()
	r := s.open(lee.cookie)
	tick(t, r)
	s.do("POST", "/sign-out", "csrf="+lee.csrf, "Cookie", lee.cookie).want(t, "sign out", 200)
	ticks <- true
	if err := <-over; err == nil || !strings.Contains(err.Error(), "no longer") {
		t.Error(err)
	}
	if rest, _ := io.ReadAll(r); len(rest) != 0 {
		t.Errorf("%q came afterwards", rest)
	}
	s.do("GET", "/events", "").want(t, "nobody", 401)
}

// deadlines notes what a connection is told.
type deadlines struct {
	http.ResponseWriter
	write []time.Time
}

func (d *deadlines) SetWriteDeadline(at time.Time) error {
	d.write = append(d.write, at)
	return nil
}

// Every write of a stream has its time, so that a client that reads nothing
// does not hold it for ever.
func TestStreamWritesHaveDeadlines(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{noSignIn: true})
	d := &deadlines{ResponseWriter: httptest.NewRecorder()}
	before := time.Now()
	s.router.stream(d, httptest.NewRequest(http.MethodGet, "/", nil), Public().Stream(), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "tick")
		_, _ = io.WriteString(w, "tick")
	}))
	if len(d.write) != 3 || !d.write[0].IsZero() || d.write[1].Before(before.Add(streamWrite)) || d.write[2].Before(d.write[1]) {
		t.Errorf("%v", d.write)
	}
}
