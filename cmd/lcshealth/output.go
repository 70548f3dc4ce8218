package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/catalog"
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

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// output are the flags that say where a report goes and in which format.
type output struct {
	format  string
	reports []string // FORMAT=FILE
	failOn  string
	waivers string
	verbose bool
	redact  redactFlags
}

// formats are the names of the formats, with what each is for.
var formats = []struct{ name, purpose string }{
	{"text", "for people, at a terminal"},
	{"json", "the whole report, described by its schema"},
	{"html", "one page for people, which holds the JSON too"},
	{"markdown", "for tickets"},
	{"csv", "the affected users, for a spreadsheet"},
	{"junit", "JUnit XML, for build servers"},
	{"sarif", "SARIF 2.1.0, for code scanning tools"},
	{"nagios", "a plug-in line with perfdata; the exit code is the plug-in's 0 to 3"},
	{"prometheus", "metrics for node_exporter's textfile collector"},
}

func formatNames() (names []string) {
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

func (o *output) addFlags(c *cobra.Command) {
	o.addFormatFlags(c)
	o.addJudgeFlags(c)
	o.redact.addFlags(c)
}

// addJudgeFlags adds the flags that say how a report is judged.
func (o *output) addJudgeFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.failOn, "fail-on", string(checks.Minor), "exit with 1 from this `severity` on: critical, major, minor or info")
	f.StringVar(&o.waivers, "waivers", "", "findings that are accepted, and until when (YAML `file`; lcshealth waive writes it)")
	must(c.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions([]string{"critical", "major", "minor", "info"}, cobra.ShellCompDirectiveNoFileComp)))
}

// addFormatFlags adds the flags that say how a report is shown.
func (o *output) addFormatFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.format, "format", "text", "`format` on standard output: "+strings.Join(formatNames(), ", "))
	o.addFileFlags(c)
	f.BoolVarP(&o.verbose, "verbose", "v", false, "text: show also what is absent, with its evidence")
	must(c.RegisterFlagCompletionFunc("format", completeFormats))
}

// addFileFlags adds the flag that says which files a report goes to.
func (o *output) addFileFlags(c *cobra.Command) {
	c.Flags().StringArrayVar(&o.reports, "report", nil, "also write a report to a file, as `FORMAT=FILE` (repeatable)")
}

// validate refuses wrong flags before anything is contacted.
func (o *output) validate() error {
	if !slices.Contains(formatNames(), o.format) {
		return usagef("--format %s: it is one of %s", o.format, strings.Join(formatNames(), ", "))
	}
	if !slices.Contains(checks.Severities(), checks.Severity(o.failOn)) {
		return usagef("--fail-on %s: it is critical, major, minor or info", o.failOn)
	}
	for _, r := range o.reports {
		format, file, ok := strings.Cut(r, "=")
		if !ok || file == "" || !slices.Contains(formatNames(), format) {
			return usagef("--report %s: write FORMAT=FILE, with one of %s as the format", r, strings.Join(formatNames(), ", "))
		}
	}
	return nil
}

// writeFiles writes the report to the files that were asked for.
func (o *output) writeFiles(r *report.Report) error {
	for _, target := range o.reports {
		format, file, _ := strings.Cut(target, "=")
		if err := report.WriteFile(file, func(w io.Writer) error { return o.render(w, format, r, text.Options{Width: 100}) }); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	return nil
}

// write writes the report everywhere it goes.
func (o *output) write(a *app, r *report.Report) error {
	if err := o.writeFiles(r); err != nil {
		return err
	}
	options := text.Options{Color: useColor(a.stdout)}
	if width, _, err := term.GetSize(int(a.stdout.Fd())); err == nil {
		options.Width = min(width, 120)
	}
	if err := o.render(a.stdout, o.format, r, options); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

func (o *output) render(w io.Writer, format string, r *report.Report, options text.Options) error {
	switch format {
	case "json":
		return jsonreport.Write(w, r)
	case "html":
		return html.Write(w, r)
	case "markdown":
		return markdown.Write(w, r)
	case "csv":
		return csvreport.Write(w, r, csvreport.Options{BOM: true}) // spreadsheets take it for another encoding without
	case "junit":
		return junit.Write(w, r, junit.Options{FailOn: checks.Severity(o.failOn)})
	case "sarif":
		return sarif.Write(w, r, sarif.Options{Causes: catalog.All()})
	case "nagios":
		return nagios.Write(w, r)
	case "prometheus":
		return prometheus.Write(w, r)
	}
	options.Verbose = o.verbose
	return text.Write(w, r, options)
}

// useColor follows the terminal, NO_COLOR (no-color.org) and TERM=dumb.
func useColor(f *os.File) bool {
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
}

func completeFormats(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, f := range formats {
		out = append(out, f.name+"\t"+f.purpose)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// exit is the exit code for a report that was written to standard output.
func (o *output) exit(r *report.Report) checks.ExitCode {
	if o.format == "nagios" {
		return checks.ExitCode(nagios.Of(r))
	}
	return checks.ExitCode(r.Run.ExitCode)
}
