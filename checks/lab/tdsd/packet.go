package tdsd

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// packetType is the kind of message that a packet belongs to (MS-TDS
// 2.2.3.1.1).
type packetType byte

const (
	packetBatch     packetType = 0x01
	packetRPC       packetType = 0x03
	packetReply     packetType = 0x04
	packetAttention packetType = 0x06
	packetLogin7    packetType = 0x10
	packetSSPI      packetType = 0x11
	packetPrelogin  packetType = 0x12
)

// The status bits of a packet (MS-TDS 2.2.3.1.2).
const (
	statusEOM       = 0x01
	statusIgnore    = 0x02
	statusReset     = 0x08
	statusResetSkip = 0x10
)

const (
	headerSize = 8

	minPacketSize     = 512
	defaultPacketSize = 4096
	maxPacketSize     = 32767
	// maxTLSPacketSize keeps a packet within one TLS record.
	maxTLSPacketSize = 16383

	// maxRequest is the longest request that is kept and answered; a longer
	// one is read to its end, or to maxDiscard, and refused.
	maxRequest = 1 << 20
	maxDiscard = 64 << 20
)

// message is a whole request: the payload of its packets.
type message struct {
	typ    packetType
	status byte // of the first packet, with statusIgnore of the last
	data   []byte
}

// readPacket reads exactly one packet, and not a byte of what follows it.
func readPacket(r io.Reader) (typ packetType, status byte, payload []byte, err error) {
	var header [headerSize]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return 0, 0, nil, err
	}
	typ, status = packetType(header[0]), header[1]
	length := int(binary.BigEndian.Uint16(header[2:]))
	if length < headerSize || length > maxPacketSize {
		return 0, 0, nil, fmt.Errorf("%w: packet of %d bytes", errProtocol, length)
	}
	payload = make([]byte, length-headerSize)
	if _, err := io.ReadFull(r, payload); err != nil {
		return 0, 0, nil, unexpected(err)
	}
	return typ, status, payload, nil
}

// unexpected returns err, where the end of the stream is an error.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// readMessage reads the packets of one request: the first from first, the
// others from rest, since a login may be encrypted in its first packet alone.
// An attention that interrupts a request is returned in its place.
func readMessage(first, rest io.Reader) (message, error) {
	typ, status, payload, err := readPacket(first)
	if err != nil {
		return message{}, err
	}
	msg := message{typ: typ, status: status, data: payload}
	total := len(payload)
	for status&statusEOM == 0 {
		if typ, status, payload, err = readPacket(rest); err != nil {
			return message{}, unexpected(err)
		}
		if typ == packetAttention {
			return message{typ: typ, status: status}, nil
		}
		if typ != msg.typ {
			return message{}, fmt.Errorf("%w: packet type %#02x within a message of type %#02x", errProtocol, typ, msg.typ)
		}
		if total += len(payload); total > maxDiscard {
			break
		}
		if total <= maxRequest {
			msg.data = append(msg.data, payload...)
		}
	}
	if total > maxRequest {
		return message{}, fmt.Errorf("%w: more than %d bytes in one request", errProtocol, maxRequest)
	}
	msg.status |= status & statusIgnore
	return msg, nil
}

// packetWriter splits a reply into packets. It sends a packet only when there
// is more to come, so that the last is never empty.
type packetWriter struct {
	w     io.Writer
	typ   packetType
	spid  uint16
	size  int // of a packet with its header
	noEOM bool

	seq byte
	buf []byte
}

func (p *packetWriter) Write(data []byte) (int, error) {
	written := 0
	for len(data) > 0 {
		if len(p.buf) == 0 {
			p.buf = make([]byte, headerSize, p.size)
		}
		if len(p.buf) == p.size {
			if err := p.send(0); err != nil {
				return written, err
			}
		}
		n := min(len(data), p.size-len(p.buf))
		p.buf = append(p.buf, data[:n]...)
		data = data[n:]
		written += n
	}
	return written, nil
}

// finish sends the last packet. It sends nothing when nothing was written.
func (p *packetWriter) finish() error {
	if len(p.buf) == 0 {
		return nil
	}
	status := byte(statusEOM)
	if p.noEOM {
		status = 0
	}
	err := p.send(status)
	p.buf, p.seq = nil, 0
	return err
}

func (p *packetWriter) send(status byte) error {
	p.seq++
	p.buf[0], p.buf[1] = byte(p.typ), status
	binary.BigEndian.PutUint16(p.buf[2:], uint16(len(p.buf)))
	binary.BigEndian.PutUint16(p.buf[4:], p.spid)
	p.buf[6], p.buf[7] = p.seq, 0
	_, err := p.w.Write(p.buf)
	p.buf = p.buf[:headerSize]
	return err
}
