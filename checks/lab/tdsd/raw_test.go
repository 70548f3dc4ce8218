package tdsd_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf16"

	"lcshealth/checks/lab/tdsd"
)

// rawClient writes and reads packets.
type rawClient struct {
	net.Conn
	t *testing.T
}

func dialRaw(t *testing.T, addr net.Addr) rawClient {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return rawClient{c, t}
}

func (c rawClient) send(typ, status byte, payload []byte) {
	c.t.Helper()
	packet := []byte{typ, status, 0, 0, 0, 0, 1, 0}
	binary.BigEndian.PutUint16(packet[2:], uint16(len(packet)+len(payload)))
	if _, err := c.Write(append(packet, payload...)); err != nil {
		c.t.Fatal(err)
	}
}

// receive reads one packet.
func (c rawClient) receive() (typ, status byte, payload []byte) {
	c.t.Helper()
	header := make([]byte, 8)
	if _, err := io.ReadFull(c, header); err != nil {
		c.t.Fatal(err)
	}
	payload = make([]byte, int(binary.BigEndian.Uint16(header[2:]))-8)
	if _, err := io.ReadFull(c, payload); err != nil {
		c.t.Fatal(err)
	}
	return header[0], header[1], payload
}

func (c rawClient) wantClosed() {
	c.t.Helper()
	if n, err := c.Read(make([]byte, 1)); err == nil {
		c.t.Errorf("got %d more bytes, want the connection to be closed", n)
	}
}

func utf16le(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// login7 builds a LOGIN7 message of the test user.
func login7(version uint32) []byte {
	fixed := make([]byte, 94)
	binary.LittleEndian.PutUint32(fixed[4:], version)
	var data []byte
	put := func(at int, s []byte) {
		binary.LittleEndian.PutUint16(fixed[at:], uint16(94+len(data)))
		binary.LittleEndian.PutUint16(fixed[at+2:], uint16(len(s)/2))
		data = append(data, s...)
	}
	put(40, utf16le(testUser))
	password := utf16le(testPassword)
	for i, v := range password {
		password[i] = (v<<4 | v>>4) ^ 0xA5
	}
	put(44, password)
	put(68, utf16le("rtc"))
	binary.LittleEndian.PutUint32(fixed, uint32(94+len(data)))
	return append(fixed, data...)
}

// login logs in without PRELOGIN and returns the reply.
func (c rawClient) login(version uint32) []byte {
	c.t.Helper()
	c.send(0x10, 1, login7(version))
	_, _, reply := c.receive()
	return reply
}

// headers is an ALL_HEADERS with a transaction descriptor.
const headers = "\x16\x00\x00\x00\x12\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00"

func (c rawClient) batch(text string) { c.send(1, 1, append([]byte(headers), utf16le(text)...)) }

// The reply of SQL Server 2000 SP3 as FreeTDS documents it (tds_ssl.html), but
// with the encryption that was negotiated.
func TestPreloginReplyOfSQLServer2000(t *testing.T) {
	t.Parallel()
	_, addr := start(t, tdsd.Config{Layout: tdsd.TDS71})
	c := dialRaw(t, addr)
	request, _ := hex.DecodeString("0000150006" + "01001b0001" + "02001c0001" + "03001d0004" + "ff" + "080001550000" + "02" + "00" + "01020304")
	c.send(0x12, 1, request)
	typ, status, got := c.receive()
	want := "0000150006" + "01001b0001" + "02001c0001" + "03001d0000" + "ff" + "080002f80000" + "02" + "00"
	if typ != 4 || status != 1 || hex.EncodeToString(got) != want {
		t.Errorf("got type %d, status %d,\n%x, want\n%s", typ, status, got, want)
	}
}

func TestPreloginReply(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		config     tdsd.Config
		encryption string
		status     byte
		want       string
	}{
		"2005": {tdsd.Config{}, "00", 1,
			"00001a0006" + "0100200001" + "0200210001" + "0300220000" + "0400220001" + "ff" + "090005770000" + "02" + "00" + "00"},
		"2005 with a sub-build": {tdsd.Config{ProductVersion: "9.00.3042.7"}, "02", 1,
			"00001a0006" + "0100200001" + "0200210001" + "0300220000" + "0400220001" + "ff" + "09000be20007" + "02" + "00" + "00"},
		"2000 without service pack": {tdsd.Config{ProductVersion: "8.00.194"}, "00", 0,
			"0000150006" + "01001b0001" + "02001c0001" + "03001d0000" + "ff" + "080000c20000" + "02" + "00"},
	}
	for name, tt := range tests {
		_, addr := start(t, tt.config)
		c := dialRaw(t, addr)
		request, _ := hex.DecodeString("00000b0006" + "0100110001" + "ff" + "090000000000" + tt.encryption)
		c.send(0x12, 1, request)
		_, status, got := c.receive()
		if status != tt.status || hex.EncodeToString(got) != tt.want {
			t.Errorf("%s: got status %d,\n%x, want %d,\n%s", name, status, got, tt.status, tt.want)
		}
	}
}

// loginAck returns the version, program name and program version in a reply.
func loginAck(t *testing.T, reply []byte) []byte {
	t.Helper()
	at := bytes.Index(reply, utf16le("Microsoft SQL Server\x00\x00"))
	if at < 6 {
		t.Fatalf("no LOGINACK in %x", reply)
	}
	return append(bytes.Clone(reply[at-5:at-1]), reply[at+44:at+48]...)
}

func TestLoginAck(t *testing.T) {
	t.Parallel()
	tests := []struct {
		config tdsd.Config
		client uint32
		want   string // TDS version, product version
	}{
		{tdsd.Config{}, 0x74000004, "72090002" + "09000577"},
		{tdsd.Config{}, 0x72090002, "72090002" + "09000577"},
		{tdsd.Config{}, 0x71000001, "71000001" + "09000577"},
		{tdsd.Config{ProductVersion: "10.50.1600"}, 0x74000004, "730b0003" + "0a320640"},
		{tdsd.Config{ProductVersion: "10.50.1600"}, 0x730A0003, "730a0003" + "0a320640"},
		{tdsd.Config{ProductVersion: "12.0.2000"}, 0x74000004, "74000004" + "0c0007d0"},
		{tdsd.Config{Layout: tdsd.TDS71}, 0x74000004, "71000001" + "080002f8"},
		{tdsd.Config{Layout: tdsd.TDS71, ProductVersion: "8.00.2039"}, 0x71000001, "71000001" + "080007f7"},
		{tdsd.Config{ProductVersion: "8.00.194"}, 0x71000001, "07010000" + "080000c2"},
	}
	for _, tt := range tests {
		_, addr := start(t, tt.config)
		if got := hex.EncodeToString(loginAck(t, dialRaw(t, addr).login(tt.client))); got != tt.want {
			t.Errorf("client %#x, server %+v: got %s, want %s", tt.client, tt.config, got, tt.want)
		}
	}
}

// TestWidths shows the same replies in both layouts, byte for byte.
func TestWidths(t *testing.T) {
	t.Parallel()
	handler := fixed(tdsd.Result{
		Columns: []tdsd.Column{{Name: "a", Type: tdsd.Int}, {Name: "t", Type: tdsd.NText, Table: "dbo.R"}},
		Rows:    tdsd.Values([]any{7, nil}),
		Err:     &tdsd.Error{Number: 208, State: 1, Class: 16, Message: "x", Line: 3},
	})
	tests := map[tdsd.Layout]struct {
		request string
		want    string
	}{
		tdsd.TDS71: {"", "810200" + "0000" + "0100" + "2604" + "016100" +
			"0000" + "0100" + "63feffff7f" + "0904d00034" + "0500640062006f002e005200" + "017400" +
			"d1" + "0407000000" + "00" +
			"aa1600" + "d0000000" + "0110" + "01007800" + "045300520056003100" + "00" + "0300" +
			"fd0200c100" + "01000000"},
		tdsd.TDS74: {headers, "810200" + "00000000" + "0100" + "2604" + "016100" +
			"00000000" + "0100" + "63feffff7f" + "0904d00034" + "02" + "0300640062006f00" + "01005200" + "017400" +
			"d1" + "0407000000" + "00" +
			"aa1800" + "d0000000" + "0110" + "01007800" + "045300520056003100" + "00" + "03000000" +
			"fd0200c100" + "0100000000000000"},
	}
	for layout, tt := range tests {
		_, addr := start(t, tdsd.Config{Handler: handler, Layout: layout, ServerName: "SRV1"})
		c := dialRaw(t, addr)
		c.login(0x74000004)
		c.send(1, 1, append([]byte(tt.request), utf16le("select a")...))
		if _, _, got := c.receive(); hex.EncodeToString(got) != tt.want {
			t.Errorf("layout %v: got\n%x, want\n%s", layout, got, tt.want)
		}
	}
}

func TestPackets(t *testing.T) {
	t.Parallel()
	var size int
	_, addr := start(t, tdsd.Config{Handler: func(context.Context, tdsd.Session, string) []tdsd.Result {
		return []tdsd.Result{{Columns: []tdsd.Column{{Type: tdsd.Char, Size: size}}, Rows: tdsd.Values([]any{""})}}
	}})
	c := dialRaw(t, addr)
	login := login7(0x74000004)
	const packetSize = 512
	binary.LittleEndian.PutUint32(login[8:], packetSize)
	c.send(0x10, 1, login)
	if _, _, got := c.receive(); !bytes.Contains(got, append([]byte("\xe3\x11\x00\x04\x03"), utf16le("512")...)) {
		t.Errorf("no ENVCHANGE of the packet size to 512 in %x", got)
	}
	// All lengths around those that fill one packet and two.
	const payload = packetSize - 8
	const around = 18 + 3 + 13 // COLMETADATA, ROW without its value, and DONE
	for _, size = range []int{1, payload - around - 1, payload - around, payload - around + 1,
		2*payload - around - 1, 2*payload - around, 2*payload - around + 1, 8000} {
		c.batch("select x")
		total, packets := 0, 0
		for last := false; !last; packets++ {
			typ, status, got := c.receive()
			total += len(got)
			last = status == 1
			if typ != 4 || status > 1 || len(got) == 0 || len(got) > payload || !last && len(got) != payload {
				t.Errorf("size %d: got packet %d of type %d, status %d, with %d bytes", size, packets, typ, status, len(got))
			}
		}
		if want := size + around; total != want || packets != (want+payload-1)/payload {
			t.Errorf("size %d: got %d bytes in %d packets, want %d", size, total, packets, want)
		}
	}
}

func TestRefusedRequests(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		before bool // the login
		typ    byte
		data   []byte
		want   string
	}{
		"unknown packet type":       {false, 0x55, []byte("x"), "packet type 0x55"},
		"bulk load":                 {false, 0x07, []byte("x"), "packet type 0x07"},
		"a second login":            {false, 0x10, login7(0x74000004), "packet type 0x10"},
		"a batch before the login":  {true, 0x01, []byte("x"), "packet type 0x01 before the login"},
		"TDS 7.0":                   {true, 0x10, login7(0x70000000), "tds version 0x70000000"},
		"a short login":             {true, 0x10, login7(0x74000004)[:90], "length of"},
		"an odd batch":              {false, 0x01, []byte(headers + "x"), "text of 1 bytes"},
		"ALL_HEADERS too long":      {false, 0x01, []byte("\xff\x00\x00\x00"), "ALL_HEADERS of 255 bytes"},
		"an rpc without a name":     {false, 0x03, []byte(headers + "\x05\x00"), "10 bytes wanted, 0 left"},
		"several rpcs":              {false, 0x03, []byte(headers + "\xff\xff\x0a\x00\x00\x00\xff"), "several calls"},
		"a prelogin without an end": {true, 0x12, []byte("\x00\x00"), "option table without end"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, addr := start(t, tdsd.Config{})
			c := dialRaw(t, addr)
			if !tt.before {
				c.login(0x74000004)
			}
			c.send(tt.typ, 1, tt.data)
			_, _, got := c.receive()
			if number := binary.LittleEndian.Uint32(got[3:]); got[0] != 0xAA || number != 4002 || !bytes.Contains(got, utf16le(tt.want)) {
				t.Errorf("got %q, want error 4002 with %q", got, tt.want)
			}
			c.wantClosed()
		})
	}
}

func TestAttentionWithoutRequest(t *testing.T) {
	t.Parallel()
	_, addr := start(t, tdsd.Config{})
	c := dialRaw(t, addr)
	c.login(0x74000004)
	const acknowledged, failed, succeeded = "fd2000", "fd0200", "fd0000"
	steps := []struct {
		typ, status byte
		text        string
		want        string
	}{
		{0x06, 1, "", acknowledged},
		{0x01, 1, "select a", succeeded},
		{0x06, 1, "", acknowledged},
		{0x01, 3, "sele", failed}, // ended with the ignore bit
		{0x01, 1, "select b", succeeded},
	}
	for i, s := range steps {
		var payload []byte
		if s.typ == 1 {
			payload = append([]byte(headers), utf16le(s.text)...)
		}
		c.send(s.typ, s.status, payload)
		if _, _, got := c.receive(); hex.EncodeToString(got[:3]) != s.want || len(got) != 13 {
			t.Errorf("step %d: got %x, want %s and more", i, got, s.want)
		}
	}
	// An attention in place of the rest of a request.
	c.send(0x01, 0, []byte(headers))
	c.send(0x06, 1, nil)
	if _, _, got := c.receive(); hex.EncodeToString(got[:3]) != acknowledged {
		t.Errorf("got %x, want %s and more", got, acknowledged)
	}
}

// pipeListener hands out one end of a pipe.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (l pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}
func (l pipeListener) Close() error {
	select {
	case <-l.closed:
	default:
		close(l.closed)
	}
	return nil
}
func (pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

func TestIdleConnectionsAreClosed(t *testing.T) {
	t.Parallel()
	for _, stage := range []string{"connected", "amid a packet", "logged in", "amid a request", "not reading"} {
		t.Run(stage, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := tdsd.New(tdsd.Config{IdleTimeout: time.Hour, Databases: []string{"rtc"},
					Logins: map[string]string{testUser: testPassword},
					Handler: fixed(tdsd.Result{Columns: []tdsd.Column{{Type: tdsd.Text}},
						Rows: tdsd.Values([]any{strings.Repeat("x", 1e6)})})})
				ln := pipeListener{make(chan net.Conn), make(chan struct{})}
				served := make(chan error)
				go func() { served <- srv.Serve(t.Context(), ln) }()
				client, server := net.Pipe()
				ln.conns <- server
				c := rawClient{client, t}
				begun := time.Now()
				switch stage {
				case "amid a packet":
					if _, err := c.Write([]byte{0x12, 1, 0}); err != nil {
						t.Fatal(err)
					}
				case "logged in", "amid a request", "not reading":
					time.Sleep(30 * time.Minute)
					c.login(0x74000004)
					begun = time.Now()
				}
				switch stage {
				case "amid a request":
					time.Sleep(30 * time.Minute)
					c.send(1, 0, []byte(headers))
				case "not reading":
					c.batch("select x")
					time.Sleep(2 * time.Hour)
					begun = begun.Add(time.Hour)
				}
				if _, err := io.Copy(io.Discard, c); err != nil {
					t.Fatal(err)
				}
				if got := time.Since(begun); got != time.Hour {
					t.Errorf("closed after %v, want one hour", got)
				}
				if err := srv.Close(); err != nil {
					t.Error(err)
				}
				if err := <-served; err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// A handler may take longer than a client may be idle.
func TestSlowHandler(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := tdsd.New(tdsd.Config{IdleTimeout: time.Minute, Databases: []string{"rtc"},
			Logins: map[string]string{testUser: testPassword},
			Handler: func(context.Context, tdsd.Session, string) []tdsd.Result {
				time.Sleep(time.Hour)
				return nil
			}})
		ln := pipeListener{make(chan net.Conn), make(chan struct{})}
		served := make(chan error)
		go func() { served <- srv.Serve(t.Context(), ln) }()
		client, server := net.Pipe()
		ln.conns <- server
		c := rawClient{client, t}
		c.login(0x74000004)
		c.batch("select x")
		if _, _, got := c.receive(); hex.EncodeToString(got[:3]) != "fd0000" {
			t.Errorf("got %x, want a DONE without error", got)
		}
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}
