package directory

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// played is a connection on which an answer arrives once a request was sent,
// and then the end.
type played struct {
	net.Conn
	in    io.Reader
	ready chan struct{}
}

func (p *played) Read(b []byte) (int, error) {
	<-p.ready
	return p.in.Read(b)
}

func (p *played) Write(b []byte) (int, error) {
	close(p.ready)
	return len(b), nil
}

func (*played) Close() error { return nil }

// found is what a search, which is message 1, is told.
type found struct {
	Entries, Referrals, Controls []string
	err                          error
}

// searched lets the LDAP library search while that arrives: alone, or behind a
// tap.
func searched(in io.Reader, behind bool) (f found) {
	var conn net.Conn = &played{in: in, ready: make(chan struct{})}
	end := func() error { return nil }
	if behind {
		tapped := newTap(conn)
		end = tapped.stream(func(e *searchEntry) error {
			f.Entries = append(f.Entries, e.spelled())
			return nil
		})
		conn = tapped
	}
	library := ldap.NewConn(conn, false)
	library.Start()
	result, err := library.Search(ldap.NewSearchRequest("", ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, "(cn=*)", nil, nil))
	f.err = errors.Join(end(), err)
	_ = library.Close()
	if !behind {
		for _, e := range result.Entries {
			entry := searchEntry{dn: []byte(e.DN)}
			for _, a := range e.Attributes {
				attribute := entryAttribute{name: []byte(a.Name)}
				if len(a.ByteValues) > 0 {
					attribute.value = a.ByteValues[0]
				}
				entry.attributes = append(entry.attributes, attribute)
			}
			f.Entries = append(f.Entries, entry.spelled())
		}
	}
	f.Referrals = append(f.Referrals, result.Referrals...)
	for _, c := range result.Controls {
		f.Controls = append(f.Controls, c.String())
	}
	return f
}

// arrival is what is read at once, or octet by octet.
func arrival(in []byte, octetwise bool) io.Reader {
	if octetwise {
		return iotest.OneByteReader(bytes.NewReader(in))
	}
	return bytes.NewReader(in)
}

// agreed searches with and without a tap. Either both are told the same, or the
// one behind the tap fails; and then nothing was handed on but the first of the
// entries that are there.
func agreed(t *testing.T, in []byte, octetwise bool) found {
	t.Helper()
	got := searched(arrival(in, octetwise), true)
	if all := entriesIn(in); len(got.Entries) > len(all) || !slices.Equal(got.Entries, all[:len(got.Entries)]) {
		t.Fatalf("%x: entries %q, but there are %q", in, got.Entries, all)
	}
	if got.err != nil {
		return got
	}
	want := searched(bytes.NewReader(in), false)
	// What is in the controls of an entry, the tap does not look at.
	if want.err != nil && !bytes.Contains(in, []byte{tagControls}) {
		t.Fatalf("%x: no error, but the library alone: %v", in, want.err)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(found{}, "err")); want.err == nil && diff != "" {
		t.Fatalf("%x: (-alone +behind the tap)\n%s", in, diff)
	}
	return got
}

// result is the operation that ends a search.
func result(width int) []byte {
	return tlv(width, tagSearchDone, tlv(width, 0x0a, []byte{0}), tlv(width, 0x04), tlv(width, 0x04))
}

// conversation has messages of every kind. It returns the whole, and what of it is no
// entry for message 1.
func conversation(width int) (all, others []byte) {
	many := make([][]string, 300)
	for i := range many {
		many[i] = []string{fmt.Sprint("attribute", i), fmt.Sprint(i), "more"}
	}
	text := func(tag byte, s string) []byte { return tlv(width, tag, []byte(s)) }
	entry := func(dn string, attributes ...[]string) []byte { return wireOperation(width, dn, attributes...) }
	other := func(id byte, parts ...[]byte) {
		message := wire(width, id, parts...)
		all, others = append(all, message...), append(others, message...)
	}
	taken := func(parts ...[]byte) { all = append(all, wire(width, 1, parts...)...) }
	taken(entry("CN=Kim", []string{"mail", "kim@contoso.com", "akers@contoso.com"}, []string{"sn"}, []string{"cn", ""}))
	other(1, tlv(width, tagReference, text(0x04, "ldap://dc2.contoso.com/DC=contoso,DC=com")))
	other(9, entry("CN=Of another search"))
	taken(entry(""))
	other(1, tlv(width, tagIntermediate, text(0x80, "1.2.3"), text(0x81, "CN=Intermediate")))
	taken(entry("CN=Binary", []string{"objectSid", "\x00\x30\x80\xff\x00\x00"}, []string{"\x00", "\x00\x00"}))
	other(0, tlv(width, 0x78, tlv(width, 0x0a, []byte{52}), text(0x04, ""), text(0x04, "bye"), text(0x8a, "1.3.6.1.4.1.1466.20036"))) // notice of disconnection
	taken(entry("CN=Many", many...))
	taken(entry("CN=Long", []string{"info", strings.Repeat("x", 100_000)}))
	taken(entry("CN=With a control", []string{"cn", "x"}), tlv(width, tagControls, tlv(width, 0x30, text(0x04, "1.2.3"))))
	other(1, result(width), tlv(width, tagControls, (&ldap.ControlPaging{Cookie: []byte("next")}).Encode().Bytes()))
	other(1, entry("CN=After the end")) // which nobody asked for
	return all, others
}

// The library alone and behind a tap are told the same, whatever the width of
// the lengths, and however the answer is cut into pieces.
func TestTapAgainstLibrary(t *testing.T) {
	t.Parallel()
	for width := range 5 {
		all, others := conversation(width)
		for _, octetwise := range []bool{true, false} {
			got := agreed(t, all, octetwise)
			if got.err != nil || len(got.Entries) != 6 || len(got.Referrals) != 1 || len(got.Controls) != 1 {
				t.Errorf("width %d: %d entries, %v, %v, %v", width, len(got.Entries), got.Referrals, got.Controls, got.err)
			}
			conn, end := tapOf(arrival(all, octetwise), func(*searchEntry) error { return nil })
			passed, err := io.ReadAll(conn)
			if err := errors.Join(err, end()); err != nil || !bytes.Equal(passed, others) {
				t.Errorf("width %d: passed on\n%q, want\n%q (%v)", width, passed, others, err)
			}
		}
	}
}

// short is an answer that is small enough to try everything on it.
func short(width int) []byte {
	return slices.Concat(
		wire(width, 1, wireOperation(width, "CN=Kim", []string{"sn", "Akers", "A"}, []string{"cn"})), wire(width, 1, tlv(width, tagReference, tlv(width, 0x04, []byte("ldap://x")))),
		wire(width, 1, wireOperation(width, "CN=Bo"), tlv(width, tagControls)), wire(width, 1, result(width)))
}

// Of an answer that ends early the complete entries are handed on, and it is an
// error. An octet that changes never makes an entry vanish, or another of it.
func TestTapDamage(t *testing.T) {
	t.Parallel()
	for _, width := range []int{0, 4} {
		in := short(width)
		for i, was := range in {
			if got := agreed(t, in[:i], false); got.err == nil || !slices.Equal(got.Entries, entriesIn(in[:i])) {
				t.Fatalf("width %d, %d of %d octets: %q, %v", width, i, len(in), got.Entries, got.err)
			}
			for _, now := range []byte{0x00, 0x7f, 0x80, 0xff, was ^ 0x01, was ^ 0x20, was ^ 0x40, was + 5} {
				in[i] = now
				agreed(t, in, false)
			}
			in[i] = was
		}
	}
}

// What the library reads as an entry although RFC 4511 does not, or which is
// no LDAP at all, is an error and not an answer without that entry.
func TestTapForeign(t *testing.T) {
	t.Parallel()
	kim, done := wireOperation(0, "CN=Kim", []string{"sn", "Akers"}), wire(0, 1, result(0))
	as := func(tag ...byte) []byte { return wire(0, 1, tag, kim[1:]) }
	for what, message := range map[string][]byte{
		"indefinite lengths":      wire(indefinite, 1, wireOperation(indefinite, "CN=Kim")),
		"an indefinite envelope":  wire(indefinite, 1, kim),
		"an indefinite operation": wire(0, 1, wireOperation(indefinite, "CN=Kim")),
		"lengths of 5 octets":     wire(5, 1, kim), "lengths of 8 octets": wire(8, 1, kim),
		"an envelope that is a set": tlv(0, 0x31, tlv(0, 0x02, []byte{1}), kim),
		"an enumerated number":      tlv(0, 0x30, tlv(0, 0x0a, []byte{1}), kim),
		"a number of 5 octets":      tlv(0, 0x30, tlv(0, 0x02, []byte{0, 0, 0, 0, 1}), kim),
		"a universal operation":     as(0x24), "a contextual operation": as(0xa4), "a private operation": as(0xe4), "a long identifier": as(0x7f, 0x04),
		"more than is held":       slices.Concat([]byte{0x30, 0x84, 0x01, 0x00, 0x00, 0x00, 0x02, 0x01, 0x01}, kim),
		"a length of 2 GiB":       slices.Concat([]byte{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 0x02, 0x01, 0x01}, kim),
		"a negative length":       slices.Concat([]byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x02, 0x01, 0x01}, kim),
		"a length that overflows": slices.Concat([]byte("\x30\x88\xff\xff\xff\xff\xff\xff\xff\xff"), kim),
		"HTTP":                    []byte("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
		"a TLS alert":             []byte("\x15\x03\x03\x00\x02\x02\x28"),
		"a TLS handshake":         []byte("\x16\x03\x03\x00\x05\x02\x00\x00\x01\x03"),
	} {
		if got := agreed(t, slices.Concat(message, done), false); got.err == nil || len(got.Entries) > 0 {
			t.Errorf("%s: %q, %v", what, got.Entries, got.err)
		}
	}
	wide := tlv(4, 0x30, tlv(4, 0x02, []byte{0, 0, 0, 1}), kim) // the longest head there is
	if got := agreed(t, slices.Concat(wide, done), true); got.err != nil || len(got.Entries) != 1 {
		t.Errorf("the longest head: %q, %v", got.Entries, got.err)
	}
}

// tapOf is a tap on which that arrives for message 1, which is streamed.
func tapOf(in io.Reader, each func(*searchEntry) error) (conn *tap, end func() error) {
	conn = newTap(arriving{in: in})
	end = conn.stream(each)
	_, _ = conn.Write(wire(0, 1, []byte{tagSearchRequest, 0}))
	return conn, end
}

func noEntry(*searchEntry) error { return errors.New("an entry was taken") }

// An entry that is not taken for its size is not kept either, by nobody.
func TestTapOversize(t *testing.T) {
	t.Parallel()
	done := wire(0, 1, result(0))
	for _, size := range []int{maxEntry, 1<<31 - 1} {
		in := make([]byte, min(size+6, maxEntry+6)) // of the larger one, only the beginning arrives
		copy(in, []byte{0x30, 0x84, byte(size >> 24), byte(size >> 16), byte(size >> 8), byte(size), 0x02, 0x01, 0x01, tagSearchEntry})
		conn, end := tapOf(bytes.NewReader(append(in, done...)), noEntry)
		passed, _ := io.ReadAll(conn)
		if size == maxEntry && !bytes.Equal(passed, done) || len(passed) > len(done) || cap(conn.long) > 0 {
			t.Errorf("%d octets: %d were passed on, room for %d", size, len(passed), cap(conn.long))
		}
		if err := end(); err == nil || !strings.Contains(err.Error(), "octets") {
			t.Errorf("%d octets: %v", size, err)
		}
	}
}

// Before a search is sent there is no answer to it, and what was no LDAP before
// is none now.
func TestTapBefore(t *testing.T) {
	t.Parallel()
	early := wire(0, 0, wireOperation(0, "CN=Kim"))
	conn := newTap(arriving{in: bytes.NewReader(early)})
	end := conn.stream(noEntry)
	if passed, err := io.ReadAll(conn); err != nil || !bytes.Equal(passed, early) || end() != nil {
		t.Errorf("%x was passed on, %v, %v", passed, err, end())
	}
	conn = newTap(arriving{in: strings.NewReader("HTTP/1.1 400 Bad Request")})
	if passed, err := io.ReadAll(conn); err != nil || len(passed) != 24 || conn.stream(noEntry)() == nil {
		t.Errorf("%q was passed on, %v, and a search succeeds", passed, err)
	}
}

// A connection that is closed, here or there, ends a read within an entry.
func TestTapClosed(t *testing.T) {
	t.Parallel()
	in := wire(0, 1, wireOperation(0, "CN=Long", []string{"info", strings.Repeat("x", 100_000)}))
	for _, n := range []int{0, 1, 3, 10, 100, 70_000, len(in) - 1} {
		for end := range 2 {
			here, there := net.Pipe()
			conn, result := tapOf(here, noEntry)
			go func() {
				_, _ = there.Write(in[:n])
				_ = []net.Conn{here, there}[end].Close()
			}()
			if got, err := conn.Read(make([]byte, 10)); got > 0 || err == nil || result() != nil {
				t.Errorf("after %d octets: %d, %v, %v", n, got, err, result())
			}
		}
	}
}

// FuzzTapDifferential looks for an answer that a search behind a tap is not
// told as the library alone is, without an error.
func FuzzTapDifferential(f *testing.F) {
	for _, width := range []int{indefinite, 0, 4} {
		f.Add(short(width), false)
	}
	f.Add(slices.Concat(wire(0, 1, tlv(0, tagIntermediate)), wire(0, 9, wireOperation(0, "CN=Bo")), short(0), short(4)), true)
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"), false)
	f.Fuzz(func(t *testing.T, in []byte, octetwise bool) { agreed(t, in, octetwise) })
}
