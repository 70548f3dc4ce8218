package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/compare"
	"lcshealth/report/html"
	"lcshealth/report/jsonreport"
	"lcshealth/report/load"
	"lcshealth/report/text"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// compareOptions are the flags of compare.
type compareOptions struct {
	format string
	output string
	failOn string
}

func newCompare(a *app) *cobra.Command {
	var o compareOptions
	c := &cobra.Command{
		Use:   "compare OLD NEW",
		Short: "Say what changed between two runs",
		Long: `compare says which findings are new, resolved, changed or as before, and what
changed in their evidence. OLD and NEW are reports in JSON or HTML, or facts that
collect stored, in any mix. What one of the runs did not judge, or could not
determine, is said to be so and is not called resolved.

Exit codes:
  0  nothing of what --fail-on names
  1  something of it
  2  usage error, or a file that is no report
  3  nothing of it, but something cannot be told any more
  4  internal error, or interrupted`,
		Example: `  lcshealth compare yesterday.json today.json
  lcshealth compare before.lcsfacts after.html --format html -o changes.html
  lcshealth compare yesterday.json today.json --fail-on new,changed`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error { return runCompare(c.Context(), a, &o, args[0], args[1]) },
	}
	o.addFlags(c)
	return c
}

func (o *compareOptions) addFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.format, "format", "text", "`format`: text, json or html")
	f.StringVarP(&o.output, "output", "o", "", "write to this `file` instead of standard output")
	f.StringVar(&o.failOn, "fail-on", "new", "exit with 1 for these `kinds` of change: new, changed, resolved, …, any or none")
	must(c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json", "html"}, cobra.ShellCompDirectiveNoFileComp)))
}

func runCompare(ctx context.Context, a *app, o *compareOptions, before, after string) error {
	if err := o.validate(); err != nil {
		return err
	}
	older, err := readReport(ctx, before)
	if err != nil {
		return err
	}
	newer, err := readReport(ctx, after)
	if err != nil {
		return err
	}
	return writeComparison(a, o, compare.Compare(older, newer))
}

// validate refuses wrong flags.
func (o *compareOptions) validate() error {
	if err := oneOf("--format", o.format, "text", "json", "html"); err != nil {
		return err
	}
	if _, err := compare.ParseFailOn(o.failOn); err != nil {
		return usagef("--fail-on %s: %w", o.failOn, err)
	}
	return nil
}

// writeComparison writes a comparison where it goes, and decides the exit code.
func writeComparison(a *app, o *compareOptions, comparison *compare.Comparison) error {
	kinds, err := compare.ParseFailOn(o.failOn)
	if err != nil {
		return usagef("--fail-on %s: %w", o.failOn, err)
	}
	if o.output != "" {
		err = report.WriteFile(o.output, func(w io.Writer) error { return o.render(w, comparison, text.Options{Width: 100}) })
	} else {
		options := text.Options{Color: useColor(a.stdout)}
		if width, _, err := term.GetSize(int(a.stdout.Fd())); err == nil {
			options.Width = min(width, 120)
		}
		err = o.render(a.stdout, comparison, options)
	}
	if err != nil {
		return fmt.Errorf("write the comparison: %w", err)
	}
	if code := comparison.Exit(kinds...); code != checks.ExitNothing {
		return errExit{code}
	}
	return nil
}

func (o *compareOptions) render(w io.Writer, c *compare.Comparison, options text.Options) error {
	switch o.format {
	case "json":
		return jsonreport.WriteComparison(w, c)
	case "html":
		return html.WriteComparison(w, c)
	}
	return text.WriteComparison(w, c, options)
}

// readReport reads a report, or judges stored facts.
func readReport(ctx context.Context, path string) (*report.Report, error) {
	r, err := load.File(path)
	if errors.Is(err, load.ErrFacts) {
		err = analyze(path, func(j judgement) (err error) {
			j.output = &output{failOn: string(checks.Minor)}
			r, err = j.report(ctx)
			return err
		})
		return r, err
	}
	if err != nil {
		return nil, usage(err)
	}
	return r, nil
}
