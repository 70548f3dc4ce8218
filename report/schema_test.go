package report_test

import (
	"testing"

	"lcshealth/report/internal/reporttest"
	"lcshealth/report/internal/schemagen"
)

func TestSchema(t *testing.T) {
	got, err := schemagen.Schema("..")
	if err != nil {
		t.Fatal(err)
	}
	reporttest.Golden(t, "report.schema.json", got)
}
