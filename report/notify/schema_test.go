package notify_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/notify"

	"github.com/invopop/jsonschema"
)

// The schema is generated from the Go types, with their comments.
func TestSchema(t *testing.T) {
	words := map[reflect.Type][]any{
		reflect.TypeFor[notify.Kind]():        list(notify.Kinds()),
		reflect.TypeFor[notify.Occasion]():    list([]notify.Occasion{notify.Changes, notify.FirstAudit, notify.Digest, notify.AuditFailed, notify.AuditsStale, notify.AuditsAgain, notify.Trial}),
		reflect.TypeFor[checks.Severity]():    list(checks.Severities()),
		reflect.TypeFor[checks.Verdict]():     list(checks.Verdicts()),
		reflect.TypeFor[checks.SubjectKind](): list([]checks.SubjectKind{checks.DeploymentSubject, checks.ServerSubject, checks.UsersSubject}),
		reflect.TypeFor[facts.Status]():       list([]facts.Status{facts.OK, facts.Partial, facts.Failed, facts.Skipped}),
	}
	r := jsonschema.Reflector{
		Anonymous: true, AllowAdditionalProperties: true, // fields are only ever added
		Mapper: func(t reflect.Type) *jsonschema.Schema {
			if words[t] == nil {
				return nil
			}
			return &jsonschema.Schema{Type: "string", Enum: words[t]}
		},
	}
	for _, folder := range []string{".", "../compare", "../../checks"} {
		if err := r.AddGoComments("lcshealth/report/notify", folder); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range r.CommentMap {
		r.CommentMap[name] = strings.NewReplacer("[", "", "]", "").Replace(strings.Join(strings.Fields(text), " "))
	}
	s := r.Reflect(&notify.Notification{})
	s.ID, s.Title = "urn:lcshealth:notification", "lcshealth notification"
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(s); err != nil {
		t.Fatal(err)
	}
	reporttest.Golden(t, "notify.schema.json", out.Bytes())
}

func list[T any](of []T) (out []any) {
	for _, x := range of {
		out = append(out, x)
	}
	return out
}
