package pki_test

import (
	"math/big"
	"testing"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
	"lcshealth/checks/facts/pki/pkitest"
)

// Where two serial numbers mirror each other, the documented byte order tells
// which of them is meant.
func TestFindMirrored(t *testing.T) {
	a := root(t, pkitest.Options{CN: "Contoso Root CA"})
	one := issue(t, a, pkitest.Options{CN: "one", Serial: big.NewInt(0x61_0A_01)})
	mirrored := issue(t, a, pkitest.Options{CN: "mirrored", Serial: big.NewInt(0x01_0A_61)})
	ref := pki.RefTo(one) // little endian
	for _, among := range [][]pki.Stored{stored(one, mirrored), stored(mirrored, one)} {
		if got, ok := pki.Find(among, ref); !ok || !got.Equal(one) {
			t.Errorf("%x finds %v", ref.Serial, got.Certificate)
		}
		if got, ok := pki.Find(among, facts.CertificateRef{Issuer: ref.Issuer, Serial: []byte{0x61, 0x0A, 0x01}}); !ok || !got.Equal(mirrored) {
			t.Errorf("610A01, which is 010A61 little endian, finds %v", got.Certificate)
		}
	}
	if got, ok := pki.Find(stored(one), facts.CertificateRef{Issuer: ref.Issuer, Serial: []byte{0x61, 0x0A, 0x01}}); !ok || !got.Equal(one) {
		t.Error("a serial number in big endian is not found though nothing else has it")
	}
}
