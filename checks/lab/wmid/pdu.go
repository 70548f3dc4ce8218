package wmid

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The PDUs of connection-oriented RPC (C706 12.6.4, MS-RPCE 2.2.2), in little
// endian byte order.

const (
	headerSize  = 16
	trailerSize = 8

	pduRequest  = 0
	pduResponse = 2
	pduFault    = 3
	pduBind     = 11
	pduBindAck  = 12
	pduBindNak  = 13
	pduAlter    = 14
	pduAlterAck = 15
	pduAuth3    = 16
	pduCancel   = 18
	pduOrphaned = 19

	flagFirst      = 0x01
	flagLast       = 0x02
	flagHeaderSign = 0x04 // of bind and alter_context
	flagObject     = 0x80

	authNTLM = 10

	levelConnect   = 2
	levelIntegrity = 5
	levelPrivacy   = 6

	// maxFragment is what Windows offers over TCP.
	maxFragment = 5840
	// minFragment is what every peer must take.
	minFragment = 1432
)

var errPDU = errors.New("malformed pdu")

// guid is a UUID as it is on the wire.
type guid [16]byte

// mustGUID reads the usual notation of a constant.
func mustGUID(s string) guid {
	b, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil || len(b) != 16 {
		panic("guid " + s)
	}
	return guid{b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]}
}

// String gives the usual notation, in lower case.
func (g guid) String() string {
	return fmt.Sprintf("%08x-%04x-%04x-%x-%x", le.Uint32(g[:]), le.Uint16(g[4:]), le.Uint16(g[6:]), g[8:10], g[10:])
}

// pdu is one PDU as it was received.
type pdu struct {
	raw   []byte // all of it
	typ   byte
	flags byte
	call  uint32
	body  []byte // between the header and the trailer, in raw
	auth  *trailer
}

// trailer is a security trailer and what follows it (MS-RPCE 2.2.2.11).
type trailer struct {
	typ, level byte
	context    uint32
	pad        int // octets of padding at the end of the body, which include them
	value      []byte
}

// readPDU reads one fragment.
func readPDU(r io.Reader) (*pdu, error) {
	header := make([]byte, headerSize)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, err
	}
	length := int(le.Uint16(header[8:]))
	if length < headerSize {
		return nil, fmt.Errorf("%w: %d octets", errPDU, length)
	}
	raw := make([]byte, length)
	copy(raw, header)
	if _, err := io.ReadFull(r, raw[headerSize:]); err != nil {
		return nil, err
	}
	return parsePDU(raw)
}

func parsePDU(raw []byte) (*pdu, error) {
	if len(raw) < headerSize || int(le.Uint16(raw[8:])) != len(raw) {
		return nil, fmt.Errorf("%w: %d octets", errPDU, len(raw))
	}
	if raw[0] != 5 || raw[1] > 1 || raw[4]&0xF0 != 0x10 {
		return nil, fmt.Errorf("%w: version %d.%d, representation %02x", errPDU, raw[0], raw[1], raw[4])
	}
	p := &pdu{raw: raw, typ: raw[2], flags: raw[3], call: le.Uint32(raw[12:]), body: raw[headerSize:]}
	size := int(le.Uint16(raw[10:]))
	if size == 0 {
		return p, nil
	}
	at := len(p.body) - size - trailerSize
	if at < 0 {
		return nil, fmt.Errorf("%w: %d octets of authentication in %d", errPDU, size, len(raw))
	}
	t := p.body[at:]
	p.auth = &trailer{typ: t[0], level: t[1], pad: int(t[2]), context: le.Uint32(t[4:]), value: t[trailerSize:]}
	p.body = p.body[:at]
	if p.auth.pad > len(p.body) {
		return nil, fmt.Errorf("%w: %d octets of padding", errPDU, p.auth.pad)
	}
	return p, nil
}

// buildPDU puts a header before body. The trailer is appended when there is
// one, and its value is room that is filled in later, or a token.
func buildPDU(typ, flags byte, call uint32, body []byte, t *trailer) []byte {
	b := []byte{5, 0, typ, flags, 0x10, 0, 0, 0}
	size, auth := headerSize+len(body), 0
	if t != nil {
		auth = len(t.value)
		size += trailerSize + auth
	}
	b = le.AppendUint16(b, uint16(size))
	b = le.AppendUint16(b, uint16(auth))
	b = le.AppendUint32(b, call)
	b = append(b, body...)
	if t == nil {
		return b
	}
	b = append(b, t.typ, t.level, byte(t.pad), 0)
	return append(le.AppendUint32(b, t.context), t.value...)
}

// syntax is an interface or a transfer syntax, with its version.
type syntax struct {
	id      guid
	version uint32
}

// presentation is one context that a client proposes.
type presentation struct {
	id        uint16
	abstract  syntax
	transfers []syntax
}

// bind is the body of bind and alter_context (C706 12.6.4.3).
type bind struct {
	maxReceive uint16
	group      uint32
	contexts   []presentation
}

func parseBind(body []byte) (bind, error) {
	var b bind
	if len(body) < 12 {
		return b, fmt.Errorf("%w: bind of %d octets", errPDU, len(body))
	}
	b.maxReceive, b.group = le.Uint16(body[2:]), le.Uint32(body[4:])
	count := int(body[8])
	body = body[12:]
	readSyntax := func() syntax {
		s := syntax{guid(body[:16]), le.Uint32(body[16:])}
		body = body[20:]
		return s
	}
	for range count {
		if len(body) < 24 || len(body) < 24+20*int(body[2]) {
			return b, fmt.Errorf("%w: presentation context cut", errPDU)
		}
		p := presentation{id: le.Uint16(body)}
		transfers := int(body[2])
		body = body[4:]
		p.abstract = readSyntax()
		for range transfers {
			p.transfers = append(p.transfers, readSyntax())
		}
		b.contexts = append(b.contexts, p)
	}
	return b, nil
}

// request is the body of a request (C706 12.6.4.9).
type request struct {
	context, opnum uint16
	object         guid
	stub           []byte // with its padding
}

func parseRequest(p *pdu) (request, error) {
	var r request
	fixed := 8
	if p.flags&flagObject != 0 {
		fixed += 16
	}
	if len(p.body) < fixed {
		return r, fmt.Errorf("%w: request of %d octets", errPDU, len(p.body))
	}
	r.context, r.opnum = le.Uint16(p.body[4:]), le.Uint16(p.body[6:])
	if fixed > 8 {
		r.object = guid(p.body[8:24])
	}
	r.stub = p.body[fixed:]
	if p.auth != nil && p.auth.pad > len(r.stub) {
		return r, fmt.Errorf("%w: %d octets of padding in a stub of %d", errPDU, p.auth.pad, len(r.stub))
	}
	return r, nil
}
