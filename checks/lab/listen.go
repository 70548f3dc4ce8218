package lab

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"sync"

	"lcshealth/checks/facts"
)

// group is what listens and answers. Its close ends it all, and waits.
type group struct {
	parent, ctx context.Context
	cancel      context.CancelFunc
	wg          sync.WaitGroup
	sockets     *sockets
}

func newGroup(ctx context.Context, sockets *sockets) *group {
	g := &group{parent: ctx, sockets: sockets}
	g.ctx, g.cancel = context.WithCancel(ctx)
	return g
}

// anew closes the group and returns one to follow it on the same sockets.
func (g *group) anew() *group {
	g.close()
	return newGroup(g.parent, g.sockets)
}

func (g *group) close() {
	g.cancel()
	g.wg.Wait()
}

// closeAtEnd closes something when the group ends, and waits for that.
func (g *group) closeAtEnd(c io.Closer) {
	g.wg.Go(func() {
		<-g.ctx.Done()
		_ = c.Close()
	})
}

// listen opens a port, or any free one if it is 0. The listener closes with the
// group.
func (g *group) listen(address string, port int) (net.Listener, error) {
	ln, err := g.sockets.lend(g.ctx, address, port)
	if err != nil {
		return nil, err
	}
	g.closeAtEnd(ln)
	return ln, nil
}

// handler talks to a client until it leaves or ctx ends.
type handler func(ctx context.Context, conn net.Conn)

// serve accepts connections until the group ends.
func (g *group) serve(ln net.Listener, handle handler) {
	g.wg.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			g.wg.Go(func() {
				ctx, cancel := context.WithCancel(g.ctx)
				defer cancel()
				stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
				handle(ctx, conn)
				stop()
				_ = conn.Close()
			})
		}
	})
}

// refuse gives something that is not served a port of its own, unless it has one
// already.
func (g *group) refuse(address string, port *int) (err error) {
	if *port == 0 {
		*port, err = g.sockets.refuse(g.ctx, address)
	}
	return err
}

// hush takes what the client says and never answers.
func hush(_ context.Context, conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// nonsense is what answers instead of SIP, LDAP or TDS.
const nonsense = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html><body>Bad Request</body></html>\r\n"

// babble answers whatever the client says with nonsense, and has no more to
// say then.
func babble(ctx context.Context, conn net.Conn) {
	if _, err := conn.Read(make([]byte, 1)); err != nil {
		return
	}
	if _, err := io.WriteString(conn, nonsense); err != nil {
		return
	}
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite() // the client may be gone
	}
	hush(ctx, conn) // to close it with something unread would undo the answer
}

// underTLS shakes hands before it hands the connection on.
func underTLS(config *tls.Config, then handler) handler {
	return func(ctx context.Context, conn net.Conn) {
		secured := tls.Server(conn, config)
		if secured.HandshakeContext(ctx) == nil {
			then(ctx, secured)
		}
	}
}

// serveListener serves a SIP listener, with SIP as given, and gives it its port.
func (g *group) serveListener(address string, l *listener, a authorities, speak handler) error {
	if !l.open() {
		return g.refuse(address, &l.port)
	}
	ln, err := g.listen(address, l.port)
	if err != nil {
		return err
	}
	l.port = portOf(ln)
	handle := speak
	switch {
	case l.manner == garbled:
		handle = babble
	case l.manner != proper:
		handle = hush
	case l.transport != facts.TCP:
		handle = underTLS(l.tls(a), speak)
	}
	g.serve(ln, handle)
	return nil
}
