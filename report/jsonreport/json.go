// Package jsonreport writes a report as JSON, in the form that
// report.schema.json describes.
package jsonreport

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"unicode"
	"unicode/utf16"

	"lcshealth/checks"
	"lcshealth/report"
)

// Write writes the report, indented. Lists without elements are [], never
// null. Strings are exact; characters that a terminal would act on, or that
// cannot be seen, are written as \u escapes.
func Write(w io.Writer, r *report.Report) error {
	encoded, err := indented(complete(*r))
	if err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	if _, err := w.Write(encoded); err != nil {
		return fmt.Errorf("write the report as JSON: %w", err)
	}
	return nil
}

// complete returns a copy in which no list or map is nil.
func complete(r report.Report) report.Report {
	r.Findings = orEmpty(slices.Clone(r.Findings))
	for i := range r.Findings {
		r.Findings[i] = completeFinding(r.Findings[i])
	}
	r.Sources = orEmpty(slices.Clone(r.Sources))
	if r.Summary.Codes == nil {
		r.Summary.Codes = map[string]int{}
	}
	if r.Summary.Severities == nil {
		r.Summary.Severities = map[checks.Severity]int{}
	}
	return r
}

// Escape takes encoded JSON and writes the control, formatting and other invisible characters that
// the encoder leaves as they are as \u escapes. They occur only in strings,
// except for the line feeds between them.
func Escape(encoded []byte) []byte {
	invisible := func(r rune) bool {
		return r != '\n' && r > '~' &&
			unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point)
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
