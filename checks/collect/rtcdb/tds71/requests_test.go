package tds71

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"unicode/utf16"
)

// allHeaders is what go-mssqldb puts before each request.
const allHeaders = "16000000 12000000 0200 0000000000000000 01000000"

func utf16le(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// sent returns what the server gets of a message that comes in packets of the
// given size.
func sent(t *testing.T, typ byte, data []byte, size, chunk int) ([]packet, error) {
	t.Helper()
	c, w := translating(t, bytes.NewReader(nil))
	c.size.Store(512)
	for b := packets(typ, data, size); len(b) > 0; b = b[min(chunk, len(b)):] {
		if n, err := c.Write(b[:min(chunk, len(b))]); err != nil || n != min(chunk, len(b)) {
			return split(t, w.out.Bytes()), err
		}
	}
	return split(t, w.out.Bytes()), nil
}

const (
	callSQL   = "ffff 0a00 0000"            // sp_executesql by number, no flags
	statement = "00 00 e7 401f 0000000000 " // a parameter without name of type nvarchar(4000)
)

func TestRequests(t *testing.T) {
	t.Parallel()
	named := append(utf16le("sp_executesql"), x("0000")...)
	named = append(x("0d00"), named...)
	tests := map[string]struct {
		typ      byte
		in, want []byte
	}{
		"SQLBatch":           {packetBatch, append(x(allHeaders), utf16le("select 1")...), utf16le("select 1")},
		"SQLBatch, long":     {packetBatch, append(x(allHeaders), utf16le(strings.Repeat("é", 9000))...), utf16le(strings.Repeat("é", 9000))},
		"SQLBatch, empty":    {packetBatch, x(allHeaders), nil},
		"other headers":      {packetBatch, append(x("04000000"), utf16le("go")...), utf16le("go")},
		"more headers":       {packetBatch, append(x("22000000 12000000 0200 0000000000000000 01000000 0c000000 0300 010203040506"), 'g', 0), []byte("g\x00")},
		"attention":          {packetAttention, nil, nil},
		"SSPI":               {packetSSPI, bytes.Repeat([]byte("NTLM"), 500), bytes.Repeat([]byte("NTLM"), 500)},
		"RPC, no parameters": {packetRPC, x(allHeaders + "0100 6100 0000"), x("0100 6100 0000")},
		"RPC by name":        {packetRPC, append(x(allHeaders), named...), named},
		"RPC, every type": {packetRPC, x(allHeaders + callSQL + statement + "0200 6700" + statement + "0600 4000 6100 2000" +
			"01 4000 01 26 08 08 0100000000000000  00 00 68 01 00  00 00 6d 08 00  00 00 6f 08 08 0000000000000000" +
			"00 00 24 10 00  00 00 1f  00 00 38 2a000000  00 00 6a 05 09 02 00  00 00 a5 0100 0100 01  00 00 e7 401f 0000000000 ffff"), nil},
		// Not that of sp_executesql.
		"(max) elsewhere": {packetRPC, append(x(allHeaders+"0100 6100 0000"+statement+"0000"+statement+"0a00"), utf16le("(max)")...), nil},
	}
	for name, tt := range tests {
		if tt.want == nil && len(tt.in) > 22 {
			tt.want = tt.in[22:]
		}
		for _, size := range []int{9, 512, 32767} {
			for _, chunk := range []int{1, 7, 1 << 20} {
				all, err := sent(t, tt.typ, tt.in, size, chunk)
				if err != nil || !bytes.Equal(payload(all), tt.want) {
					t.Errorf("%s, packets of %d: sent\n%x, %v, want\n%x", name, size, payload(all), err, tt.want)
				}
				for i, p := range all {
					end := byte(0)
					if i == len(all)-1 {
						end = statusEnd
					}
					if p.typ != tt.typ || p.status != end || p.number != byte(i+1) || len(p.data) > 512-headerSize {
						t.Fatalf("%s: packet %d of %d is %+v", name, i, len(all), p)
					}
				}
				if want := max(1, (len(tt.want)+503)/504); len(all) != want {
					t.Errorf("%s: %d packets, want %d", name, len(all), want)
				}
			}
		}
	}
}

func TestRequestsRefused(t *testing.T) {
	t.Parallel()
	const hello = statement + "0200 6700"
	tests := []struct {
		typ  byte
		in   string
		kind error
		want string
	}{
		{packetBulk, "81", ErrRefused, "bulk copy"},
		{packetTransaction, allHeaders + "0500 00 00", ErrRefused, "a transaction that the driver begins or ends"},
		{packetFedAuth, "00", ErrRefused, "federated authentication"},
		{0x05, "00", ErrRefused, "a packet of type 0x05"},
		{packetBatch, "0000", ErrRequest, "ALL_HEADERS of 0 octets in 2"},
		{packetBatch, "03000000", ErrRequest, "ALL_HEADERS of 3 octets in 4"},
		{packetBatch, "16000000", ErrRequest, "ALL_HEADERS of 22 octets in 4"},
		{packetBatch, "0a000000 05000000 0200", ErrRequest, "a header of 5 octets in ALL_HEADERS"},
		{packetBatch, "0a000000 07000000 0200 00", ErrRequest, "a header of 7 octets in ALL_HEADERS"},
		{packetBatch, "08000000 ffffffff", ErrRequest, "a header of 4294967295 octets in ALL_HEADERS"},
		{packetBatch, "73006500 6c006500", ErrRequest, "ALL_HEADERS of 6619251 octets in 8"},
		{packetRPC, allHeaders + callSQL + "00 00 e7 ffff 0000000000 ffffffffffffffff", ErrRefused,
			"parameter 1 : is of the type nvarchar(max), which empty values have, too"},
		{packetRPC, allHeaders + callSQL + hello + hello + "02 4000 6100 00 a5 ffff feffffffffffffff 00000000", ErrRefused,
			"parameter 3 @a: is of the type varbinary(max), which empty values have, too"},
		{packetRPC, allHeaders + callSQL + hello + statement + "1800 4000 6100 2000 6300 6800 6100 7200 2800 4d00 6100 5800 2900", ErrRefused,
			"parameters of (max) types, which empty values have, too: @a char(MaX)"},
		{packetRPC, allHeaders + "0d00 7300 7000 5f00 6500 7800 6500 6300 7500 7400 6500 7300 7100 6c00 0000" + hello + statement + "0a00 2800 6d00 6100 7800 2900", ErrRefused,
			"parameters of (max) types, which empty values have, too: (max)"},
		{packetRPC, allHeaders + callSQL + "00 00 28 03 010203", ErrRefused, "parameter 1 : is of the type date (0x28)"},
		{packetRPC, allHeaders + callSQL + "00 00 2a 07 00", ErrRefused, "parameter 1 : is of the type datetime2 (0x2A)"},
		{packetRPC, allHeaders + callSQL + "00 00 2b 07 00", ErrRefused, "parameter 1 : is of the type datetimeoffset (0x2B)"},
		{packetRPC, allHeaders + callSQL + "00 00 f3 00", ErrRefused, "parameter 1 : is of the type table-valued (0xF3)"},
		{packetRPC, allHeaders + callSQL + "00 00 63 feffff7f 0000000000 00000000", ErrRefused, "parameter 1 : is of the type ntext"},
		{packetRPC, allHeaders + callSQL + "00 00 62 00000000 00000000", ErrRefused, "parameter 1 : is of the type sql_variant"},
		{packetRPC, allHeaders + callSQL + "00 08 38 00000000", ErrRefused, "parameter 1 : is encrypted"},
		{packetRPC, allHeaders + callSQL + "00 00 38 00000000 ff" + callSQL, ErrRefused, "several calls in one request, or a name of 255 characters"},
		{packetRPC, allHeaders + callSQL + "80", ErrRefused, "several calls in one request, or a name of 128 characters"},
		{packetRPC, allHeaders + callSQL + "00 00 38 0000", ErrRequest, "an RPC request that ends within a parameter"},
		{packetRPC, allHeaders + callSQL + "00", ErrRequest, "an RPC request that ends within a parameter"},
		{packetRPC, allHeaders + callSQL + "00 00 e7", ErrRequest, "an RPC request that ends within a parameter"},
		{packetRPC, allHeaders + "0500 6100", ErrRequest, "an RPC request that ends within a parameter"},
		{packetRPC, allHeaders, ErrRequest, "an RPC request that ends within a parameter"},
		{packetLogin, "5e000000", ErrRequest, "LOGIN7 of 4 octets"},
	}
	for _, tt := range tests {
		all, err := sent(t, tt.typ, x(tt.in), 512, 1<<20)
		if !errors.Is(err, tt.kind) || !strings.HasSuffix(err.Error(), tt.kind.Error()+": "+tt.want) || len(all) > 0 {
			t.Errorf("%02x %s: got %v, want %v: %s; %d packets were sent", tt.typ, tt.in, err, tt.kind, tt.want, len(all))
		}
	}
}

func TestMalformedPackets(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		stream []byte
		kind   error
	}{
		"too short":                         {x("01 01 0007 0000 01 00"), ErrRequest},
		"a message within another":          {x("01 00 0009 0000 01 00 00  06 01 0008 0000 01 00"), ErrRequest},
		"a message that is to be ignored":   {x("01 03 0008 0000 01 00"), ErrRefused},
		"a reset that keeps a transaction":  {x("01 11 0008 0000 01 00"), ErrRefused},
		"a message of more than a megabyte": {packets(packetBatch, make([]byte, maxRequest+1), 32767), ErrRefused},
	}
	for name, tt := range tests {
		c, w := translating(t, bytes.NewReader(nil))
		if n, err := c.Write(tt.stream); n != 0 || !errors.Is(err, tt.kind) || w.out.Len() > 0 || w.closed != 1 {
			t.Errorf("%s: got %d, %v; %d octets sent, closed %d times", name, n, err, w.out.Len(), w.closed)
		}
	}
	// One of exactly a megabyte is sent.
	c, w := translating(t, bytes.NewReader(nil))
	text := append(x(allHeaders), make([]byte, maxRequest-22)...)
	if _, err := c.Write(packets(packetBatch, text, 32767)); err != nil || len(payload(split(t, w.out.Bytes()))) != maxRequest-22 {
		t.Errorf("a megabyte: %v, %d octets sent", err, w.out.Len())
	}
	// Packets of nothing are not kept for ever.
	c = Wrap(&wire{}, Options{})
	empty := x("12 00 0008 0000 01 00")
	if _, err := c.Write(bytes.Repeat(empty, maxRequest/len(empty)+1)); !errors.Is(err, ErrRefused) {
		t.Errorf("a megabyte of empty packets: %v", err)
	}
}

// go-mssqldb sets the bit on every packet of a request.
func TestResetConnection(t *testing.T) {
	t.Parallel()
	c, w := translating(t, bytes.NewReader(nil))
	c.size.Store(512)
	f := framer{typ: packetBatch, first: statusReset}
	stream := f.append(nil, append(x(allHeaders), make([]byte, 2000)...), 600, true)
	for i := 0; i < len(stream); i += packetSize(stream[i:]) {
		stream[i+1] |= statusReset
	}
	if _, err := c.Write(stream); err != nil {
		t.Fatal(err)
	}
	for i, p := range split(t, w.out.Bytes()) {
		if got := p.status & statusReset; (got != 0) != (i == 0) {
			t.Errorf("packet %d has status %#02x", i, p.status)
		}
	}
}

// login7 is a login as go-mssqldb sends it, with every field set that TDS 7.1
// does not know.
func login7(packetSize uint32) []byte {
	b := make([]byte, 94)
	le := binary.LittleEndian
	copy(b[4:], x("04000074"))
	le.PutUint32(b[8:], packetSize)
	copy(b[24:], x("a0 02 20 1e"))
	field := func(at int, s []byte, n int) {
		le.PutUint16(b[at:], uint16(len(b)))
		le.PutUint16(b[at+2:], uint16(n))
		b = append(b, s...)
	}
	field(36, utf16le("audit01"), 7)
	field(40, utf16le("reader"), 6)
	field(68, utf16le("rtc"), 3)
	field(56, x("00000000"), 4) // an extension
	le.PutUint32(b, uint32(len(b)))
	return b
}

func TestLogin(t *testing.T) {
	t.Parallel()
	for asked, size := range map[uint32]int32{0: 4096, 1: 512, 512: 512, 4096: 4096, 32767: 4096, 1 << 31: 4096} {
		in := login7(asked)
		want := bytes.Clone(in)
		copy(want[4:], x("01000071"))
		want[26], want[27] = 0, 0
		copy(want[56:], x("00000000"))
		c, w := translating(t, bytes.NewReader(nil))
		if _, err := c.Write(packets(packetLogin, in, 4096)); err != nil {
			t.Fatal(err)
		}
		if got := payload(split(t, w.out.Bytes())); !bytes.Equal(got, want) || c.size.Load() != size {
			t.Errorf("asked for packets of %d: size %d, sent\n%x, want %d,\n%x", asked, c.size.Load(), got, size, want)
		}
	}
	refused := map[string]func(b []byte){
		"a client of TDS version 0x71000001, which needs no translator": func(b []byte) { copy(b[4:], x("01000071")) },
		"a client of TDS version 0x08000000, which needs no translator": func(b []byte) { copy(b[4:], x("00000008")) },
		"to change a password while logging in":                         func(b []byte) { b[27] = 1 },
		"to change a password while logging in ":                        func(b []byte) { b[88] = 1 },
		"an authentication of 65536 octets":                             func(b []byte) { copy(b[80:], x("ffff")); b[92] = 1 },
	}
	for want, change := range refused {
		b := login7(4096)
		change(b)
		if _, err := translateLogin(b); !errors.Is(err, ErrRefused) || !strings.HasSuffix(err.Error(), ": "+strings.TrimSpace(want)) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	short := login7(4096)
	if _, err := translateLogin(short[:len(short)-1]); !errors.Is(err, ErrRequest) {
		t.Errorf("a login that is cut off: %v", err)
	}
}
