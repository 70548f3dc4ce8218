package report_test

import (
	"testing"

	"lcshealth/report"
	"lcshealth/report/internal/schemagen"
)

func TestSchema(t *testing.T) {
	schemagen.Golden(t, "report.schema.json", schemagen.Schema{
		Of: report.Report{}, ID: "urn:lcshealth:report", Title: "lcshealth report",
		Description: "The result of one run of lcshealth. Fields are only ever added; readers must ignore those that they do not know.",
		Packages:    []string{"checks", "checks/facts"},
		Explain:     true,
	})
}
