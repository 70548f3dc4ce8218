package ldapd

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math"
	"net"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// Requests by their application tag, RFC 4511 section 4.2 on.
const (
	opBind      ber.Tag = 0
	opUnbind    ber.Tag = 2
	opSearch    ber.Tag = 3
	opModify    ber.Tag = 6
	opAdd       ber.Tag = 8
	opDelete    ber.Tag = 10
	opModifyDN  ber.Tag = 12
	opCompare   ber.Tag = 14
	opAbandon   ber.Tag = 16
	opExtension ber.Tag = 23
)

const (
	oidStartTLS = "1.3.6.1.4.1.1466.20037"
	oidNotice   = "1.3.6.1.4.1.1466.20036" // notice of disconnection
)

// errUnbind ends a connection in peace.
var errUnbind = errors.New("client unbound")

// A conn serves one client, one request after the other.
type conn struct {
	srv    *Server
	number int
	net    *timedConn
	stream io.Closer // net, or the TLS connection on top of it
	in     *bufio.Reader
	out    *bufio.Writer
	enc    encoder
	secure bool
	bound  bool   // by name and password
	user   string // as whom
}

func newConn(s *Server, number int, nc net.Conn) *conn {
	timed := &timedConn{Conn: nc, timeout: s.cfg.IdleTimeout}
	return &conn{
		srv: s, number: number, net: timed, stream: timed,
		in: bufio.NewReader(timed), out: bufio.NewWriterSize(timed, 64<<10),
	}
}

// serve answers until the client leaves, breaks the protocol or is closed.
func (c *conn) serve() {
	defer func() { _ = c.stream.Close() }() // says goodbye in TLS; nobody is left to tell
	for {
		m, err := readMessage(c.in)
		if err == nil {
			err = c.handle(m)
		}
		if errors.Is(err, errMalformed) {
			c.record(Request{Kind: KindMalformed})
			c.notify(err)
		}
		if err != nil {
			return
		}
	}
}

// handle does one operation. An error ends the connection.
func (c *conn) handle(m message) error {
	switch m.op.Tag {
	case opBind:
		return c.bind(m)
	case opUnbind:
		c.record(m.request(KindUnbind))
		return errUnbind
	case opSearch:
		return c.search(m)
	case opModify:
		return c.refuse(m, KindModify, tagModifyResponse)
	case opAdd:
		return c.refuse(m, KindAdd, tagAddResponse)
	case opDelete:
		return c.refuse(m, KindDelete, tagDeleteResponse)
	case opModifyDN:
		return c.refuse(m, KindModifyDN, tagModifyDNResponse)
	case opCompare:
		return c.refuse(m, KindCompare, tagCompareResponse)
	case opAbandon:
		// What it wants to stop is done, for requests are served in turn.
		c.record(m.request(KindAbandon))
		return nil
	case opExtension:
		return c.extended(m)
	}
	return malformed("operation %d is none", m.op.Tag)
}

// bind authenticates the connection, RFC 4511 section 4.2. Whatever the
// outcome, what it was bound as before is forgotten.
func (c *conn) bind(m message) error {
	f := fieldsOf(m.op)
	version := f.integer(ber.TagInteger, 1, 127)
	name := f.octets()
	auth := f.next()
	if f.err != nil {
		return f.err
	}
	r := m.request(KindBind)
	r.DN = name
	r.Mechanism = mechanism(auth, name)
	c.record(r)
	c.bound, c.user = false, ""

	res := c.authenticate(version, name, r.Mechanism, auth.Data.String())
	if bad := m.unsupported(); bad != nil {
		res, c.bound, c.user = *bad, false, ""
	}
	return c.respond(m, tagBindResponse, res)
}

// mechanism names the authentication choice of a bind request. The choices 9
// to 11 are Microsoft's Sicily (MS-ADTS 5.1.1.1.3).
func mechanism(auth *ber.Packet, name string) string {
	switch {
	case auth.ClassType != ber.ClassContext:
		return "unknown"
	case auth.Tag == 0 && (name == "" || auth.Data.Len() == 0):
		return "anonymous"
	case auth.Tag == 0:
		return "simple"
	case auth.Tag == 3 && len(auth.Children) > 0:
		return "SASL " + auth.Children[0].Data.String()
	case auth.Tag >= 9 && auth.Tag <= 11:
		return "sicily"
	}
	return "unknown"
}

func (c *conn) authenticate(version int64, name, mechanism, password string) result {
	switch {
	case version != 2 && version != 3:
		return result{code: ldap.LDAPResultProtocolError, text: textVersion}
	case mechanism == "anonymous":
		return result{}
	case mechanism != "simple":
		return result{code: ldap.LDAPResultAuthMethodNotSupported, text: textAuthMethod}
	case c.srv.cfg.RequireTLS && !c.secure:
		return result{code: ldap.LDAPResultStrongAuthRequired, text: textStrongAuth}
	}
	u, known := c.srv.users[userKey(name)]
	switch {
	case !known:
		return result{code: ldap.LDAPResultInvalidCredentials, text: textNoSuchUser}
	case u.password != password:
		return result{code: ldap.LDAPResultInvalidCredentials, text: textBadPassword}
	}
	c.bound, c.user = true, u.name
	return result{}
}

// refuse answers an operation that would change the directory, or compare.
func (c *conn) refuse(m message, kind Kind, tag byte) error {
	r := m.request(kind)
	if kind == KindDelete { // the operation is the DN itself
		r.DN = m.op.Data.String()
	} else {
		f := fieldsOf(m.op)
		r.DN = f.octets()
		if f.err != nil {
			return f.err
		}
	}
	c.record(r)
	return c.respond(m, tag, result{code: ldap.LDAPResultUnwillingToPerform, text: textReadOnly})
}

// extended does StartTLS (RFC 4511 section 4.14) and refuses the rest.
func (c *conn) extended(m message) error {
	f := fieldsOf(m.op)
	name := f.optional(ber.ClassContext, ber.TypePrimitive, 0)
	if name == nil {
		return malformed("extended request without name")
	}
	r := m.request(KindExtended)
	r.OID = name.Data.String()
	if r.OID == oidStartTLS {
		r.Kind = KindStartTLS
	}
	c.record(r)
	res := result{}
	switch bad := m.unsupported(); {
	case bad != nil:
		res = *bad
	case r.Kind != KindStartTLS:
		res = result{code: ldap.LDAPResultProtocolError, text: textExtension}
	case c.srv.cfg.TLS == nil:
		res = result{code: ldap.LDAPResultUnavailable, text: textNoTLS}
	case c.secure:
		res = result{code: ldap.LDAPResultOperationsError, text: textTLSActive}
	}
	if err := c.respondExtended(m.id, res, r.OID); err != nil || res.code != 0 || r.Kind != KindStartTLS {
		return err
	}
	if c.in.Buffered() > 0 {
		return errors.New("client sent more behind StartTLS, in clear") // could be anybody's
	}
	return c.startTLS(c.srv.cfg.TLS)
}

// startTLS makes c an encrypted connection, from its next byte on.
func (c *conn) startTLS(config *tls.Config) error {
	idle := c.net.timeout
	c.net.timeout = min(idle, handshakeTimeout)
	defer func() { c.net.timeout = idle }()
	encrypted := tls.Server(c.net, config)
	if err := encrypted.Handshake(); err != nil { //nolint:noctx // c.net has the deadline, and Close ends it
		return fmt.Errorf("tls handshake with %s: %w", c.net.RemoteAddr(), err)
	}
	c.stream = encrypted
	c.in.Reset(encrypted)
	c.out.Reset(encrypted)
	c.secure = true
	return nil
}

// notify sends the notice of disconnection, RFC 4511 section 4.4.1.
func (c *conn) notify(cause error) {
	// The connection ends either way, so a client that does not take the notice is no matter.
	_ = c.respondExtended(0, result{code: ldap.LDAPResultProtocolError, text: cause.Error()}, oidNotice)
}

func (c *conn) respondExtended(id int64, r result, name string) error {
	c.beginMessage(id, tagExtendedResponse)
	c.enc.result(r)
	c.enc.octets(tagResponseName, name)
	c.enc.end()
	return c.send(true)
}

// respond sends an answer that is nothing but a result.
func (c *conn) respond(m message, tag byte, r result) error {
	c.beginMessage(m.id, tag)
	c.enc.result(r)
	c.enc.end()
	return c.send(true)
}

func (c *conn) beginMessage(id int64, tag byte) {
	c.enc.reset()
	c.enc.begin(tagSequence)
	c.enc.integer(tagInteger, id)
	c.enc.begin(tag)
}

// send ends the message begun and hands it over. flush says that the client waits for it.
func (c *conn) send(flush bool) error {
	c.enc.end()
	if len(c.enc.buf) > math.MaxInt32 {
		return fmt.Errorf("answer of %d octets is too large", len(c.enc.buf))
	}
	if _, err := c.out.Write(c.enc.buf); err != nil || !flush {
		return err
	}
	return c.out.Flush()
}

// record notes a request together with the connection's state.
func (c *conn) record(r Request) {
	r.Conn, r.TLS, r.User = c.number, c.secure, c.user
	c.srv.record(r)
}

// request starts the record of m.
func (m *message) request(kind Kind) Request {
	r := Request{Kind: kind}
	for _, c := range m.controls {
		r.Controls = append(r.Controls, c.oid)
	}
	return r
}
