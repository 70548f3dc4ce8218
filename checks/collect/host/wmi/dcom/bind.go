package dcom

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
)

// bind offers an interface. The first one goes with authentication; those that
// follow are added to what is agreed upon.
func (r *rpc) bind(ctx context.Context, iface syntax) (id uint16, err error) {
	id = uint16(len(r.contexts))
	kind, answer := byte(pduBind), byte(pduBindAck)
	if r.security.established {
		kind, answer = pduAlterContext, pduAlterResponse
	}
	var token []byte
	if kind == pduBind {
		if token, err = r.security.step(ctx, nil); err != nil {
			return 0, &loginError{err}
		}
	}
	r.calls++
	b := bindBody(newPDU(kind, flagFirst|flagLast|flagHeaderSign, r.calls), r.group, id, iface)
	if err := r.send(ctx, r.withToken(b, token)); err != nil {
		return 0, err
	}
	p, err := r.receive(ctx)
	if err != nil {
		return 0, err
	}
	ack, err := r.accepted(p, answer)
	if err != nil {
		return 0, err
	}
	if kind == pduBind {
		r.group = ack.group
		r.fragment = min(max(ack.fragment, minFragment), maxFragment)
		if err := r.authenticate(ctx, p); err != nil {
			return 0, err
		}
	}
	r.contexts[iface] = id
	return id, nil
}

// withToken adds a token of authentication, if there is one, to a PDU.
func (r *rpc) withToken(b, token []byte) []byte {
	if len(token) == 0 {
		return finish(b, 0)
	}
	// The bodies of these PDUs are whole words, and take no padding.
	b = append(b, r.security.kind, r.security.level, 0, 0)
	b = binary.LittleEndian.AppendUint32(b, r.security.id)
	return finish(append(b, token...), len(token))
}

// authenticate goes on from the token in the answer to the bind. Both NTLM and
// Kerberos take three steps; nothing answers the third, so that a wrong
// password shows in the first call.
func (r *rpc) authenticate(ctx context.Context, p *pdu) error {
	r.security.signHeader = p.flags&flagHeaderSign != 0
	if len(p.auth) == 0 {
		return &loginError{errors.New("the host does not answer the authentication")}
	}
	token, err := r.security.step(ctx, p.auth)
	if err != nil {
		return &loginError{err}
	}
	if !r.security.established {
		return &loginError{errors.New("the authentication does not come to its end")}
	}
	b := append(newPDU(pduAuth3, flagFirst|flagLast, p.call), 0, 0, 0, 0)
	return r.send(ctx, r.withToken(b, token))
}

// accepted checks the answer to a bind.
func (r *rpc) accepted(p *pdu, want byte) (bindAck, error) {
	switch {
	case p.kind == pduFault:
		return bindAck{}, faultOf(p)
	case p.kind == pduBindNak:
		reason := uint16(0)
		if len(p.body) >= 2 {
			reason = binary.LittleEndian.Uint16(p.body)
		}
		return bindAck{}, &bindError{reason: reason}
	case p.kind != want || p.call != r.calls:
		return bindAck{}, fmt.Errorf("a PDU of kind %d came, and not the answer to a bind", p.kind)
	}
	ack, err := parseAck(p.body)
	if err == nil && ack.result != 0 {
		err = &bindError{iface: true, reason: ack.reason}
	}
	return ack, err
}
