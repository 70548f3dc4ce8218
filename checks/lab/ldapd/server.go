package ldapd

import (
	"errors"
	"fmt"
	"net"
	"time"
)

// handshakeTimeout bounds each step of a TLS handshake.
const handshakeTimeout = 30 * time.Second

// Serve answers on ln, in clear until a client asks for StartTLS. It returns
// nil after [Server.Close], and the error when ln fails before that. It closes ln.
func (s *Server) Serve(ln net.Listener) error { return s.serve(ln, false) }

// ServeTLS answers on ln, with TLS from the first byte (ldaps, port 636).
// Otherwise it is as [Server.Serve]. It fails when there is no Config.TLS.
func (s *Server) ServeTLS(ln net.Listener) error {
	if s.cfg.TLS == nil {
		return errors.Join(fmt.Errorf("serve ldaps on %s: no TLS configuration", ln.Addr()), ln.Close())
	}
	return s.serve(ln, true)
}

func (s *Server) serve(ln net.Listener, secure bool) error {
	defer func() { _ = ln.Close() }() // a listener closed twice only says so
	if !s.addListener(ln) {
		return nil
	}
	defer s.removeListener(ln)
	for {
		nc, err := ln.Accept()
		if err != nil {
			if s.isClosed() {
				return nil
			}
			return fmt.Errorf("accept ldap connection on %s: %w", ln.Addr(), err)
		}
		s.start(nc, secure)
	}
}

// Close closes the listeners and connections and waits until every goroutine
// of the server, the Serve calls among them, is done.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	var errs []error
	for ln := range s.listeners {
		errs = append(errs, ln.Close())
	}
	for nc := range s.conns {
		_ = nc.Close() // the client may have been quicker
	}
	clear(s.listeners)
	s.mu.Unlock()
	s.running.Wait()
	return errors.Join(errs...)
}

func (s *Server) addListener(ln net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.listeners[ln] = struct{}{}
	s.running.Add(1)
	return true
}

func (s *Server) removeListener(ln net.Listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.listeners, ln)
	s.running.Done()
}

func (s *Server) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// start serves nc in a goroutine of its own.
func (s *Server) start(nc net.Conn, secure bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		_ = nc.Close()
		return
	}
	s.accepted++
	s.conns[nc] = struct{}{}
	c := newConn(s, s.accepted, nc)
	s.running.Go(func() {
		defer s.remove(nc)
		if secure && c.startTLS(s.cfg.TLS) != nil {
			return
		}
		c.serve()
	})
}

func (s *Server) remove(nc net.Conn) {
	_ = nc.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, nc)
}

// A timedConn gives every read and write a deadline, so that no connection
// outlives a client that is silent or no longer takes its answers.
type timedConn struct {
	net.Conn
	timeout time.Duration
}

func (c *timedConn) Read(b []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.timeout)); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}

func (c *timedConn) Write(b []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(c.timeout)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}
