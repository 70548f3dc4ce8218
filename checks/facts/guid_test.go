package facts_test

import (
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
