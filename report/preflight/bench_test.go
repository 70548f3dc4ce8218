package preflight_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"testing"
	"time"

	"lcshealth/report/internal/reporttest"
	report "lcshealth/report/preflight"
)

// The scale of a large roll-out, and what a page of it may come to. Times are
// ratios to what was measured in the same run, since machines differ.
const (
	planLines = 100_000

	aimSize  = 3_000_000 // octets
	aimWrite = 1.5       // times encoding/json writing the same report
)

func BenchmarkLargePlan(b *testing.B) {
	r := rollout(planLines)
	var size int
	var took, plain time.Duration
	for b.Loop() {
		took += reporttest.Spent(func() {
			var out bytes.Buffer
			if err := report.WriteHTML(&out, r); err != nil {
				b.Fatal(err)
			}
			size = out.Len()
		})
		plain += reporttest.Spent(func() {
			if err := json.NewEncoder(io.Discard).Encode(r); err != nil {
				b.Fatal(err)
			}
		})
	}
	ratio := took.Seconds() / plain.Seconds()
	b.ReportMetric(took.Seconds()*1000/float64(b.N), "write-ms")
	b.ReportMetric(ratio, "write/json")
	b.ReportMetric(float64(size)/1e6, "MB")
	reporttest.NoteAim(b, "the preflight page of 100,000 lines", fmt.Sprintf("under %.1f MB", aimSize/1e6), fmt.Sprintf("%.2f MB", float64(size)/1e6), size < aimSize)
	reporttest.NoteAim(b, "writing it", fmt.Sprintf("within %.1f × encoding/json on the same report", aimWrite), fmt.Sprintf("%.1f × (%.0f ms)", ratio, took.Seconds()*1000/float64(b.N)), ratio <= aimWrite)
}
