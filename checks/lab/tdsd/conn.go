package tdsd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// conn is one connection.
type conn struct {
	server  *Server
	cfg     Config
	product productVersion

	raw net.Conn // for deadlines and closing
	in  io.Reader
	out io.Writer

	spid       uint16
	packetSize int
	layout     Layout
	home       string // database after the login
	session    Session

	turn *turn
}

func newConn(s *Server, cfg Config, product productVersion, raw net.Conn) *conn {
	raw = timedConn{raw, cfg.IdleTimeout}
	return &conn{
		server: s, cfg: cfg, product: product,
		raw: raw, in: raw, out: raw,
		spid: s.nextSPID(), packetSize: defaultPacketSize, layout: cfg.Layout,
		turn: newTurn(),
	}
}

// timedConn gives every write a deadline, so that a client that stops reading
// does not hold up the server.
type timedConn struct {
	net.Conn
	timeout time.Duration
}

func (c timedConn) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(c.timeout)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// errRefused ends a connection whose client has been told why.
var errRefused = errors.New("refused")

// serve sees a connection from its first packet to its last.
func (c *conn) serve(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = c.raw.Close() })
	defer func() {
		stop()
		_ = c.raw.Close()
	}()

	if err := c.awaitInput(); err != nil {
		return
	}
	if err := c.logIn(ctx); err != nil {
		if errors.Is(err, errProtocol) {
			_ = c.refuse(badStream(err))
		}
		return
	}

	requests := make(chan request)
	go c.readRequests(ctx, requests)
	for req := range requests {
		err := c.answer(req)
		if err != nil {
			cancel() // closes the connection, which ends readRequests
		} else if err = c.awaitInput(); err != nil {
			cancel()
		}
		c.turn.done()
	}
}

// awaitInput starts the idle time.
func (c *conn) awaitInput() error {
	return c.raw.SetReadDeadline(time.Now().Add(c.cfg.IdleTimeout))
}

// request is a message to be answered, or the reason why there will be no
// more.
type request struct {
	ctx context.Context
	message
	err error
}

// readRequests reads requests until the connection ends, and closes the
// channel. An attention for the request being answered takes effect at once.
func (c *conn) readRequests(ctx context.Context, requests chan<- request) {
	defer close(requests)
	for {
		msg, err := readMessage(c.in, c.in)
		switch {
		case err == nil && msg.typ == packetAttention && c.turn.interrupt():
			continue
		case err != nil:
			// There is nobody left to answer to, or nothing that can be made
			// sense of.
			c.turn.interrupt()
		}
		reqCtx, ok := c.turn.begin(ctx)
		if !ok {
			return
		}
		if err == nil {
			// The handler may take its time; the client owes nothing.
			err = c.raw.SetReadDeadline(time.Time{})
		}
		select {
		case requests <- request{reqCtx, msg, err}:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// answer answers one request. An error ends the connection.
func (c *conn) answer(req request) error {
	if req.err != nil {
		if errors.Is(req.err, errProtocol) {
			return c.refuse(badStream(req.err))
		}
		return req.err
	}
	r := c.reply()
	if req.status&statusIgnore != 0 {
		// The client thought better of it before it had sent everything.
		return r.end(tokenDone, done{status: doneError})
	}
	if req.status&(statusReset|statusResetSkip) != 0 && req.typ != packetAttention {
		c.reset(r)
	}
	switch req.typ {
	case packetBatch:
		text, err := parseBatch(req.data, c.layout)
		if err != nil {
			return c.refuse(badStream(err))
		}
		return c.run(req.ctx, r, query{text: text})
	case packetRPC:
		return c.call(req, r)
	case packetAttention:
		return r.end(tokenDone, done{status: doneAttention})
	default:
		return c.refuse(badStream(fmt.Errorf("%w: packet type %#02x", errProtocol, byte(req.typ))))
	}
}

// call answers an RPC request.
func (c *conn) call(req request, r *reply) error {
	rpc, err := parseCall(req.data, c.layout)
	var bad *Error
	if err != nil && !errors.As(err, &bad) {
		return c.refuse(badStream(err))
	}
	q := query{inProc: true}
	switch {
	case bad != nil:
	case !rpc.isExecuteSQL():
		c.server.record("EXEC " + rpc.name)
		bad = unknownProcedure(rpc.name)
	default:
		q.text, q.params, bad = rpc.statement()
	}
	if bad != nil {
		return c.send(req.ctx, r, q, []Result{{Err: bad}})
	}
	return c.run(req.ctx, r, q)
}

// reset puts the session back to where it was after the login.
func (c *conn) reset(r *reply) {
	if c.layout.acknowledgesReset() {
		r.add(appendEnvChange(nil, envReset, "", ""))
	}
	if c.session.Database != c.home {
		c.changeDatabase(r, c.home)
	}
}

func (c *conn) changeDatabase(r *reply, name string) {
	r.add(appendDatabase(nil, c.layout, c.cfg.ServerName, name, c.session.Database))
	c.session.Database = name
}

// refuse tells the client why the connection ends, and returns errRefused.
func (c *conn) refuse(errs ...*Error) error {
	r := c.reply()
	for _, e := range errs {
		r.add(appendError(nil, c.layout, c.cfg.ServerName, e))
	}
	if err := r.end(tokenDone, done{status: doneError}); err != nil {
		return err
	}
	return errRefused
}

// reply starts a reply.
func (c *conn) reply() *reply {
	return &reply{layout: c.layout, w: packetWriter{w: c.out, typ: packetReply, spid: c.spid, size: c.packetSize}}
}

// reply collects the tokens of one reply. Its first error is kept and makes
// all that follows do nothing.
type reply struct {
	layout Layout
	w      packetWriter
	err    error
}

func (r *reply) add(token []byte) {
	if r.err == nil {
		_, r.err = r.w.Write(token)
	}
}

// end adds the last token and sends what is left.
func (r *reply) end(token byte, d done) error {
	r.add(appendDone(nil, r.layout, token, d))
	if r.err == nil {
		r.err = r.w.finish()
	}
	return r.err
}
