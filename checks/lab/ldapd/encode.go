package ldapd

import (
	"encoding/binary"
)

// Tags of BER and of the answers, RFC 4511 section 4.
const (
	tagInteger    = 0x02
	tagOctets     = 0x04
	tagEnumerated = 0x0a
	tagSequence   = 0x30
	tagSet        = 0x31

	tagBindResponse     = 0x61
	tagSearchEntry      = 0x64
	tagSearchDone       = 0x65
	tagModifyResponse   = 0x67
	tagAddResponse      = 0x69
	tagDeleteResponse   = 0x6b
	tagModifyDNResponse = 0x6d
	tagCompareResponse  = 0x6f
	tagSearchReference  = 0x73
	tagExtendedResponse = 0x78

	tagControls     = 0xa0
	tagReferral     = 0xa3
	tagResponseName = 0x8a
)

// An encoder appends BER elements to a buffer, every octet once. It writes
// constructed elements as Active Directory does, with a length of five octets
// whatever their size, which saves moving the content when its size is known.
type encoder struct {
	buf  []byte
	open []int // where the content of each unfinished element starts
}

func (e *encoder) reset() { e.buf, e.open = e.buf[:0], e.open[:0] }

func (e *encoder) begin(tag byte) {
	e.buf = append(e.buf, tag, 0x84, 0, 0, 0, 0)
	e.open = append(e.open, len(e.buf))
}

func (e *encoder) end() {
	last := len(e.open) - 1
	start := e.open[last]
	e.open = e.open[:last]
	binary.BigEndian.PutUint32(e.buf[start-4:], uint32(len(e.buf)-start))
}

func (e *encoder) octets(tag byte, s string) {
	e.buf = append(e.buf, tag)
	switch n := len(s); {
	case n < 0x80:
		e.buf = append(e.buf, byte(n))
	default:
		e.buf = append(e.buf, 0x84)
		e.buf = binary.BigEndian.AppendUint32(e.buf, uint32(n))
	}
	e.buf = append(e.buf, s...)
}

// integer appends a number from 0 to 2^31-1 in the fewest octets.
func (e *encoder) integer(tag byte, v int64) {
	n := 1
	for v>>(8*n-1) != 0 {
		n++
	}
	e.buf = append(e.buf, tag, byte(n))
	for ; n > 0; n-- {
		e.buf = append(e.buf, byte(v>>(8*(n-1))))
	}
}

// A result is an LDAPResult, RFC 4511 section 4.1.9.
type result struct {
	code      uint16
	matched   string // the part of the name that exists
	text      string // Active Directory's explanation
	referrals []string
}

// result appends the components of an LDAPResult.
func (e *encoder) result(r result) {
	e.integer(tagEnumerated, int64(r.code))
	e.octets(tagOctets, r.matched)
	if r.text != "" {
		r.text += "\x00" // Active Directory sends the C string's end along
	}
	e.octets(tagOctets, r.text)
	if len(r.referrals) > 0 {
		e.begin(tagReferral)
		for _, url := range r.referrals {
			e.octets(tagOctets, url)
		}
		e.end()
	}
}
