package web

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"lcshealth/report"
)

// metrics are families of samples on their way to Prometheus.
type metrics struct {
	names    []string // in the order in which they are written
	families map[string]*family
}

// family is a metric with its samples, by their labels.
type family struct {
	kind, help string
	samples    map[string]float64
}

func newMetrics() *metrics { return &metrics{families: map[string]*family{}} }

// family returns the gauge with a name.
func (m *metrics) family(name, help string) *family { return m.of(name, "gauge", help) }

// counter returns the counter with a name.
func (m *metrics) counter(name, help string) *family { return m.of(name, "counter", help) }

func (m *metrics) of(name, kind, help string) *family {
	f := m.families[name]
	if f == nil {
		f = &family{kind: kind, help: help, samples: map[string]float64{}}
		m.families[name] = f
		m.names = append(m.names, name)
	}
	return f
}

// set sets the sample with these labels, which are pairs of names and values.
func (f *family) set(value float64, labels ...string) { f.samples[labelled(labels)] = value }

// add adds to the sample with these labels.
func (f *family) add(value float64, labels ...string) { f.samples[labelled(labels)] += value }

// lower sets the sample with these labels unless it is lower already.
func (f *family) lower(value float64, labels ...string) {
	key := labelled(labels)
	if old, ok := f.samples[key]; !ok || value < old {
		f.samples[key] = value
	}
}

// labelled writes labels. What the format has escapes for is escaped, and what
// can harm a terminal or hide is not there.
func labelled(pairs []string) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
	var parts []string
	for i := 0; i+1 < len(pairs); i += 2 {
		parts = append(parts, pairs[i]+`="`+escape.Replace(report.Clean(pairs[i+1]))+`"`)
	}
	return strings.Join(parts, ",")
}

// text writes the families with their samples, sorted by their labels.
func (m *metrics) text() []byte {
	var out bytes.Buffer
	for _, name := range m.names {
		f := m.families[name]
		if len(f.samples) == 0 {
			continue
		}
		full := "lcshealth_" + name
		fmt.Fprintf(&out, "# HELP %s %s\n# TYPE %s %s\n", full, f.help, full, f.kind)
		for _, labels := range slices.Sorted(maps.Keys(f.samples)) {
			out.WriteString(full)
			if labels != "" {
				out.WriteString("{" + labels + "}")
			}
			out.WriteString(" " + strconv.FormatFloat(f.samples[labels], 'f', -1, 64) + "\n")
		}
	}
	return out.Bytes()
}
