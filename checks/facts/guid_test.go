package facts_test

import (
	"strings"
	"testing"

	"lcshealth/checks/facts"
)

// The example of MS-DTYP 2.3.4.
func TestGUIDString(t *testing.T) {
	got := facts.GUIDString([16]byte{0x3f, 0x25, 0x04, 0xe0, 0x4f, 0x89, 0xd3, 0x11, 0x9a, 0x0c, 0x03, 0x05, 0xe8, 0x2c, 0x33, 0x01})
	if want := "e004253f-894f-11d3-9a0c-0305e82c3301"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestParseGUID(t *testing.T) {
	const text = "e004253f-894f-11d3-9a0c-0305e82c3301"
	for _, s := range []string{text, "{" + text + "}", strings.ToUpper(text)} {
		stored, ok := facts.ParseGUID(s)
		if got := facts.GUIDString(stored); !ok || got != text {
			t.Errorf("%s: got %s, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "{" + text, text + "}", text[:35], text + "0", strings.Replace(text, "-", "0", 1), strings.Replace(text, "e0", "x0", 1), strings.ReplaceAll(text, "0", "-")} {
		if _, ok := facts.ParseGUID(s); ok {
			t.Errorf("%q is taken for a GUID", s)
		}
	}
}
