package directory

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/google/go-cmp/cmp"
)

// indefinite is the width of a length that is not told (X.690 section 8.1.3.6).
const indefinite = -1

// tlv makes an element whose length takes that many octets at least, besides
// the one that tells their number; 0 stands for the short form where it does.
func tlv(width int, tag byte, parts ...[]byte) []byte {
	contents := slices.Concat(parts...)
	if width == indefinite && tag&0x20 != 0 {
		return slices.Concat([]byte{tag, 0x80}, contents, []byte{0, 0})
	}
	var length []byte
	for n := len(contents); n > 0 || len(length) < max(width, 1); n >>= 8 {
		length = append([]byte{byte(n)}, length...)
	}
	if width > 0 || len(contents) > 0x7f {
		length = append([]byte{0x80 | byte(len(length))}, length...)
	}
	return slices.Concat([]byte{tag}, length, contents)
}

// wireOperation makes the protocol operation of an entry.
func wireOperation(width int, dn string, attributes ...[]string) []byte {
	var list []byte
	for _, a := range attributes {
		var values []byte
		for _, v := range a[1:] {
			values = append(values, tlv(width, tagOctetString, []byte(v))...)
		}
		list = append(list, tlv(width, tagSequence, tlv(width, tagOctetString, []byte(a[0])), tlv(width, tagSet, values))...)
	}
	return tlv(width, tagSearchEntry, tlv(width, tagOctetString, []byte(dn)), tlv(width, tagSequence, list))
}

// wire makes a message; parts are the operation and the controls.
func wire(width int, id byte, parts ...[]byte) []byte {
	return tlv(width, tagSequence, tlv(width, tagInteger, []byte{id}), slices.Concat(parts...))
}

func TestBERHeader(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]struct {
		offset, length int
		err            error
	}{
		"":                         {err: io.ErrUnexpectedEOF},
		"\x30":                     {err: io.ErrUnexpectedEOF},
		"\x30\x00":                 {2, 0, nil},
		"\x30\x7f":                 {2, 127, nil},
		"\x30\x81":                 {err: io.ErrUnexpectedEOF},
		"\x30\x81\x00":             {3, 0, nil},
		"\x30\x81\xff":             {3, 255, nil},
		"\x30\x82\x01\x00":         {4, 256, nil},
		"\x30\x84\x00\x00\x00":     {err: io.ErrUnexpectedEOF},
		"\x30\x84\x00\x00\x00\x05": {6, 5, nil},
		"\x30\x84\x7f\xff\xff\xff": {6, 1<<31 - 1, nil},
		"\x30\x84\x80\x00\x00\x00": {err: errBER}, // as 32 bits it would be negative
		"\x30\x84\xff\xff\xff\xff": {err: errBER},
		"\x30\x85\x00\x00\x00\x00": {err: errBER},
		"\x30\x88\xff\xff\xff\xff": {err: errBER},
		"\x30\x80":                 {err: errBER}, // indefinite
		"\x30\xff":                 {err: errBER}, // reserved
		"\x7f\x04":                 {err: errBER}, // a longer identifier
		"\x1f\x00":                 {err: errBER},
	} {
		tag, offset, length, err := berHeader([]byte(in))
		if !errors.Is(err, want.err) || offset != want.offset || length != want.length {
			t.Errorf("%x: %d, %d, %v; want %+v", in, offset, length, err, want)
		}
		if err == nil && tag != in[0] {
			t.Errorf("%x: identifier %x", in, tag)
		}
	}
}

func TestBERMessage(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{
		"\x30\x04\x02\x01\x07d":                                             7,
		"\x30\x05\x02\x02\x00\x80d":                                         128,
		"\x30\x07\x02\x04\x7f\xff\xff\xffd":                                 1<<31 - 1,
		"\x30\x84\x00\x00\x10\x00\x02\x84\x00\x00\x00\x04\x00\x00\x00\x07d": 7,  // only the beginning
		"\x30\x03\x02\x01\x07":                                              -1, // without operation
		"\x30\x03\x02\x00d":                                                 -1, // without digits
		"\x30\x08\x02\x05\x00\x00\x00\x00\x07d":                             -1,
		"\x30\x04\x02\x01\xffd":                                             -1, // negative
		"\x30\x04\x0a\x01\x07d":                                             -1,
		"\x31\x04\x02\x01\x07d":                                             -1,
		"\x30\x04\x02\x80\x07d":                                             -1,
		"\x30\x80\x02\x01\x07d":                                             -1,
		"\x30\x04\x02\x05\x07d":                                             -1,
		"\x30":                                                              -1,
		"":                                                                  -1,
	} {
		id, operation, err := berMessage([]byte(in))
		if want < 0 {
			if !errors.Is(err, errBER) || operation != nil {
				t.Errorf("%x: %d, %x, %v; want an error", in, id, operation, err)
			}
		} else if err != nil || id != want || string(operation) != "d" {
			t.Errorf("%x: %d, %x, %v; want %d", in, id, operation, err, want)
		}
	}
}

// spelled writes an entry in a form to compare. That an attribute has no value
// is told apart from that it has an empty one.
func (e *searchEntry) spelled() string {
	var b strings.Builder
	b.Write(e.dn)
	for _, a := range e.attributes {
		b.WriteString("\n" + string(a.name))
		if a.value != nil {
			b.WriteString("=" + string(a.value))
		}
	}
	return b.String()
}

// libraryEntry is an operation as the BER library reads it, spelled as above.
// It reports false if that is no entry.
func libraryEntry(operation []byte) (string, bool) {
	p, err := ber.DecodePacketErr(operation)
	if err != nil || operation[0] != tagSearchEntry || len(p.Children) != 2 {
		return "", false
	}
	e := searchEntry{dn: p.Children[0].ByteValue}
	for _, a := range p.Children[1].Children {
		if len(a.Children) != 2 {
			return "", false
		}
		attribute := entryAttribute{name: a.Children[0].ByteValue}
		if values := a.Children[1].Children; len(values) > 0 {
			attribute.value = values[0].ByteValue
		}
		e.attributes = append(e.attributes, attribute)
	}
	return e.spelled(), true
}

// entriesIn are the entries for message 1 within an answer, each read by the
// library on its own, up to what is no message.
func entriesIn(in []byte) (entries []string) {
	for {
		_, offset, length, err := berHeader(in)
		if err != nil || len(in)-offset < length {
			return entries
		}
		if id, operation, err := berMessage(in[:offset+length]); err == nil && id == 1 {
			if e, ok := libraryEntry(operation); ok {
				entries = append(entries, e)
			}
		}
		in = in[offset+length:]
	}
}

// However wide its lengths are, an entry is read as the library reads it; and
// what is cut anywhere is none.
func TestSearchEntryDecode(t *testing.T) {
	t.Parallel()
	var e searchEntry
	for width := range 5 {
		operation := wireOperation(width, "CN=Kim", []string{"mail", "kim@contoso.com", "akers@contoso.com"},
			[]string{"sn"}, []string{"cn", ""}, []string{"objectSid", "\x00\x30\x80\xff"}, []string{"info", strings.Repeat("x", 300)})
		if err := e.decode(operation); err != nil {
			t.Fatalf("width %d: %v", width, err)
		}
		want, ok := libraryEntry(operation)
		if diff := cmp.Diff(want, e.spelled()); diff != "" || !ok {
			t.Errorf("width %d: (-library +decode)\n%s", width, diff)
		}
		for n := range operation {
			if err := e.decode(operation[:n]); !errors.Is(err, errBER) {
				t.Fatalf("width %d: its first %d octets are read as %q, %v", width, n, e.spelled(), err)
			}
		}
	}
}

// Garbage inside of an entry makes it none, also where its attributes are not
// looked for.
func TestSearchEntryRefused(t *testing.T) {
	t.Parallel()
	dn, name, value, none := tlv(0, 0x04, []byte("CN=Kim")), tlv(0, 0x04, []byte("sn")), tlv(0, 0x04, []byte("Akers")), []byte{}
	one := func(attribute ...[]byte) []byte {
		return tlv(0, tagSearchEntry, dn, tlv(0, tagSequence, tlv(0, tagSequence, attribute...)))
	}
	good, control := one(name, tlv(0, tagSet, value)), tlv(0, tagSequence, tlv(0, 0x04, []byte("1.2.3")))
	var e searchEntry
	for _, accepted := range [][]byte{good, slices.Concat(good, tlv(0, 0xa0, control)), slices.Concat(good, tlv(4, 0xa0))} {
		if err := e.decode(accepted); err != nil || e.spelled() != "CN=Kim\nsn=Akers" {
			t.Errorf("%x: %q, %v", accepted, e.spelled(), err)
		}
	}
	for what, refused := range map[string][]byte{
		"nothing":                      none,
		"another operation":            tlv(0, 0x65, dn, tlv(0, tagSequence)),
		"a primitive operation":        tlv(0, 0x44, dn, tlv(0, tagSequence)),
		"no name":                      tlv(0, tagSearchEntry),
		"another name":                 tlv(0, tagSearchEntry, tlv(0, 0x0c, none), tlv(0, tagSequence)),
		"a name in pieces":             tlv(0, tagSearchEntry, tlv(0, 0x24, dn), tlv(0, tagSequence)),
		"no attributes":                tlv(0, tagSearchEntry, dn),
		"attributes in a set":          tlv(0, tagSearchEntry, dn, tlv(0, tagSet)),
		"attributes and more":          tlv(0, tagSearchEntry, dn, tlv(0, tagSequence), name),
		"an attribute in a set":        tlv(0, tagSearchEntry, dn, tlv(0, tagSequence, tlv(0, tagSet, name, tlv(0, tagSet)))),
		"an attribute without name":    one(tlv(0, tagSet, value)),
		"an attribute without values":  one(name),
		"values in a sequence":         one(name, tlv(0, tagSequence, value)),
		"values and more":              one(name, tlv(0, tagSet, value), value),
		"a value that is none":         one(name, tlv(0, tagSet, tlv(0, tagInteger, []byte{1}))),
		"a value longer than its set":  one(name, tlv(0, tagSet, []byte{0x04, 0x06}, []byte("Akers"))),
		"a second longer than its set": one(name, tlv(0, tagSet, value, []byte{0x04, 0x06}, []byte("Akers"))),
		"a second that is none":        one(name, tlv(0, tagSet, value, tlv(0, tagInteger, []byte{1}))),
		"a second without length":      one(name, tlv(0, tagSet, value, []byte{0x04})),
		"an operation of no length":    tlv(indefinite, tagSearchEntry, dn, tlv(0, tagSequence)),
		"attributes of no length":      tlv(0, tagSearchEntry, dn, tlv(indefinite, tagSequence)),
		"values of no length":          one(name, tlv(indefinite, tagSet, value)),
		"a length of 2 GiB":            one(name, tlv(0, tagSet, []byte("\x04\x84\x7f\xff\xff\xff"))),
		"a length that is negative":    one(name, tlv(0, tagSet, []byte("\x04\x84\xff\xff\xff\xfe"))),
		"a length that overflows":      one(name, tlv(0, tagSet, []byte("\x04\x88\xff\xff\xff\xff\xff\xff\xff\xff"))),
		"behind it another":            slices.Concat(good, good),
		"behind it half an element":    slices.Concat(good, []byte{0xa0}),
		"behind it cut controls":       slices.Concat(good, []byte{0xa0, 0x05, 0x30}),
		"controls that are none":       slices.Concat(good, tlv(0, 0xa0, value)),
		"behind its controls more":     slices.Concat(good, tlv(0, 0xa0, control), value),
	} {
		if err := e.decode(refused); !errors.Is(err, errBER) {
			t.Errorf("%s: %x is read as %q, %v", what, refused, e.spelled(), err)
		}
	}
}

// FuzzBER looks for octets that are read otherwise than the BER library reads
// them, or of which more is wanted than there can be.
func FuzzBER(f *testing.F) {
	for width := range 5 {
		f.Add(wire(width, 7, wireOperation(width, "CN=Kim", []string{"sn", "Akers", "Äkers"}, []string{"cn"})))
	}
	f.Add(wire(indefinite, 7, wireOperation(indefinite, "CN=Kim", []string{"sn", "Akers"})))
	f.Add([]byte("\x30\x84\xff\xff\xff\xff\x02\x01\x07\x64"))
	f.Add([]byte("\x02\x82\x00\x02\x00\x80"))
	f.Fuzz(func(t *testing.T, in []byte) {
		tag, offset, length, err := berHeader(in)
		switch {
		case errors.Is(err, io.ErrUnexpectedEOF):
			if len(in) >= 6 {
				t.Errorf("%x: more is wanted", in)
			}
		case err == nil:
			if tag != in[0] || offset < 2 || offset > min(6, len(in)) || length < 0 || length > 1<<31-1 {
				t.Fatalf("%x: %x, %d, %d", in, tag, offset, length)
			}
			for n := range offset {
				if _, _, _, err := berHeader(in[:n]); !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("%x: the first %d octets: %v", in, n, err)
				}
			}
			// Contents of a tag that the library does not interpret.
			if length <= 1<<12 {
				p, err := ber.DecodePacketErr(slices.Concat([]byte{0x80}, in[1:offset], make([]byte, length)))
				if err != nil || p.Data.Len() != length {
					t.Errorf("%x: %d octets; the library: %v", in, length, err)
				}
			}
		}
		if id, operation, err := berMessage(in); err == nil {
			if len(operation) == 0 || !bytes.HasSuffix(in, operation) {
				t.Fatalf("%x: operation %x", in, operation)
			}
			p, err := ber.DecodePacketErr(in[offset : len(in)-len(operation)])
			if err != nil || p.Value != id {
				t.Errorf("%x: message %d; the library: %v, %v", in, id, p, err)
			}
		}
		var e searchEntry
		if e.decode(in) == nil {
			if want, ok := libraryEntry(in); !ok || e.spelled() != want {
				t.Errorf("%x: %q; the library: %q, %t", in, e.spelled(), want, ok)
			}
		}
	})
}
