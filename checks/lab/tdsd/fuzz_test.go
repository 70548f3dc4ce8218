package tdsd

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"reflect"
	"sync"
	"testing"
	"time"
	"unicode/utf8"
)

func FuzzPrelogin(f *testing.F) {
	f.Add(preloginReply(TDS71, productVersion{major: 8}, 2))
	f.Add(preloginReply(TDS74, productVersion{major: 9}, 1))
	f.Add([]byte("\x00\x00\x0b\x00\x06\x02\x00\x11\x00\x04\xff\x09\x00\x00\x00\x00\x00rtc\x00"))
	f.Add([]byte{0xFF})
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := parsePrelogin(data)
		if err != nil && !errors.Is(err, errProtocol) {
			t.Errorf("got error %v, want one about the protocol", err)
		}
		for _, e := range []Encryption{EncryptNotSupported, EncryptOff, EncryptOn} {
			if _, level, ok := e.negotiate(p.encryption); ok && e == EncryptOn && level != protectAll {
				t.Errorf("encryption option %#02x makes level %d of a server that requires it", p.encryption, level)
			}
		}
	})
}

// exampleLogin7 is a login of user "sa" with password "x" and four bytes of
// authentication.
func exampleLogin7() []byte {
	b := make([]byte, 94)
	binary.LittleEndian.PutUint32(b[4:], version72)
	field := func(at int, value string, n int) {
		binary.LittleEndian.PutUint16(b[at:], uint16(len(b)))
		binary.LittleEndian.PutUint16(b[at+2:], uint16(n))
		b = append(b, value...)
	}
	field(40, "s\x00a\x00", 2)
	field(44, "\x22\xa5", 1)
	field(78, "NTLM", longSSPI)
	binary.LittleEndian.PutUint32(b[90:], 4)
	binary.LittleEndian.PutUint32(b, uint32(len(b)))
	return b
}

func TestParseLogin7(t *testing.T) {
	t.Parallel()
	l, err := parseLogin7(exampleLogin7())
	if err != nil || l.user != "sa" || l.password != "x" || string(l.sspi) != "NTLM" {
		t.Errorf("got %+v, %v", l, err)
	}
}

func FuzzLogin7(f *testing.F) {
	f.Add(exampleLogin7())
	f.Add(exampleLogin7()[:90])
	f.Add([]byte{86})
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := parseLogin7(data)
		if err != nil {
			if !errors.Is(err, errProtocol) {
				t.Errorf("got error %v, want one about the protocol", err)
			}
			return
		}
		if !bytes.Contains(data, l.sspi) {
			t.Errorf("authentication %x is not in %x", l.sspi, data)
		}
		if size := negotiatePacketSize(l.packetSize, protectAll); size < minPacketSize || size > maxTLSPacketSize {
			t.Errorf("packet size %d", size)
		}
		_, _ = newNTLM("", nil, l.sspi)
	})
}

const exampleHeaders = "\x16\x00\x00\x00\x12\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00"

func FuzzBatch(f *testing.F) {
	f.Add([]byte(exampleHeaders+"s\x00"), false)
	f.Add([]byte("s\x00e\x00"), true)
	f.Add([]byte("\xff\xff\xff\xff"), false)
	f.Add([]byte("u\x00s\x00e\x00 \x00[\x00a\x00]\x00]\x00b\x00]\x00"), true)
	f.Fuzz(func(t *testing.T, data []byte, old bool) {
		l := TDS74
		if old {
			l = TDS71
		}
		text, err := parseBatch(data, l)
		if err != nil && !errors.Is(err, errProtocol) {
			t.Errorf("got error %v, want one about the protocol", err)
		}
		if !utf8.ValidString(text) || len(text) > 2*len(data) {
			t.Errorf("got text %q of %d bytes", text, len(data))
		}
		isSet(text)
		usePattern.FindStringSubmatch(text)
	})
}

func FuzzCall(f *testing.F) {
	const nvarchar = "\x00\x00\xe7\x40\x1f\x09\x04\xd0\x00\x34" // without name and flags, of 8000 bytes
	const plp = "\x00\x00\xe7\xff\xff\x09\x04\xd0\x00\x34\x04\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00s\x00e\x00\x00\x00\x00\x00"
	for _, params := range []string{
		"",
		nvarchar + "\x02\x00s\x00" + nvarchar + "\x06\x00@\x00a\x00 \x00" + "\x00\x00\x26\x04\x04\x01\x00\x00\x00",
		plp + plp,
		nvarchar + "\xff\xff",
		"\x00\x00\x63\xff\xff\xff\x7f\x09\x04\xd0\x00\x34\x02\x00\x00\x00s\x00",
		"\x00\x00\x24\x10\x1012345678901234567890",
		"\x00\x00\x6f\x08\x0812345678",
		"\x00\x00\x6d\x08\x04\x00\x00\x80\x3f",
		"\x00\x00\x68\x01\x01\x01",
		"\x00\x00\xa7\x01\x00\x09\x04\xd0\x00\x34\x02\x00ab",
		"\x00\x00\x2a\x07",
	} {
		call := "\xff\xff\x0a\x00\x00\x00" + params
		f.Add([]byte(exampleHeaders+call), false)
		f.Add([]byte(call), true)
	}
	f.Add([]byte("\x03\x00a\x00b\x00c\x00\x00\x00"), true)
	f.Fuzz(func(t *testing.T, data []byte, old bool) {
		l := TDS74
		if old {
			l = TDS71
		}
		rpc, err := parseCall(data, l)
		if err != nil {
			var bad *Error
			if !errors.Is(err, errProtocol) && !errors.As(err, &bad) {
				t.Errorf("got error %v, want one about the protocol", err)
			}
			return
		}
		for _, p := range rpc.params {
			switch p.Value.(type) {
			case nil, bool, int64, float64, string, []byte, time.Time:
			default:
				t.Errorf("got a value of type %T", p.Value)
			}
		}
		if rpc.isExecuteSQL() {
			_, _, _ = rpc.statement()
		}
	})
}

func FuzzAuthenticate(f *testing.F) {
	f.Add(authenticate("Domain", "User", make([]byte, 44)))
	f.Add(authenticate("", "", nil))
	f.Add([]byte(ntlmSignature + "\x03\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		exchange := &ntlm{}
		if user, err := exchange.verify(data, map[string]string{`Domain\User`: "Password"}); err == nil {
			t.Errorf("%s was let in by %x", user, data)
		}
	})
}

func FuzzReadMessage(f *testing.F) {
	f.Add([]byte("\x01\x00\x00\x09\x00\x00\x01\x00s\x01\x01\x00\x09\x00\x00\x02\x00e"))
	f.Add([]byte("\x01\x00\x00\x08\x00\x00\x01\x00\x06\x01\x00\x08\x00\x00\x01\x00"))
	f.Add([]byte("\x01\x01\x00\x07\x00\x00\x01\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bytes.NewReader(data)
		for {
			msg, err := readMessage(r, r)
			if err != nil {
				return
			}
			// Every message can be sent, and read, again.
			var sent bytes.Buffer
			w := packetWriter{w: &sent, typ: msg.typ, size: minPacketSize}
			if _, err := w.Write(msg.data); err != nil {
				t.Fatal(err)
			}
			if err := w.finish(); err != nil {
				t.Fatal(err)
			}
			if len(msg.data) == 0 {
				continue
			}
			again, err := readMessage(&sent, &sent)
			if err != nil || again.typ != msg.typ || !bytes.Equal(again.data, msg.data) || sent.Len() != 0 {
				t.Fatalf("got %+v, %v, want %+v", again, err, msg)
			}
		}
	})
}

// oneConn is a listener of one connection.
type oneConn struct {
	conn   chan net.Conn
	closed chan struct{}
	end    func() // closes closed
}

func (l oneConn) Accept() (net.Conn, error) {
	select {
	case c := <-l.conn:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}
func (l oneConn) Close() error { l.end(); return nil }
func (oneConn) Addr() net.Addr { return &net.TCPAddr{} }

// FuzzConnection sends a server anything at all. It must not panic, and it must
// end.
func FuzzConnection(f *testing.F) {
	packet := func(typ byte, data []byte) []byte {
		b := []byte{typ, 1, 0, 0, 0, 0, 1, 0}
		binary.BigEndian.PutUint16(b[2:], uint16(8+len(data)))
		return append(b, data...)
	}
	login := packet(0x10, exampleLogin7())
	f.Add(packet(0x12, preloginReply(TDS74, productVersion{major: 9}, 2)))
	f.Add(append(bytes.Clone(login), packet(1, []byte(exampleHeaders+"s\x00"))...))
	f.Add(append(bytes.Clone(login), packet(6, nil)...))
	f.Add(append(bytes.Clone(login), packet(3, []byte(exampleHeaders+"\xff\xff\x0a\x00\x00\x00"))...))
	f.Fuzz(func(t *testing.T, data []byte) {
		srv := New(Config{Logins: map[string]string{"sa": "x"}, Handler: func(context.Context, Session, string) []Result {
			return []Result{{Columns: []Column{{Name: "n", Type: Int}}, Rows: Values([]any{1})}}
		}})
		client, server := net.Pipe()
		closed := make(chan struct{})
		ln := oneConn{make(chan net.Conn, 1), closed, sync.OnceFunc(func() { close(closed) })}
		ln.conn <- server
		served := make(chan error)
		go func() { served <- srv.Serve(t.Context(), ln) }()
		read := make(chan struct{})
		go func() {
			defer close(read)
			_, _ = io.Copy(io.Discard, client)
		}()
		_, _ = client.Write(data)
		_ = client.Close()
		<-read
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}

// Values that a client gets back as parameters are those that were sent as
// columns.
func FuzzValues(f *testing.F) {
	f.Add("änne 😀", []byte{1, 2}, int64(1_115_596_800), int64(997e6))
	f.Add("", []byte{}, int64(-6_000_000_000), int64(0))
	f.Fuzz(func(t *testing.T, text string, data []byte, seconds, nanos int64) {
		// TYPE_INFO and value have the same form in rows and in parameters,
		// except for text pointers.
		back := func(col Column, value any) (any, bool) {
			b, err := col.appendTypeInfo(nil, TDS74)
			if err != nil {
				t.Fatal(err)
			}
			if b, err = col.appendValue(b, value); err != nil {
				return nil, false
			}
			c := &cursor{rest: b}
			got, bad := readParam(c, TDS74)
			if bad != nil || c.err != nil || len(c.rest) > 0 {
				t.Fatalf("%v: %v, %v, %d bytes left", col.Type, bad, c.err, len(c.rest))
			}
			return got, true
		}
		if got, ok := back(Column{Type: NVarChar}, text); ok && utf8.ValidString(text) && got != text {
			t.Errorf("got %q, want %q", got, text)
		}
		if got, ok := back(Column{Type: VarBinary}, data); ok && !reflect.DeepEqual(got, data) {
			t.Errorf("got %x, want %x", got, data)
		}
		if got, _ := back(Column{Type: BigInt}, seconds); got != seconds {
			t.Errorf("got %d, want %d", got, seconds)
		}
		when := time.Unix(seconds%1e12, nanos%1e9).UTC()
		if got, ok := back(Column{Type: DateTime}, when); ok && when.Sub(got.(time.Time)).Abs() > time.Second/600+1 {
			t.Errorf("got %v, want %v", got, when)
		}
		if got, ok := back(Column{Type: SmallDateTime}, when); ok && when.Sub(got.(time.Time)).Abs() > 30*time.Second {
			t.Errorf("got %v, want %v", got, when)
		}
		if guid, err := parseGUID(text); err == nil {
			if got, _ := back(Column{Type: UniqueIdentifier}, text); got != formatGUID(guid) {
				t.Errorf("got %s, want %s", got, text)
			}
		}
	})
}
