package facts_test

import (
	"encoding/hex"
	"testing"

	"lcshealth/checks/facts"
)

func TestSIDString(t *testing.T) {
	for _, tt := range []struct{ name, octets, want, err string }{
		{"domain account", "010500000000000515000000a065cf7e784b9b5fe77c8770091c0100", "S-1-5-21-2127521184-1604012920-1887927527-72713", ""},
		{"builtin administrators", "01020000000000052000000020020000", "S-1-5-32-544", ""},
		{"no sub-authority", "0100000000000005", "S-1-5", ""},
		{"large authority", "0101010203040506" + "07000000", "S-1-0x010203040506-7", ""},
		{"empty", "", "", "empty SID"},
		{"revision", "0201000000000005" + "00000000", "", "SID of revision 2, not 1"},
		{"cut", "010500000000", "", "SID of 6 octets is cut short"},
		{"one octet short", "01020000000000052000000020020000"[:30], "", "SID of 15 octets says that it has 2 sub-authorities"},
		{"one octet long", "01020000000000052000000020020000" + "00", "", "SID of 17 octets says that it has 2 sub-authorities"},
		{"too many", "0110000000000005", "", "SID of 8 octets says that it has 16 sub-authorities"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			octets, err := hex.DecodeString(tt.octets)
			if err != nil {
				t.Fatal(err)
			}
			got, err := facts.SIDString(octets)
			if msg := text(err); got != tt.want || msg != tt.err {
				t.Errorf("got %q, %q; want %q, %q", got, msg, tt.want, tt.err)
			}
		})
	}
}

func TestParseSIDRefuses(t *testing.T) {
	for _, s := range []string{"", "S", "S-1", "S-2-5", "X-1-5", "S-1-5-", "S-1-5-4294967296", "S-1-281474976710656", "S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16", "S-1-5--1"} {
		if b, err := facts.ParseSID(s); err == nil {
			t.Errorf("ParseSID(%q) = %x, want an error", s, b)
		}
	}
}

func TestSIDDomain(t *testing.T) {
	for sid, want := range map[string]string{
		"S-1-5-21-1-2-3-1104": "S-1-5-21-1-2-3",
		"S-1-5-21-1-2-3":      "", // a domain's own SID
		"S-1-5-32-544":        "",
		"":                    "",
	} {
		if got := facts.SIDDomain(sid); got != want {
			t.Errorf("SIDDomain(%q) = %q, want %q", sid, got, want)
		}
	}
}

// Whatever octets are a SID come back from its text unchanged.
func FuzzSID(f *testing.F) {
	f.Add([]byte{1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0})
	f.Add([]byte{1, 1, 1, 2, 3, 4, 5, 6, 7, 0, 0, 0})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, octets []byte) {
		s, err := facts.SIDString(octets)
		if err != nil {
			return
		}
		back, err := facts.ParseSID(s)
		if err != nil || string(back) != string(octets) {
			t.Errorf("%x is %s, which reads back as %x, %v", octets, s, back, err)
		}
	})
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
