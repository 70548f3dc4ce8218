package preflight_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	report "lcshealth/report/preflight"

	"github.com/invopop/jsonschema"
)

var update = flag.Bool("update", false, "write the schema anew")

// The schema is that of the types, described by their comments.
func TestSchema(t *testing.T) {
	t.Chdir("../..") // comments are found by the path of their package
	reflector := jsonschema.Reflector{Anonymous: true, AllowAdditionalProperties: true}
	for _, folder := range []string{"./report/preflight", "./checks/preflight", "./checks/facts", "./checks"} {
		if err := reflector.AddGoComments("lcshealth", folder); err != nil {
			t.Fatal(err)
		}
	}
	schema := reflector.Reflect(&report.Report{})
	schema.ID, schema.Title = "urn:lcshealth:preflight-report", "lcshealth preflight report"
	schema.Description = "What became of a plan. Fields are only ever added; readers must ignore those that they do not know."
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(schema); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("report/preflight/preflight-report.schema.json", out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(out.Bytes(), report.Schema()) {
		t.Error("preflight-report.schema.json is not that of the types: go generate")
	}
}
