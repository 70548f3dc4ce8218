package wmid

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// published is the class of MS-WMIO section 3, "class Base { [key] sint32 Id; }",
// without the padding at its end.
const published = `
	78 56 34 12 D0 00 00 00
	05 00 44 50 52 41 56 41 54 2D 44 45
	56 00 00 52 4F 4F 54 00 1D 00 00 00 00 FF FF FF
	FF 00 00 00 00 04 00 00 00 04 00 00 00 00 00 00
	00 00 00 00 80
	0C 00 00 00 00 00 00 00 00 00 00 80
	66 00 00 00 00 00 00 00 00 05 00 00 00 04 00
	00 00 04 00 00 00 01 00 00 00 06 00 00 00 0A 00
	00 00 05 FF FF FF FF 3C 00 00 80 00 42 61 73 65
	00 00 49 64 00 03 00 00 00 00 00 00 00 00 00 00
	00 00 00 1C 00 00 00 0A 00 00 80 03 08 00 00 00
	34 00 00 00 01 00 00 80 13 0B 00 00 00 FF FF 00
	73 69 6E 74 33 32 00`

func TestPublishedClass(t *testing.T) {
	t.Parallel()
	want, err := hex.DecodeString(strings.Join(strings.Fields(published), ""))
	if err != nil {
		t.Fatal(err)
	}
	base := schema{name: "Base", properties: []Property{{Name: "Id", Type: Sint32, Key: true}}}
	got := encodingUnit(base.classBlock("DPRAVAT-DEV", "ROOT"))
	// The example gives the length of its buffer, has bits set in the NdTable
	// that belong to no property, and goes on with unused octets.
	copy(got[4:8], want[4:8])
	nd := bytes.Index(got, []byte("\xFF\xFF\xFF\xFF\x3C")) - 1
	if nd < 0 || want[nd]&0x03 != got[nd] {
		t.Fatalf("NdTable not found or different:\n%x", got)
	}
	got[nd] = want[nd]
	methods := 12
	if d := cmp.Diff(hex.Dump(want), hex.Dump(got[:len(got)-methods])); d != "" {
		t.Error(d)
	}
	// And it is read as what it is.
	parent := 8 + 1 + 13 + 6
	o := &octets{b: want[parent:]}
	o.sized() // parent
	o.sized() // its methods
	properties, size := o.sized().classPart()
	wantProperties := []parameter{{name: "Id", typ: Sint32}}
	if d := cmp.Diff(wantProperties, properties, cmp.AllowUnexported(parameter{})); d != "" || size != 5 {
		t.Error(d, size)
	}
}

func TestEncodedString(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"": "0000", "A": "004100", "é": "00e900", "ж": "0136040000", "éж": "01e90036040000", "😀": "013dd800de0000",
	} {
		if got := hex.EncodeToString(encodedString(s)); got != want {
			t.Errorf("%q: got %s, want %s", s, got, want)
		}
		o := &octets{b: encodedString(s)}
		if got := o.text(); got != s || o.bad || len(o.b) != 0 {
			t.Errorf("%q: read as %q", s, got)
		}
	}
}

// parameters encodes a call as a client would.
func parameters(s schema, row Instance) []byte {
	return customPointer(iidClassObject, clsidClassObject, encodingUnit(s.instanceBlock("LCS01", cimv2, row))).Data
}

func TestParameters(t *testing.T) {
	t.Parallel()
	in := registrySchema.methods[len(registrySchema.methods)-1].in
	row := Instance{"hDefKey": uint32(0x80000001), "sSubKeyName": "Größe ж", "sValueName": ""}
	got, err := parseParameters(parameters(in, row))
	if err != nil {
		t.Fatal(err)
	}
	want := Instance{"hDefKey": uint64(0x80000001), "sSubKeyName": "Größe ж", "sValueName": ""}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	got, err = parseParameters(parameters(in, nil))
	if d := cmp.Diff(Instance{}, got, cmpopts.EquateEmpty()); d != "" || err != nil {
		t.Error(d, err)
	}
}
