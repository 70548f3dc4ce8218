package report_test

import (
	"encoding/csv"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/csvreport"
	"lcshealth/report/markdown"
	"lcshealth/report/nagios"
	"lcshealth/report/prometheus"
)

func fromNagios(t *testing.T, r *report.Report) told {
	out := string(output(t, func(w io.Writer) error { return nagios.Write(w, r) }))
	o := newTold()
	for _, m := range regexp.MustCompile(`'([a-z0-9-]+)'=(\d+);`).FindAllStringSubmatch(out, -1) {
		n, _ := strconv.Atoi(m[2])
		o.counted(m[1], n)
	}
	o.Sources = nil
	return o
}

// counted notes a count by the name of what is counted: a verdict, a severity
// or "sip-404". Codes that are not present are left out, as in the summary.
func (o *told) counted(name string, n int) {
	code, isCode := strings.CutPrefix(name, "sip-")
	switch {
	case isCode && n > 0:
		o.Codes[code] = n
	case slices.Contains(checks.Verdicts(), checks.Verdict(name)):
		o.Verdicts[name] = n
	case slices.Contains(checks.Severities(), checks.Severity(name)):
		o.Severities[name] = n
	}
}

func fromPrometheus(t *testing.T, r *report.Report) told {
	out := string(output(t, func(w io.Writer) error { return prometheus.Write(w, r) }))
	o := newTold()
	for _, m := range regexp.MustCompile(`(?m)^lcshealth_(verdicts|present|present_by_code)\{[a-z]+="(.*)"\} (\d+)$`).FindAllStringSubmatch(out, -1) {
		n, _ := strconv.Atoi(m[3])
		if m[1] == "present_by_code" {
			m[2] = "sip-" + m[2]
		}
		o.counted(m[2], n)
	}
	for _, m := range regexp.MustCompile(`(?m)^lcshealth_source_status\{source="(.*)",target="(.*)",status="(.*)"\} 1$`).FindAllStringSubmatch(out, -1) {
		o.source(m[1], m[2], m[3])
	}
	return o
}

func fromMarkdown(t *testing.T, r *report.Report) told {
	out := string(output(t, func(w io.Writer) error { return markdown.Write(w, r) }))
	o := newTold()
	severity := ""
	for line := range strings.Lines(out) {
		if m := regexp.MustCompile(`^(?:###|-) . (CRITICAL|MAJOR|MINOR|INFO): `).FindStringSubmatch(line); m != nil {
			severity = strings.ToLower(m[1])
		}
		if m := regexp.MustCompile("(?:- |; )Id: `(.*)`$").FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			o.finding(string(checks.Present), severity, m[1])
		}
		if m := regexp.MustCompile(`^\| (?:. )?([a-z ]+|SIP \d+)(?: .*)? \| (\d+) \|$`).FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			n, _ := strconv.Atoi(m[2])
			o.counted(strings.ReplaceAll(strings.ToLower(m[1]), " ", "-"), n)
		}
		if m := regexp.MustCompile(`^\| ([a-z]+) \| (.*?) ?\| [✓◐✗–] ([a-z]+)`).FindStringSubmatch(line); m != nil {
			o.source(m[1], m[2], m[3])
		}
	}
	return o
}

func fromCSV(t *testing.T, r *report.Report) told {
	out := string(output(t, func(w io.Writer) error { return csvreport.Write(w, r, csvreport.Options{}) }))
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := func(row []string, name string) string { return row[slices.Index(rows[0], name)] }
	var o told
	seen := map[string]bool{}
	for _, row := range rows[1:] {
		if id := column(row, "finding"); !seen[id] {
			seen[id] = true
			o.finding(string(checks.Present), column(row, "severity"), id)
		}
	}
	return o
}
