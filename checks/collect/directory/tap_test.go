package directory

import (
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"
)

// message makes an LDAP message.
func message(id int64, operation *ber.Packet) []byte {
	m := ber.NewSequence("")
	m.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	m.AppendChild(operation)
	return m.Bytes()
}

func operation(tag ber.Tag, children ...*ber.Packet) *ber.Packet {
	p := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
	for _, c := range children {
		p.AppendChild(c)
	}
	return p
}

func octetString(s string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
}

// foundEntry makes a search result entry. Attributes are a name and then its
// values.
func foundEntry(dn string, attributes ...[]string) *ber.Packet {
	list := ber.NewSequence("")
	for _, a := range attributes {
		values := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
		for _, v := range a[1:] {
			values.AppendChild(octetString(v))
		}
		attribute := ber.NewSequence("")
		attribute.AppendChild(octetString(a[0]))
		attribute.AppendChild(values)
		list.AppendChild(attribute)
	}
	return operation(ldap.ApplicationSearchResultEntry, octetString(dn), list)
}

// arriving is a connection on which something has arrived.
type arriving struct {
	net.Conn
	in io.Reader
}

func (a arriving) Read(p []byte) (int, error)  { return a.in.Read(p) }
func (a arriving) Write(p []byte) (int, error) { return len(p), nil }

// tapped lets something arrive while search 7 is streamed, and returns what
// was taken, what was passed on, and how the search ended.
func tapped(t *testing.T, in io.Reader) (taken []string, passed []byte, err error) {
	t.Helper()
	conn := newTap(arriving{in: in})
	end := conn.stream(func(e *searchEntry) error {
		text := string(e.dn)
		for _, a := range e.attributes {
			text += " " + string(a.name) + "=" + string(a.value)
		}
		taken = append(taken, text)
		return nil
	})
	for _, request := range [][]byte{
		message(6, operation(ldap.ApplicationExtendedRequest)), message(7, operation(ldap.ApplicationSearchRequest)), message(8, operation(ldap.ApplicationSearchRequest)),
	} {
		if _, err := conn.Write(request); err != nil {
			t.Fatal(err)
		}
	}
	passed, readErr := io.ReadAll(conn)
	if readErr != nil {
		t.Errorf("read: %v", readErr)
	}
	return taken, passed, end()
}

// Only entries of the search that is streamed are taken, however they arrive.
func TestTap(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 100_000)
	done := message(7, operation(ldap.ApplicationSearchResultDone, octetString("")))
	reference := message(7, operation(ldap.ApplicationSearchResultReference, octetString("ldap://dc2.contoso.com/")))
	other := message(8, foundEntry("CN=other"))
	stream := slices.Concat(
		message(7, foundEntry("CN=Kim", []string{"mail", "kim@contoso.com", "akers@contoso.com"}, []string{"sn"}, []string{"cn", ""})),
		reference, other, message(7, foundEntry("CN=Long", []string{"info", long})), message(7, foundEntry("")), done)
	wantTaken := []string{"CN=Kim mail=kim@contoso.com sn= cn=", "CN=Long info=" + long, ""}
	wantPassed := slices.Concat(reference, other, done)
	for name, in := range map[string]io.Reader{
		"at once":        bytes.NewReader(stream),
		"octet by octet": iotest.OneByteReader(bytes.NewReader(stream)),
		"in halves":      iotest.HalfReader(bytes.NewReader(stream)),
	} {
		taken, passed, err := tapped(t, in)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(wantTaken, taken); diff != "" {
			t.Errorf("%s: taken (-want +got)\n%s", name, diff)
		}
		if !bytes.Equal(passed, wantPassed) {
			t.Errorf("%s: passed on\n%x, want\n%x", name, passed, wantPassed)
		}
	}
}

// What cannot be an entry ends the search with a reason, and what follows it
// still arrives.
func TestTapDamaged(t *testing.T) {
	t.Parallel()
	done := message(7, operation(ldap.ApplicationSearchResultDone))
	huge := message(7, foundEntry("CN=Huge", []string{"info", strings.Repeat("x", maxEntry)}))
	for name, damaged := range map[string][]byte{
		"no list of attributes": message(7, operation(ldap.ApplicationSearchResultEntry, octetString("CN=Kim"))),
		"cut inside":            message(7, operation(ldap.ApplicationSearchResultEntry, octetString("CN=Kim"), octetString("\x30\x05"))),
		"something behind":      message(7, operation(ldap.ApplicationSearchResultEntry, octetString("CN=Kim"), ber.NewSequence(""), octetString(""))),
		"too large":             huge,
	} {
		taken, passed, err := tapped(t, bytes.NewReader(slices.Concat(damaged, message(7, foundEntry("CN=Later")), done)))
		if why := collect.Reason(err); err == nil || why.Class != facts.Protocol {
			t.Errorf("%s: %v", name, err)
		}
		if len(taken) > 0 || !bytes.HasSuffix(passed, done) {
			t.Errorf("%s: %q were taken, and %d octets passed on", name, taken, len(passed))
		}
	}
}

// An error, or a panic, of whoever takes the entries is told at the end.
func TestTapRefused(t *testing.T) {
	t.Parallel()
	for _, each := range []func(*searchEntry) error{
		func(*searchEntry) error { return errors.New("the disk is full") },
		func(*searchEntry) error { panic("the disk is full") },
	} {
		conn := newTap(arriving{in: bytes.NewReader(message(7, foundEntry("CN=Kim")))})
		end := conn.stream(each)
		if _, err := conn.Write(message(7, operation(ldap.ApplicationSearchRequest))); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(conn); err != nil {
			t.Error(err)
		}
		if err := end(); err == nil || !strings.Contains(err.Error(), "the disk is full") {
			t.Errorf("the search ended with %v", err)
		}
	}
}

// FuzzTap looks for something that a server may send which is not passed on as
// it is while nothing is streamed, or which no search survives.
func FuzzTap(f *testing.F) {
	f.Add(slices.Concat(message(7, foundEntry("CN=Kim", []string{"sn", "Akers"})), message(7, operation(ldap.ApplicationSearchResultDone))))
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n"))
	f.Add([]byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x02, 0x01, 0x07, 0x64})
	f.Add([]byte{0x30, 0x80})
	f.Fuzz(func(t *testing.T, in []byte) {
		passed, err := io.ReadAll(newTap(arriving{in: bytes.NewReader(in)}))
		if err != nil || !bytes.HasPrefix(in, passed) {
			t.Errorf("%x became %x, %v", in, passed, err)
		}
		if _, taken, _ := tapped(t, bytes.NewReader(in)); len(taken) > len(in) {
			t.Errorf("%x became %x", in, taken)
		}
	})
}

// FuzzSearchEntry looks for an entry that is not read as the BER library reads
// it.
func FuzzSearchEntry(f *testing.F) {
	f.Add(foundEntry("CN=Kim", []string{"mail", "kim@contoso.com", "akers@contoso.com"}, []string{"sn"}).Bytes())
	f.Add(foundEntry("", []string{"objectSid", strings.Repeat("\x00", 300)}).Bytes())
	f.Add([]byte{0x64, 0x05, 0x04, 0x00, 0x30, 0x80, 0x00, 0x00})
	f.Fuzz(func(t *testing.T, operation []byte) {
		var e searchEntry
		if e.decode(operation) != nil {
			return
		}
		p, err := ber.DecodePacketErr(operation)
		if err != nil {
			return // because of a value that is not looked at
		}
		if dn := p.Children[0].ByteValue; !bytes.Equal(e.dn, dn) {
			t.Errorf("%x: the name is %q, want %q", operation, e.dn, dn)
		}
		list := p.Children[1].Children
		if len(list) != len(e.attributes) {
			t.Fatalf("%x: %d attributes, want %d", operation, len(e.attributes), len(list))
		}
		for i, attribute := range list {
			var value []byte
			if values := attribute.Children[1].Children; len(values) > 0 {
				value = values[0].ByteValue
			}
			if a := e.attributes[i]; !bytes.Equal(a.name, attribute.Children[0].ByteValue) || !bytes.Equal(a.value, value) {
				t.Errorf("%x: %q = %q, want %q = %q", operation, a.name, a.value, attribute.Children[0].ByteValue, value)
			}
		}
	})
}
