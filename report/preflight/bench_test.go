package preflight_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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
		took += spent(func() {
			var out bytes.Buffer
			if err := report.WriteHTML(&out, r); err != nil {
				b.Fatal(err)
			}
			size = out.Len()
		})
		plain += spent(func() {
			if err := json.NewEncoder(io.Discard).Encode(r); err != nil {
				b.Fatal(err)
			}
		})
	}
	ratio := took.Seconds() / plain.Seconds()
	b.ReportMetric(took.Seconds()*1000/float64(b.N), "write-ms")
	b.ReportMetric(ratio, "write/json")
	b.ReportMetric(float64(size)/1e6, "MB")
	noteAim(b, "the preflight page of 100,000 lines", fmt.Sprintf("under %.1f MB", aimSize/1e6), fmt.Sprintf("%.2f MB", float64(size)/1e6), size < aimSize)
	noteAim(b, "writing it", fmt.Sprintf("within %.1f × encoding/json on the same report", aimWrite), fmt.Sprintf("%.1f × (%.0f ms)", ratio, took.Seconds()*1000/float64(b.N)), ratio <= aimWrite)
}

func spent(work func()) time.Duration {
	started := time.Now()
	work()
	return time.Since(started)
}

// noteAim adds a line to the file beside the one that BENCH_REPORT names, with
// those of the other pages.
func noteAim(b *testing.B, what, aim, measured string, met bool) {
	b.Helper()
	line := fmt.Sprintf("| %s | %s | %s | %s |\n", what, aim, measured, map[bool]string{true: "met", false: "**missed**"}[met])
	fmt.Printf("\n%s", line)
	if !met {
		b.Errorf("missed: %s", strings.TrimSpace(line))
	}
	file := os.Getenv("BENCH_REPORT")
	if file == "" {
		return
	}
	file = strings.TrimSuffix(file, filepath.Ext(file)) + "-page" + filepath.Ext(file)
	out, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	defer out.Close()
	if _, err := out.WriteString(line); err != nil {
		b.Fatal(err)
	}
}
