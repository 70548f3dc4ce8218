// Package format is the list of the formats in which a report can be written.
package format

import (
	"fmt"
	"io"
	"slices"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/csvreport"
	"lcshealth/report/html"
	"lcshealth/report/jsonreport"
	"lcshealth/report/junit"
	"lcshealth/report/markdown"
	"lcshealth/report/nagios"
	"lcshealth/report/prometheus"
	"lcshealth/report/sarif"
	"lcshealth/report/text"
)

// Format is a form in which a report can be had.
type Format struct {
	Name      string // html
	Purpose   string // one line
	Extension string // .html
	MediaType string
	write     func(io.Writer, *report.Report, Options) error
}

// Options are what some of the formats need to know.
type Options struct {
	Text   text.Options
	FailOn checks.Severity // JUnit: the least severity that is a failure
	Causes []checks.Cause  // SARIF: the catalogue
}

// All returns every format, the usual one first.
func All() []Format { return slices.Clone(all) }

// Names returns the names of every format.
func Names() []string {
	names := make([]string, len(all))
	for i := range all {
		names[i] = all[i].Name
	}
	return names
}

// Of returns a format by its name.
func Of(name string) (Format, bool) {
	i := slices.IndexFunc(all, func(f Format) bool { return f.Name == name })
	if i < 0 {
		return Format{}, false
	}
	return all[i], true
}

// Write writes a report in this format.
func (f Format) Write(w io.Writer, r *report.Report, o Options) error {
	if f.write == nil {
		return fmt.Errorf("write the report: %q is no format", f.Name)
	}
	return f.write(w, r, o)
}

var all = []Format{
	{"text", "for people, at a terminal", ".txt", "text/plain; charset=utf-8", func(w io.Writer, r *report.Report, o Options) error {
		return text.Write(w, r, o.Text)
	}},
	{"json", "the whole report, described by its schema", ".json", "application/json", plain(jsonreport.Write)},
	{"html", "one page for people, which holds the JSON too", ".html", "text/html; charset=utf-8", plain(html.Write)},
	{"markdown", "for tickets", ".md", "text/markdown; charset=utf-8", plain(markdown.Write)},
	{"csv", "the affected users, for a spreadsheet", ".csv", "text/csv; charset=utf-8", func(w io.Writer, r *report.Report, _ Options) error {
		return csvreport.Write(w, r, csvreport.Options{BOM: true}) // spreadsheets take it for another encoding without
	}},
	{"junit", "JUnit XML, for build servers", ".xml", "application/xml", func(w io.Writer, r *report.Report, o Options) error {
		return junit.Write(w, r, junit.Options{FailOn: o.FailOn})
	}},
	{"sarif", "SARIF 2.1.0, for code scanning tools", ".sarif", "application/sarif+json", func(w io.Writer, r *report.Report, o Options) error {
		return sarif.Write(w, r, sarif.Options{Causes: o.Causes})
	}},
	{"nagios", "a plug-in line with perfdata; the exit code is the plug-in's 0 to 3", ".nagios.txt", "text/plain; charset=utf-8", plain(nagios.Write)},
	{"prometheus", "metrics for node_exporter's textfile collector", ".prom", "text/plain; version=0.0.4; charset=utf-8", plain(prometheus.Write)},
}

func plain(write func(io.Writer, *report.Report) error) func(io.Writer, *report.Report, Options) error {
	return func(w io.Writer, r *report.Report, _ Options) error { return write(w, r) }
}
