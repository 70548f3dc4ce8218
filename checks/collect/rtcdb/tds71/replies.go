package tds71

import (
	"encoding/binary"
	"strconv"
)

// replies translates the token stream of replies. It takes the stream in
// pieces that end anywhere, and keeps of it no more than the start of one item:
// a token without its rows, the definition of one column, or the length of one
// value. Values pass through as they come.
type replies struct {
	out  []byte // translated, and to be taken by the caller
	rest []byte // an item whose end is still to come

	columns     []column // of the rows that follow
	definitions int      // how many are still to come
	next        int      // the column whose value comes next; len(columns) outside of a row
	value       *column  // of a RETURNVALUE, if that comes next
	owed        int64    // octets still to be passed

	size int // of packets, as the server has set it; 0 until then

	cursor cursor // of the item, kept for the next
}

// feed translates one more piece.
func (r *replies) feed(b []byte) error {
	if len(r.rest) > 0 {
		r.rest = append(r.rest, b...)
		b = r.rest
	}
	for {
		n, ok, err := r.item(b)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		b = b[n:]
	}
	r.rest = append(r.rest[:0], b...)
	return nil
}

// end says that the message ends here, and reports whether it may.
func (r *replies) end() error {
	switch {
	case r.owed > 0, len(r.rest) > 0, r.definitions > 0, r.value != nil, r.next < len(r.columns):
		return badReply("a message ends within a token")
	case len(r.out) == 0:
		// The driver would take an octet of an earlier packet for its token.
		return badReply("a message without a token")
	}
	r.columns, r.next = r.columns[:0], 0
	return nil
}

// item translates what is at the start of b, and returns how many octets that
// was. ok is false when b has to grow first.
func (r *replies) item(b []byte) (n int, ok bool, err error) {
	switch {
	case r.owed > 0:
		n = int(min(r.owed, int64(len(b))))
		r.pass(b[:n])
		r.owed -= int64(n)
		return n, n > 0, nil
	case r.value != nil:
		n, ok, err = r.oneValue(*r.value, b)
		if ok {
			r.value = nil
		}
		return n, ok, err
	case r.definitions > 0:
		return r.whole(b, (*replies).definition)
	case r.next < len(r.columns):
		return r.values(b)
	case len(b) == 0:
		return 0, false, nil
	case b[0] == tokenRow && len(r.columns) > 0:
		r.next = 0
		r.out = append(r.out, tokenRow)
		return 1, true, nil
	}
	return r.whole(b, (*replies).token)
}

// whole translates an item that has to be there as a whole. Until it is,
// nothing of it is kept, since the attempt starts anew.
func (r *replies) whole(b []byte, translate func(*replies, *cursor) error) (n int, ok bool, err error) {
	before := len(r.out)
	r.cursor = cursor{b: b}
	err = translate(r, &r.cursor)
	if err != nil || r.cursor.short {
		r.out = r.out[:before]
		return 0, false, err
	}
	return r.cursor.at, true, nil
}

func (r *replies) pass(b []byte) { r.out = append(r.out, b...) }

// token translates a token other than ROW, of COLMETADATA the start.
func (r *replies) token(c *cursor) error {
	switch token := c.u8(); token {
	case tokenRow:
		return badReply("a row without columns")
	case tokenDone, tokenDoneProc, tokenDoneInProc:
		c.take(2 + 2 + 4) // status, command, row count
		r.pass(c.b[:c.at])
		r.pass([]byte{0, 0, 0, 0})
	case tokenReturnStatus:
		c.take(4)
		r.pass(c.b[:c.at])
	case tokenOffset:
		c.take(4) // where a keyword of the statement is, which nobody asks for
	case tokenOrder, tokenTabName, tokenColInfo, tokenSSPI:
		n := c.u16()
		r.pass(c.b[:c.at])
		if !c.short {
			r.owed = int64(n)
		}
	case tokenColMetadata:
		count := c.u16()
		r.pass(c.b[:c.at])
		const noMetadata = 0xFFFF
		if !c.short {
			r.columns, r.next = r.columns[:0], 0
			if count != noMetadata {
				r.definitions = int(count)
			}
		}
	case tokenEnvChange:
		return r.envChange(c)
	case tokenError, tokenInfo:
		return r.message(c)
	case tokenLoginAck:
		return r.loginAck(c)
	case tokenReturnValue:
		return r.returnValue(c)
	default:
		return badReply("%s", tokenName(token))
	}
	return nil
}

// definition translates one column of COLMETADATA (MS-TDS 2.2.7.4).
func (r *replies) definition(c *cursor) error {
	col, err := r.described(c)
	if err != nil {
		return err
	}
	if col.width == widthText {
		table := c.at
		c.skipShortText()
		r.out = append(r.out, 1) // the number of its parts
		r.pass(c.b[table:c.at])
	}
	name := c.at
	c.byteText()
	r.pass(c.b[name:c.at])
	if c.short {
		return nil
	}
	r.columns = append(r.columns, col)
	if r.definitions--; r.definitions == 0 {
		r.next = len(r.columns) // no row yet
	}
	return nil
}

// described translates user type, flags and TYPE_INFO.
func (r *replies) described(c *cursor) (column, error) {
	user, flags := c.u16(), c.u16()
	r.out = binary.LittleEndian.AppendUint32(r.out, uint32(user))
	r.out = binary.LittleEndian.AppendUint16(r.out, flags&knownFlags)
	start := c.at
	col, t, id, ok := readType(c)
	switch {
	case !ok:
		return col, badReply("type %s", typeName(id))
	case t.width == widthShort && col.declared == maxType && !c.short:
		return col, badReply("type %s(max)", t.name)
	}
	r.pass(c.b[start:c.at])
	return col, nil
}

// values passes the values of a row, whose form is the same in all versions.
func (r *replies) values(b []byte) (n int, ok bool, err error) {
	for r.next < len(r.columns) && r.owed == 0 {
		size, known, err := r.columns[r.next].valueSize(b[n:])
		if err != nil {
			return 0, false, err
		}
		if !known {
			break
		}
		here := min(size, int64(len(b)-n))
		n += int(here)
		r.owed = size - here
		r.next++
		ok = true
	}
	r.pass(b[:n])
	return n, ok, nil
}

// oneValue passes a value that is not part of a row.
func (r *replies) oneValue(col column, b []byte) (n int, ok bool, err error) {
	size, ok, err := col.valueSize(b)
	if !ok {
		return 0, false, err
	}
	n = int(min(size, int64(len(b))))
	r.pass(b[:n])
	r.owed = size - int64(n)
	return n, true, nil
}

// returnValue translates a RETURNVALUE up to its value (MS-TDS 2.2.7.19).
func (r *replies) returnValue(c *cursor) error {
	c.u16() // ordinal
	c.byteText()
	c.u8() // status
	r.pass(c.b[:c.at])
	col, err := r.described(c)
	if err != nil {
		return err
	}
	if col.width == widthText {
		return badReply("a text as an output parameter")
	}
	if !c.short {
		r.value = &col
	}
	return nil
}

// message translates an ERROR or INFO (MS-TDS 2.2.7.10).
func (r *replies) message(c *cursor) error {
	body := c.take(int(c.u16()))
	if c.short {
		return nil
	}
	m := &cursor{b: body}
	m.take(4 + 1 + 1) // number, state, class
	m.skipShortText()
	m.byteText() // server
	m.byteText() // procedure
	m.u16()      // line
	size := m.at + 2
	if m.short || size > 0xFFFF {
		return badReply("token 0x%02X of %d octets", c.b[0], len(body))
	}
	r.out = append(r.out, c.b[0])
	r.out = binary.LittleEndian.AppendUint16(r.out, uint16(size))
	r.pass(body[:m.at])
	r.out = append(r.out, 0, 0)
	return nil
}

// loginAck translates a LOGINACK (MS-TDS 2.2.7.14).
func (r *replies) loginAck(c *cursor) error {
	body := c.take(int(c.u16()))
	if c.short {
		return nil
	}
	b := &cursor{b: body}
	b.u8() // interface
	acknowledged := b.take(4)
	b.byteText() // name of the program
	b.take(4)    // and its version
	if b.short {
		return badReply("LOGINACK of %d octets", len(body))
	}
	switch v := binary.BigEndian.Uint32(acknowledged); v {
	case version71RTM, version71Old, version71:
	default:
		return badReply("TDS version 0x%08X, where 7.1 was asked for", v)
	}
	r.pass(c.b[:c.at])
	at := len(r.out) - len(body) + 1
	binary.BigEndian.PutUint32(r.out[at:], version72)
	return nil
}

// envChange passes an ENVCHANGE, and notes a new packet size.
func (r *replies) envChange(c *cursor) error {
	body := c.take(int(c.u16()))
	if c.short {
		return nil
	}
	r.pass(c.b[:c.at])
	b := &cursor{b: body}
	if b.u8() != envPacketSize {
		return nil
	}
	size, err := strconv.Atoi(text(b.byteText()))
	if err != nil || size < minSize || size > maxSize {
		return badReply("a packet size that is not between %d and %d", minSize, maxSize)
	}
	r.size = size
	return nil
}
