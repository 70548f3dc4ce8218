package ldapd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"

	ber "github.com/go-asn1-ber/asn1-ber"
)

const (
	maxMessage = 1 << 20 // octets of the largest request taken
	maxNesting = 100     // depth of elements, and so of filters
)

// errMalformed marks bytes that are no LDAP message. RFC 4511 section 4.1.1
// has such a connection ended with a notice of disconnection.
var errMalformed = errors.New("malformed LDAP message")

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errMalformed, fmt.Sprintf(format, args...))
}

// A message is the envelope of a request, RFC 4511 section 4.1.1.
type message struct {
	id       int64
	op       *ber.Packet
	controls []control
}

// A control is an extension of a request, RFC 4511 section 4.1.11.
type control struct {
	oid      string
	critical bool
	value    []byte
}

// find returns the control of the given type, or nil.
func (m *message) find(oid string) *control {
	for i := range m.controls {
		if m.controls[i].oid == oid {
			return &m.controls[i]
		}
	}
	return nil
}

// readMessage reads the next request. The error is io.EOF when the client hung
// up between two requests, and wraps errMalformed when it talks nonsense.
func readMessage(r io.Reader) (message, error) {
	frame, err := readFrame(r)
	if err != nil {
		return message{}, err
	}
	return parseMessage(frame)
}

// readFrame reads the octets of one LDAPMessage without trusting its length.
func readFrame(r io.Reader) ([]byte, error) {
	head := make([]byte, 2, 6)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	if head[0] != tagSequence {
		return nil, malformed("starts with tag %#02x", head[0])
	}
	if extra := int(head[1] & 0x7f); head[1]&0x80 != 0 && extra <= 4 {
		head = head[:2+extra]
		if _, err := io.ReadFull(r, head[2:]); err != nil {
			return nil, err
		}
	}
	size, _, err := decodeLength(head[1:])
	if err != nil {
		return nil, err
	}
	if size > maxMessage {
		return nil, malformed("%d octets, more than the %d allowed", size, maxMessage)
	}
	frame := make([]byte, len(head)+int(size))
	_, err = io.ReadFull(r, frame[copy(frame, head):])
	return frame, err
}

// decodeLength reads the length at the start of b and says how many octets it
// took. Only definite lengths of up to four octets are LDAP (RFC 4511 section
// 5.1); they need not be the shortest, and those of Windows are not.
func decodeLength(b []byte) (size int64, used int, err error) {
	if len(b) == 0 {
		return 0, 0, malformed("element without length")
	}
	if b[0]&0x80 == 0 {
		return int64(b[0]), 1, nil
	}
	extra := int(b[0] & 0x7f)
	if extra == 0 || extra > 4 || extra >= len(b) {
		return 0, 0, malformed("length of form %#02x", b[0])
	}
	for _, octet := range b[1 : 1+extra] {
		size = size<<8 | int64(octet)
	}
	return size, 1 + extra, nil
}

// checkShape makes sure that b is a row of complete elements of moderate
// depth. The BER library copies the content of every level, so a message may
// not reach it before it is known to be shallow.
func checkShape(b []byte, depth int) error {
	if depth > maxNesting {
		return malformed("nested deeper than %d", maxNesting)
	}
	for len(b) > 0 {
		tag := b[0]
		if tag&0x1f == 0x1f {
			return malformed("tag %#02x of more than one octet", tag)
		}
		size, used, err := decodeLength(b[1:])
		if err != nil {
			return err
		}
		b = b[1+used:]
		if size > int64(len(b)) {
			return malformed("element of %d octets where %d are left", size, len(b))
		}
		if tag&byte(ber.TypeConstructed) != 0 {
			if err := checkShape(b[:size], depth+1); err != nil {
				return err
			}
		}
		b = b[size:]
	}
	return nil
}

// decode parses one element that takes all of b.
func decode(b []byte) (*ber.Packet, error) {
	if err := checkShape(b, 0); err != nil {
		return nil, err
	}
	reader := bytes.NewReader(b)
	p, err := ber.ReadPacket(reader)
	if err == nil && reader.Len() > 0 {
		err = fmt.Errorf("%d octets left over", reader.Len())
	}
	if err != nil {
		return nil, malformed("%v", err)
	}
	return p, nil
}

// parseMessage takes the envelope off a request.
func parseMessage(frame []byte) (message, error) {
	p, err := decode(frame)
	if err != nil {
		return message{}, err
	}
	f := fieldsOf(p)
	m := message{id: f.integer(ber.TagInteger, 0, math.MaxInt32), op: f.next()}
	if list := f.optional(ber.ClassContext, ber.TypeConstructed, 0); list != nil {
		for _, p := range list.Children {
			c := fieldsOf(p)
			m.controls = append(m.controls, control{oid: c.octets(), critical: c.boolean(false), value: c.rest()})
			if c.err != nil {
				return message{}, c.err
			}
		}
	}
	if f.err == nil && m.op.ClassType != ber.ClassApplication {
		f.err = malformed("operation of class %#02x", m.op.ClassType)
	}
	return m, f.err
}

// fields walks the components of a SEQUENCE. After the first one that is not
// as expected every call returns a zero value, and err says what was wrong.
type fields struct {
	left []*ber.Packet
	err  error
}

func fieldsOf(p *ber.Packet) *fields {
	f := &fields{left: p.Children}
	if p.TagType != ber.TypeConstructed {
		f.err = malformed("tag %d is not a sequence", p.Tag)
	}
	return f
}

// next returns the next component, whatever it is.
func (f *fields) next() *ber.Packet {
	if f.err == nil && len(f.left) == 0 {
		f.err = malformed("component missing")
	}
	if f.err != nil {
		return ber.NewSequence("")
	}
	p := f.left[0]
	f.left = f.left[1:]
	return p
}

// optional returns the next component if it is of the given kind, or nil.
func (f *fields) optional(class ber.Class, form ber.Type, tag ber.Tag) *ber.Packet {
	if f.err != nil || len(f.left) == 0 {
		return nil
	}
	if id := f.left[0].Identifier; id != (ber.Identifier{ClassType: class, TagType: form, Tag: tag}) {
		return nil
	}
	return f.next()
}

// universal returns the content of the next component, a primitive of the tag.
func (f *fields) universal(tag ber.Tag) []byte {
	p := f.optional(ber.ClassUniversal, ber.TypePrimitive, tag)
	if p == nil {
		if f.err == nil {
			f.err = malformed("component is not of type %d", tag)
		}
		return nil
	}
	return p.Data.Bytes()
}

func (f *fields) octets() string { return string(f.universal(ber.TagOctetString)) }

// integer returns an INTEGER or ENUMERATED within low and high.
func (f *fields) integer(tag ber.Tag, low, high int64) int64 {
	content := f.universal(tag)
	if f.err != nil {
		return 0
	}
	v, err := ber.ParseInt64(content)
	if err != nil || len(content) == 0 || v < low || v > high {
		f.err = malformed("number % x out of range", content)
		return 0
	}
	return v
}

// boolean returns a BOOLEAN, or the default where there is none.
func (f *fields) boolean(missing bool) bool {
	p := f.optional(ber.ClassUniversal, ber.TypePrimitive, ber.TagBoolean)
	if p == nil {
		return missing
	}
	v, _ := p.Value.(bool)
	return v
}

// rest returns the content of an OCTET STRING that may be missing.
func (f *fields) rest() []byte {
	p := f.optional(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString)
	if p == nil {
		return nil
	}
	return p.Data.Bytes()
}
