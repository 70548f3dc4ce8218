package dcom

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/oiweiwei/go-msrpc/msrpc/dcom/iactivation/v0"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/iobjectexporter/v0"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmi/ienumwbemclassobject/v0"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmi/iwbemservices/v0"
	"github.com/oiweiwei/go-msrpc/ndr"
)

// bindings encodes string bindings as an object resolver gives them.
func bindings(all ...string) []uint16 {
	var out []uint16
	for _, b := range all {
		tower := uint16(towerTCP)
		if rest, ok := strings.CutPrefix(b, "np:"); ok {
			tower, b = 15, rest
		}
		out = append(append(append(out, tower), utf16.Encode([]rune(b))...), 0)
	}
	return append(out, 0)
}

func TestTCPPorts(t *testing.T) {
	t.Parallel()
	security := []uint16{10, 0xffff, 0, 0}
	for _, test := range []struct {
		name  string
		words []uint16
		end   int // -1 for where the bindings end
		want  []uint16
	}{
		{"names and addresses", bindings("LCS01[1026]", "192.0.2.10[1026]", `np:\\LCS01[\PIPE\x]`, "LCS01[1030]"), -1, []uint16{1026, 1030}},
		{"another protocol only", bindings(`np:\\LCS01[\PIPE\x]`), -1, nil},
		{"no port", bindings("LCS01", "LCS01[]", "LCS01[x]", "LCS01[70000]", "LCS01[0]"), -1, nil},
		{"nothing", nil, 0, nil},
		{"cut", []uint16{7, 'L', '[', '5'}, -1, []uint16{5}},
		{"the end is before", bindings("LCS01[1026]"), -5, nil},
		{"the end is behind", bindings("LCS01[1026]"), 60000, []uint16{1026}},
	} {
		end := test.end
		words := test.words
		if end == -1 {
			end = len(words)
			words = append(slices.Clone(words), security...)
		}
		if got := tcpPorts(words, end); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func TestReference(t *testing.T) {
	t.Parallel()
	b := binary.LittleEndian.AppendUint32(nil, objrefSignature)
	b = binary.LittleEndian.AppendUint32(b, objrefStandard)
	b = append(b, make([]byte, 16)...)
	b = append(b, 0, 0, 0, 0, 5, 0, 0, 0)
	b = append(b, make([]byte, 16)...)
	b = append(b, unmarshaler.EncodeBinary()...)
	got, err := parseReference(b)
	if err != nil || got.object != unmarshaler || got.counts != 5 {
		t.Fatalf("%+v, %v", got, err)
	}
	for n := range b {
		if _, err := parseReference(b[:n]); err == nil {
			t.Fatalf("cut after %d octets", n)
		}
	}
	data, err := parseCustom(appendCustom(classObject, unmarshaler, []byte("data")))
	if err != nil || string(data) != "data" {
		t.Errorf("%q, %v", data, err)
	}
	if _, err := parseCustom(b); err == nil {
		t.Error("a reference is an instance")
	}
	if _, err := parseReference(appendCustom(classObject, unmarshaler, make([]byte, 64))); err == nil {
		t.Error("an instance is a reference")
	}
}

// TestLengths holds that lengths in an answer are not taken at their word.
func TestLengths(t *testing.T) {
	t.Parallel()
	for name, out := range answers() {
		huge := append(make([]byte, 8), 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff)
		if name == "ServerAlive2" {
			huge[4] = 1 // it has no ORPCTHAT, and its pointer points somewhere
		}
		err := guarded(func() error { return out.UnmarshalNDR(t.Context(), ndr.NDR20(huge)) })
		if err == nil {
			t.Errorf("%s was decoded", name)
		}
	}
}

func answers() map[string]ndr.Unmarshaler {
	return map[string]ndr.Unmarshaler{
		"ServerAlive2":     &iobjectexporter.ServerAlive2Response{},
		"RemoteActivation": &iactivation.RemoteActivationResponse{},
		"ExecQuery":        &iwbemservices.ExecQueryResponse{},
		"GetObject":        &iwbemservices.GetObjectResponse{},
		"ExecMethod":       &iwbemservices.ExecMethodResponse{},
		"Next":             &ienumwbemclassobject.NextResponse{},
	}
}

// FuzzAnswer holds that no answer makes the library panic outside of where
// that is caught, or hang.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte{})
	f.Add(make([]byte, 64))
	f.Add(append(make([]byte, 8), 2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0))
	f.Add(append(make([]byte, 4), 0, 0, 2, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 1, 0, 0, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, out := range answers() {
			_ = guarded(func() error { return out.UnmarshalNDR(t.Context(), ndr.NDR20(b)) })
		}
	})
}

// FuzzPDU holds that what comes over the wire is taken apart within its
// bounds.
func FuzzPDU(f *testing.F) {
	ack := bindBody(newPDU(pduBindAck, 3, 1), 7, 0, ndr20)
	f.Add(finish(ack, 0))
	f.Add(finish(append(newPDU(pduResponse, 3, 1), make([]byte, 40)...), 16))
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) < headerSize {
			return
		}
		length, err := fragmentLength(raw)
		if err != nil || length > len(raw) {
			return
		}
		p, err := parsePDU(raw[:length])
		if err != nil {
			return
		}
		if len(p.body)+len(p.trailer)+len(p.auth)+headerSize != length || p.pad > len(p.body) {
			t.Fatalf("%d octets became %+v", length, p)
		}
		_, _ = parseAck(p.body)
		if err := faultOf(p); err == nil {
			t.Error("a fault is no error")
		}
	})
}
