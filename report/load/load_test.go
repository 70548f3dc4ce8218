package load

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/html"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/jsonreport"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"
)

func encoded(t *testing.T, write func(io.Writer, *report.Report) error) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out, reporttest.Later()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// What is read is what was written, from either format.
func TestRead(t *testing.T) {
	asJSON, page := encoded(t, jsonreport.Write), encoded(t, html.Write)
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes(asJSON)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"JSON":                asJSON,
		"JSON with a mark":    append([]byte("\ufeff"), asJSON...),
		"JSON of PowerShell":  utf16,
		"JSON of the future":  bytes.Replace(asJSON, []byte(`"run": {`), []byte(`"added": [1], "run": {"more": {},`), 1),
		"HTML":                page,
		"HTML with a mark":    append([]byte("\ufeff\r\n"), page...),
		"HTML saved anew":     bytes.Replace(page, []byte(`<script type="application/json" id="report">`), []byte(`<SCRIPT id=report type='application/json'>`), 1),
		"HTML with an add-on": bytes.Replace(page, []byte(`<main>`), []byte(`<script src="x"></script><script type="application/json" id="other">{}</script><main>`), 1),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Read(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			var again bytes.Buffer
			if err := jsonreport.Write(&again, got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(asJSON), again.String()); diff != "" {
				t.Errorf("-written +read:\n%s", diff)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	var zipped bytes.Buffer
	zip := gzip.NewWriter(&zipped)
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	finding := func(with string) string {
		return `{"run":{},"findings":[{"id":"x/y","cause":"x","verdict":"present","severity":"major"` + with + `}]}`
	}
	page := string(encoded(t, html.Write))
	older, _, _ := strings.Cut(page, `<script `)
	const begin = `<script type="application/json" id="report">`
	for _, tt := range []struct {
		name, in string
		is       error
		text     string // what the error holds
	}{
		{"empty", "", ErrNotReport, "it is empty"},
		{"one octet", "x", ErrNotReport, "it begins neither as JSON"},
		{"white space", " \n ", ErrNotReport, "it begins neither as JSON"},
		{"facts", zipped.String(), ErrFacts, "holds facts"},
		{"other JSON", `{"findings":[]}`, ErrNotReport, "it has no run or no findings"},
		{"null", `{"run":null,"findings":null}`, ErrNotReport, "it has no run or no findings"},
		{"a list", `[]`, ErrNotReport, "it begins neither as JSON"},
		{"cut short", `{"run":{},"findings":[`, ErrNotReport, "unexpected end of JSON input"},
		{"two values", `{"run":{},"findings":[]} {}`, ErrNotReport, "after top-level value"},
		{"another type", `{"run":{},"findings":[{"codes":"x"}]}`, ErrNotReport, "cannot unmarshal string"},
		{"hostile time", `{"run":{"startedAt":"\u001b[2J` + strings.Repeat("x", 1000) + `"},"findings":[]}`, ErrNotReport, "…"},
		{"deep", `{"run":` + strings.Repeat("[", 20000), ErrNotReport, "exceeded max depth"},
		{"no id", `{"run":{},"findings":[null]}`, ErrNotReport, "finding 1: it has no id"},
		{"no cause", `{"run":{},"findings":[{"id":"x"}]}`, ErrNotReport, "finding 1: it has no cause"},
		{"verdict", `{"run":{},"findings":[{"id":"x","cause":"x","verdict":"\u001b[2J"}]}`, ErrNotReport, `unknown verdict "�"`},
		{"severity", `{"run":{},"findings":[{"id":"x","cause":"x","verdict":"absent"}]}`, ErrNotReport, `unknown severity ""`},
		{"fewer than none", finding(`,"affected":{"count":-1}`), ErrNotReport, "fewer than no users"},
		{"waived", finding(`,"waived":{"until":"soon"}`), ErrNotReport, `waived until "soon"`},
		{"another page", "<!DOCTYPE html><p>hello", ErrNotReport, "the page holds no data"},
		{"a page of an older version", older + "</body></html>", ErrNotReport, "pages of older versions did not"},
		{"a page with two", page + begin + "{}</script>", ErrNotReport, "the page holds two of them"},
		{"a page with nothing in it", "<html>" + begin + "</script>", ErrNotReport, "it begins neither as JSON"},
		{"a page cut short", page[:len(page)-1000], ErrNotReport, "in \\u hexadecimal character escape"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Read(strings.NewReader(tt.in))
			if !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.text) {
				t.Fatalf("error is %v, want %v with %q", err, tt.is, tt.text)
			}
			if n := len([]rune(err.Error())); n > 300 || report.Clean(err.Error()) != err.Error() {
				t.Errorf("the error is not one short line: %q", err)
			}
		})
	}
}

// The bound is of what is read, which is not more than that.
func TestReadTooLarge(t *testing.T) {
	data := `{"run":{},"findings":[]}`
	if _, err := read(strings.NewReader(data), int64(len(data))); err != nil {
		t.Error(err)
	}
	in := &endless{}
	if _, err := read(io.MultiReader(strings.NewReader(data), in), 1<<20); !errors.Is(err, ErrTooLarge) {
		t.Errorf("error is %v", err)
	}
	if in.read > 2<<20 {
		t.Errorf("%d octets were read", in.read)
	}
}

type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.read += len(p)
	return len(p), nil
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.json")
	if _, err := File(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error is %v", err)
	}
	if err := os.WriteFile(path, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := File(path); !errors.Is(err, ErrNotReport) || !strings.HasPrefix(err.Error(), path+": not a report") {
		t.Errorf("error is %v", err)
	}
	if err := os.WriteFile(path, encoded(t, html.Write), 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := File(path); err != nil || len(r.Findings) != len(reporttest.Later().Findings) {
		t.Errorf("read %v, %v", r, err)
	}
}

// What is read can be shown, compared with itself and written again.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"run":{"startedAt":"2026-03-04T05:06:07Z","scope":{"codes":[404],"servers":["a"]}},"summary":{"codes":{"404":1},"severities":{"major":1}},` +
		`"findings":[{"id":"x/y/z/major","cause":"x","codes":[404],"verdict":"present","severity":"major","subject":{"kind":"users","name":"y","server":"a"},"shape":"z",` +
		`"evidence":[{"observed":"a: b","source":"host","host":"a"}],"affected":{"count":2,"users":["k"]},"parent":"x/y/z/major","remedy":[{"text":"do","command":"c"}],` +
		`"waived":{"reason":"r","owner":"o","until":"2026-12-31"}},{"id":"v","cause":"v","verdict":"undetermined","severity":"info","settle":["s"]}],` +
		`"sources":[{"name":"host","target":"a","status":"failed"}],"waivers":[{"cause":"x","state":"expired"}]}`))
	f.Add([]byte(`{"run":{},"findings":[{"id":"x/y","cause":"x","verdict":"present","severity":"major"}]}`))
	f.Add([]byte(`<script id=report type=application/json>{"run":{},"findings":[]}</script>`))
	f.Add([]byte("\x1f\x8b"))
	f.Add([]byte("\xff\xfe{\x00}\x00"))
	f.Fuzz(func(t *testing.T, data []byte) { fuzz(t, data) })
}

// Large reports are packed in their pages, and come back as they were.
func TestReadPacked(t *testing.T) {
	r := reporttest.Later()
	for i := range 30_000 {
		users := r.Findings[0].Affected
		if users == nil {
			users = &checks.Affected{}
			r.Findings[0].Affected = users
		}
		users.Count++
		users.Users = append(users.Users, fmt.Sprintf("user%d@contoso.com", i))
	}
	var page, want, again bytes.Buffer
	if err := html.Write(&page, r); err != nil {
		t.Fatal(err)
	}
	const begin = `<script type="application/json" id="report">"`
	if !strings.Contains(page.String(), begin) {
		t.Fatal("the report is not packed")
	}
	got, err := Read(bytes.NewReader(page.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(jsonreport.Write(&want, r), jsonreport.Write(&again, got)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want.Bytes(), again.Bytes()) {
		t.Error("the report is not what was written")
	}

	// What is unpacked is bounded as well as what is read.
	if _, err := read(bytes.NewReader(page.Bytes()), int64(page.Len())); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a report larger than the bound: %v", err)
	}
	for name, held := range map[string]string{
		"no base64": `"?"`, "no gzip": `"eHl6"`, "cut short": `"` + strings.SplitAfterN(page.String(), begin, 2)[1][:400] + `"`, "no end": `"H4sI`,
	} {
		if _, err := Read(strings.NewReader("<html>" + begin[:len(begin)-1] + held + "</script>")); !errors.Is(err, ErrNotReport) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
