package preflight_test

import (
	"testing"

	"lcshealth/report/internal/schemagen"
	report "lcshealth/report/preflight"
)

// The schema is that of the types, described by their comments.
func TestSchema(t *testing.T) {
	schemagen.Golden(t, "preflight-report.schema.json", schemagen.Schema{
		Of: report.Report{}, ID: "urn:lcshealth:preflight-report", Title: "lcshealth preflight report",
		Description: "What became of a plan. Fields are only ever added; readers must ignore those that they do not know.",
		Packages:    []string{"checks", "checks/facts", "checks/preflight", "checks/preflight/plan"},
	})
}
