package format_test

import (
	"bytes"
	"testing"

	"lcshealth/checks"
	"lcshealth/report/format"
	"lcshealth/report/internal/reporttest"
)

// Every format writes something of its own of a report, under a name and an
// extension of its own.
func TestFormats(t *testing.T) {
	names, extensions, outputs := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, f := range format.All() {
		var out bytes.Buffer
		if err := f.Write(&out, reporttest.Sample(), format.Options{FailOn: checks.Minor}); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		if out.Len() == 0 || f.Purpose == "" || f.MediaType == "" {
			t.Errorf("%s: nothing written, or nothing said of it", f.Name)
		}
		names[f.Name], extensions[f.Extension], outputs[out.String()] = true, true, true
		if same, ok := format.Of(f.Name); !ok || same.Name != f.Name {
			t.Errorf("%s is not found by its name", f.Name)
		}
	}
	if n := len(format.Names()); len(names) != n || len(extensions) != n || len(outputs) != n {
		t.Errorf("of %d formats there are %d names, %d extensions and %d outputs", n, len(names), len(extensions), len(outputs))
	}
	if f, ok := format.Of("xls"); ok || f.Write(&bytes.Buffer{}, reporttest.Sample(), format.Options{}) == nil {
		t.Error("a format that does not exist is found, or writes")
	}
}
