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
	"lcshealth/report/format"
	"lcshealth/report/nagios"
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
	f.StringVar(&o.format, "format", "text", "`format` on standard output: "+strings.Join(format.Names(), ", "))
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
	if !slices.Contains(format.Names(), o.format) {
		return usagef("--format %s: it is one of %s", o.format, strings.Join(format.Names(), ", "))
	}
	if !slices.Contains(checks.Severities(), checks.Severity(o.failOn)) {
		return usagef("--fail-on %s: it is critical, major, minor or info", o.failOn)
	}
	for _, r := range o.reports {
		name, file, ok := strings.Cut(r, "=")
		if !ok || file == "" || !slices.Contains(format.Names(), name) {
			return usagef("--report %s: write FORMAT=FILE, with one of %s as the format", r, strings.Join(format.Names(), ", "))
		}
	}
	return nil
}

// writeFiles writes the report to the files that were asked for.
func (o *output) writeFiles(r *report.Report) error {
	for _, target := range o.reports {
		name, file, _ := strings.Cut(target, "=")
		if err := report.WriteFile(file, func(w io.Writer) error { return o.render(w, name, r, text.Options{Width: 100}) }); err != nil {
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

func (o *output) render(w io.Writer, name string, r *report.Report, options text.Options) error {
	f, ok := format.Of(name)
	if !ok {
		return fmt.Errorf("%q is no format", name) // validate refuses it before
	}
	options.Verbose = o.verbose
	return f.Write(w, r, format.Options{Text: options, FailOn: checks.Severity(o.failOn), Causes: catalog.All()})
}

// useColor follows the terminal, NO_COLOR (no-color.org) and TERM=dumb.
func useColor(f *os.File) bool {
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
}

func completeFormats(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, f := range format.All() {
		out = append(out, f.Name+"\t"+f.Purpose)
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
