package guard

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// How long a client may take, and how large the header of its request may be,
// in octets. A slow client holds a connection, but nothing that others need.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = time.Minute // streams have their own
	idleTimeout       = 2 * time.Minute
	maxHeader         = 16 << 10
	// shutdownGrace is how long requests may go on when the server stops.
	shutdownGrace = 10 * time.Second
)

// NewServer returns a server for the handler of a [Router], with a deadline for
// everything. cert is nil for plain HTTP; log may be nil.
func NewServer(h http.Handler, cert *Certificate, log *slog.Logger) *http.Server {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	s := &http.Server{
		Handler:                      h,
		ReadHeaderTimeout:            readHeaderTimeout,
		ReadTimeout:                  readTimeout,
		WriteTimeout:                 writeTimeout,
		IdleTimeout:                  idleTimeout,
		MaxHeaderBytes:               maxHeader,
		DisableGeneralOptionsHandler: true, // it would answer before the guard
		ErrorLog:                     slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	if cert != nil {
		s.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: cert.Get}
	}
	return s
}

// Serve serves until ctx ends, then lets requests finish for ten seconds. It
// closes the listener. TLS is spoken if the server has a certificate.
func Serve(ctx context.Context, s *http.Server, l net.Listener) error {
	stopped := make(chan error, 1)
	halt := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
		defer cancel()
		err := s.Shutdown(grace)
		if err != nil {
			err = errors.Join(err, s.Close())
		}
		stopped <- err
	})
	var err error
	if s.TLSConfig != nil {
		err = s.ServeTLS(l, "", "")
	} else {
		err = s.Serve(l)
	}
	if !halt() { // ctx ended
		if stopErr := <-stopped; stopErr != nil && !errors.Is(stopErr, context.DeadlineExceeded) {
			return fmt.Errorf("stop the server on %s: %w", l.Addr(), stopErr)
		}
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve on %s: %w", l.Addr(), err)
}
