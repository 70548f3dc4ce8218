package notify_test

import (
	"reflect"
	"testing"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/report/internal/schemagen"
	"lcshealth/report/notify"
)

// The schema is generated from the Go types, with their comments.
func TestSchema(t *testing.T) {
	schemagen.Golden(t, "notify.schema.json", schemagen.Schema{
		Of: notify.Notification{}, ID: "urn:lcshealth:notification", Title: "lcshealth notification",
		Packages: []string{"report/compare", "checks", "checks/facts"},
		Words: map[reflect.Type][]any{
			reflect.TypeFor[notify.Kind]():        list(notify.Kinds()),
			reflect.TypeFor[notify.Occasion]():    list([]notify.Occasion{notify.Changes, notify.FirstAudit, notify.Digest, notify.AuditFailed, notify.AuditsStale, notify.AuditsAgain, notify.Trial}),
			reflect.TypeFor[checks.Severity]():    list(checks.Severities()),
			reflect.TypeFor[checks.Verdict]():     list(checks.Verdicts()),
			reflect.TypeFor[checks.SubjectKind](): list([]checks.SubjectKind{checks.DeploymentSubject, checks.ServerSubject, checks.UsersSubject}),
			reflect.TypeFor[facts.Status]():       list([]facts.Status{facts.OK, facts.Partial, facts.Failed, facts.Skipped}),
		},
	})
}

func list[T any](of []T) (out []any) {
	for _, x := range of {
		out = append(out, x)
	}
	return out
}
