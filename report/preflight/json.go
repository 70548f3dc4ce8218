package preflight

import (
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
// or that cannot be seen, are written as \u escapes.
func WriteJSON(w io.Writer, r *Report) error {
	c := *r
	if c.Lines == nil {
		c.Lines = []preflight.Line{}
	}
	if c.Changes == nil {
		c.Changes = []preflight.Change{}
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(&c); err != nil {
		return fmt.Errorf("encode the preflight report: %w", err)
	}
	if _, err := w.Write(jsonreport.Escape(out.Bytes())); err != nil {
		return fmt.Errorf("write the preflight report as JSON: %w", err)
	}
	return nil
}
