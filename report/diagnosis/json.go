package diagnosis

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
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
	if _, err := w.Write(escape(out.Bytes())); err != nil {
		return fmt.Errorf("write the diagnosis as JSON: %w", err)
	}
	return nil
}

// escape writes what cannot be seen as \u escapes. It occurs only in strings,
// except for the line feeds between them.
func escape(encoded []byte) []byte {
	invisible := func(r rune) bool {
		return r != '\n' && r > '~' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point)
	}
	if bytes.IndexFunc(encoded, invisible) < 0 {
		return encoded
	}
	out := make([]byte, 0, len(encoded)+64)
	for _, r := range string(encoded) {
		switch {
		case !invisible(r):
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
