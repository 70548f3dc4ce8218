package lab

import (
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// sockets are what a lab listens on. They stay open while it is served anew, so
// that nobody else can get their ports meanwhile.
type sockets struct {
	mu      sync.Mutex
	closed  bool
	byPlace map[string]*net.TCPListener // address and port
	held    []io.Closer
}

func newSockets() *sockets { return &sockets{byPlace: map[string]*net.TCPListener{}} }

// lend lends the socket of an address and port, and opens it if need be. Port 0
// is any that is free. The last borrower must be done with it.
func (s *sockets) lend(ctx context.Context, address string, port int) (net.Listener, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ln, err := s.open(ctx, address, port)
	if err != nil {
		return nil, err
	}
	return &lent{TCPListener: ln}, ln.SetDeadline(time.Time{})
}

// reserve opens a socket for somebody who serves it later. Until then, who
// connects has to wait.
func (s *sockets) reserve(ctx context.Context, address string, port int) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ln, err := s.open(ctx, address, port)
	if err != nil {
		return 0, err
	}
	return portOf(ln), nil
}

func (s *sockets) open(ctx context.Context, address string, port int) (*net.TCPListener, error) {
	place := net.JoinHostPort(address, strconv.Itoa(port))
	if ln := s.byPlace[place]; ln != nil {
		return ln, nil
	}
	opened, err := new(net.ListenConfig).Listen(ctx, "tcp", place)
	if err != nil {
		return nil, err
	}
	s.hold(opened)
	ln := opened.(*net.TCPListener)
	s.byPlace[ln.Addr().String()] = ln
	return ln, nil
}

// refuse returns a port of which it is certain that it refuses connections as
// long as the sockets live, since a connection of our own goes out from there.
func (s *sockets) refuse(ctx context.Context, address string) (port int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		return 0, err
	}
	s.hold(ln)
	// An address of its own keeps the system from using the port for others.
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	conn, err := dialer.DialContext(ctx, "tcp", ln.Addr().String())
	if err != nil {
		return 0, fmt.Errorf("hold a port: %w", err)
	}
	s.hold(conn)
	return conn.LocalAddr().(*net.TCPAddr).Port, nil
}

// hold keeps something until the sockets are closed.
func (s *sockets) hold(c io.Closer) {
	if s.closed {
		_ = c.Close() // who uses it finds out
		return
	}
	s.held = append(s.held, c)
}

func (s *sockets) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, c := range s.held {
		_ = c.Close() // nobody waits for what was in it
	}
	s.held = nil
}

// lent is a socket as who serves it has it: when he closes it, he gets no more
// connections, and the socket stays open.
type lent struct {
	*net.TCPListener
	once   sync.Once
	closed atomic.Bool
}

// Accept returns [net.ErrClosed] once the borrower has closed the socket.
func (l *lent) Accept() (net.Conn, error) {
	conn, err := l.TCPListener.Accept()
	if err != nil && l.closed.Load() {
		return nil, net.ErrClosed
	}
	return conn, err
}

// Close ends Accept. Only the first call does, since the next borrower may have
// the socket when the last of several comes.
func (l *lent) Close() (err error) {
	l.once.Do(func() {
		l.closed.Store(true)
		err = l.SetDeadline(time.Unix(1, 0))
	})
	return err
}

func portOf(ln net.Listener) int { return ln.Addr().(*net.TCPAddr).Port }
