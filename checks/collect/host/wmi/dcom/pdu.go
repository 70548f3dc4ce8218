package dcom

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/oiweiwei/go-msrpc/midl/uuid"
)

// PDUs of the connection-oriented protocol (C706 12.6, MS-RPCE 2.2.2).
const (
	pduRequest       = 0
	pduResponse      = 2
	pduFault         = 3
	pduBind          = 11
	pduBindAck       = 12
	pduBindNak       = 13
	pduAlterContext  = 14
	pduAlterResponse = 15
	pduAuth3         = 16
	pduShutdown      = 17
)

const (
	flagFirst      = 0x01
	flagLast       = 0x02
	flagHeaderSign = 0x04 // of a bind and what answers it
	flagObject     = 0x80
)

const (
	headerSize  = 16
	requestSize = 24 // of the header of a request or a response
	trailerSize = 8  // of what comes before a signature
	maxFragment = 5840
	minFragment = 1432 // that everyone must take (C706 12.6.3.1)
)

// ndr20 is the transfer syntax.
var ndr20 = syntax{*uuid.MustParse("8a885d04-1ceb-11c9-9fe8-08002b104860"), 2}

// syntax names an interface, or an encoding, and its version.
type syntax struct {
	id    uuid.UUID
	major uint16
}

func (s syntax) append(b []byte) []byte {
	b = append(b, s.id.EncodeBinary()...)
	b = binary.LittleEndian.AppendUint16(b, s.major)
	return append(b, 0, 0)
}

// pdu is one fragment that came.
type pdu struct {
	kind    byte
	flags   byte
	call    uint32
	raw     []byte // all of it
	body    []byte // after the header and before the trailer, with its padding
	pad     int    // octets of padding at the end of body
	trailer []byte // of the signature
	auth    []byte // the signature, or a token
}

// newPDU returns the beginning of a PDU: its header, whose lengths are still to
// be set by finish.
func newPDU(kind, flags byte, call uint32) []byte {
	b := []byte{5, 0, kind, flags, 0x10, 0, 0, 0, 0, 0, 0, 0}
	return binary.LittleEndian.AppendUint32(b, call)
}

// appendTrailer pads what was written since start and appends the trailer that
// says how the PDU is protected. The signature or token follows it.
func appendTrailer(b []byte, start int, s *security) []byte {
	pad := (16 - (len(b)-start)%16) % 16
	b = append(b, make([]byte, pad)...)
	b = append(b, s.kind, s.level, byte(pad), 0)
	return binary.LittleEndian.AppendUint32(b, s.id)
}

// finish sets the lengths of a PDU.
func finish(b []byte, auth int) []byte {
	binary.LittleEndian.PutUint16(b[8:], uint16(len(b)))
	binary.LittleEndian.PutUint16(b[10:], uint16(auth))
	return b
}

// errNoRPC says that whatever listens does not speak this protocol.
var errNoRPC = errors.New("what listens there does not speak RPC")

// fragmentLength reads from a header how long the PDU is.
func fragmentLength(h []byte) (int, error) {
	if h[0] != 5 || h[1] > 1 {
		return 0, fmt.Errorf("%w: its answer begins with % x", errNoRPC, h[:8])
	}
	if h[4] != 0x10 || h[5] != 0 {
		return 0, fmt.Errorf("an answer is encoded in a way (% x) that no Windows uses", h[4:8])
	}
	n := int(binary.LittleEndian.Uint16(h[8:]))
	if n < headerSize {
		return 0, fmt.Errorf("an answer says that it has %d octets", n)
	}
	return n, nil
}

// parsePDU takes a whole PDU apart. Its header was read by fragmentLength.
func parsePDU(raw []byte) (*pdu, error) {
	p := &pdu{
		kind: raw[2], flags: raw[3], call: binary.LittleEndian.Uint32(raw[12:]),
		raw: raw, body: raw[headerSize:],
	}
	auth := int(binary.LittleEndian.Uint16(raw[10:]))
	if auth == 0 {
		return p, nil
	}
	start := len(raw) - auth - trailerSize
	if start < headerSize {
		return nil, fmt.Errorf("an answer of %d octets has no room for a signature of %d", len(raw), auth)
	}
	p.trailer, p.auth = raw[start:start+trailerSize], raw[start+trailerSize:]
	p.body, p.pad = raw[headerSize:start], int(p.trailer[2])
	if p.pad > len(p.body) {
		return nil, fmt.Errorf("an answer has %d octets of padding among %d", p.pad, len(p.body))
	}
	return p, nil
}

// bindBody is the body of a bind or of an alter context that offers one
// interface (C706 12.6.4.3).
func bindBody(b []byte, group uint32, context uint16, iface syntax) []byte {
	b = binary.LittleEndian.AppendUint16(b, maxFragment)
	b = binary.LittleEndian.AppendUint16(b, maxFragment)
	b = binary.LittleEndian.AppendUint32(b, group)
	b = append(b, 1, 0, 0, 0)
	b = binary.LittleEndian.AppendUint16(b, context)
	b = append(b, 1, 0)
	return ndr20.append(iface.append(b))
}

// bindAck is what answers a bind.
type bindAck struct {
	fragment       int // the longest that the host takes
	group          uint32
	result, reason uint16 // of the one interface that was offered
}

// parseAck reads what answers a bind or an alter context (C706 12.6.4.4).
func parseAck(body []byte) (a bindAck, err error) {
	short := fmt.Errorf("the answer to a bind is cut after %d octets", len(body))
	if len(body) < 10 {
		return a, short
	}
	a.fragment = int(binary.LittleEndian.Uint16(body[2:]))
	a.group = binary.LittleEndian.Uint32(body[4:])
	at := 10 + int(binary.LittleEndian.Uint16(body[8:])) // the secondary address, such as the port
	at = (at + headerSize + 3) &^ 3
	at -= headerSize
	if at+8 > len(body) {
		return a, short
	}
	if body[at] != 1 {
		return a, fmt.Errorf("the answer to a bind tells of %d interfaces, not of one", body[at])
	}
	a.result = binary.LittleEndian.Uint16(body[at+4:])
	a.reason = binary.LittleEndian.Uint16(body[at+6:])
	return a, nil
}
