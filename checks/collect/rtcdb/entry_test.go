package rtcdb

import (
	"bytes"
	"testing"

	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
)

func TestEntry(t *testing.T) {
	sid := []byte{1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0x57, 4, 0, 0}
	const sidWant = "S-1-5-21-1-2-3-1111"
	guid := []byte{0xff, 0x19, 0x96, 0x6f, 0x86, 0x8b, 0x11, 0xd0, 0xb4, 0x2d, 0x00, 0xc0, 0x4f, 0xc9, 0x64, 0xff}
	const guidWant = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
	yes := true
	ptr := func(s string) *string { return &s }

	tests := []struct {
		name string
		row  Row
		want facts.Entry
	}{
		{"all", Row{7, "kim@contoso.com", sid, guid, &yes}, facts.Entry{ResourceID: 7, Address: "kim@contoso.com", SID: ptr(sidWant), GUID: ptr(guidWant), DirectoryRow: &yes}},
		{"all null", Row{ResourceID: 8}, facts.Entry{ResourceID: 8}},
		{"address as stored", Row{Address: " Kim@Contoso.com "}, facts.Entry{Address: " Kim@Contoso.com "}},
		{"padded", Row{SID: append(bytes.Clone(sid), make([]byte, 57)...)}, facts.Entry{SID: ptr(sidWant)}},
		{"cut short", Row{SID: sid[:20]}, facts.Entry{SID: ptr("0x0105000000000005150000000100000002000000")}},
		{"more than padded", Row{SID: append(bytes.Clone(sid), 9)}, facts.Entry{SID: ptr("0x0105000000000005150000000100000002000000030000005704000009")}},
		{"no octets", Row{SID: []byte{}}, facts.Entry{SID: ptr("0x")}},
		{"zeros", Row{SID: make([]byte, 8)}, facts.Entry{SID: ptr("0x0000000000000000")}},
		{"text", Row{SID: " s-1-5-21-1-2-3-1111 "}, facts.Entry{SID: ptr(sidWant)}},
		{"other text", Row{SID: " CONTOSO\\kim "}, facts.Entry{SID: ptr("CONTOSO\\kim")}},
		{"empty text", Row{SID: ""}, facts.Entry{SID: ptr("")}},
		{"guid as text", Row{GUID: " {6F9619FF-8B86-D011-B42D-00C04FC964FF}"}, facts.Entry{GUID: ptr(guidWant)}},
		{"guid of other text", Row{GUID: "none"}, facts.Entry{GUID: ptr("none")}},
		{"guid of other octets", Row{GUID: []byte{1, 2}}, facts.Entry{GUID: ptr("0x0102")}},
	}
	for _, tt := range tests {
		tt.want.Database = "lcs01"
		if diff := cmp.Diff(tt.want, Entry("lcs01", tt.row)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
}

// FuzzEntry looks for octets that are refused, or taken for a SID without
// being one.
func FuzzEntry(f *testing.F) {
	f.Add([]byte{1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0})
	f.Add([]byte{1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0, 0, 0})
	f.Add([]byte{1, 15, 0, 0, 0, 0, 0, 5})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		e := Entry("db", Row{SID: b, GUID: b})
		if !bytes.Equal(before, b) {
			t.Fatal("the octets were changed")
		}
		if e.SID == nil || e.GUID == nil {
			t.Fatal("octets became NULL")
		}
		if octets, err := facts.ParseSID(*e.SID); err == nil && !bytes.HasPrefix(b, octets) {
			t.Fatalf("%x became %s", b, *e.SID)
		}
	})
}
