package jsonreport

import (
	"encoding/json"
	"fmt"

	"lcshealth/report"
)

// A page holds its report as JSON in one element,
//
//	<script type="application/json" id="report">{…}</script>
//
// which browsers do not run, as its type is none of a script's, so that a
// Content-Security-Policy without scripts allows it. See [Embedded] for what
// is escaped.
const (
	ElementType = "application/json"
	ElementID   = "report"
)

// Embedded returns the report on one line, fit to stand in that element: <, >
// and & are written as \u003c, \u003e and \u0026, so that nothing in it can
// end the element or begin a comment. Otherwise it is what [Write] writes.
func Embedded(r *report.Report) ([]byte, error) {
	encoded, err := json.Marshal(complete(*r)) // escapes <, > and &
	if err != nil {
		return nil, fmt.Errorf("encode the report: %w", err)
	}
	return escape(encoded), nil
}
