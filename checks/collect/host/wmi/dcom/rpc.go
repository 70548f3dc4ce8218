package dcom

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"lcshealth/checks/collect/host/wmi"

	"github.com/oiweiwei/go-msrpc/midl/uuid"
)

// rpc is a connection to one port of a host (MS-RPCE). It carries one call
// after the other. After any error but that of a call it is closed, for then
// nobody knows what comes next.
type rpc struct {
	conn     net.Conn
	timeout  time.Duration // for one step of a call
	security *security
	fragment int // the longest that the host takes
	group    uint32
	calls    uint32
	contexts map[syntax]uint16
	err      error // why it is closed
}

func newRPC(conn net.Conn, timeout time.Duration, s *security) *rpc {
	return &rpc{conn: conn, timeout: timeout, security: s, fragment: minFragment, contexts: map[syntax]uint16{}}
}

// maxAnswer is how long an answer may be that is put together from fragments.
const maxAnswer = 64 << 20

// call calls an operation of an object, or of an interface if object is nil.
func (r *rpc) call(ctx context.Context, iface syntax, object *uuid.UUID, operation uint16, stub []byte) (answer []byte, err error) {
	if r.err != nil {
		return nil, r.err
	}
	stop := context.AfterFunc(ctx, func() { _ = r.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	defer func() {
		if err != nil {
			err = r.fail(ctx, err)
		}
	}()
	id, bound := r.contexts[iface]
	if !bound {
		if id, err = r.bind(ctx, iface); err != nil {
			return nil, err
		}
	}
	r.calls++
	if err := r.request(ctx, id, object, operation, stub); err != nil {
		return nil, err
	}
	return r.answer(ctx)
}

// fail closes the connection.
func (r *rpc) fail(ctx context.Context, err error) error {
	if ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		err = fmt.Errorf("%w (%w)", ctx.Err(), err)
	}
	r.err = &brokenError{err}
	_ = r.conn.Close()
	return r.err
}

// brokenError says why a connection is of no more use.
type brokenError struct{ why error }

func (e *brokenError) Error() string   { return e.why.Error() }
func (e *brokenError) Unwrap() []error { return []error{wmi.ErrBroken, e.why} }

// request sends a request, in as many fragments as it takes.
func (r *rpc) request(ctx context.Context, id uint16, object *uuid.UUID, operation uint16, stub []byte) error {
	size, err := r.security.signatureSize()
	if err != nil {
		return err
	}
	room := r.fragment - requestSize - trailerSize - size
	flags := byte(flagFirst)
	if object != nil {
		flags |= flagObject
		room -= 16
	}
	room &^= 15 // so that it needs no padding
	for first := true; first || len(stub) > 0; first = false {
		piece := stub[:min(room, len(stub))]
		if len(stub) <= room {
			flags |= flagLast
		}
		b := newPDU(pduRequest, flags, r.calls)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(stub)))
		b = binary.LittleEndian.AppendUint16(b, id)
		b = binary.LittleEndian.AppendUint16(b, operation)
		if object != nil {
			b = append(b, object.EncodeBinary()...)
		}
		start := len(b)
		b = appendTrailer(append(b, piece...), start, r.security)
		end := len(b) - trailerSize
		b = finish(append(b, make([]byte, size)...), size)
		signature, err := r.security.protect(b[:start], b[start:end], b[end:end+trailerSize])
		if err != nil {
			return fmt.Errorf("sign a request: %w", err)
		}
		if len(signature) != size {
			return fmt.Errorf("sign a request: the signature has %d octets, not %d", len(signature), size)
		}
		copy(b[end+trailerSize:], signature)
		if err := r.send(ctx, b); err != nil {
			return err
		}
		stub = stub[len(piece):]
		flags &^= flagFirst
	}
	return nil
}

// answer reads what answers the request.
func (r *rpc) answer(ctx context.Context) ([]byte, error) {
	var all []byte
	for {
		p, err := r.receive(ctx)
		if err != nil {
			return nil, err
		}
		switch {
		case p.kind == pduFault:
			return nil, faultOf(p)
		case p.kind == pduShutdown:
			return nil, errors.New("the host wants no more calls")
		case p.kind != pduResponse || p.call != r.calls:
			return nil, fmt.Errorf("a PDU of kind %d for call %d came, and not the answer to call %d", p.kind, p.call, r.calls)
		case len(p.raw) < requestSize || len(p.body) < requestSize-headerSize:
			return nil, fmt.Errorf("an answer is cut after %d octets", len(p.raw))
		}
		stub := p.body[requestSize-headerSize:]
		if p.pad > len(stub) {
			return nil, fmt.Errorf("an answer has %d octets of padding among %d", p.pad, len(stub))
		}
		if len(p.auth) == 0 || p.trailer[0] != r.security.kind || p.trailer[1] != r.security.level {
			return nil, errSignature
		}
		if err := r.security.unprotect(p.raw[:requestSize], stub, p.trailer, p.auth); err != nil {
			return nil, err
		}
		stub = stub[:len(stub)-p.pad]
		if len(all)+len(stub) > maxAnswer {
			return nil, fmt.Errorf("an answer has more than %d MiB", maxAnswer>>20)
		}
		all = append(all, stub...)
		if p.flags&flagLast != 0 {
			return all, nil
		}
	}
}

// receive reads one PDU.
func (r *rpc) receive(ctx context.Context) (*pdu, error) {
	r.deadline(ctx)
	head := make([]byte, headerSize)
	if n, err := io.ReadFull(r.conn, head); err != nil {
		return nil, cut(err, n)
	}
	length, err := fragmentLength(head)
	if err != nil {
		return nil, err
	}
	raw := append(make([]byte, 0, length), head...)[:length]
	if n, err := io.ReadFull(r.conn, raw[headerSize:]); err != nil {
		return nil, cut(err, headerSize+n)
	}
	return parsePDU(raw)
}

// cut explains the end of a connection within an answer.
func cut(err error, n int) error {
	switch {
	case errors.Is(err, io.EOF) && n == 0:
		return fmt.Errorf("the host closed the connection: %w", err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the host closed the connection after %d octets of an answer: %w", n, io.ErrUnexpectedEOF)
	}
	return err
}

func (r *rpc) send(ctx context.Context, b []byte) error {
	r.deadline(ctx)
	_, err := r.conn.Write(b)
	return err
}

// deadline gives the next step its time, unless the context has ended, which
// may have set the deadline already.
func (r *rpc) deadline(ctx context.Context) {
	_ = r.conn.SetDeadline(time.Now().Add(r.timeout))
	if ctx.Err() != nil {
		_ = r.conn.SetDeadline(time.Unix(1, 0))
	}
}

func (r *rpc) close() {
	if r.err == nil {
		r.err = fmt.Errorf("%w: it was closed", wmi.ErrBroken)
		_ = r.conn.Close()
	}
}
