package wmid

import (
	"bytes"
	"context"
	"errors"
	"fmt"
)

// call is one request that is complete.
type call struct {
	ctx    context.Context
	conn   *conn
	server *Server
	user   string // empty without a login
	object guid   // the IPID that is called
	target *object
	cut    bool // send half of the answer
}

// rpcFault is answered with a fault PDU.
type rpcFault uint32

func (f rpcFault) Error() string { return fmt.Sprintf("fault 0x%08x", uint32(f)) }

// effect ends the connection as a [Fault] says.
type effect Effect

func (e effect) Error() string { return fmt.Sprintf("effect %d", int(e)) }

// request takes one fragment of a request, and answers it after the last.
func (c *conn) request(ctx context.Context, p *pdu) error {
	r, err := parseRequest(p)
	if err != nil {
		return c.end(p.call, 0, faultProtocol)
	}
	sec, err := c.open(p, &r)
	if err != nil {
		return c.end(p.call, r.context, RPCAccessDenied)
	}
	if p.flags&flagFirst != 0 {
		c.first, c.stub = &r, nil
	}
	if c.first == nil || len(c.stub)+len(r.stub) > maxStub {
		return c.end(p.call, r.context, faultProtocol)
	}
	c.stub = append(c.stub, r.stub...)
	if p.flags&flagLast == 0 {
		return nil
	}
	first, stub := c.first, c.stub
	c.first, c.stub = nil, nil

	srv := c.interfaces[first.context]
	if srv == nil {
		return c.fault(p.call, first.context, faultInterface)
	}
	in := &call{ctx: ctx, conn: c, server: c.server, object: first.object}
	if sec != nil && sec.session != nil {
		in.user = sec.session.account
	}
	out, err := srv.serve(in, first.opnum, stub)
	var fault rpcFault
	var end effect
	switch {
	case errors.As(err, &fault):
		return c.fault(p.call, first.context, uint32(fault))
	case errors.As(err, &end):
		return c.misbehave(ctx, Effect(end))
	case err != nil:
		return c.fault(p.call, first.context, faultStub)
	}
	return c.respond(p, first.context, out, sec, in.cut)
}

// open finds the login that a fragment belongs to, verifies the signature and
// takes the protection and the padding off.
func (c *conn) open(p *pdu, r *request) (*security, error) {
	if p.auth == nil {
		sec := c.security[c.last]
		if sec != nil && sec.level > levelConnect {
			return nil, fmt.Errorf("%w: request without signature", errNTLM)
		}
		if sec != nil && sec.session == nil {
			return nil, fmt.Errorf("%w: login not complete", errNTLM)
		}
		return sec, nil
	}
	sec := c.security[p.auth.context]
	if sec == nil || sec.session == nil || sec.level != p.auth.level {
		return nil, fmt.Errorf("%w: no login for context %d", errNTLM, p.auth.context)
	}
	if sec.level > levelConnect {
		if len(p.auth.value) != ntlmSignatureSize {
			return nil, fmt.Errorf("%w: signature of %d octets", errNTLM, len(p.auth.value))
		}
		var secret []byte
		if sec.level == levelPrivacy {
			secret = r.stub
		}
		if err := sec.session.open(p.raw, secret); err != nil {
			return nil, err
		}
	}
	r.stub = r.stub[:len(r.stub)-p.auth.pad]
	return sec, nil
}

// respond sends the answer in as many fragments as it takes.
func (c *conn) respond(p *pdu, context uint16, stub []byte, sec *security, cut bool) error {
	const fixed = headerSize + 8
	protected := sec != nil && sec.level > levelConnect && p.auth != nil
	room := c.maxSend - fixed
	if protected {
		room = (room - trailerSize - ntlmSignatureSize) &^ 15
	}
	var out bytes.Buffer
	flags := byte(flagFirst)
	for {
		part := stub[:min(room, len(stub))]
		stub = stub[len(part):]
		if len(stub) == 0 {
			flags |= flagLast
		}
		body := le.AppendUint32(nil, uint32(len(part)+len(stub)))
		body = append(le.AppendUint16(body, context), 0, 0)
		body = append(body, part...)
		if protected {
			t := &trailer{typ: authNTLM, level: sec.level, context: p.auth.context, pad: -len(part) & 15}
			t.value = make([]byte, ntlmSignatureSize)
			body = append(body, make([]byte, t.pad)...)
			b := buildPDU(pduResponse, flags, p.call, body, t)
			var secret []byte
			if sec.level == levelPrivacy {
				secret = b[fixed : headerSize+len(body)]
			}
			sec.session.protect(b, secret)
			out.Write(b)
		} else {
			out.Write(buildPDU(pduResponse, flags, p.call, body, nil))
		}
		flags = 0
		if len(stub) == 0 {
			break
		}
	}
	if cut {
		_ = c.write(out.Bytes()[:out.Len()/2])
		return errEnd
	}
	return c.write(out.Bytes())
}

// end refuses a request after which nothing that follows can be understood.
func (c *conn) end(call uint32, context uint16, status uint32) error {
	_ = c.fault(call, context, status)
	return errEnd
}
