// Package prometheus writes a report as metrics in Prometheus' text format, for
// the textfile collector of the node exporter: a scheduled run writes the file,
// and alerts are made of it.
//
// Every metric is a gauge, since each run counts anew. Nothing is a label that
// changes from run to run, such as the run's id or a finding's reason.
package prometheus

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"lcshealth/report"
)

// Write writes the report as metrics. The order is the same in every run.
func Write(w io.Writer, r *report.Report) error {
	var out strings.Builder
	for _, f := range families(r) {
		f.write(&out)
	}
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("write the report as metrics: %w", err)
	}
	return nil
}

// family is a metric with its samples.
type family struct {
	name, help string
	samples    []sample
}

type sample struct {
	labels string // "cause=\"…\",server=\"…\""
	value  float64
}

// add adds to the sample with these labels, which are pairs of names and
// values.
func (f *family) add(value float64, labels ...string) {
	key := ""
	for i := 0; i < len(labels); i += 2 {
		if i > 0 {
			key += ","
		}
		key += labels[i] + `="` + escape(labels[i+1]) + `"`
	}
	at := slices.IndexFunc(f.samples, func(s sample) bool { return s.labels == key })
	if at < 0 {
		f.samples = append(f.samples, sample{key, value})
		return
	}
	f.samples[at].value += value
}

// set is add for what is a state: of several samples with the same labels the
// lowest counts.
func (f *family) set(value float64, labels ...string) {
	before := len(f.samples)
	f.add(0, labels...)
	if len(f.samples) > before {
		f.samples[before].value = value
		return
	}
	only := family{}
	only.add(value, labels...)
	at := slices.IndexFunc(f.samples, func(s sample) bool { return s.labels == only.samples[0].labels })
	f.samples[at].value = min(f.samples[at].value, value)
}

// escape makes a label's value: what the format has escapes for is escaped,
// and what can harm a terminal or hide is not there.
func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(report.Clean(s))
}

// write writes a family, its samples sorted by their labels. One without
// samples is left out.
func (f *family) write(out *strings.Builder) {
	if len(f.samples) == 0 {
		return
	}
	name := "lcshealth_" + f.name
	fmt.Fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, f.help, name)
	slices.SortFunc(f.samples, func(a, b sample) int { return strings.Compare(a.labels, b.labels) })
	for _, s := range f.samples {
		out.WriteString(name)
		if s.labels != "" {
			out.WriteString("{" + s.labels + "}")
		}
		out.WriteString(" " + strconv.FormatFloat(s.value, 'f', -1, 64) + "\n")
	}
}
