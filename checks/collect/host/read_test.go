package host

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lcshealth/checks/facts"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"
)

// example is the text of the example file.
func example(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "lcs01.example.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestRefused has files that are refused as a whole, each in one line.
func TestRefused(t *testing.T) {
	h := func(fields string) string { return `{"kind":"header",` + fields + "}\n" }
	tests := []struct{ name, text, want string }{
		{"nothing", "", "it is empty"},
		{"blank lines", "\r\n \n\t\n", "it is empty"},
		{"a picture", "\x89PNG\r\n\x1a\n\x00\x00", "not UTF-8"},
		{"other text", "Name,State\nrtcsrv,Running\n", "its first line is no header: not a JSON object: invalid character 'N' looking for beginning of value"},
		{"other lines of JSON", `{"name":"rtcsrv"}`, "its first line is no header"},
		{"a list", `[1]`, "its first line is no header: not a JSON object"},
		{"null", `null`, "its first line is no header: not just one JSON object"},
		{"two objects", strings.TrimSpace(h(`"a":1`)) + "{}", "its first line is no header: not just one JSON object"},
		{"a facts file", h(`"data":{"format":1,"tool":"lcshealth 1.0","collectedAt":"2026-11-21T10:00:00Z"}`), `its header is that of another product: product is "", not lcshealth-host`},
		{"another product", h(`"product":"inventory","format":1`), `its header is that of another product: product is "inventory", not lcshealth-host`},
		{"a newer format", h(`"product":"lcshealth-host","format":2,"tool":"lcshealth-host.vbs 9.0","machine":"lcs01"`), `it was made by a newer tool ("lcshealth-host.vbs 9.0", format 2); this lcshealth reads up to format 1`},
		{"no format", h(`"product":"lcshealth-host","host":"lcs01.contoso.com","startedAt":"2026-11-21T10:00:00Z"`), "its header: format is missing"},
		{"format 0", h(`"product":"lcshealth-host","format":0,"host":"lcs01.contoso.com","startedAt":"2026-11-21T10:00:00Z"`), "its header: format is 0, not from 1 to 2147483647"},
		{"no host", h(`"product":"lcshealth-host","format":1,"startedAt":"2026-11-21T10:00:00Z"`), "its header: host is missing"},
		{"no time", h(`"product":"lcshealth-host","format":1,"host":"lcs01.contoso.com"`), "its header: startedAt is missing"},
		{"a long first line", `{"kind":"` + strings.Repeat("x", maxLine) + `"}`, "the line is longer than 1 MiB"},
		{"gzip without contents", "\x1f\x8b", "unexpected EOF"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h, account := collectText(t, tt.text)
			if got := observedFacts(t, h); len(got) > 0 {
				t.Errorf("observed %v", got)
			}
			want := "read host file lcs01.ndjson:1: " + tt.want
			if account.Status != facts.Failed || account.Class != facts.Protocol || !strings.HasPrefix(account.Message, want) {
				t.Errorf("%s %s: %s\nwant %s", account.Status, account.Class, account.Message, want)
			}
			if strings.ContainsAny(account.Message, "\r\n") {
				t.Error("the message has several lines")
			}
		})
	}
}

func TestNoFile(t *testing.T) {
	h, account := collectFrom(t, Config{FQDN: lcs01, File: filepath.Join(t.TempDir(), "lcs01.ndjson")})
	if len(observedFacts(t, h)) > 0 || account.Status != facts.Failed || account.Class != facts.Missing {
		t.Errorf("%+v", account)
	}
	_, account = collectFrom(t, Config{FQDN: lcs01, File: t.TempDir()})
	if account.Status != facts.Failed {
		t.Errorf("a folder: %+v", account)
	}
}

func TestRefusedLater(t *testing.T) {
	good := hostFile(end("port", 0))
	second := strings.Replace(good, header, header+"\n"+header, 1)
	tests := []struct{ name, text, want string }{
		{"two runs", good + good, "lcs01.ndjson:4: the file goes on after its trailer: more than one run was written to it"},
		{"two runs, the first cut", strings.Join(strings.SplitAfter(good, "\n")[:2], "") + good, "lcs01.ndjson:3: a second header: more than one run was written to the file"},
		{"two headers", second, "lcs01.ndjson:2: a second header: more than one run was written to the file"},
		{"a broken line after the trailer", good + "\xff\n", "lcs01.ndjson:4: the file goes on after its trailer: more than one run was written to it"},
	}
	for _, tt := range tests {
		h, account := collectText(t, tt.text)
		if account.Status != facts.Failed || account.Message != tt.want || len(observedFacts(t, h)) > 0 {
			t.Errorf("%s: %+v", tt.name, account)
		}
	}
	if _, account := collectText(t, example(t)+"\r\n\n  \n"); account.Status != facts.OK {
		t.Errorf("blank lines after the trailer: %+v", account)
	}
}

// TestBroken has lines that are refused alone. What is complete without them
// is observed.
func TestBroken(t *testing.T) {
	tests := []struct{ name, line, want string }{
		{"no JSON", `{"kind":"wmi","class":"Win32_Service"`, "not a JSON object: unexpected EOF"},
		{"garbage", "\x01\x02", `not a JSON object: invalid character '\x01' looking for beginning of value`},
		{"two objects", `{"kind":"port"} {"kind":"port"}`, "not just one JSON object"},
		{"a list", `["kind"]`, "not a JSON object: json: cannot unmarshal array into Go value of type map[string]interface {}"},
		{"code page 1252", "{\"kind\":\"hotfix\",\"id\":\"f\xfcr\"}", `not UTF-8; other than ASCII is best written as \u escapes`},
		{"too long", `{"kind":"hotfix","id":"` + strings.Repeat("x", maxLine) + `"}`, "the line is longer than 1 MiB"},
		{"no kind", `{"class":"Win32_Service"}`, `unknown kind ""`},
		{"unknown kind", `{"kind":"printer"}`, `unknown kind "printer"`},
		{"kind twice", `{"kind":"port","Kind":"event"}`, " is there twice"},
		{"wmi without class", `{"kind":"wmi","properties":{}}`, "class is missing"},
		{"wmi without properties", `{"kind":"wmi","class":"Win32_Service"}`, "properties is missing, or no object"},
		{"properties in a list", `{"kind":"wmi","class":"Win32_Service","properties":[]}`, "properties is missing, or no object"},
		{"certificate without store", `{"kind":"certificate","der":"3000"}`, "store is missing"},
		{"row without table", `{"kind":"dbrow","values":{}}`, "table is missing"},
		{"end without class", `{"kind":"end","count":1}`, "class is missing"},
		{"end without count", `{"kind":"end","class":"hotfix"}`, "count is missing"},
		{"end of no store", `{"kind":"end","class":"certificate","count":1}`, "store is missing"},
		{"negative end", `{"kind":"end","class":"hotfix","count":-1}`, "count is -1, not from 0 to 2147483647"},
		{"missing without class", `{"kind":"missing","why":"rights"}`, "class is missing"},
		{"missing for no known reason", `{"kind":"missing","class":"hotfix","why":"tired"}`, `why is "tired", not unreachable, timeout, rights, protocol or missing`},
		{"trailer without count", `{"kind":"trailer"}`, "lines is missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := hostFile(end("event", 0), tt.line, `{"kind":"port","port":5060,"pid":4}`, end("port", 1))
			h, account := collectText(t, text)
			want := []string{"events", "ports"}
			var got []string
			for name := range observedFacts(t, h) {
				got = append(got, name)
			}
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if account.Status != facts.Partial || account.Class != facts.Protocol ||
				!strings.HasPrefix(account.Message, "lcs01.ndjson:3: ") || !strings.Contains(account.Message, tt.want) {
				t.Errorf("%s %s: %s\nwant lcs01.ndjson:3: %s", account.Status, account.Class, account.Message, tt.want)
			}
			// What is not told of might have been in the broken line.
			if why := whyNot(t, h)["services"]; why.Class != facts.Protocol || !strings.HasPrefix(why.Message, "nothing is said of Win32_Service: lcs01.ndjson:3: ") {
				t.Errorf("services: %+v", why)
			}
		})
	}
}

func TestCounts(t *testing.T) {
	port := `{"kind":"port","port":5060,"pid":4}`
	tests := []struct {
		name  string
		lines []string
		want  string
	}{
		{"a row lost", []string{port, end("port", 2)}, "port should have 2 rows, but 1 came"},
		{"a row too many", []string{port, port, end("port", 1)}, "port should have 1 rows, but 2 came"},
		{"no end", []string{port}, "port has no end after 1 rows"},
		{"two ends", []string{port, end("port", 1), end("port", 1)}, "lcs01.ndjson:4: port ends twice"},
		{"a row after the end", []string{port, end("port", 2), port}, "lcs01.ndjson:4: port: a row after its end"},
	}
	for _, tt := range tests {
		h, account := collectText(t, hostFile(tt.lines...))
		if why := whyNot(t, h)["ports"]; why.Class != facts.Protocol || why.Message != tt.want {
			t.Errorf("%s: %+v", tt.name, why)
		}
		if account.Status != facts.Partial {
			t.Errorf("%s: %+v", tt.name, account)
		}
	}
	text := strings.Replace(hostFile(port, end("port", 1)), `"lines":3`, `"lines":4`, 1)
	h, account := collectText(t, text)
	if _, ok := observedFacts(t, h)["ports"]; !ok || !strings.HasPrefix(account.Message, "lcs01.ndjson:4: the trailer counts 4 lines, but 3 came before it") {
		t.Errorf("%+v", account)
	}
}

// TestDamage takes the example file, which is complete, and cuts it after every
// line and within every line, and leaves out, doubles and spoils every line.
// Whatever is still observed must be the same as in the whole file.
func TestDamage(t *testing.T) {
	collect := func(text string) (map[string]any, facts.Source) {
		var entries kept
		d := run(t, New(Config{FQDN: lcs01, File: write(t, text), Database: &Database{}}, &entries))
		all := observedFacts(t, d.Server(lcs01).Host)
		addDatabase(all, d.Databases[0], entries.entries)
		return all, d.Sources[0]
	}
	whole, account := collect(example(t))
	if account.Status != facts.OK {
		t.Fatalf("%+v", account)
	}
	lines := strings.SplitAfter(strings.TrimSuffix(example(t), "\n"), "\n")
	observed := 0
	check := func(name string, i int, text string) {
		some, account := collect(text)
		observed += len(some)
		for fact, got := range some {
			want := whole[fact]
			if fact == "ports" { // the processes' names may be lost, and are then empty
				want, got = nameless(want), nameless(got)
			}
			if !reflect.DeepEqual(want, got) {
				t.Errorf("%s line %d: %s is observed, but differs:\n%s", name, i+1, fact, cmp.Diff(want, got))
			}
		}
		if account.Status == facts.OK {
			t.Errorf("%s line %d is not noticed", name, i+1)
		}
	}
	for i, line := range lines {
		before, after := strings.Join(lines[:i], ""), strings.Join(lines[i+1:], "")
		check("cut before", i, before)
		check("cut within", i, before+line[:len(line)/2])
		check("without", i, before+after)
		check("doubled", i, before+line+line+after)
		check("spoilt", i, before+"{"+line+after)
		check("made one of an unknown kind", i, before+strings.Replace(line, `"kind":"`, `"kind":"x`, 1)+after)
	}
	if observed < 20*len(lines) {
		t.Errorf("only %d facts survived", observed)
	}
}

// addDatabase adds what is observed of a database, with what its entries then
// must have.
func addDatabase(to map[string]any, db *facts.Database, entries []facts.Entry) {
	put(to, "db.structure", db.Structure)
	column := func(fact string, observed bool, get func(facts.Entry) any) {
		if !observed {
			return
		}
		values := map[int64]any{}
		for _, e := range entries {
			values[e.ResourceID] = get(e)
		}
		if db.Entries.IsObserved() { // or some users are not there to have it
			to[fact] = values
		}
	}
	column("db.addresses", true, func(e facts.Entry) any { return e.Address })
	column("db.sids", db.SIDs.IsObserved(), func(e facts.Entry) any { return e.SID })
	column("db.guids", db.GUIDs.IsObserved(), func(e facts.Entry) any { return e.GUID })
	column("db.directoryRows", db.DirectoryRows.IsObserved(), func(e facts.Entry) any { return e.DirectoryRow })
}

func nameless(ports any) []facts.PortOwner {
	out := slices.Clone(ports.([]facts.PortOwner))
	for i := range out {
		out[i].Process = ""
	}
	return out
}

func TestCutWithoutLineEnd(t *testing.T) {
	h, account := collectText(t, strings.TrimSuffix(hostFile(end("event", 0)), "\n"))
	if _, ok := observedFacts(t, h)["events"]; !ok || strings.Contains(account.Message, "cut") {
		t.Errorf("a complete file without the last line end: %+v", account)
	}
}

func TestEncodings(t *testing.T) {
	event := `{"kind":"event","log":"Application","source":"Live","id":1,"type":1,"at":"2026-11-20T23:30:00Z","message":"für 東京 𝄞"}`
	text := strings.ReplaceAll(hostFile(event, end("event", 1)), "\n", "\r\n")
	utf16 := func(endian unicode.Endianness, bom unicode.BOMPolicy, s string) string {
		out, err := unicode.UTF16(endian, bom).NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	tests := map[string]string{
		"UTF-8":                          text,
		"UTF-8 with a mark":              "\ufeff" + text,
		"UTF-16LE with a mark":           utf16(unicode.LittleEndian, unicode.UseBOM, text),
		"UTF-16BE with a mark":           utf16(unicode.BigEndian, unicode.UseBOM, text),
		"UTF-16LE without a mark":        utf16(unicode.LittleEndian, unicode.IgnoreBOM, text),
		"gzip":                           compress(t, text),
		"gzip of UTF-16LE with a mark":   compress(t, utf16(unicode.LittleEndian, unicode.UseBOM, text)),
		"gzip in two members":            compress(t, text[:200]) + compress(t, text[200:]),
		"ASCII with escapes, upper case": strings.ReplaceAll(string(ascii([]byte(text))), `\ud834\udd1e`, `\uD834\uDD1E`),
	}
	for name, in := range tests {
		h, account := collectText(t, in)
		events, why := h.Events.Get()
		if why != nil || len(events) != 1 || events[0].Message != "für 東京 𝄞" {
			t.Errorf("%s: %+v, %+v", name, events, account)
		}
	}
}

func compress(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	if _, err := zip.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestDamagedGzip(t *testing.T) {
	zipped := compress(t, example(t))
	whole, _ := collectText(t, example(t))
	all := observedFacts(t, whole)
	kept := 0
	for cut := 0; cut < len(zipped); cut += 97 {
		h, account := collectText(t, zipped[:cut])
		if account.Status == facts.OK {
			t.Errorf("cut after %d octets: not noticed", cut)
		}
		for fact, got := range observedFacts(t, h) {
			kept++
			if fact == "ports" {
				continue
			}
			if diff := cmp.Diff(all[fact], got); diff != "" {
				t.Errorf("cut after %d octets: %s differs: %s", cut, fact, diff)
			}
		}
	}
	if kept == 0 {
		t.Error("nothing was kept of a cut file")
	}
	bad := []byte(zipped)
	bad[len(bad)-8] ^= 1 // the checksum
	h, account := collectText(t, string(bad))
	if account.Status != facts.Failed || len(observedFacts(t, h)) > 0 {
		t.Errorf("wrong checksum: %+v", account)
	}
}

// endless is a line without end.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	e.read += len(p)
	return len(p), nil
}

func TestEndlessLine(t *testing.T) {
	text := &endless{}
	in, err := decodeText(text)
	if err != nil {
		t.Fatal(err)
	}
	l := lines{in: in}
	if _, err := l.next(); err == nil || !strings.Contains(err.Error(), "the line is longer than 16 MiB") {
		t.Error(err)
	}
	if limit := maxSkip + 1<<20; text.read > limit {
		t.Errorf("%d octets were read of a line without end", text.read)
	}
	// In the middle of a file, reading stops there.
	path := write(t, strings.Join([]string{header, end("event", 0), strings.Repeat("x", maxSkip+1), end("port", 0)}, "\n"))
	h, account := collectFrom(t, Config{FQDN: lcs01, File: path})
	if diff := cmp.Diff(map[string]any{"events": []facts.Event(nil)}, observedFacts(t, h)); diff != "" {
		t.Error(diff)
	}
	if want := fmt.Sprintf("lcs01.ndjson:3: not read on: the line is longer than %d MiB", maxSkip>>20); !strings.HasPrefix(account.Message, want) {
		t.Errorf("%+v", account)
	}
}

func TestLineOfGreatestLength(t *testing.T) {
	begin, close := `{"kind":"hotfix","id":"`, `"}`
	line := begin + strings.Repeat("x", maxLine-len(begin)-len(close)) + close
	h, account := collectText(t, strings.ReplaceAll(hostFile(line, end("hotfix", 1)), "\n", "\r\n"))
	if _, ok := observedFacts(t, h)["hotfixes"]; !ok {
		t.Errorf("%+v", account)
	}
	h, _ = collectText(t, hostFile(line+" x", end("hotfix", 1)))
	if _, ok := observedFacts(t, h)["hotfixes"]; ok {
		t.Error("a line that is too long was taken")
	}
}
