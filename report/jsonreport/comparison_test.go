package jsonreport_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"lcshealth/report"
	"lcshealth/report/compare"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/jsonreport"

	"github.com/google/go-cmp/cmp"
)

func TestGoldenComparison(t *testing.T) {
	c := compare.Compare(reporttest.Sample(), reporttest.Later())
	var out bytes.Buffer
	if err := jsonreport.WriteComparison(&out, c); err != nil {
		t.Fatal(err)
	}
	reporttest.Golden(t, "testdata/comparison.json", out.Bytes())
	if bytes.Contains(out.Bytes(), []byte("null")) {
		t.Error("the comparison holds null")
	}
	for line := range strings.Lines(out.String()) {
		if line = strings.TrimSuffix(line, "\n"); report.Clean(line) != line {
			t.Errorf("%q is not clean", line)
		}
	}
	var back compare.Comparison
	if err := json.Unmarshal(out.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c.Counts, back.Counts); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(compare.Compare(reporttest.Sample(), reporttest.Later()), c); diff != "" {
		t.Errorf("the comparison was changed, -want +got:\n%s", diff)
	}
}

func TestEmptyComparison(t *testing.T) {
	var out bytes.Buffer
	if err := jsonreport.WriteComparison(&out, compare.Compare(&report.Report{}, &report.Report{})); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(out.Bytes(), []byte("null")) {
		t.Errorf("it holds null:\n%s", out.String())
	}
	err := jsonreport.WriteComparison(full{}, compare.Compare(&report.Report{}, &report.Report{}))
	if got := fmt.Sprint(err); got != "write the comparison as JSON: disk full" {
		t.Errorf("error is %s", got)
	}
}

// Nothing in an embedded report can end its element.
func TestEmbedded(t *testing.T) {
	r := reporttest.Sample()
	r.Findings[0].Reason = "</script><!--<script>]]>&lt; \u2028"
	data, err := jsonreport.Embedded(r)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.ContainsAny(data, "<>&\n\u2028") {
		t.Error("the embedded report holds markup or line breaks")
	}
	var got report.Report
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if got.Findings[0].Reason != r.Findings[0].Reason {
		t.Errorf("reason is %q", got.Findings[0].Reason)
	}
}
