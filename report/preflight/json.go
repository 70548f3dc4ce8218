package preflight

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"

	"lcshealth/checks/preflight"
	"lcshealth/report/jsonreport"
)

//go:generate go test -run ^TestSchema$ . -update

//go:embed preflight-report.schema.json
var schema string

// Schema returns the JSON Schema (draft 2020-12) of a [Report]. It is generated
// from the Go types by go generate.
func Schema() []byte { return []byte(schema) }

// WriteJSON writes the report as JSON. Characters that a terminal would act on,
// or that cannot be seen, are written as \u escapes. Lines are encoded one by one,
// since there may be a million.
func WriteJSON(w io.Writer, r *Report) error {
	whole := *r
	whole.Lines = []preflight.Line{}
	if whole.Changes == nil {
		whole.Changes = []preflight.Change{}
	}
	text, err := json.MarshalIndent(&whole, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the preflight report: %w", err)
	}
	const lines = "\n  \"lines\": [" // no string of JSON holds a line feed
	head, tail, _ := bytes.Cut(text, []byte(lines))
	out := bufio.NewWriterSize(w, 64<<10)
	write := func(text []byte) { _, _ = out.Write(jsonreport.Escape(text)) } // what fails is told at the end
	write(head)
	_, _ = out.WriteString(lines) // as above
	for i := range r.Lines {
		text, err := json.MarshalIndent(&r.Lines[i], "    ", "  ")
		if err != nil {
			return fmt.Errorf("encode %s of the preflight report: %w", r.Lines[i].At, err)
		}
		_, _ = out.WriteString(separators[min(i, 1)]) // as above
		write(text)
	}
	if len(r.Lines) > 0 {
		_, _ = out.WriteString("\n  ") // as above
	}
	write(append(tail, '\n'))
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the preflight report as JSON: %w", err)
	}
	return nil
}

// separators stand before the first line and before every other.
var separators = [2]string{"\n    ", ",\n    "}
