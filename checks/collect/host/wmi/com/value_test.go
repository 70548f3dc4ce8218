package com

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTyped(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   any
		as   cimType
		want any
	}{
		{"null", nil, cimUint32, nil},
		{"uint32 above 2147483647", int32(-1073741819), cimUint32, uint32(0xC0000005)},
		{"uint16 as int32", int32(65535), cimUint16, uint16(65535)},
		{"sint8 as int16", int16(-3), cimSint8, int8(-3)},
		{"uint64 as text", "18446744073709551615", cimUint64, uint64(18446744073709551615)},
		{"sint64 as text", "-9223372036854775808", cimSint64, int64(-9223372036854775808)},
		{"uint64 that is no number", "many", cimUint64, "many"},
		{"uint64 above the range", "18446744073709551616", cimUint64, "18446744073709551616"},
		{"true", true, cimBoolean, true},
		{"true as a number", int16(-1), cimBoolean, true},
		{"a date", "20261121003000.000000+060", cimType(101), "20261121003000.000000+060"},
		{"text in a property of numbers", "x", cimUint32, "x"},
		{"a fraction", 0.5, cimReal64, 0.5},
		{"a type not known", int32(-1), cimType(0), int32(-1)},
	} {
		if diff := cmp.Diff(tt.want, typed(tt.in, tt.as)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   []any
		as   cimType
		want any
	}{
		{"octets", []any{uint8(0x30), uint8(0)}, cimUint8 | cimArray, []byte{0x30, 0}},
		{"octets as larger numbers", []any{int32(255)}, cimUint8 | cimArray, []byte{255}},
		{"no octets", []any{}, cimUint8 | cimArray, []byte{}},
		{"octets with a hole", []any{uint8(1), nil}, cimUint8 | cimArray, []any{uint8(1), nil}},
		{"texts", []any{"a", "b"}, cimType(8) | cimArray, []any{"a", "b"}},
		{"no texts", []any{}, cimType(8) | cimArray, []any{}},
		{"numbers", []any{int32(-1)}, cimUint32 | cimArray, []any{uint32(0xFFFFFFFF)}},
	} {
		if diff := cmp.Diff(tt.want, list(tt.in, tt.as)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

func TestArgument(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in, want any
	}{
		{uint32(0x80000002), int32(-2147483646)},
		{7, int32(7)},
		{int64(-1), int32(-1)},
		{`SOFTWARE\Microsoft`, `SOFTWARE\Microsoft`},
		{"", ""},
		{true, true},
		{int64(1) << 32, nil},
		{^uint64(0) >> 1, nil},
		{1.5, nil},
		{nil, nil},
	} {
		got, err := argument("a", tt.in)
		if (err != nil) != (tt.want == nil) || got != tt.want {
			t.Errorf("argument(%v) = %v, %v; want %v", tt.in, got, err, tt.want)
		}
	}
}

func TestIsLocal(t *testing.T) {
	t.Parallel()
	own := []string{"LCS01", "lcs01.contoso.com", ""}
	for host, want := range map[string]bool{
		"": true, ".": true, "localhost": true, "127.0.0.1": true, "::1": true, "[::1]": true,
		"lcs01": true, "LCS01.Contoso.com": true, "lcs01.contoso.com.": true,
		"lcs02": false, "lcs01.fabrikam.com": false, "192.0.2.1": false,
	} {
		if got := isLocal(host, own...); got != want {
			t.Errorf("isLocal(%q) = %v", host, got)
		}
	}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	password := func(context.Context) (string, error) { return "secret", nil }
	for _, tt := range []struct {
		username string
		want     login
		account  string
	}{
		{`CONTOSO\reader`, login{"CONTOSO", "reader", "secret"}, `CONTOSO\reader`},
		{"reader@contoso.com", login{"", "reader@contoso.com", "secret"}, "reader@contoso.com"},
		{"reader", login{"", "reader", "secret"}, "reader"},
	} {
		got, err := Config{Username: tt.username, Password: password}.login(t.Context())
		if err != nil || *got != tt.want || got.account() != tt.account {
			t.Errorf("%s: %+v, %v", tt.username, got, err)
		}
	}
	if got, err := (Config{Password: password}).login(t.Context()); got != nil || err != nil {
		t.Errorf("nobody: %v, %v", got, err)
	}
	if _, err := (Config{Username: "reader"}).login(t.Context()); err == nil {
		t.Error("no password, and no error")
	}
	gone := errors.New("the file is gone")
	_, err := Config{Username: "reader", Password: func(context.Context) (string, error) { return "", gone }}.login(t.Context())
	if !errors.Is(err, gone) {
		t.Errorf("%v", err)
	}
}

func TestNamespace(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{"": `root\cimv2`, "lcs02.contoso.com.": `\\lcs02.contoso.com\root\cimv2`} {
		if got := namespace(host, `root\cimv2`); got != want {
			t.Errorf("%q: %q", host, got)
		}
	}
}

// Only what says that encryption is missing is tried again without: a password that is
// wrong would be wrong twice.
func TestNoPrivacy(t *testing.T) {
	t.Parallel()
	for code, want := range map[uint32]bool{0: false, 0x80070005: false, 0x8007052E: false, 0x800706BA: false, 0x8007071D: true, 0x8009030A: true} {
		if got := noPrivacy(check(code)); got != want {
			t.Errorf("%08X: %v", code, got)
		}
	}
}
