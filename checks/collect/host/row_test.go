package host

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNumber(t *testing.T) {
	tests := []struct {
		in   any
		want int64
		err  string
	}{
		{json.Number("5060"), 5060, ""},
		{json.Number("5060.0"), 5060, ""},
		{json.Number("5.06E+03"), 5060, ""},
		{" 5060 ", 5060, ""},
		{"0x13C4", 5060, ""},
		{int32(5060), 5060, ""},
		{uint16(5060), 5060, ""},
		{float64(5060), 5060, ""},
		{nil, 0, ""},
		{"", 0, `P is not a whole number but ""`},
		{"50 60", 0, `P is not a whole number but "50 60"`},
		{json.Number("1.5"), 0, `P is not a whole number but "1.5"`},
		{json.Number("1e300"), 0, `P is not a whole number but "1e300"`},
		{true, 0, `P is not a whole number but "true"`},
		{[]any{json.Number("1")}, 0, `P is not a whole number but a list`},
		{json.Number("65536"), 0, `P is 65536, not from 0 to 65535`},
		{json.Number("-1"), 0, `P is -1, not from 0 to 65535`},
	}
	for _, tt := range tests {
		r := newRow(map[string]any{"p": tt.in})
		got := r.number(0, math.MaxUint16, "P")
		if got != tt.want || message(r.err) != tt.err {
			t.Errorf("%v: %d, %q; want %d, %q", tt.in, got, message(r.err), tt.want, tt.err)
		}
	}
}

func TestUnsigned(t *testing.T) {
	for in, want := range map[any]uint32{
		json.Number("-1008124893"): 0xC3E93C23, // as VBScript shows it
		json.Number("3286842403"):  0xC3E93C23,
		"0xC3E93C23":               0xC3E93C23,
		int32(-1):                  math.MaxUint32,
	} {
		r := newRow(map[string]any{"P": in})
		if got := r.unsigned("P"); got != want || r.err != nil {
			t.Errorf("%v: %#x, %v; want %#x", in, got, r.err, want)
		}
	}
}

func TestFlag(t *testing.T) {
	tests := []struct {
		in   any
		want bool
		err  string
	}{
		{true, true, ""},
		{false, false, ""},
		{"True", true, ""},
		{"FALSE", false, ""},
		{json.Number("-1"), true, ""},
		{json.Number("0"), false, ""},
		{"1", true, ""},
		{"-1", true, ""},
		{int16(-1), true, ""},
		{nil, false, ""},
		{"Wahr", false, `P is neither true nor false but "Wahr"`},
		{"", false, `P is neither true nor false but ""`},
		{json.Number("2"), false, `P is neither true nor false but "2"`},
	}
	for _, tt := range tests {
		r := newRow(map[string]any{"P": tt.in})
		if got := r.flag("P"); got != tt.want || message(r.err) != tt.err {
			t.Errorf("%v: %v, %q; want %v, %q", tt.in, got, message(r.err), tt.want, tt.err)
		}
	}
}

func TestOctets(t *testing.T) {
	tests := []struct {
		in   any
		want []byte
		err  string
	}{
		{[]any{json.Number("48"), json.Number("255"), "0"}, []byte{48, 255, 0}, ""},
		{[]byte{1, 2}, []byte{1, 2}, ""},
		{"300f", []byte{0x30, 0x0f}, ""},
		{"0x300F", []byte{0x30, 0x0f}, ""},
		{"30 0f\r\n1a", []byte{0x30, 0x0f, 0x1a}, ""},
		{"30:0F", []byte{0x30, 0x0f}, ""},
		{"MA8=", []byte{0x30, 0x0f}, ""},
		{"MA8", []byte{0x30, 0x0f}, ""},
		{"MA\n8=", []byte{0x30, 0x0f}, ""},
		{"abcd", []byte{0xab, 0xcd}, ""}, // hexadecimal if it can be
		{"base64:abcd", []byte{0x69, 0xb7, 0x1d}, ""},
		{"hex:abcd", []byte{0xab, 0xcd}, ""},
		{"", nil, ""},
		{[]any{}, nil, ""},
		{nil, nil, ""},
		{"hex:xy", nil, `P: not hexadecimal: "xy"`},
		{"0x123", nil, `P: not hexadecimal: "123"`},
		{"base64:!", nil, `P: neither hexadecimal nor base64: "!"`},
		{"no octets!", nil, `P: neither hexadecimal nor base64: "no octets!"`},
		{[]any{json.Number("256")}, nil, `P: item 1 is not an octet but "256"`},
		{json.Number("7"), nil, `P: not octets but "7"`},
		{map[string]any{}, nil, `P: not octets but an object`},
	}
	for _, tt := range tests {
		r := newRow(map[string]any{"P": tt.in})
		if diff := cmp.Diff(tt.want, r.octets("P")); diff != "" || message(r.err) != tt.err {
			t.Errorf("%v: error %q, want %q; %s", tt.in, message(r.err), tt.err, diff)
		}
	}
}

func TestTime(t *testing.T) {
	want := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	for _, in := range []string{
		"2026-11-21T10:00:00Z", "2026-11-21T11:00:00+01:00", "2026-11-21T10:00:00.75Z",
		"20261121100000.000000+000", "20261121110000.500000+060", "20261121023000.000000-450",
	} {
		r := newRow(map[string]any{"P": in})
		if got := r.time("P"); !got.Equal(want) || r.err != nil {
			t.Errorf("%s: %s, %v; want %s", in, got, r.err, want)
		}
	}
	for _, in := range []any{
		nil, "", "21.11.2026 10:00:00", "2026-11-21", "20261121100000", "20261321100000.000000+000",
		"20261121******.******+000", "00000007000000.000000:000", "20261121100000.000000+06x",
		"16010101000000.000000+000", json.Number("20261121"),
	} {
		r := newRow(map[string]any{"P": in})
		if got := r.time("P"); r.err == nil {
			t.Errorf("%v was read as %s", in, got)
		}
	}
}

func TestRowNames(t *testing.T) {
	r := newRow(map[string]any{"instanceid": "1", "EMPTY": "", "Null": nil})
	if got := r.text("InstanceID"); got != "1" {
		t.Errorf("InstanceID is %q", got)
	}
	if got := r.text("Null", "InstanceID"); got != "1" {
		t.Errorf("the second name gives %q", got)
	}
	r.need("Empty")
	if r.err != nil {
		t.Error(r.err)
	}
	r.need("Null")
	r.need("Other") // the first error stays
	if message(r.err) != "Null is missing" {
		t.Error(r.err)
	}
	if r := newRow(map[string]any{"Name": "a", "NAME": "b"}); r.err == nil {
		t.Error("a property that is there twice was accepted")
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
