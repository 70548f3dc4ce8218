package prometheus_test

import (
	"strings"
	"testing"

	"lcshealth/report"
	"lcshealth/report/internal/reporttest"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Prometheus' own parser reads what is written, with the strings as they were
// meant.
func TestParser(t *testing.T) {
	cases := reporttest.Cases()
	cases["hostile"], cases["empty"] = hostile(), &report.Report{}
	for name, r := range cases {
		parser := expfmt.NewTextParser(model.LegacyValidation)
		families, err := parser.TextToMetricFamilies(strings.NewReader(render(t, r)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		total := 0
		for _, m := range families["lcshealth_findings"].GetMetric() {
			total += int(m.GetGauge().GetValue())
		}
		if total != len(r.Findings) {
			t.Errorf("%s: %d findings are read, want %d", name, total, len(r.Findings))
		}
		if name != "hostile" {
			continue
		}
		found := false
		for _, m := range families["lcshealth_findings"].GetMetric() {
			for _, label := range m.GetLabel() {
				found = found || label.GetValue() == r.Findings[0].Cause
			}
		}
		if !found {
			t.Errorf("the cause %q is not read", r.Findings[0].Cause)
		}
	}
}
