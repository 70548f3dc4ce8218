package jsonreport

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"lcshealth/checks"
	"lcshealth/report/compare"
)

// WriteComparison writes a comparison in the form that [compare.Comparison]
// describes, with the same care for strings and lists as [Write].
func WriteComparison(w io.Writer, c *compare.Comparison) error {
	whole := *c
	whole.Notes, whole.Changes, whole.Sources = orEmpty(c.Notes), orEmpty(slices.Clone(c.Changes)), orEmpty(c.Sources)
	for i := range whole.Changes {
		f := completeFinding(*whole.Changes[i].Finding)
		whole.Changes[i].Finding = &f
	}
	encoded, err := indented(&whole)
	if err != nil {
		return fmt.Errorf("encode the comparison: %w", err)
	}
	if _, err := w.Write(encoded); err != nil {
		return fmt.Errorf("write the comparison as JSON: %w", err)
	}
	return nil
}

// indented encodes a value for people to read: <, > and & as they are.
func indented(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return Escape(out.Bytes()), nil
}

// completeFinding returns a finding in which no list is nil.
func completeFinding(f checks.Finding) checks.Finding {
	f.Codes, f.Evidence, f.Remedy = orEmpty(f.Codes), orEmpty(f.Evidence), orEmpty(f.Remedy)
	if f.Affected != nil {
		f.Affected = &checks.Affected{Count: f.Affected.Count, Users: orEmpty(f.Affected.Users)}
	}
	return f
}

func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
