package ntlm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

func exampleInfo(pairs ...string) []byte {
	return []byte(av(avNetBIOSDomain, "C\x00") + strings.Join(pairs, "") + av(avEnd, ""))
}

// Every combination of the needed flags is tried, with and without the others a
// server may set: exactly the complete ones are answered.
func TestFlags(t *testing.T) {
	t.Parallel()
	needed := []Flags{Unicode, Sign, Datagram, NTLM, ExtendedSessionSecurity, Identify, TargetInformation, Key128, KeyExchange}
	others := []Flags{0, AlwaysSign, Version, AlwaysSign | Version | RequestTarget, Seal, OEM | LMKey | Key56 | TargetTypeServer | 0x10000, 0x08000000}
	for bits := range 1 << len(needed) {
		var offered Flags
		for i, flag := range needed {
			if bits&(1<<i) != 0 {
				offered |= flag
			}
		}
		for _, other := range others {
			c, err := ParseChallenge(message(offered|other, nil, exampleInfo()))
			if err != nil {
				t.Fatal(err)
			}
			a, err := Respond(c, exampleCredentials(), exampleOptions())
			if missing := required &^ offered; missing != 0 {
				var refused *RefusedError
				if a != nil || !errors.As(err, &refused) || refused.Missing != missing || refused.Offered != offered|other {
					t.Fatalf("%v: %v, %v", offered|other, a, err)
				}
				continue
			}
			if err != nil {
				t.Fatalf("%v: %v", offered|other, err)
			}
			got, want := Flags(binary.LittleEndian.Uint32(a.Message[60:])), required|RequestTarget|other&(AlwaysSign|Version)
			if got != want {
				t.Fatalf("%v is answered with %v, want %v", offered|other, got, want)
			}
			if stated := a.Message[64] != 0; stated != other.Has(Version) {
				t.Fatalf("%v: the version is %x", offered|other, a.Message[64:72])
			}
		}
	}
}

func TestRefusalNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		msg  []byte
		want string
	}{
		{"NTLMv1 without session security", message(required&^(ExtendedSessionSecurity|TargetInformation)|LMKey, nil, nil), "EXTENDED_SESSIONSECURITY, TARGET_INFO,"},
		{"LM only", message(OEM|LMKey|Datagram, nil, nil), "UNICODE, SIGN, NTLM, EXTENDED_SESSIONSECURITY,"},
		{"56 bits", message(required&^Key128|Key56, nil, exampleInfo()), "offer 128,"},
		{"promised target information", message(required, nil, nil), "any target information"},
	}
	for _, test := range tests {
		c, err := ParseChallenge(test.msg)
		if err != nil {
			t.Fatal(err)
		}
		if a, err := Respond(c, exampleCredentials(), Options{}); a != nil || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, %v", test.name, a, err)
		}
	}
	if _, err := Respond(&Challenge{Flags: required, TargetInfo: &TargetInfo{}}, exampleCredentials(), Options{}); err == nil {
		t.Error("target information that no server sent is answered")
	}
}

// The server's time is preferred to the client's, and LMv2 left out with it.
func TestTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2006, 3, 4, 5, 6, 7, 8900, time.UTC)
	options := Options{Now: func() time.Time { return now }}
	ours, ok := toFileTime(now)
	if !ok {
		t.Fatal("out of range")
	}
	const theirs = 0x01C64000_00000001
	for _, test := range []struct {
		name  string
		pairs []string
		want  uint64
		lm    bool
	}{
		{"server without time", nil, ours, true},
		{"server with time", []string{av(avTimestamp, string(binary.LittleEndian.AppendUint64(nil, theirs)))}, theirs, false},
	} {
		c, err := ParseChallenge(message(required, nil, exampleInfo(test.pairs...)))
		if err != nil {
			t.Fatal(err)
		}
		a, err := Respond(c, exampleCredentials(), options)
		if err != nil {
			t.Fatal(err)
		}
		lm, _, _ := field(a.Message, 12, 72, "LM response")
		nt, _, _ := field(a.Message, 20, 72, "NT response")
		if got := binary.LittleEndian.Uint64(nt[24:]); got != test.want {
			t.Errorf("%s: %x, want %x", test.name, got, test.want)
		}
		if sent := !bytes.Equal(lm, make([]byte, 24)); sent != test.lm || len(lm) != 24 {
			t.Errorf("%s: the LM response is %x", test.name, lm)
		}
	}
	for _, year := range []int{1600, 10000} {
		options.Now = func() time.Time { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC) }
		if _, err := Respond(parse(t, captureChallenge), exampleCredentials(), options); err == nil || !strings.Contains(err.Error(), "the clock is at") {
			t.Errorf("year %d: %v", year, err)
		}
	}
}

// No two answers share anything random.
func TestRandomness(t *testing.T) {
	t.Parallel()
	c := parse(t, captureChallenge)
	seen := map[string]bool{}
	for range 20 {
		a, err := Respond(c, exampleCredentials(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		nt, _, _ := field(a.Message, 20, 72, "NT response")
		for _, random := range []string{string(nt[32:40]), string(a.Session.SessionKey())} {
			if seen[random] {
				t.Fatalf("%x comes again", random)
			}
			seen[random] = true
		}
	}
	for octets := range 24 {
		o := Options{Rand: strings.NewReader(strings.Repeat("r", octets))}
		if _, err := Respond(c, exampleCredentials(), o); !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d random octets: %v", octets, err)
		}
	}
}

func TestUnusableCredentials(t *testing.T) {
	t.Parallel()
	c := parse(t, captureChallenge)
	for _, cred := range []Credentials{
		{},
		{Domain: "CONTOSO", Password: Password("x")},
		{User: "alice"},
		{User: "al\xffice", Password: Password("x")},
		{Domain: "CONT\xffSO", User: "alice", Password: Password("x")},
		{User: "alice", Password: Password("x\xff")},
		{User: "ışık", Password: Password("x")},
		{User: "50µ", Password: Password("x")},
		{User: "𐐨", Password: Password("x")},
	} {
		if _, err := Respond(c, cred, Options{}); !errors.Is(err, ErrCredentials) {
			t.Errorf("%v: %v", cred, err)
		}
	}
	long := Credentials{User: strings.Repeat("x", 1<<15), Password: Password("x")}
	if _, err := Respond(c, long, Options{}); err == nil || !strings.Contains(err.Error(), "the user has 65536 octets") {
		t.Errorf("a long name: %v", err)
	}
}

func TestUTF16(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "alice", "Jürgen", "Жук", "日本", "😀a\U0010FFFF", "\uFFFF\uE000"} {
		got := encodeUTF16([]byte(text))
		if cap(got) > 2*len(text) || decodeUTF16(got) != text {
			t.Errorf("%q is %x", text, got)
		}
	}
}

func ExampleRefusedError() {
	c, err := ParseChallenge(message(required&^(Key128|KeyExchange), nil, exampleInfo()))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = Respond(c, Credentials{User: "alice", Password: Password("secret")}, Options{})
	fmt.Println(err)
	// Output: ntlm challenge refused: the server does not offer 128, KEY_EXCH, and less than NTLMv2 with a signed 128-bit session is never sent
}
