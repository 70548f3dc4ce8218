package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/html"
	"lcshealth/report/jsonreport"
	"lcshealth/report/text"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// output are the flags that say where a report goes and in which format.
type output struct {
	format  string
	reports []string // FORMAT=FILE
	failOn  string
	verbose bool
}

var formats = []string{"text", "json", "html"}

func (o *output) addFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.format, "format", "text", "`format` on standard output: text, json or html")
	f.StringArrayVar(&o.reports, "report", nil, "also write a report to a file, as `FORMAT=FILE` (repeatable)")
	f.StringVar(&o.failOn, "fail-on", string(checks.Minor), "exit with 1 from this `severity` on: critical, major, minor or info")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "text: show also what is absent, with its evidence")
	must(c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp)))
	must(c.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions([]string{"critical", "major", "minor", "info"}, cobra.ShellCompDirectiveNoFileComp)))
}

// validate refuses wrong flags before anything is contacted.
func (o *output) validate() error {
	if !slices.Contains(formats, o.format) {
		return usagef("--format %s: it is text, json or html", o.format)
	}
	if !slices.Contains(checks.Severities(), checks.Severity(o.failOn)) {
		return usagef("--fail-on %s: it is critical, major, minor or info", o.failOn)
	}
	for _, r := range o.reports {
		format, file, ok := strings.Cut(r, "=")
		if !ok || file == "" || !slices.Contains(formats, format) {
			return usagef("--report %s: write FORMAT=FILE, with text, json or html as the format", r)
		}
	}
	return nil
}

// write writes the report everywhere it goes.
func (o *output) write(a *app, r *report.Report) error {
	for _, target := range o.reports {
		format, file, _ := strings.Cut(target, "=")
		if err := report.WriteFile(file, func(w io.Writer) error { return o.render(w, format, r, text.Options{Width: 100}) }); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
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
	}
	options.Verbose = o.verbose
	return text.Write(w, r, options)
}

// useColor follows the terminal, NO_COLOR (no-color.org) and TERM=dumb.
func useColor(f *os.File) bool {
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
}
