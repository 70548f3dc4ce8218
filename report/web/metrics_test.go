package web_test

import (
	"net/http"
	"strings"
	"testing"

	"lcshealth/report/internal/reporttest"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Prometheus' own parser reads the metrics, with the strings as they were
// meant.
func TestMetrics(t *testing.T) {
	t.Parallel()
	s := newSite(t, settings{})
	s.get("/metrics").want(t, "without token", http.StatusUnauthorized)
	a := s.get("/metrics", s.token("lee-read")...).want(t, "metrics", http.StatusOK)
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(a.text))
	if err != nil {
		t.Fatal(err)
	}
	findings, hostileToo := 0, false
	for _, m := range families["lcshealth_findings"].GetMetric() {
		findings += int(m.GetGauge().GetValue())
		for _, label := range m.GetLabel() {
			hostileToo = hostileToo || label.GetName() == "scope" && label.GetValue() == hostile
		}
	}
	if want := 2 * len(reporttest.Later().Findings); findings != want || !hostileToo {
		t.Errorf("%d findings are read, want %d; with the hostile scope: %t", findings, want, hostileToo)
	}
	for name, want := range map[string]float64{
		"lcshealth_run_age_seconds": 30*3600 - 24*3600 - 42, "lcshealth_run_duration_seconds": 42.35, "lcshealth_run_exit_code": 1,
		"lcshealth_messages_pending": 0, "lcshealth_runs": 2, "lcshealth_audit_running": 0,
	} {
		if got := families[name].GetMetric(); len(got) != 2 || got[0].GetGauge().GetValue() != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	refused := false
	for _, m := range families["lcshealth_http_requests_total"].GetMetric() {
		for _, label := range m.GetLabel() {
			refused = refused || label.GetValue() == "401" && m.GetCounter().GetValue() == 1
		}
	}
	if !refused {
		t.Errorf("the refused request is not counted: %v", families["lcshealth_http_requests_total"])
	}
	for _, name := range []string{"source_up", "source_status", "present", "next_audit_timestamp_seconds", "build_info"} {
		if families["lcshealth_"+name] == nil {
			t.Errorf("there is no %s", name)
		}
	}
}
