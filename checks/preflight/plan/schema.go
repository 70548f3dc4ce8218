package plan

import _ "embed"

//go:generate go test -run ^TestSchema$ . -update

var (
	//go:embed preflight.schema.json
	schema string
	//go:embed example.yaml
	example string
)

// Schema returns the JSON Schema (draft 2020-12) of a [Plan]. It is generated
// from the Go types by go generate.
func Schema() []byte { return []byte(schema) }

// Example returns a plan with comments that shows every key.
func Example() []byte { return []byte(example) }
