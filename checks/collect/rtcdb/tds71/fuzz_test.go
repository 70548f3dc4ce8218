package tds71

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"net"
	"testing"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"

	"lcshealth/checks/lab/tdsd"
)

// recorder keeps what goes over a connection, each direction with its first
// message apart from the others.
type recorder struct {
	net.Conn
	up, down bytes.Buffer
}

func (r *recorder) Read(b []byte) (int, error) {
	n, err := r.Conn.Read(b)
	r.down.Write(b[:n])
	return n, err
}

func (r *recorder) Write(b []byte) (int, error) {
	r.up.Write(b)
	return r.Conn.Write(b)
}

// conversation records one of go-mssqldb with a server of the given layout:
// what the server sent, and what the driver sent to the translator.
func conversation(t testing.TB, layout tdsd.Layout) (replies, requests []byte) {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	column := func(name string, typ tdsd.Type) tdsd.Column {
		return tdsd.Column{Name: name, Type: typ, Size: map[tdsd.Type]int{tdsd.NVarChar: 20, tdsd.VarBinary: 28}[typ], Table: "rtc.dbo.t"}
	}
	srv := tdsd.New(tdsd.Config{
		Layout: layout, Databases: []string{"rtc"}, Logins: map[string]string{"reader": "secret"},
		Handler: func(context.Context, tdsd.Session, string) []tdsd.Result {
			return []tdsd.Result{
				{Columns: []tdsd.Column{column("i", tdsd.Int), column("s", tdsd.NVarChar), column("b", tdsd.VarBinary), column("x", tdsd.NText)},
					Rows: tdsd.Values([]any{1, "änne", []byte{1, 5}, "日本"}, make([]any, 4))},
				{Err: tdsd.InvalidObject("missing")},
			}
		},
	})
	served := make(chan error, 1)
	go func() { served <- srv.Serve(t.Context(), ln) }()
	port := uint64(ln.Addr().(*net.TCPAddr).Port)
	connector := mssql.NewConnectorConfig(msdsn.Config{
		Host: "127.0.0.1", Port: port, Protocols: []string{"tcp"}, User: "reader", Password: "secret", Database: "rtc",
		Encryption: msdsn.EncryptionDisabled, DisableRetry: true,
	})
	var below, above *recorder
	connector.Dialer = dialFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		below = &recorder{Conn: conn}
		above = &recorder{Conn: Wrap(below, Options{})}
		return above, err
	})
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(1)
	var e mssql.Error
	for _, args := range [][]any{nil, {int64(1), "kim@contoso.com", []byte{1, 5}, true, nil}} {
		if _, err := db.ExecContext(t.Context(), "select * from t", args...); !errors.As(err, &e) || e.Number != 208 {
			t.Fatal(err)
		}
	}
	if err := errors.Join(db.Close(), srv.Close(), <-served); err != nil {
		t.Fatal(err)
	}
	return below.down.Bytes(), above.up.Bytes()
}

// largestItem bounds what may be kept of a reply: the definition of a column
// with a table name of 65,535 characters.
const largestItem = 2*0xFFFF + 1024

// A server can send anything.
func FuzzReplies(f *testing.F) {
	old, _ := conversation(f, tdsd.TDS71)
	newer, _ := conversation(f, tdsd.TDS74)
	f.Add(old, uint16(1))
	f.Add(newer, uint16(50))
	f.Add(recorded, uint16(7))
	for _, message := range []string{
		"79 00000000 fd 0000 0000 00000000", "88 0100", "78 00000000 a9 0200 0100 ed 0100 00",
		"ac 0100 02 4000 6100 01 0000 0100 26 04 04 2a000000", "e3 0700 04 03 3500 3100 3200",
	} {
		f.Add(append(bytes.Clone(unencrypted), packets(packetReply, x(message), 16)...), uint16(3))
	}
	for _, v := range everyType() {
		message := "81 0100" + v.column(false)
		for _, value := range v.values {
			message += "d1" + value
		}
		f.Add(append(bytes.Clone(unencrypted), packets(packetReply, x(message), 20)...), uint16(5))
	}
	f.Fuzz(func(t *testing.T, stream []byte, chunk uint16) {
		read := func(r io.Reader) (got []byte, c *Conn, err error) {
			c = Wrap(&wire{in: r}, Options{})
			if _, err := c.Write(preloginMessage(preloginOpts...)); err != nil {
				t.Fatal(err)
			}
			for {
				b := make([]byte, 4096)
				n, err := c.Read(b)
				got = append(got, b[:n]...)
				if cap(c.replies.rest) > 4*largestItem || cap(c.replies.out) > 8*largestItem || cap(c.buffer) > 16*largestItem {
					t.Fatalf("kept %d, %d and %d octets", cap(c.replies.rest), cap(c.replies.out), cap(c.buffer))
				}
				if err != nil {
					return got, c, err
				}
			}
		}
		got, c, err := read(bytes.NewReader(stream))
		if errors.Is(err, errPanic) {
			t.Fatal(err)
		}
		again, _, errAgain := read(chunks{bytes.NewReader(stream), int(chunk) + 1})
		if c.stage.Load() == stagePass {
			if !bytes.Equal(got, stream) || !bytes.Equal(again, stream) || err != io.EOF { //nolint:errorlint // it comes as it is
				t.Errorf("passed %x and %x, %v", got, again, err)
			}
			return
		}
		// However the stream comes, the driver gets the same in the end. How it
		// is put into packets may differ.
		if err.Error() != errAgain.Error() {
			t.Errorf("got %v, and in pieces %v", err, errAgain)
		}
		if len(got) == 0 {
			return
		}
		all, others := split(t, got), split(t, again)
		if a, b := payload(all), payload(others); !bytes.Equal(a, b) && errors.Is(err, io.EOF) {
			t.Errorf("got %x, and in pieces %x", a, b)
		}
		if n := len(payload(all)); n > 2*len(stream) {
			t.Errorf("%d octets became %d", len(stream), n)
		}
		for _, p := range append(all, others...) {
			if p.typ != packetReply || p.data == "" || p.status > statusEnd {
				t.Errorf("packet %+v", p)
			}
		}
	})
}

// The driver's requests hold what users type.
func FuzzRequests(f *testing.F) {
	_, requests := conversation(f, tdsd.TDS71)
	_, hello, err := readMessage(bytes.NewReader(requests))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(requests[headerSize+len(hello):], uint16(1)) // after PRELOGIN
	f.Add(requests, uint16(100))
	f.Add(packets(packetLogin, login7(4096), 512), uint16(7))
	for _, call := range []string{
		"0100 6100 0000", callSQL + statement + "0200 6700" + statement + "0600 4000 6100 2000" + "01 4000 01 26 08 08 0100000000000000",
		callSQL + "00 00 e7 ffff 0000000000 ffffffffffffffff", callSQL + "00 00 6a 05 09 02 00 00 00 24 10 00", callSQL + "00 00 28 03 010203",
	} {
		f.Add(packets(packetRPC, x(allHeaders+call), 20), uint16(5))
	}
	f.Add(packets(packetAttention, nil, 512), uint16(3))
	f.Add(packets(packetTransaction, x(allHeaders), 512), uint16(3))
	f.Fuzz(func(t *testing.T, stream []byte, chunk uint16) {
		write := func(n int) ([]byte, error) {
			c, w := translating(t, bytes.NewReader(nil))
			for b := stream; len(b) > 0; b = b[min(n, len(b)):] {
				k, err := c.Write(b[:min(n, len(b))])
				if cap(c.requests.packet) > 4*largestSize || cap(c.requests.msg.data) > 2*maxRequest {
					t.Fatalf("kept %d and %d octets", cap(c.requests.packet), cap(c.requests.msg.data))
				}
				if err != nil {
					return w.out.Bytes(), err
				}
				if k != min(n, len(b)) {
					t.Fatalf("wrote %d of %d octets", k, min(n, len(b)))
				}
			}
			return w.out.Bytes(), nil
		}
		got, err := write(1 << 30)
		if errors.Is(err, errPanic) {
			t.Fatal(err)
		}
		again, errAgain := write(int(chunk) + 1)
		if !bytes.Equal(got, again) || (err == nil) != (errAgain == nil) || err != nil && err.Error() != errAgain.Error() {
			t.Errorf("sent %x, %v, and of pieces %x, %v", got, err, again, errAgain)
		}
		if n := len(payload(split(t, got))); n > len(stream) {
			t.Errorf("%d octets became %d", len(stream), n)
		}
	})
}
