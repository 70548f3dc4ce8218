package tds71

import "encoding/binary"

// The types of packets (MS-TDS 2.2.3.1.1).
const (
	packetBatch       = 0x01
	packetRPC         = 0x03
	packetReply       = 0x04
	packetAttention   = 0x06
	packetBulk        = 0x07
	packetFedAuth     = 0x08
	packetTransaction = 0x0E
	packetLogin       = 0x10
	packetSSPI        = 0x11
	packetPrelogin    = 0x12
)

// The status bits of packets (MS-TDS 2.2.3.1.2).
const (
	statusEnd   = 0x01 // last packet of a message
	statusReset = 0x08 // of the session; on the first packet
)

const (
	headerSize  = 8
	largestSize = 1<<16 - 1 // that a header can name

	minSize     = 512
	defaultSize = 4096 // until another one is negotiated
	maxSize     = 32767
)

// packetSize returns the size of a packet, header included, from its header.
func packetSize(header []byte) int { return int(binary.BigEndian.Uint16(header[2:])) }

// framer writes the packets of a message.
type framer struct {
	typ    byte
	first  byte // status bits of the first packet
	spid   [2]byte
	number byte // of the last packet; numbers begin with 1 and start over after 255
	begun  bool
}

// append appends payload to b, in packets of at most size octets. The last one
// ends the message if end is set. Without any payload there is one packet.
func (f *framer) append(b, payload []byte, size int, end bool) []byte {
	for {
		n := min(len(payload), size-headerSize)
		var status byte
		if !f.begun {
			status, f.number, f.begun = f.first, 0, true
		}
		if end && n == len(payload) {
			status |= statusEnd
			f.begun = false
		}
		f.number++
		b = append(b, f.typ, status)
		b = binary.BigEndian.AppendUint16(b, uint16(headerSize+n))
		b = append(b, f.spid[0], f.spid[1], f.number, 0)
		b = append(b, payload[:n]...)
		if payload = payload[n:]; len(payload) == 0 {
			return b
		}
	}
}
