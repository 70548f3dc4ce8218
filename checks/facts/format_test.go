package facts_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// sample is a small deployment with observed, empty and unknown facts.
func sample() (*facts.Deployment, []*facts.SignIn) {
	from := facts.Origin{Source: "host", Target: "lcs01.contoso.com", At: noon}
	why := facts.Unknown{Class: facts.Rights, Source: "rtcdb", Target: "lcs01.contoso.com", Message: "login failed", Settle: "db_datareader"}
	d := &facts.Deployment{
		CollectedAt: noon,
		Sources:     []facts.Source{{Name: "host", Target: "lcs01.contoso.com", Status: facts.OK, DurationMs: 3}},
		Servers: []*facts.Server{{
			FQDN: "lcs01.contoso.com",
			Role: facts.Observed(facts.RoleHome, from),
			Host: facts.Host{
				Services: facts.Observed([]facts.Service{{Name: "rtcsrv", State: "Running"}}, from),
				Routes:   facts.Observed([]facts.StaticRoute(nil), from),
			},
		}},
		Databases: []*facts.Database{{
			Name: "lcs01.contoso.com", Serves: []string{"lcs01.contoso.com"},
			Entries: facts.Observed(0, from), SIDs: facts.NotObserved[string](why),
		}},
		Wire: facts.Wire{Endpoints: []*facts.Endpoint{{Host: "lcs01.contoso.com", Port: 5061, Transport: facts.MTLS, Connected: facts.Observed(false, from)}}},
	}
	sid, yes := "S-1-5-21-1-2-3-1104", true
	d.Lookups = []facts.Lookup{
		{Name: `CONTOSO\kim`, Found: []facts.FoundAccount{{DN: "CN=Kim,DC=contoso,DC=com", SID: sid, Disabled: &yes}}}, {Name: "bob", Unknown: &why}, {Name: "nobody"},
	}
	return d, []*facts.SignIn{
		{Entries: []facts.Entry{{Database: "lcs01.contoso.com", ResourceID: 7}}},
		{Entries: []facts.Entry{{Database: "lcs01.contoso.com", ResourceID: 8}}},
		{Address: "kim@contoso.com", Accounts: []facts.Account{{DN: "CN=Kim,DC=contoso,DC=com", Address: "sip:Kim@contoso.com", Enabled: true}},
			Entries: []facts.Entry{{Database: "lcs01.contoso.com", ResourceID: 9, Address: "Kim@contoso.com", SID: &sid, DirectoryRow: &yes}}},
		{Address: "yumi@contoso.com"},
	}
}

func write(t testing.TB, d *facts.Deployment, users []*facts.SignIn) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := facts.NewWriter(&out, facts.Header{Tool: "lcshealth test", CollectedAt: d.CollectedAt})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Deployment(d); err != nil {
		t.Fatal(err)
	}
	for _, u := range users {
		if err := w.SignIn(u); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func read(stored []byte) (*facts.Deployment, []*facts.SignIn, error) {
	r, err := facts.NewReader(bytes.NewReader(stored))
	if err != nil {
		return nil, nil, err
	}
	var users []*facts.SignIn
	for u, err := range r.SignIns() {
		if err != nil {
			return nil, nil, err
		}
		users = append(users, u)
	}
	return r.Deployment, users, nil
}

func TestRoundTrip(t *testing.T) {
	d, users := sample()
	gotD, gotUsers, err := read(write(t, d, users))
	if err != nil {
		t.Fatal(err)
	}
	// A fact that nobody asked for comes back with that said in words, so
	// facts are compared in their stored form.
	if diff := cmp.Diff(plain(t, write(t, d, users)), plain(t, write(t, gotD, gotUsers))); diff != "" {
		t.Errorf("facts changed on the way (-written +read):\n%s", diff)
	}
	if !gotD.Servers[0].Host.Routes.IsObserved() {
		t.Error("an observed empty list came back as not observed")
	}
	if _, why := gotD.Databases[0].SIDs.Get(); why == nil || why.Class != facts.Rights || why.Settle != "db_datareader" {
		t.Errorf("the reason came back as %+v", why)
	}
	if diff := cmp.Diff(d.Lookups, gotD.Lookups); diff != "" {
		t.Errorf("lookups changed on the way (-written +read):\n%s", diff)
	}
	if _, why := gotD.Servers[0].Host.Events.Get(); why == nil || why.Class != facts.NotAsked {
		t.Errorf("a fact that nobody asked for came back as %+v", why)
	}
}

// A file cut anywhere is never taken for a whole one.
func TestTruncated(t *testing.T) {
	d, users := sample()
	stored := write(t, d, users)
	for n := range len(stored) {
		if _, _, err := read(stored[:n]); err == nil {
			t.Fatalf("cut to %d of %d octets, the file was accepted", n, len(stored))
		} else if n > 40 && !errors.Is(err, facts.ErrTruncated) {
			t.Errorf("cut to %d of %d octets: %v, want %v", n, len(stored), err, facts.ErrTruncated)
		}
	}
}

// A file with any octet changed is refused, unless the change is in what gzip
// itself ignores (time, flags of the compressor, operating system, and the bits
// that fill an octet up before a stored block).
func TestAltered(t *testing.T) {
	d, users := sample()
	stored := write(t, d, users)
	for n := range stored {
		altered := bytes.Clone(stored)
		altered[n] ^= 0x40
		if _, _, err := read(altered); err == nil && (n < 3 || n > 9) && !filler(stored, n) {
			t.Errorf("octet %d of %d changed, and the file was accepted", n, len(stored))
		}
	}
}

// filler reports whether an octet is the head of the empty stored block with
// which a compressor ends: three bits that count, and five that fill it up.
func filler(stored []byte, n int) bool {
	const checksums = 8
	return n == len(stored)-checksums-5 && bytes.Equal(stored[n+1:n+5], []byte{0, 0, 0xff, 0xff})
}

func TestRefused(t *testing.T) {
	d, users := sample()
	stored := plain(t, write(t, d, users))
	edit := func(old, new string) string { return strings.Replace(stored, old, new, 1) }
	for _, tt := range []struct {
		name, text string
		want       error
		says       string
	}{
		{"edited", edit("Running", "Stopped"), facts.ErrDamaged, "do not match the digest"},
		{"a user left out", regexp.MustCompile(`(?m)^.*"yumi.*\n`).ReplaceAllString(stored, ""), facts.ErrDamaged, "counts 13 lines and 4 users, but it has 12 and 3"},
		{"no trailer", stored[:strings.LastIndex(stored, `{"kind":"trailer"`)], facts.ErrTruncated, "ends after line 13"},
		{"more after the trailer", stored + "{}\n", facts.ErrDamaged, "goes on after its trailer"},
		{"newer", edit(`"format":2`, `"format":3`), facts.ErrNewer, "lcshealth test, format 3"},
		{"unknown kind", edit(`{"kind":"wire"`, `{"kind":"wired"`), facts.ErrDamaged, `line 6: unknown kind "wired"`},
		{"no JSON", edit(`{"kind":"server","data":{`, `{"kind":"server","data":[`), facts.ErrDamaged, "line 4: "},
		{"neither observed nor unknown", edit(`"unknown":{`, `"forgotten":{`), facts.ErrDamaged, "either observed or unknown"},
		{"null server", regexp.MustCompile(`(?m)^{"kind":"wire".*$`).ReplaceAllString(stored, `{"kind":"wire","data":{"endpoints":[null]}}`), facts.ErrDamaged, "an endpoint without data"},
		{"wrong order", edit("kim@contoso.com", "zoe@contoso.com"), facts.ErrDamaged, "ascending order"},
		{"other JSON", "{\"a\":1}\n", facts.ErrNotFacts, "no header"},
		{"empty", "", facts.ErrTruncated, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := read(zipped(t, tt.text))
			if !errors.Is(err, tt.want) || !strings.Contains(text(err), tt.says) {
				t.Errorf("got error %v, want %v with %q", err, tt.want, tt.says)
			}
		})
	}
	if _, _, err := read(append(write(t, d, users), 0)); !errors.Is(err, facts.ErrDamaged) {
		t.Errorf("an octet after the gzip member: %v", err)
	}
	if _, _, err := read([]byte("PK\x03\x04")); !errors.Is(err, facts.ErrNotFacts) {
		t.Errorf("a file that is not gzip: %v", err)
	}
}

func TestWriterRefusesDisorder(t *testing.T) {
	w, err := facts.NewWriter(io.Discard, facts.Header{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.SignIn(&facts.SignIn{Address: "b@contoso.com"}); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"b@contoso.com", "a@contoso.com", ""} {
		if err := w.SignIn(&facts.SignIn{Address: address}); err == nil {
			t.Errorf("%q after b@contoso.com was accepted", address)
		}
	}
}

// FORMAT.md has a row for every kind that is written, and for no other.
func TestFormatIsDescribed(t *testing.T) {
	doc, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	described := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z]+)` \\|").FindAllStringSubmatch(string(doc), -1) {
		described[m[1]] = true
	}
	written := map[string]bool{}
	d, users := sample()
	for _, m := range regexp.MustCompile(`(?m)^{"kind":"([a-z]+)"`).FindAllStringSubmatch(plain(t, write(t, d, users)), -1) {
		written[m[1]] = true
	}
	if diff := cmp.Diff(written, described); diff != "" {
		t.Errorf("kinds written and described differ:\n%s", diff)
	}
}

func FuzzReader(f *testing.F) {
	d, users := sample()
	stored := write(f, d, users)
	f.Add(plain(f, stored))
	f.Add("{\"kind\":\"header\",\"data\":{\"format\":1}}\n{\"kind\":\"server\",\"data\":null}\n")
	f.Fuzz(func(t *testing.T, text string) {
		_, _, _ = read(zipped(t, text)) // must end, without a panic
	})
}

func plain(t testing.TB, stored []byte) string {
	t.Helper()
	zip, err := gzip.NewReader(bytes.NewReader(stored))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func zipped(t testing.TB, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	if _, err := fmt.Fprint(zip, text); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
