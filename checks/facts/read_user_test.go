package facts

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func userLine(t testing.TB, u *SignIn) string {
	t.Helper()
	b, err := json.Marshal(line[*SignIn]{kindUser, u})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// users are users as the writer may have to write them.
func users() []*SignIn {
	sid, guid, yes, no := "S-1-5-21-1-2-3-1104", "e004253f-894f-11d3-9a0c-0305e82c3301", true, false
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	return []*SignIn{
		{},
		{Address: "kim@contoso.com"},
		{
			Address: "kim@contoso.com",
			Accounts: []Account{
				{DN: "CN=Kim Akers,DC=contoso,DC=com", Name: "Kim Akers", GUID: guid, SID: sid, OriginatorSID: sid, Address: "sip:kim@contoso.com",
					Enabled: true, HomeServer: "CN=lcs01", TargetHomeServer: "CN=lcs02", TargetSince: &at},
				{DN: `CN=Akers\, Kim,DC=contoso,DC=com`, Enabled: true},
			},
			Entries: []Entry{
				{Database: "lcs01.contoso.com", ResourceID: 1, Address: "kim@contoso.com", SID: &sid, GUID: &guid, DirectoryRow: &yes},
				{Database: "lcs02.contoso.com", ResourceID: -922337203685477580, DirectoryRow: &no},
				{Database: "lcs02.contoso.com", ResourceID: 0, SID: new(string)},
			},
		},
	}
}

// What the writer writes is read the fast way, and to the same result.
func TestReadUser(t *testing.T) {
	for _, u := range users() {
		text := userLine(t, u)
		p := userParser{text: text, whole: true}
		if got := p.user(); !p.whole || p.at != len(text) || !cmp.Equal(u, got) {
			t.Errorf("%s was left to encoding/json at %q", text, text[p.at:])
		}
		got, err := readUser([]byte(text))
		if diff := cmp.Diff(u, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-written +read)\n%s", text, err, diff)
		}
	}
}

// FuzzReadUser looks for a line that is not read as encoding/json reads it.
func FuzzReadUser(f *testing.F) {
	for _, u := range users() {
		f.Add([]byte(userLine(f, u)))
	}
	for _, unusual := range []string{
		`\`,
		`{"kind":"user","data":{"address":"a","entries":[{"db":"d","id":-9223372036854775808,"uri":"u"}]}}`,
		`{"kind":"user","data":{"address":"a","accounts":[{"dn":"\u00e9\ud83d\\","more":1}]}}`,
		`{"kind":"user","data":{"address":"é","address":"b"}}`,
		`{"kind":"user","data":{"address":"a","entries":[{"db":"d","id":01,"uri":"u"}]}}`,
		`{"kind":"user","data":{"address":"a","entries":[{"db":"d","id":-0,"uri":"u","dir":true},null]}} `,
		`{"kind":"user","data":{"address":"a","accounts":[{"dn":"","targetSince":"2026-11-21T12:00:00.5+01:00"},]}}`,
		`{"kind":"user","data":{"address":"a","accounts":[]}}`,
		"{\"kind\":\"user\",\"data\":{\"address\":\"\xff\"}}",
	} {
		f.Add([]byte(unusual))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		want, wantErr := data[SignIn](text)
		got, err := readUser(text)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%s: %v, want %v", text, err, wantErr)
		}
		if err == nil && !cmp.Equal(&want, got) {
			t.Errorf("%s (-want +got):\n%s", text, cmp.Diff(&want, got))
		}
	})
}
