package tds71

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fixedReply is what the driver is given in place of the recorded reply: without
// THREADID, and with the end bit.
func fixedReply(encryption byte) []byte {
	b := x("04 01 0020 0000 01 00 | 00 0010 0006  01 0016 0001  02 0017 0001  ff | 08 00 02f8 0000  00  00")
	b[len(b)-2] = encryption
	return b
}

func TestPreloginReply(t *testing.T) {
	t.Parallel()
	incomplete := bytes.Clone(unencrypted)
	incomplete[1] = 0
	newer := x("04 01 002b 0000 01 00 | 00 001a 0006  01 0020 0001  02 0021 0001  03 0022 0000  04 0022 0001  ff | 09 00 0577 0000  02  00  00")
	newerIncomplete := append(x("04 00 0010 0000 01 00 | 00 001a 0006  01 00"), x("04 01 0023 0000 02 00 | 20 0001  02 0021 0001  03 0022 0000  04 0022 0001  ff | 09 00 0577 0000  02  00  00")...)
	outside := packets(packetReply, x("00 0006 0005 ff 08 00 02f8"), 512) // ends an octet early
	tests := map[string]struct {
		stream  []byte
		want    []byte
		version string // empty: not known
		legacy  bool
	}{
		"8.00.760":                     {unencrypted, fixedReply(2), "8.00.760", true},
		"8.00.760 without the end bit": {incomplete, fixedReply(2), "8.00.760", true},
		"9.00.1399":                    {newer, newer, "9.00.1399", false},
		"in two packets":               {newerIncomplete, newerIncomplete, "", false},
		"no TDS":                       {[]byte("220 lcs01.contoso.com ESMTP\r\n"), []byte("220 lcs01.contoso.com ESMTP\r\n"), "", false},
		"cut off":                      {recorded[:20], recorded[:20], "", false},
		"cut off in its header":        {recorded[:3], recorded[:3], "", false},
		"an error in its place":        {packets(packetReply, x("aa 0400 00000000"), 512), packets(packetReply, x("aa 0400 00000000"), 512), "", false},
		"of no size":                   {x("04 01 0008 0000 01 00"), x("04 01 0008 0000 01 00"), "", false},
		"of an impossible size":        {x("04 01 0003 0000 01 00 ff"), x("04 01 0003 0000 01 00 ff"), "", false},
		"with a value behind its end":  {outside, outside, "", false},
		"nothing":                      {nil, nil, "", false},
	}
	for name, tt := range tests {
		for _, n := range []int{1, 7, 1 << 16} {
			var legacy []string
			w := &wire{in: chunks{bytes.NewReader(tt.stream), n}}
			c := Wrap(w, Options{Legacy: func(v string) { legacy = append(legacy, v) }})
			if _, _, _, known := c.Version(); known {
				t.Errorf("%s: the version is known beforehand", name)
			}
			if _, err := c.Write(preloginMessage(preloginOpts...)); err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(c)
			if !bytes.Equal(got, tt.want) || err != nil {
				t.Errorf("%s, %d at a time: got\n%x, %v, want\n%x", name, n, got, err, tt.want)
			}
			major, minor, build, known := c.Version()
			if v := (version{major, minor, build}); known != (tt.version != "") || known && v.String() != tt.version {
				t.Errorf("%s: got version %s, %t, want %s", name, v, known, tt.version)
			}
			if want := []string{tt.version}; tt.legacy && !cmp.Equal(legacy, want) || !tt.legacy && len(legacy) > 0 {
				t.Errorf("%s: Legacy was told %q", name, legacy)
			}
		}
	}
}

// The server that was recorded has a certificate.
func TestTLSWanted(t *testing.T) {
	t.Parallel()
	for _, answered := range []byte{0, 1, 3} {
		reply := bytes.Clone(recorded)
		reply[headerSize+0x1b] = answered
		w := &wire{in: bytes.NewReader(reply)}
		told := ""
		c := Wrap(w, Options{Legacy: func(v string) { told = v }})
		if _, err := c.Write(preloginMessage(preloginOpts...)); err != nil {
			t.Fatal(err)
		}
		n, err := c.Read(make([]byte, 100))
		var e *TLSError
		if n > 0 || !errors.As(err, &e) || *e != (TLSError{"8.00.760", answered}) || told != "8.00.760" {
			t.Errorf("option %d: got %d, %v; Legacy was told %q", answered, n, err, told)
		}
		if _, again := c.Write([]byte{packetLogin}); !errors.Is(again, err) {
			t.Errorf("option %d: a write gives %v", answered, again)
		}
		if w.closed != 1 {
			t.Errorf("option %d: closed %d times", answered, w.closed)
		}
	}
}

// A PRELOGIN message after the first is the start of TLS.
func TestTLSBegun(t *testing.T) {
	t.Parallel()
	c, w := translating(t, bytes.NewReader(nil))
	_, err := c.Write(packets(packetPrelogin, x("16 0301 0004 01000000"), 512))
	var e *TLSError
	if !errors.As(err, &e) || w.out.Len() > 0 {
		t.Errorf("got %v, and %d octets were sent", err, w.out.Len())
	}
}

func TestPreloginRequest(t *testing.T) {
	t.Parallel()
	plain := preloginMessage(preloginOpts...)
	odd := bytes.Clone(plain)
	odd[4], odd[6] = 0x77, 0x09 // a process and a number of its own
	later := append(append([]option{}, preloginOpts...), option{6, x("01")}, option{7, make([]byte, 32)})
	traced := append(append([]option{}, later...), option{5, traceID})
	tests := map[string]struct{ sent, want []byte }{
		"as it is":           {plain, plain},
		"trace id":           {preloginMessage(append(preloginOpts[:5:5], option{5, traceID})...), plain},
		"of other clients":   {odd, odd},
		"federated":          {preloginMessage(traced...), preloginMessage(later...)},
		"not understood":     {packets(packetPrelogin, x("00 0100"), 512), packets(packetPrelogin, x("00 0100"), 512)},
		"login without it":   {packets(packetLogin, []byte("login"), 512), packets(packetLogin, []byte("login"), 512)},
		"TLS in place of it": {x("16 0301 0001 00"), x("16 0301 0001 00")},
	}
	for name, tt := range tests {
		for _, n := range []int{1, 9, 1 << 16} {
			w := &wire{}
			c := Wrap(w, Options{})
			for b := tt.sent; len(b) > 0; b = b[min(n, len(b)):] {
				if k, err := c.Write(b[:min(n, len(b))]); err != nil || k != min(n, len(b)) {
					t.Fatalf("%s: %d, %v", name, k, err)
				}
			}
			if !bytes.Equal(w.out.Bytes(), tt.want) {
				t.Errorf("%s, %d at a time: sent\n%x, want\n%x", name, n, w.out.Bytes(), tt.want)
			}
		}
	}
}

// Nothing can be translated for a server of which nothing is known.
func TestRequestBeforeReply(t *testing.T) {
	t.Parallel()
	w := &wire{}
	c := Wrap(w, Options{})
	if _, err := c.Write(preloginMessage(preloginOpts...)); err != nil {
		t.Fatal(err)
	}
	sent := w.out.Len()
	if _, err := c.Write(packets(packetBatch, []byte("go"), 512)); !errors.Is(err, ErrRefused) || w.out.Len() != sent {
		t.Errorf("got %v, %d octets sent", err, w.out.Len()-sent)
	}
}

// A server that speaks first is no SQL Server, whatever it says.
func TestServerSpeaksFirst(t *testing.T) {
	t.Parallel()
	w := &wire{in: bytes.NewReader(unencrypted)}
	c := Wrap(w, Options{})
	got, err := io.ReadAll(c)
	if !bytes.Equal(got, unencrypted) || err != nil {
		t.Errorf("got %x, %v", got, err)
	}
}

func TestReplyWithoutEncryption(t *testing.T) {
	t.Parallel()
	w := &wire{in: bytes.NewReader(packets(packetReply, buildPrelogin([]option{{0, x("080002f80000")}}), 512))}
	c := Wrap(w, Options{})
	if _, err := c.Write(preloginMessage(preloginOpts...)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(c); !errors.Is(err, ErrReply) {
		t.Errorf("got %v", err)
	}
}
