package diagnosis

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"

	"lcshealth/report/jsonreport"
)

//go:generate go test -run ^TestSchema$ . -update

//go:embed diagnosis.schema.json
var schema string

// Schema returns the JSON Schema (draft 2020-12) of a [Diagnosis]. It is
// generated from the Go types by go generate.
func Schema() []byte { return []byte(schema) }

// WriteJSON writes the diagnosis as JSON, indented. Strings are exact;
// characters that a terminal would act on, or that cannot be seen, are written
// as \u escapes.
func WriteJSON(w io.Writer, d *Diagnosis) error {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(d); err != nil {
		return fmt.Errorf("encode the diagnosis: %w", err)
	}
	if _, err := w.Write(jsonreport.Escape(out.Bytes())); err != nil {
		return fmt.Errorf("write the diagnosis as JSON: %w", err)
	}
	return nil
}
