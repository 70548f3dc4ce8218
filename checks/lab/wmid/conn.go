package wmid

import (
	"context"
	"errors"
	"net"
	"time"
)

// role tells the two listeners apart.
type role string

const (
	resolverRole role = "resolver"
	objectsRole  role = "objects"
)

// maxStub bounds what the fragments of one request may add up to.
const maxStub = 1 << 20

// Faults of RPC (C706 appendix E, MS-RPCE 2.2.2.8).
const (
	faultOpRange   = 0x1C010002 // nca_s_op_rng_error
	faultInterface = 0x1C010003 // nca_s_unk_if
	faultProtocol  = 0x1C01000B // nca_s_proto_error
	faultStub      = 0x000006F7 // RPC_X_BAD_STUB_DATA
)

// Reasons of a bind_nak and of a presentation context that is refused.
const (
	reasonAbstractSyntax = 1
	reasonTransferSyntax = 2
	nakAuthType          = 8
	nakChecksum          = 9
)

var (
	ndr20 = syntax{mustGUID("8a885d04-1ceb-11c9-9fe8-08002b104860"), 2}
	// featurePrefix begins the transfer syntax that stands for the negotiation
	// of features (MS-RPCE 3.3.1.5.3).
	featurePrefix = mustGUID("6cb71c2c-9812-4540-0000-000000000000")
)

// security is what became of a login on a connection. A login that failed, or
// is not complete, has no session.
type security struct {
	level   byte
	login   *ntlmLogin
	session *ntlmSession
}

// conn is one connection.
type conn struct {
	server *Server
	role   role
	port   uint16 // of the object server, as clients are told
	net    net.Conn

	bound      bool
	maxSend    int
	interfaces map[uint16]*service // by presentation context
	security   map[uint32]*security
	last       uint32 // the security context that a bare request belongs to
	first      *request
	stub       []byte // of the fragments so far
}

func newConn(s *Server, role role, port uint16, raw net.Conn) *conn {
	return &conn{
		server: s, role: role, port: port, net: raw, maxSend: minFragment,
		interfaces: map[uint16]*service{}, security: map[uint32]*security{},
	}
}

// errEnd ends a connection without another word.
var errEnd = errors.New("connection ends")

func (c *conn) serve(ctx context.Context) {
	defer func() { _ = c.net.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = c.net.Close() })
	defer stop()
	for {
		if err := c.net.SetReadDeadline(time.Now().Add(idleTimeout)); err != nil {
			return
		}
		p, err := readPDU(c.net)
		if err != nil {
			if errors.Is(err, errPDU) {
				_ = c.fault(0, 0, faultProtocol)
			}
			return
		}
		if err := c.handle(ctx, p); err != nil {
			return
		}
	}
}

func (c *conn) handle(ctx context.Context, p *pdu) error {
	switch {
	case p.typ == pduBind && !c.bound, p.typ == pduAlter && c.bound:
		return c.bind(ctx, p)
	case p.typ == pduAuth3:
		return c.auth3(p)
	case p.typ == pduRequest && c.bound:
		return c.request(ctx, p)
	case p.typ == pduCancel, p.typ == pduOrphaned:
		return nil
	}
	_ = c.fault(p.call, 0, faultProtocol)
	return errEnd
}

// bind answers bind and alter_context.
func (c *conn) bind(ctx context.Context, p *pdu) error {
	if f, ok := c.server.faults.take(StepBind, string(c.role)); ok {
		if f.Do == Status || f.Do == RPCFault {
			return c.nak(p.call, uint16(f.Code))
		}
		if f.Do != Cut {
			return c.misbehave(ctx, f.Do)
		}
		_ = c.write(buildPDU(pduBindAck, flagFirst|flagLast, p.call, make([]byte, 8), nil)[:20])
		return errEnd
	}
	b, err := parseBind(p.body)
	if err != nil {
		return c.nak(p.call, 0)
	}
	if p.typ == pduBind {
		c.maxSend = min(max(int(b.maxReceive), minFragment), maxFragment)
	}
	token, err := c.beginAuth(p.auth)
	if err != nil {
		if p.typ == pduAlter {
			return c.fault(p.call, 0, RPCAccessDenied)
		}
		return c.nak(p.call, nakAuthType)
	}
	typ, address := byte(pduBindAck), "135"
	if c.role == objectsRole {
		address = portText(c.port)
	}
	if p.typ == pduAlter {
		typ, address = pduAlterAck, ""
	}
	c.bound = true
	body := le.AppendUint16(nil, uint16(c.maxSend))
	body = le.AppendUint16(body, maxFragment)
	body = le.AppendUint32(body, max(b.group, 1))
	if address != "" {
		address += "\x00"
	}
	body = append(le.AppendUint16(body, uint16(len(address))), address...)
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	body = append(body, byte(len(b.contexts)), 0, 0, 0)
	for _, context := range b.contexts {
		body = append(body, c.accept(context)...)
	}
	return c.write(buildPDU(typ, flagFirst|flagLast|p.flags&flagHeaderSign, p.call, body, token))
}

// accept decides on one presentation context.
func (c *conn) accept(p presentation) []byte {
	result := func(outcome, reason uint16, s syntax) []byte {
		b := le.AppendUint16(le.AppendUint16(nil, outcome), reason)
		return le.AppendUint32(append(b, s.id[:]...), s.version)
	}
	const acceptance, provider, negotiate = 0, 2, 3
	srv := services[c.role][p.abstract.id]
	for _, t := range p.transfers {
		if [8]byte(t.id[:8]) == [8]byte(featurePrefix[:8]) {
			// Of the features, several logins on one connection are allowed.
			return result(negotiate, uint16(t.id[8])&1, syntax{})
		}
		if srv != nil && t == ndr20 {
			c.interfaces[p.id] = srv
			return result(acceptance, 0, ndr20)
		}
	}
	if srv == nil {
		return result(provider, reasonAbstractSyntax, syntax{})
	}
	return result(provider, reasonTransferSyntax, syntax{})
}

// beginAuth takes the first message of a login, if there is one.
func (c *conn) beginAuth(t *trailer) (*trailer, error) {
	if t == nil {
		return nil, nil
	}
	if t.typ != authNTLM || t.level < levelConnect || t.level > levelPrivacy {
		return nil, errNTLM
	}
	login, err := beginNTLM(&c.server.host, t.value)
	if err != nil {
		return nil, err
	}
	c.security[t.context] = &security{level: t.level, login: login}
	c.last = t.context
	return &trailer{typ: t.typ, level: t.level, context: t.context, value: login.challenge}, nil
}

// auth3 completes a login. It has no answer: that it failed shows when the
// client's next request is refused.
func (c *conn) auth3(p *pdu) error {
	if p.auth == nil || c.security[p.auth.context] == nil || c.security[p.auth.context].login == nil {
		return errEnd
	}
	sec := c.security[p.auth.context]
	session, err := sec.login.finish(&c.server.host, p.auth.value)
	if err == nil {
		sec.session = session
	}
	sec.login = nil
	return nil
}

func (c *conn) nak(call uint32, reason uint16) error {
	body := append(le.AppendUint16(nil, reason), 1, 5, 0) // version 5.0 is spoken
	_ = c.write(buildPDU(pduBindNak, flagFirst|flagLast, call, append(body, 0, 0, 0), nil))
	return errEnd
}

func (c *conn) fault(call uint32, context uint16, status uint32) error {
	body := le.AppendUint16(le.AppendUint32(nil, 0), context)
	body = le.AppendUint32(append(body, 0, 0), status)
	return c.write(buildPDU(pduFault, flagFirst|flagLast, call, append(body, 0, 0, 0, 0), nil))
}

func (c *conn) write(b []byte) error {
	if err := c.net.SetWriteDeadline(time.Now().Add(idleTimeout)); err != nil {
		return err
	}
	_, err := c.net.Write(b)
	return err
}

// misbehave does what a fault says that ends the connection.
func (c *conn) misbehave(ctx context.Context, do Effect) error {
	switch do {
	case Hang:
		<-ctx.Done()
	case Garbage:
		_ = c.write([]byte("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"))
	}
	return errEnd
}
