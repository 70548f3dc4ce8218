package report

import _ "embed"

//go:generate go test -run ^TestSchema$ . -update

//go:embed report.schema.json
var schema string

// Schema returns the JSON Schema (draft 2020-12) of a [Report]. It is generated
// from the Go types by go generate.
func Schema() []byte { return []byte(schema) }
