package plan_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"testing"
	"time"

	"lcshealth/checks/preflight/plan"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write the schema anew")

// The schema is that of the types.
func TestSchema(t *testing.T) {
	reflector := jsonschema.Reflector{
		Anonymous: true, FieldNameTag: "yaml", ExpandedStruct: true,
		Mapper: func(t reflect.Type) *jsonschema.Schema {
			switch t {
			case reflect.TypeFor[plan.Item]():
				return &jsonschema.Schema{Type: "string"}
			case reflect.TypeFor[time.Duration]():
				return &jsonschema.Schema{Type: "string"}
			}
			return nil
		},
	}
	schema := reflector.Reflect(&plan.Plan{})
	schema.ID, schema.Title = "urn:lcshealth:preflight", "lcshealth preflight plan"
	schema.Description = "What is about to be done to a Live Communications Server deployment. Unknown keys are refused."
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(schema); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("preflight.schema.json", out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(out.Bytes(), plan.Schema()) && !*update {
		t.Error("preflight.schema.json is not that of the types: go generate")
	}
}

// The example is a plan that the schema takes, and shows every key.
func TestExample(t *testing.T) {
	p, err := plan.Parse("example.yaml", plan.Example())
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Servers) != 1 || len(p.Servers[0].Listeners) != 3 || p.Domains.Add[1].Name != "*.emea.contoso.com" {
		t.Errorf("it was read as %+v", p)
	}
	var value any
	if err := yaml.Unmarshal(plan.Example(), &value); err != nil {
		t.Fatal(err)
	}
	document, err := validator.UnmarshalJSON(bytes.NewReader(plan.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := validator.NewCompiler()
	if err := compiler.AddResource("urn:lcshealth:preflight", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("urn:lcshealth:preflight")
	if err != nil {
		t.Fatal(err)
	}
	if err := compiled.Validate(value); err != nil {
		t.Error(err)
	}
	if err := compiled.Validate(map[string]any{"user": nil}); err == nil {
		t.Error("the schema takes an unknown key")
	}
	every(t, reflect.TypeFor[plan.Plan](), string(plan.Example()))
}

func every(t *testing.T, of reflect.Type, text string) {
	for i := range of.NumField() {
		field := of.Field(i)
		key, _, _ := bytes.Cut([]byte(field.Tag.Get("yaml")), []byte(","))
		if string(key) == "-" {
			continue
		}
		if !bytes.Contains([]byte(text), append(key, ':')) {
			t.Errorf("the example does not show %s", key)
		}
		inner := field.Type
		if inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct && inner != reflect.TypeFor[plan.Item]() {
			every(t, inner, text)
		}
	}
}
