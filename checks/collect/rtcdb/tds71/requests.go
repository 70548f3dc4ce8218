package tds71

import (
	"errors"
	"fmt"
	"strings"
)

// maxRequest is the longest request that is taken, in octets.
const maxRequest = 1 << 20

// message is a whole request.
type message struct {
	typ    byte
	status byte // of the first packet, without the end bit
	data   []byte
}

// requests collects the packets of requests.
type requests struct {
	packet []byte // incomplete
	msg    message
	begun  bool
}

// add takes octets from b until a message is complete, and returns how many
// that were. The message is nil when b ends before; its data is valid until the
// next call.
func (q *requests) add(b []byte) (n int, m *message, err error) {
	for n < len(b) && m == nil && err == nil {
		want := headerSize
		if len(q.packet) >= headerSize {
			want = packetSize(q.packet)
		}
		k := min(want-len(q.packet), len(b)-n)
		q.packet = append(q.packet, b[n:n+k]...)
		n += k
		if len(q.packet) == headerSize && packetSize(q.packet) < headerSize {
			return n, nil, badRequest("a packet of %d octets", packetSize(q.packet))
		}
		if len(q.packet) >= headerSize && len(q.packet) == packetSize(q.packet) {
			m, err = q.complete(q.packet)
			q.packet = q.packet[:0]
		}
	}
	return n, m, err
}

// complete adds a packet, and returns the message that it ends.
func (q *requests) complete(packet []byte) (*message, error) {
	typ, status, data := packet[0], packet[1], packet[headerSize:]
	if !q.begun {
		q.msg = message{typ: typ, status: status &^ statusEnd, data: q.msg.data[:0]}
		q.begun = true
	}
	switch {
	case typ != q.msg.typ:
		return nil, badRequest("a packet of type 0x%02X within a message of type 0x%02X", typ, q.msg.typ)
	case status&^(statusEnd|statusReset) != 0:
		return nil, refused("status 0x%02X of a packet", status)
	case len(q.msg.data)+len(data) > maxRequest:
		return nil, refused("a request of more than %d octets", maxRequest)
	}
	q.msg.data = append(q.msg.data, data...)
	if status&statusEnd == 0 {
		return nil, nil
	}
	q.begun = false
	return &q.msg, nil
}

// translateRequest returns the data of a request that follows the login.
func translateRequest(m *message) ([]byte, error) {
	switch m.typ {
	case packetAttention, packetSSPI:
		return m.data, nil
	case packetBatch:
		return withoutHeaders(m.data)
	case packetRPC:
		call, err := withoutHeaders(m.data)
		if err != nil {
			return nil, err
		}
		return call, checkCall(call)
	case packetBulk:
		return nil, refused("bulk copy")
	case packetTransaction:
		return nil, refused("a transaction that the driver begins or ends")
	case packetFedAuth:
		return nil, refused("federated authentication")
	}
	return nil, refused("a packet of type 0x%02X", m.typ)
}

// withoutHeaders returns a request without its ALL_HEADERS (MS-TDS 2.2.5.3),
// which an older server would take for a part of the statement.
func withoutHeaders(b []byte) ([]byte, error) {
	c := &cursor{b: b}
	total := c.u32()
	if c.short || total < 4 || uint64(total) > uint64(len(b)) {
		return nil, badRequest("ALL_HEADERS of %d octets in %d", total, len(b))
	}
	for c.at < int(total) {
		const smallest = 4 + 2 // length and type
		n := c.u32()
		if c.short || n < smallest || uint64(c.at)+uint64(n)-4 > uint64(total) {
			return nil, badRequest("a header of %d octets in ALL_HEADERS", n)
		}
		c.take(int(n) - 4)
	}
	return b[total:], nil
}

// checkCall looks at the parameters of an RPC request (MS-TDS 2.2.6.6). Those
// of types that TDS 7.1 has are the same there.
func checkCall(b []byte) error {
	const byNumber, executeSQL = 0xFFFF, 10
	c := &cursor{b: b}
	var statement bool
	if n := c.u16(); n == byNumber {
		statement = c.u16() == executeSQL
	} else {
		statement = strings.EqualFold(text(c.take(2*int(n))), "sp_executesql")
	}
	c.u16() // flags
	for i := 1; !c.short && c.left() > 0; i++ {
		// In 7.1 a call that follows is announced by 0x80, later by 0xFE and 0xFF.
		const longestName = 0x7F
		n := c.u8()
		if n > longestName {
			return refused("several calls in one request, or a name of %d characters", n)
		}
		name := text(c.take(2 * int(n)))
		value, err := param(c)
		if err != nil {
			return refused("parameter %d %s: %v", i, name, err)
		}
		const declarations = 2
		if statement && i == declarations && strings.Contains(strings.ToLower(text(value)), "(max)") {
			return refused("parameters of (max) types, which empty values have, too: %.200s", text(value))
		}
	}
	if c.short {
		return badRequest("an RPC request that ends within a parameter")
	}
	return nil
}

// param takes flags, type and value of a parameter, and returns the value.
func param(c *cursor) ([]byte, error) {
	const encrypted = 0x08
	if c.u8()&encrypted != 0 {
		return nil, errors.New("is encrypted")
	}
	col, t, id, ok := readType(c)
	switch {
	case c.short:
		return nil, nil
	case !ok:
		return nil, fmt.Errorf("is of the type %s", typeName(id))
	case col.width == widthShort && col.declared == maxType:
		return nil, fmt.Errorf("is of the type %s(max), which empty values have, too", t.name)
	}
	switch col.width {
	case widthFixed:
		return c.take(int(col.declared)), nil
	case widthByte:
		return c.take(int(c.u8())), nil
	case widthShort:
		n := c.u16()
		if n == shortNull {
			return nil, nil
		}
		return c.take(int(n)), nil
	default:
		return nil, fmt.Errorf("is of the type %s", t.name)
	}
}

// preloginPackets returns the packets of a client's PRELOGIN message as they
// are to be sent: as they came, if there is nothing to take away.
func preloginPackets(m *message, asTheyCame []byte) []byte {
	data, changed := withoutTraceID(m.data)
	if !changed {
		return asTheyCame
	}
	f := framer{typ: packetPrelogin, first: m.status}
	return f.append(nil, data, defaultSize, true)
}
