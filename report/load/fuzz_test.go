package load

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"lcshealth/report"
	"lcshealth/report/compare"
	"lcshealth/report/html"
	"lcshealth/report/jsonreport"
	"lcshealth/report/text"
)

func fuzz(t *testing.T, data []byte) {
	r, err := Read(bytes.NewReader(data))
	if err != nil {
		if report.Clean(err.Error()) != err.Error() {
			t.Errorf("the error is not one line: %q", err)
		}
		if !errors.Is(err, ErrFacts) && !errors.Is(err, ErrNotReport) {
			t.Errorf("the error is of no kind: %v", err)
		}
		return
	}
	if c := compare.Compare(r, r); !c.Same {
		t.Errorf("a report differs from itself: %+v", c.Changes)
	}
	for _, write := range []func(io.Writer, *report.Report) error{
		html.Write,
		func(w io.Writer, r *report.Report) error { return text.Write(w, r, text.Options{}) },
	} {
		if err := write(io.Discard, r); err != nil {
			t.Error(err)
		}
	}
	var first, second bytes.Buffer
	if err := jsonreport.Write(&first, r); err != nil {
		return // a year beyond 9999 can be read and not written
	}
	again, err := Read(bytes.NewReader(first.Bytes()))
	if err != nil {
		t.Fatalf("what was written is refused: %v", err)
	}
	if err := jsonreport.Write(&second, again); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Errorf("read again it differs (%v)", err)
	}
}
