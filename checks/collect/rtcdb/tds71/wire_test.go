package tds71

import (
	"bytes"
	"encoding/hex"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// wire is a connection in memory: it reads from in and keeps what is written.
type wire struct {
	in     io.Reader
	out    bytes.Buffer
	closed int
}

func (w *wire) Read(b []byte) (int, error) {
	if w.closed > 0 {
		return 0, net.ErrClosed
	}
	return w.in.Read(b)
}

func (w *wire) Write(b []byte) (int, error)      { return w.out.Write(b) }
func (w *wire) Close() error                     { w.closed++; return nil }
func (w *wire) LocalAddr() net.Addr              { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 50000} }
func (w *wire) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 9), Port: 1433} }
func (w *wire) SetDeadline(time.Time) error      { return nil }
func (w *wire) SetReadDeadline(time.Time) error  { return nil }
func (w *wire) SetWriteDeadline(time.Time) error { return nil }

// chunks reads at most n octets at a time.
type chunks struct {
	r io.Reader
	n int
}

func (c chunks) Read(b []byte) (int, error) { return c.r.Read(b[:min(len(b), c.n)]) }

// x decodes hexadecimal text, in which spaces and | mean nothing.
func x(s string) []byte {
	b, err := hex.DecodeString(strings.NewReplacer(" ", "", "|", "", "\n", "", "\t", "").Replace(s))
	if err != nil {
		panic(err)
	}
	return b
}

// packets is the message of the given type, in packets of at most size octets.
func packets(typ byte, payload []byte, size int) []byte {
	f := framer{typ: typ}
	return f.append(nil, payload, size, true)
}

// packet is one part of a stream.
type packet struct {
	typ, status, number byte
	spid                [2]byte
	data                string
}

// split takes a stream apart, and fails when it is not made of whole packets.
func split(t testing.TB, stream []byte) (all []packet) {
	t.Helper()
	for len(stream) > 0 {
		if len(stream) < headerSize || packetSize(stream) < headerSize || packetSize(stream) > len(stream) {
			t.Fatalf("the stream ends with %x, which is no packet", stream)
		}
		n := packetSize(stream)
		all = append(all, packet{stream[0], stream[1], stream[6], [2]byte(stream[4:6]), string(stream[headerSize:n])})
		stream = stream[n:]
	}
	return all
}

// payload joins what the packets carry.
func payload(all []packet) []byte {
	var b []byte
	for _, p := range all {
		b = append(b, p.data...)
	}
	return b
}

// preloginOpts are the options of go-mssqldb's first message, and traceID is
// the one that may come last.
var (
	preloginOpts = []option{{0, x("010b00020000")}, {1, x("02")}, {2, x("00")}, {3, x("00000000")}, {4, x("00")}}
	traceID      = bytes.Repeat([]byte{0xAB}, 36)
)

// The reply of SQL Server 2000 SP3 (8.00.760) to a client that wants TLS, as
// FreeTDS has recorded it in its document tds_ssl.html.
var recorded = x("04 01 0025 0000 01 00 | 00 0015 0006  01 001b 0001  02 001c 0001  03 001d 0000  ff | 08 00 02f8 0000  01  00")

// unencrypted is the same reply of a server without a certificate.
var unencrypted = func() []byte {
	b := bytes.Clone(recorded)
	b[headerSize+0x1b] = encryptNotSupported
	return b
}()

// preloginMessage is a client's first message with the given options.
func preloginMessage(options ...option) []byte {
	return packets(packetPrelogin, buildPrelogin(options), defaultSize)
}

// translating returns a connection to a server 8.00.760 that has answered to
// PRELOGIN, and then sends what is in stream.
func translating(t testing.TB, stream io.Reader) (*Conn, *wire) {
	t.Helper()
	w := &wire{in: io.MultiReader(bytes.NewReader(unencrypted), stream)}
	c := Wrap(w, Options{})
	if _, err := c.Write(preloginMessage(preloginOpts...)); err != nil {
		t.Fatal(err)
	}
	reply := make([]byte, len(fixedReply(encryptNotSupported)))
	if _, err := io.ReadFull(c, reply); err != nil {
		t.Fatal(err)
	}
	w.out.Reset()
	return c, w
}
