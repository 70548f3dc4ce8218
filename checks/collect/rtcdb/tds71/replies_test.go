package tds71

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// The metadata of one column n of type int, in both layouts.
const (
	intColumn71 = "81 0100 0000 0900 26 04 01 6e00"
	intColumn74 = "81 0100 00000000 0900 26 04 01 6e00"
)

// Each test is the payload of a whole message.
func TestTokens(t *testing.T) {
	t.Parallel()
	const (
		latin  = "0904d00034"
		done71 = "fd 1000 c100 01000000"
		done74 = "fd 1000 c100 0100000000000000"
	)
	tests := map[string]struct{ in, want string }{
		"DONE":                    {done71, done74},
		"DONEPROC":                {"fe 0000 0000 00000000", "fe 0000 0000 0000000000000000"},
		"DONEINPROC":              {"ff 1100 c100 ffffffff fe 0000 0000 00000000", "ff 1100 c100 ffffffff00000000 fe 0000 0000 0000000000000000"},
		"DONE of an attention":    {"fd 2000 0000 00000000", "fd 2000 0000 0000000000000000"},
		"ERROR":                   {"aa 1800 d0000000 01 10 0300 6100 6200 6300 02 5300 5100 01 7000 0700", "aa 1a00 d0000000 01 10 0300 6100 6200 6300 02 5300 5100 01 7000 07000000"},
		"INFO":                    {"ab 0d00 45160000 01 00 0000 00 00 ffff 00", "ab 0e00 45160000 01 00 0000 00 00 ffff0000"},
		"LOGINACK":                {"ad 0e00 01 71000001 02 5300 5100 080002f8", "ad 0e00 01 72090002 02 5300 5100 080002f8"},
		"LOGINACK of RTM":         {"ad 0a00 01 07010000 00 080000c2", "ad 0a00 01 72090002 00 080000c2"},
		"LOGINACK, first of 7.1":  {"ad 0a00 01 71000000 00 080000c2", "ad 0a00 01 72090002 00 080000c2"},
		"LOGINACK with a tail":    {"ad 0b00 01 71000001 00 080002f8 00", "ad 0b00 01 72090002 00 080002f8 00"},
		"ENVCHANGE":               {"e3 0900 01 03 7200 7400 6300 00", ""},
		"ENVCHANGE of collation":  {"e3 0800 07 05 " + latin + " 00", ""},
		"RETURNSTATUS":            {"79 fbffffff", ""},
		"ORDER":                   {"a9 0400 0100 0200", ""},
		"TABNAME":                 {"a4 0600 01 0100 7400 00", ""},
		"COLINFO":                 {"a5 0300 01 01 08", ""},
		"SSPI":                    {"ed 0400 4e544c4d", ""},
		"OFFSET":                  {"78 9c01 0000 " + done71, done74},
		"COLMETADATA":             {intColumn71, intColumn74},
		"COLMETADATA without any": {"81 ffff " + done71, "81 ffff " + done74},
		"COLMETADATA of none":     {"81 0000 " + done71, "81 0000 " + done74},
		"COLMETADATA, reserved bits": {
			"81 0100 5000 ffff 38 00", "81 0100 50000000 df00 38 00",
		},
		"COLMETADATA of texts": {
			"81 0300 0000 0900 63 feffff7f " + latin + " 0300 6400 2e00 7400 01 6100" +
				" 0000 0900 23 ffffff7f " + latin + " 0000 00 0000 0900 22 ffffff7f 0100 7400 01 6300",
			"81 0300 00000000 0900 63 feffff7f " + latin + " 01 0300 6400 2e00 7400 01 6100" +
				" 00000000 0900 23 ffffff7f " + latin + " 01 0000 00 00000000 0900 22 ffffff7f 01 0100 7400 01 6300",
		},
		"ROW":              {intColumn71 + "d1 04 2a000000 d1 00" + done71, intColumn74 + "d1 04 2a000000 d1 00" + done74},
		"ROW, all of NULL": {"81 0200 0000 0000 1f 00 0000 0000 1f 00 d1 d1", "81 0200 00000000 0000 1f 00 00000000 0000 1f 00 d1 d1"},
		"ROW, then its end": {
			"81 0200 0000 0000 26 04 00 0000 0000 1f 00 d1 01 05", "81 0200 00000000 0000 26 04 00 00000000 0000 1f 00 d1 01 05",
		},
		"two results": {
			intColumn71 + "d1 00 fd 1100 c100 01000000" + "81 0100 0000 0000 30 00 d1 07" + done71,
			intColumn74 + "d1 00 fd 1100 c100 0100000000000000" + "81 0100 00000000 0000 30 00 d1 07" + done74,
		},
		"RETURNVALUE": {
			"ac 0100 02 4000 6100 01 0000 0100 26 04 04 2a000000" + done71,
			"ac 0100 02 4000 6100 01 00000000 0100 26 04 04 2a000000" + done74,
		},
		"RETURNVALUE, NULL": {
			"ac 0000 00 01 0000 0000 e7 4000 " + latin + " ffff",
			"ac 0000 00 01 00000000 0000 e7 4000 " + latin + " ffff",
		},
		"RETURNVALUE of no size": {
			"ac 0000 00 01 0000 0000 1f" + done71, "ac 0000 00 01 00000000 0000 1f" + done74,
		},
		// More than the documents know of in a message stays out of it.
		"ERROR with a tail": {"aa 0f00 d0000000 01 10 0000 00 00 0700 eeeeee", "aa 0e00 d0000000 01 10 0000 00 00 07000000"},
	}
	for name, tt := range tests {
		if tt.want == "" {
			tt.want = tt.in
		}
		in, want := x(tt.in), x(tt.want)
		for i := range len(in) + 1 {
			var r replies
			if err := errors.Join(r.feed(in[:i]), r.feed(in[i:]), r.end()); err != nil || !bytes.Equal(r.out, want) {
				t.Errorf("%s, cut at %d: got\n%x, %v, want\n%x", name, i, r.out, err, want)
				break
			}
		}
		var r replies
		var err error
		for i := range in {
			err = errors.Join(err, r.feed(in[i:i+1]))
		}
		if err = errors.Join(err, r.end()); err != nil || !bytes.Equal(r.out, want) {
			t.Errorf("%s, octet by octet: got\n%x, %v, want\n%x", name, r.out, err, want)
		}
		for i := 1; i < len(in); i++ { // what is cut off is either an error or ends between two tokens
			var r replies
			if err := errors.Join(r.feed(in[:i]), r.end()); err == nil && !bytes.HasPrefix(want, r.out) {
				t.Errorf("%s, cut off at %d: got %x", name, i, r.out)
			}
		}
	}
}

func TestTokensRefused(t *testing.T) {
	t.Parallel()
	const latin = "0904d00034"
	tests := []struct{ in, want string }{
		{"88 0100", "token ALTMETADATA of a COMPUTE clause (0x88)"},
		{"d3 0100", "token ALTROW of a COMPUTE clause (0xD3)"},
		{intColumn71 + "d2 01", "token NBCROW (0xD2)"},
		{"ae ff", "token FEATUREEXTACK (0xAE)"},
		{"ee 00000000", "token FEDAUTHINFO (0xEE)"},
		{"e4 00000000", "token SESSIONSTATE (0xE4)"},
		{"00", "unknown token 0x00"},
		{"d1 00", "a row without columns"},
		{"81 0000 d1", "a row without columns"},
		{intColumn71 + "81 ffff d1", "a row without columns"},
		{"81 0100 0000 0000 28 00", "type date (0x28)"},
		{"81 0100 0000 0000 29 07 00", "type time (0x29)"},
		{"81 0100 0000 0000 2a 07 00", "type datetime2 (0x2A)"},
		{"81 0100 0000 0000 2b 07 00", "type datetimeoffset (0x2B)"},
		{"81 0100 0000 0000 f1 00 00", "type xml (0xF1)"},
		{"81 0100 0000 0000 f0 ffff", "type udt (0xF0)"},
		{"81 0100 0000 0000 99", "type 0x99"},
		{"81 0100 0000 0000 e7 ffff " + latin + " 00", "type nvarchar(max)"},
		{"81 0100 0000 0000 a5 ffff 00", "type varbinary(max)"},
		{"81 0100 0000 0000 26 04 00 d1 08 0102030405060708", "a value of 8 octets in a column of 4"},
		{"81 0100 0000 0000 a5 0200 00 d1 0300 010203", "a value of 3 octets in a column of 2"},
		{"81 0100 0000 0000 22 ffffff7f 0000 00 d1 01 aa 0000000000000000 feffffff", "a text of -2 octets"},
		{"81 0100 0000 0000 62 491f0000 00 d1 01000000 30", "a sql_variant of 1 octets"},
		{"81 0100 0000 0000 62 491f0000 00 d1 ffffffff", "a sql_variant of -1 octets"},
		{"ac 0000 00 01 0000 0000 63 feffff7f " + latin, "a text as an output parameter"},
		{"ac 0000 00 01 0000 0000 e7 ffff " + latin, "type nvarchar(max)"},
		{"ad 0a00 01 72090002 00 09000577", "TDS version 0x72090002, where 7.1 was asked for"},
		{"ad 0a00 01 07000000 00 07000000", "TDS version 0x07000000, where 7.1 was asked for"},
		{"ad 0900 01 71000001 00 080002", "LOGINACK of 9 octets"},
		{"ad 0a00 01 71000001 02 080002f8", "LOGINACK of 10 octets"},
		{"ab 0000", "token 0xAB of 0 octets"},
		{"aa 0b00 d0000000 01 10 0000 00 00 07", "token 0xAA of 11 octets"},
		{"aa 0c00 d0000000 01 10 ff00 00 00 0700", "token 0xAA of 12 octets"},
		{"e3 0600 04 02 3100 3200", "a packet size that is not between 512 and 32767"},
		{"e3 0c00 04 05 3300 3200 3700 3600 3800", "a packet size that is not between 512 and 32767"},
		{"e3 0400 04 01 7800", "a packet size that is not between 512 and 32767"},
		{"e3 0200 04 09", "a packet size that is not between 512 and 32767"},
		{"", "a message without a token"},
		{"78 00000000", "a message without a token"},
		{"fd 0000", "a message ends within a token"},
		{"a9 0400 0000", "a message ends within a token"},
		{"81 0100 0000", "a message ends within a token"},
		{"81 0100", "a message ends within a token"},
		{intColumn71 + "d1", "a message ends within a token"},
		{intColumn71 + "d1 04 00", "a message ends within a token"},
		{"ac 0000 00 01 0000 0000 26 04", "a message ends within a token"},
	}
	for _, tt := range tests {
		var r replies
		err := r.feed(x(tt.in))
		if err == nil {
			err = r.end()
		}
		if !errors.Is(err, ErrReply) || err.Error() != ErrReply.Error()+": "+tt.want {
			t.Errorf("%s: got %v, want %s", tt.in, err, tt.want)
		}
	}
	// Columns are those of their message.
	var two replies
	if err := errors.Join(two.feed(x(intColumn71)), two.end()); err != nil {
		t.Error(err)
	}
	if err := two.feed(x("d1 00")); !errors.Is(err, ErrReply) {
		t.Errorf("a row of a message without columns: got %v", err)
	}
	// A message is longer by two octets when translated, and may not fit then.
	var r replies
	m := append(x("aa ffff d0000000 01 10 f97f"), make([]byte, 0xFFFF-8)...)
	if err := r.feed(m); !errors.Is(err, ErrReply) {
		t.Errorf("a message of 65535 octets: got %v", err)
	}
}

// value is a type of TDS 7.1 with values of it.
type value struct {
	name   string
	info   string   // TYPE_INFO
	table  bool     // a table follows it
	values []string // the first is NULL, where the type has one
	want   []any    // what go-mssqldb makes of them
}

func (v value) column(newer bool) string {
	s := "0000 0900"
	if newer {
		s = "00000000 0900"
	}
	s += v.info
	switch {
	case v.table && newer:
		s += "01 0100 7400"
	case v.table:
		s += "0100 7400"
	}
	return s + "01 6300"
}

// Every type, in one row for each value: those with fewer repeat the last.
func (v value) at(i int) string { return v.values[min(i, len(v.values)-1)] }

func TestRowsOfAllTypes(t *testing.T) {
	t.Parallel()
	all := everyType()
	for id := range types {
		if !slices.ContainsFunc(all, func(v value) bool { return x(v.info)[0] == id }) {
			t.Errorf("type %#02x is not tested", id)
		}
	}
	in, want := "81 %% 00", "81 %% 00"
	for _, v := range all {
		in += v.column(false)
		want += v.column(true)
	}
	for i := range 3 {
		row := "d1"
		for _, v := range all {
			row += v.at(i)
		}
		in, want = in+row, want+row
	}
	in, want = in+"fd 1000 c100 03000000", want+"fd 1000 c100 0300000000000000"
	count := string("0123456789abcdef"[len(all)>>4]) + string("0123456789abcdef"[len(all)&15])
	from, to := x(strings.Replace(in, "%%", count, 1)), x(strings.Replace(want, "%%", count, 1))
	for i := range len(from) + 1 {
		var r replies
		if err := errors.Join(r.feed(from[:i]), r.feed(from[i:]), r.end()); err != nil || !bytes.Equal(r.out, to) {
			t.Fatalf("cut at %d: got\n%x, %v, want\n%x", i, r.out, err, to)
		}
	}
}

// The replies of a server come in packets of any size, and go on in packets of
// the negotiated size, of which none is empty.
func TestRepackaging(t *testing.T) {
	t.Parallel()
	row := x("d1 04 2a000000")
	in := append(x(intColumn71), bytes.Repeat(row, 1000)...)
	in = append(in, x("fd 1000 c100 e8030000")...)
	want := append(x(intColumn74), bytes.Repeat(row, 1000)...)
	want = append(want, x("fd 1000 c100 e803000000000000")...)
	for _, size := range []int{9, 20, 512, 4096, 32767, 65535} {
		for _, n := range []int{1, 7, 50, 1 << 17} {
			stream := packets(packetReply, in, size)
			stream[5] = 0x33 // process 51
			for i := 0; i < len(stream); i += packetSize(stream[i:]) {
				stream[i+5] = 0x33
			}
			emptyEnd := bytes.Clone(stream)
			last := 0
			for i := 0; i < len(stream); i += packetSize(stream[i:]) {
				last = i
			}
			emptyEnd[last+1] = 0
			emptyEnd = append(emptyEnd, x("04 01 0008 0033 09 00")...)
			for _, s := range [][]byte{stream, emptyEnd} {
				c, _ := translating(t, chunks{bytes.NewReader(s), n})
				c.size.Store(512)
				got, err := io.ReadAll(c)
				if err != nil {
					t.Fatal(err)
				}
				all := split(t, got)
				if !bytes.Equal(payload(all), want) {
					t.Errorf("packets of %d, %d at a time: got\n%x", size, n, got)
				}
				for i, p := range all {
					end := byte(0)
					if i == len(all)-1 {
						end = statusEnd
					}
					if p.typ != packetReply || p.status != end || p.number != byte(i+1) || p.spid != [2]byte{0, 0x33} ||
						p.data == "" || len(p.data) > 512-headerSize {
						t.Fatalf("packets of %d, %d at a time: packet %d of %d is %+v", size, n, i, len(all), p)
					}
				}
			}
		}
	}
}

// The driver takes up a new packet size within the message that announces it,
// and the server after it.
func TestPacketSizeChanges(t *testing.T) {
	t.Parallel()
	long := append(x("a9 d007"), make([]byte, 2000)...) // ORDER
	done := x("fd 0000 0000 00000000")
	for announced, want := range map[string]struct{ now, later int }{
		"3500 3100 3200":           {512, 512},
		"3100 3000 3200 3400":      {1024, 1024},
		"3300 3200 3700 3600 3700": {1024, 32767},
	} {
		digits := x(announced)
		env := append([]byte{envPacketSize, byte(len(digits) / 2)}, digits...)
		env = append(env, 0)
		first := append([]byte{tokenEnvChange, byte(len(env)), 0}, env...)
		first = append(append(first, long...), done...)
		second := append(bytes.Clone(long), done...)
		c, w := translating(t, io.MultiReader(
			bytes.NewReader(packets(packetReply, first, 4096)), bytes.NewReader(packets(packetReply, second, 4096))))
		c.size.Store(1024)
		got, err := io.ReadAll(c)
		if err != nil {
			t.Fatal(err)
		}
		message, sizes := 0, [2]int{}
		for _, p := range split(t, got) {
			sizes[message] = max(sizes[message], headerSize+len(p.data))
			message += int(p.status & statusEnd)
		}
		if want := [2]int{want.now, min(want.later, headerSize+len(second)+4)}; sizes != want {
			t.Errorf("%s: packets of up to %d octets, want %d", announced, sizes, want)
		}
		if _, err := c.Write(packets(packetSSPI, make([]byte, 30000), 4096)); err != nil {
			t.Fatal(err)
		}
		if n := packetSize(w.out.Bytes()); n != min(want.later, 30000+headerSize) {
			t.Errorf("%s: a request in packets of %d octets", announced, n)
		}
	}
}
