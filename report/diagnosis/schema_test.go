package diagnosis_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/checks/catalog"
	"lcshealth/checks/facts"
	"lcshealth/checks/sip/signin"
	"lcshealth/checks/sip/trace"
	"lcshealth/report/diagnosis"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/internal/schemagen"

	"github.com/invopop/jsonschema"
)

// words are the types that have a fixed set of words.
var words = map[reflect.Type][]any{
	reflect.TypeFor[diagnosis.Kind](): {diagnosis.None, diagnosis.Empty, diagnosis.Code, diagnosis.Refused, diagnosis.Challenged, diagnosis.Unanswered,
		diagnosis.Unfinished, diagnosis.Pending, diagnosis.Other, diagnosis.Asked},
	reflect.TypeFor[diagnosis.Standing]():     {diagnosis.Present, diagnosis.Undetermined, diagnosis.Absent, diagnosis.NotApplicable, diagnosis.Unchecked},
	reflect.TypeFor[signin.Kind]():            {signin.SignIn, signin.Refresh, signin.SignOut},
	reflect.TypeFor[signin.Outcome]():         {signin.Unfinished, signin.Succeeded, signin.Failed, signin.Refused, signin.Challenged, signin.Redirected, signin.Unanswered},
	reflect.TypeFor[signin.ObservationKind](): {signin.InvitePending, signin.InviteCancelled, signin.AnswerNotPassed, signin.AnswerLost, signin.RequestRefused, signin.LooseAnswer},
	reflect.TypeFor[signin.Meaning]():         {signin.Asks, signin.Repeats, signin.Waits, signin.Challenges, signin.Continues, signin.Refuses, signin.Unclear, signin.Decides, signin.ComesLate},
	reflect.TypeFor[signin.Role]():            {signin.ClientRole, signin.ServerRole, signin.PeerRole},
	reflect.TypeFor[trace.Frame]():            {trace.Bare, trace.RTC, trace.UCCAPI, trace.SIPStack},
	reflect.TypeFor[trace.Direction]():        {trace.Sent, trace.Received},
	reflect.TypeFor[trace.Credentials]():      {trace.Opening, trace.Proof, trace.Signed, trace.Hidden},
	reflect.TypeFor[checks.Severity]():        {checks.Critical, checks.Major, checks.Minor, checks.Info},
	reflect.TypeFor[checks.Verdict]():         {checks.Present, checks.Absent, checks.Undetermined, checks.NotApplicable},
	reflect.TypeFor[checks.SubjectKind]():     {checks.DeploymentSubject, checks.ServerSubject, checks.UsersSubject},
	reflect.TypeFor[facts.Status]():           {facts.OK, facts.Partial, facts.Failed, facts.Skipped},
}

// The schema is generated from the Go types, with their comments.
func TestSchema(t *testing.T) {
	schemagen.Golden(t, "diagnosis.schema.json", schemagen.Schema{
		Of: diagnosis.Diagnosis{}, ID: "urn:lcshealth:diagnosis", Title: "lcshealth diagnosis",
		Packages: []string{"checks", "checks/facts", "checks/sip/signin", "checks/sip/trace"},
		Words:    words,
		Namer: func(of reflect.Type) string { // a step of an exchange is none of a remedy
			if strings.HasSuffix(of.PkgPath(), "/signin") {
				return "Log" + of.Name()
			}
			return of.Name()
		},
		Mapper: func(of reflect.Type) *jsonschema.Schema {
			if of == reflect.TypeFor[trace.Stamp]() {
				return &jsonschema.Schema{Type: "string", Description: "A time by the clock of who wrote the log: 2005-04-21T10:38:58.520, without a zone; without the date where the log has none; empty where it is not known."}
			}
			return nil
		},
	})
}

// What is written is as the schema says, and the schema can refuse.
func TestSchemaHolds(t *testing.T) {
	validate := reporttest.Validator(t, diagnosis.Schema())
	for name, d := range map[string]*diagnosis.Diagnosis{
		"sample": sample(t), "unchecked": unchecked(t), "a code": diagnosis.Of(diagnosis.Question{Code: 418}), "a user": diagnosis.Of(diagnosis.Question{User: kim, Causes: catalog.All()}),
		"nothing": of(t, trace.RTC, later),
	} {
		text := outputs(t, d)["json"]
		if err := validate(text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if bytes.Contains(text, []byte(": null")) {
			t.Errorf("%s holds null:\n%s", name, text)
		}
	}
	good := string(outputs(t, sample(t))["json"])
	for old, bad := range map[string]string{`"kind": "code"`: `"kind": "toast"`, `"standing": "present"`: `"standing": "maybe"`, `"outcome": "failed"`: `"outcome": "lost"`, `"exitCode": 1`: `"exitCodes": 1`} {
		changed := strings.Replace(good, old, bad, 1)
		if changed == good || validate([]byte(changed)) == nil {
			t.Errorf("%s is let through", bad)
		}
	}
	if err := validate([]byte(strings.Replace(good, `"exitCode": 1`, `"exitCode": 1, "added": []`, 1))); err != nil {
		t.Errorf("a field may not be added: %v", err)
	}
}
