package wmid

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// Server serves one [Host].
type Server struct {
	host    Host
	faults  *faultList
	objects *objectTable

	mu         sync.Mutex
	closed     bool
	cancels    map[int]func() // of the Serve calls under way
	lastServe  int
	operations []Operation

	serving sync.WaitGroup
}

// idleTimeout bounds the wait for the next PDU, and each write.
const idleTimeout = time.Minute

// New returns a server that has yet to be given its listeners. It refuses a
// host with values that do not have the type of their property.
func New(host Host) (*Server, error) {
	for name, class := range host.Classes {
		if err := class.check(); err != nil {
			return nil, fmt.Errorf("class %s: %w", name, err)
		}
	}
	for path, values := range host.Registry {
		if err := checkKey(path); err != nil {
			return nil, err
		}
		for name, v := range values {
			if registryType(v) == 0 {
				return nil, fmt.Errorf("registry value %s of %s: %T", name, path, v)
			}
		}
	}
	return &Server{
		host: host, faults: newFaultList(host.Faults), objects: newObjectTable(),
		cancels: map[int]func(){},
	}, nil
}

// Serve accepts connections to the object resolver (port 135 of a real host)
// and to the object server (a dynamic port there) until ctx ends or
// [Server.Close] is called, and then returns nil after its connections have
// ended. It closes both listeners.
func (s *Server) Serve(ctx context.Context, resolver, objects net.Listener) error {
	closeAll := func() { _, _ = resolver.Close(), objects.Close() }
	defer closeAll()
	ctx, cancel, leave := s.begin(ctx)
	if leave == nil {
		return nil
	}
	defer leave()
	defer cancel()
	stop := context.AfterFunc(ctx, closeAll)
	defer stop()

	port := uint16(0)
	if addr, ok := objects.Addr().(*net.TCPAddr); ok {
		port = uint16(addr.Port)
	}
	if s.host.DynamicPort != 0 {
		port = s.host.DynamicPort
	}
	errs := make(chan error, 2)
	for _, l := range []struct {
		net.Listener
		role role
	}{{resolver, resolverRole}, {objects, objectsRole}} {
		go func() {
			defer cancel() // the other listener is of no use alone
			errs <- s.accept(ctx, l.Listener, l.role, port)
		}()
	}
	first, second := <-errs, <-errs
	if first != nil {
		return first
	}
	return second
}

func (s *Server) accept(ctx context.Context, ln net.Listener, role role, port uint16) error {
	var conns sync.WaitGroup
	defer conns.Wait()
	// The connections are not to outlive the listener.
	connCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	for {
		raw, err := ln.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("accept on %s: %w", ln.Addr(), err)
		}
		conns.Go(func() { newConn(s, role, port, raw).serve(connCtx) })
	}
}

// Close ends every Serve call with its connections, and waits for them.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	for _, cancel := range s.cancels {
		cancel()
	}
	s.mu.Unlock()
	s.serving.Wait()
	return nil
}

// Operations returns every call received so far, in order of arrival over all
// connections. It is how a test proves that a client only reads.
func (s *Server) Operations() []Operation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.operations)
}

func (s *Server) record(op Operation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.operations = append(s.operations, op)
}

// begin enters a Serve call, and returns what ends its connections and what
// leaves it, which is nil when the server has been closed.
func (s *Server) begin(parent context.Context) (ctx context.Context, cancel, leave func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, nil, nil
	}
	ctx, cancel = context.WithCancel(parent)
	s.lastServe++
	id := s.lastServe
	s.cancels[id] = cancel
	s.serving.Add(1)
	return ctx, cancel, func() {
		s.mu.Lock()
		delete(s.cancels, id)
		s.mu.Unlock()
		s.serving.Done()
	}
}

// class finds a class of root\cimv2.
func (s *Server) class(name string) (string, Class, bool) {
	for spelled, class := range s.host.Classes {
		if strings.EqualFold(spelled, name) {
			return spelled, class, true
		}
	}
	return "", Class{}, false
}
