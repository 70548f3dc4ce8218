package notify

import _ "embed"

//go:generate go test -run ^TestSchema$ . -update

//go:embed notify.schema.json
var schema string

// Schema returns the JSON Schema (draft 2020-12) of a [Notification], which is
// what the generic webhook posts. It is generated from the Go types by go
// generate.
func Schema() []byte { return []byte(schema) }
