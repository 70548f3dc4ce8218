package preflight

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"

	"lcshealth/checks/preflight"
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
	if _, err := w.Write(visible(out.Bytes())); err != nil {
		return fmt.Errorf("write the preflight report as JSON: %w", err)
	}
	return nil
}

// visible writes invisible characters, which occur only in strings, as escapes.
func visible(encoded []byte) []byte {
	hidden := func(r rune) bool {
		return r != '\n' && r > '~' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point)
	}
	if bytes.IndexFunc(encoded, hidden) < 0 {
		return encoded
	}
	out := make([]byte, 0, len(encoded)+64)
	for _, r := range string(encoded) {
		switch {
		case !hidden(r):
			out = append(out, string(r)...)
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out
}
