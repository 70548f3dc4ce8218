package text_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"lcshealth/report"
	"lcshealth/report/compare"
	"lcshealth/report/internal/reporttest"
	"lcshealth/report/text"
)

func renderComparison(t *testing.T, o text.Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := text.WriteComparison(&out, compare.Compare(reporttest.Sample(), reporttest.Later()), o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGoldenComparison(t *testing.T) {
	for name, o := range map[string]text.Options{
		"comparison-80": {Width: 80}, "comparison-120-color": {Width: 120, Color: true}, "comparison-verbose": {Verbose: true},
	} {
		reporttest.Golden(t, "testdata/"+name+".txt", []byte(renderComparison(t, o)))
	}
}

func TestGoldenWaived(t *testing.T) {
	reporttest.Golden(t, "testdata/waived.txt", []byte(render(t, reporttest.Later(), text.Options{})))
}

func TestComparisonOfTheSame(t *testing.T) {
	var out bytes.Buffer
	if err := text.WriteComparison(&out, compare.Compare(reporttest.Sample(), reporttest.Sample()), text.Options{}); err != nil {
		t.Fatal(err)
	}
	if want := "✓ Nothing has changed since 2026-03-04 05:06:09 UTC.\n  7 findings are present as before.\n"; !strings.HasPrefix(out.String(), want) {
		t.Errorf("got:\n%s", out.String())
	}
}

func TestComparisonHostile(t *testing.T) {
	out := renderComparison(t, text.Options{Verbose: true})
	for line := range strings.Lines(out) {
		line = strings.TrimSuffix(line, "\n")
		if cleaned := report.Clean(line); cleaned != line {
			t.Errorf("%q holds what a terminal acts on", line)
		}
	}
	if plain := sgr.ReplaceAllString(renderComparison(t, text.Options{Verbose: true, Color: true}), ""); plain != out {
		t.Error("the coloured text differs in more than its colour")
	}
}

func TestComparisonWriteError(t *testing.T) {
	err := text.WriteComparison(full{}, compare.Compare(reporttest.Sample(), reporttest.Later()), text.Options{})
	if got := fmt.Sprint(err); got != "write the comparison as text: disk full" {
		t.Errorf("error is %v", got)
	}
}
