package ntlm

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"time"
)

// message makes a type 2 message of its parts, with a version in it.
func message(flags Flags, name, info []byte) []byte {
	out := make([]byte, 56, 56+len(name)+len(info))
	copy(out, messageSignature)
	out[8] = 2
	binary.LittleEndian.PutUint16(out[12:], uint16(len(name)))
	binary.LittleEndian.PutUint32(out[16:], uint32(len(out)))
	binary.LittleEndian.PutUint32(out[20:], uint32(flags))
	copy(out[24:], "\x01\x23\x45\x67\x89\xab\xcd\xef")
	binary.LittleEndian.PutUint16(out[40:], uint16(len(info)))
	binary.LittleEndian.PutUint32(out[44:], uint32(len(out)+len(name)))
	return append(append(out, name...), info...)
}

// av makes a pair of target information.
func av(id uint16, value string) string {
	out := binary.LittleEndian.AppendUint16(nil, id)
	return string(binary.LittleEndian.AppendUint16(out, uint16(len(value)))) + value
}

func TestParseChallenge(t *testing.T) {
	t.Parallel()
	const pairs = "\x01\x00\x02\x00A\x00"
	stamp := av(avTimestamp, "\x00\x80\x3e\xd5\xde\xb1\x9d\x01") // 1970-01-01
	info := func(pairs string) []byte { return message(TargetInformation|Unicode, nil, []byte(pairs)) }
	patched := func(at int, octets string) []byte {
		m := message(TargetInformation|Unicode|Version, []byte("n\x00"), []byte(pairs+av(avEnd, "")))
		copy(m[at:], octets)
		return m
	}
	tests := []struct {
		name string
		msg  []byte
		want string // in the error, or "" for none
		then func(*Challenge) bool
	}{
		{"nothing", nil, "signature at octet 0", nil},
		{"other signature", []byte(strings.Repeat("x", 64)), "not an ntlm message", nil},
		{"signature only", []byte(messageSignature), "fixed part at octet 8", nil},
		{"one octet short", message(0, nil, nil)[:31], "fixed part at octet 31", nil},
		{"type 1", patched(8, "\x01"), "message type at octet 8", nil},
		{"type 3", patched(8, "\x03"), "message type at octet 8", nil},
		{"type with a high octet", patched(11, "\x01"), "message type at octet 8", nil},
		{"shortest", message(0, nil, nil)[:32], "", func(c *Challenge) bool { return c.TargetInfo == nil }},
		{"info promised, cut", message(TargetInformation, nil, nil)[:47], "fixed part at octet 47", nil},
		{"info promised, empty", message(TargetInformation, nil, nil)[:48], "", func(c *Challenge) bool { return c.TargetInfo == nil }},
		{"version promised, cut", message(Version, nil, nil)[:55], "fixed part at octet 55", nil},
		{"info without the flag", message(0, nil, []byte("junk")), "", func(c *Challenge) bool { return c.TargetInfo == nil }},
		{"name", message(Unicode, []byte("n\x00"), nil), "", func(c *Challenge) bool { return c.TargetName == "n" }},
		{"OEM name", message(OEM, []byte("n\xfc"), nil), "", func(c *Challenge) bool { return c.TargetName == "n\uFFFD" }},
		{"half a surrogate", message(Unicode, []byte("\x00\xd8"), nil), "", func(c *Challenge) bool { return c.TargetName == "\uFFFD" }},
		{"odd name", message(Unicode, []byte("n"), nil), "target name at octet 56: ends inside a character", nil},
		{"name inside the fixed part", patched(16, "\x37\x00\x00\x00"), "target name at octet 12: begins inside", nil},
		{"name past the end", patched(12, "\xff\xff\xff\xff"), "target name at octet 12: runs past", nil},
		{"name at the highest offset", patched(16, "\xff\xff\xff\xff"), "target name at octet 12: runs past", nil},
		{"info inside the fixed part", patched(44, "\x00\x00\x00\x00"), "target info at octet 40: begins inside", nil},
		{"info past the end", patched(40, "\xff\xff\xff\xff"), "target info at octet 40: runs past", nil},
		{"info at the highest offset", patched(44, "\xff\xff\xff\xff"), "target info at octet 40: runs past", nil},
		{"allocated length is ignored", patched(42, "\xff\xff"), "", func(c *Challenge) bool { return c.TargetInfo.NetBIOSComputer == "A" }},
		{"info of its end", info(av(avEnd, "")), "", func(c *Challenge) bool { return c.TargetInfo != nil }},
		{"info without end", info(pairs), "target info at octet 62: has no end", nil},
		{"info cut in its end", info(pairs + "\x00\x00\x00"), "target info at octet 62: has no end", nil},
		{"end with a length", info(pairs + av(avEnd, "x")), "target info at octet 62: goes on", nil},
		{"more after the end", info(pairs + av(avEnd, "") + pairs), "target info at octet 62: goes on", nil},
		{"pair past the end", info("\x02\x00\xff\xff" + av(avEnd, "")), "target info at octet 56: a pair runs past", nil},
		{"odd name in a pair", info(av(avDNSForest, "x") + av(avEnd, "")), "target info at octet 56: a name ends", nil},
		{"unknown pair", info(av(0x7777, "x") + pairs + av(avEnd, "")), "", func(c *Challenge) bool { return c.TargetInfo.NetBIOSComputer == "A" }},
		{"empty name in a pair", info(av(avDNSDomain, "") + av(avEnd, "")), "", func(c *Challenge) bool { return c.TargetInfo.DNSDomain == "" }},
		{"timestamp", info(stamp + av(avEnd, "")), "", func(c *Challenge) bool { return c.TargetInfo.Timestamp.Equal(time.Unix(0, 0)) }},
		{"timestamp of 4 octets", info(av(avTimestamp, "1234") + av(avEnd, "")), "not 8 octets", nil},
		{"timestamp out of range", info(av(avTimestamp, "\xff\xff\xff\xff\xff\xff\xff\xff") + av(avEnd, "")), "after the year 9999", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, err := ParseChallenge(test.msg)
			if test.want == "" {
				if err != nil || !test.then(c) {
					t.Errorf("got %+v, %v", c, err)
				}
				return
			}
			var malformed *MalformedError
			if c != nil || !errors.As(err, &malformed) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %+v, %v; want an error with %q", c, err, test.want)
			}
		})
	}
}

// What is kept is a copy: the caller may use its buffer again.
func TestParseChallengeCopies(t *testing.T) {
	t.Parallel()
	msg := unhex(t, captureChallenge)
	c, err := ParseChallenge(msg)
	if err != nil {
		t.Fatal(err)
	}
	clear(msg)
	equal(t, "kept target info", c.TargetInfo.raw, captureInfo)
	equal(t, "kept server challenge", c.ServerChallenge[:], "DD1BAAF4E7E218D1")
}

func TestFileTime(t *testing.T) {
	t.Parallel()
	for _, ticks := range []uint64{0, 1, 0x01CAB927179A5159, fileTimeEnd - 1} {
		stamp, ok := fromFileTime(ticks)
		back, fits := toFileTime(stamp)
		if !ok || !fits || back != ticks {
			t.Errorf("%d is %v (%v) and back %d (%v)", ticks, stamp, ok, back, fits)
		}
	}
	if stamp, ok := fromFileTime(fileTimeEnd); ok {
		t.Errorf("the end is %v", stamp)
	}
	if ticks, ok := toFileTime(time.Date(1600, 12, 31, 23, 59, 59, 0, time.UTC)); ok {
		t.Errorf("before the epoch is %d", ticks)
	}
}

func FuzzParseChallenge(f *testing.F) {
	f.Add(unhex(f, captureChallenge))
	f.Add(unhex(f, exampleChallenge))
	f.Add(message(required|Version, []byte("n\x00"), []byte(av(avTimestamp, "12345678")+av(avEnd, ""))))
	f.Add(message(OEM, []byte("name"), nil)[:40])
	f.Fuzz(func(t *testing.T, msg []byte) {
		c, err := ParseChallenge(msg)
		if err != nil {
			var malformed *MalformedError
			if c != nil || !errors.As(err, &malformed) || malformed.Offset < 0 || malformed.Offset > len(msg) {
				t.Fatalf("%v, %v", c, err)
			}
			return
		}
		a, err := Respond(c, exampleCredentials(), exampleOptions())
		if err != nil {
			var refused *RefusedError
			if !errors.As(err, &refused) && len(msg) < 60000 {
				t.Fatal(err)
			}
			return
		}
		if !c.Flags.Has(required) || !strings.Contains(string(a.Message), string(c.TargetInfo.raw)) || len(a.Message) > len(msg)+300 {
			t.Fatalf("%v answered with %d octets", c, len(a.Message))
		}
	})
}
