package directory

import (
	"errors"
	"io"
)

// The identifier octets of what is read of an LDAP message (RFC 4511 sections
// 4.1.1, 4.1.2 and 4.5), which is BER with definite lengths only (section 5.1).
const (
	tagInteger       = 0x02
	tagOctetString   = 0x04
	tagSequence      = 0x30
	tagSet           = 0x31
	tagSearchRequest = 0x63 // [APPLICATION 3]
	tagSearchEntry   = 0x64 // [APPLICATION 4]
	tagSearchDone    = 0x65 // [APPLICATION 5]
	tagReference     = 0x73 // [APPLICATION 19]
	tagIntermediate  = 0x79 // [APPLICATION 25]
	tagControls      = 0xa0 // [0]
)

// maxHead is how many octets of a message tell its number and its operation:
// identifiers, lengths in their longest form, a number and one identifier more.
const maxHead = 6 + 6 + 4 + 1

var errBER = errors.New("an LDAP message that is not well formed")

// berHeader reads identifier and length of an element. The length is that of
// its contents, which begin at the offset. It returns io.ErrUnexpectedEOF if
// more octets are needed to tell.
func berHeader(b []byte) (tag byte, offset, length int, err error) {
	if len(b) < 2 {
		return 0, 0, 0, io.ErrUnexpectedEOF
	}
	tag = b[0]
	if tag&0x1f == 0x1f {
		return 0, 0, 0, errBER // longer identifiers do not occur in LDAP
	}
	if b[1] < 0x80 {
		return tag, 2, int(b[1]), nil
	}
	n := int(b[1] & 0x7f)
	if n == 0 || n > 4 {
		return 0, 0, 0, errBER // of indefinite length, or of more than LDAP allows
	}
	if len(b) < 2+n {
		return 0, 0, 0, io.ErrUnexpectedEOF
	}
	for _, octet := range b[2 : 2+n] {
		length = length<<8 | int(octet)
	}
	if length < 0 || length > 1<<31-1 { // RFC 4511 section 4.1.1: maxInt
		return 0, 0, 0, errBER
	}
	return tag, 2 + n, length, nil
}

// berNext cuts the first element off b, which has to be of that kind.
func berNext(b []byte, want byte) (contents, rest []byte, err error) {
	tag, offset, length, err := berHeader(b)
	if err != nil || tag != want || len(b)-offset < length {
		return nil, nil, errBER
	}
	return b[offset : offset+length], b[offset+length:], nil
}

// berList looks whether there are only elements of that kind.
func berList(b []byte, want byte) (err error) {
	for len(b) > 0 && err == nil {
		_, b, err = berNext(b, want)
	}
	return err
}

// berMessage takes the envelope off an LDAP message, of which only the beginning
// need be there. What is left are the operation and the controls.
func berMessage(b []byte) (id int64, operation []byte, err error) {
	tag, offset, _, err := berHeader(b)
	if err != nil || tag != tagSequence {
		return 0, nil, errBER
	}
	number, operation, err := berNext(b[offset:], tagInteger)
	if err != nil || len(number) == 0 || len(number) > 4 || len(operation) == 0 {
		return 0, nil, errBER
	}
	if number[0] >= 0x80 {
		return 0, nil, errBER // negative
	}
	for _, octet := range number {
		id = id<<8 | int64(octet)
	}
	return id, operation, nil
}

// searchEntry is a search result entry (RFC 4511 section 4.5.2). Its parts are valid
// only until the next one is read.
type searchEntry struct {
	dn         []byte
	attributes []entryAttribute
}

// entryAttribute is an attribute with the first of its values; nil if it has
// none.
type entryAttribute struct{ name, value []byte }

// decode reads the protocol operation of a message, and passes over controls.
// The values that are not kept are looked at as well: a damaged entry is none.
func (e *searchEntry) decode(operation []byte) error {
	contents, controls, err := berNext(operation, tagSearchEntry)
	if err != nil {
		return err
	}
	if len(controls) > 0 {
		list, rest, err := berNext(controls, tagControls)
		if err != nil || len(rest) > 0 || berList(list, tagSequence) != nil {
			return errBER
		}
	}
	dn, contents, err := berNext(contents, tagOctetString)
	if err != nil {
		return err
	}
	list, rest, err := berNext(contents, tagSequence)
	if err != nil || len(rest) > 0 {
		return errBER
	}
	e.dn, e.attributes = dn, e.attributes[:0]
	for len(list) > 0 {
		var attribute, values []byte
		var a entryAttribute
		if attribute, list, err = berNext(list, tagSequence); err != nil {
			return err
		}
		if a.name, attribute, err = berNext(attribute, tagOctetString); err != nil {
			return err
		}
		if values, rest, err = berNext(attribute, tagSet); err != nil || len(rest) > 0 {
			return errBER
		}
		if len(values) > 0 {
			if a.value, values, err = berNext(values, tagOctetString); err != nil {
				return err
			}
			if err = berList(values, tagOctetString); err != nil {
				return err
			}
		}
		e.attributes = append(e.attributes, a)
	}
	return nil
}
