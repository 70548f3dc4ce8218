package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"lcshealth/checks"
	"lcshealth/report"
	"lcshealth/report/compare"
	"lcshealth/report/history"
	"lcshealth/report/view"

	"github.com/spf13/cobra"
)

func newHistory(a *app) *cobra.Command {
	var f historyFlags
	c := &cobra.Command{
		Use:   "history",
		Short: "Look at the runs of earlier audits",
		Long: `history reads what lcshealth audit and lcshealth serve have stored. A run is named
by its id or the beginning of it.`,
		Example: `  lcshealth history list
  lcshealth history show 7k2q --format html > run.html
  lcshealth history compare 7k2q m4tz
  lcshealth history stale --older 26h`,
	}
	f.addFlags(c)
	c.AddCommand(newHistoryList(a, &f), newHistoryShow(a, &f), newHistoryCompare(a, &f), newHistoryExport(a, &f), newHistoryPrune(a, &f), newHistoryStale(a, &f))
	return c
}

func newHistoryList(a *app, f *historyFlags) *cobra.Command {
	var filter history.Filter
	var format string
	c := &cobra.Command{
		Use:   "list",
		Short: "List the runs, the last one first",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := oneOf("--format", format, "text", "json"); err != nil {
				return err
			}
			return f.with(c, func(ctx context.Context, store *history.Store) error {
				runs, err := store.Runs(ctx, filter)
				if err != nil {
					return err
				}
				if format == "json" {
					return writeJSON(a, append([]history.Run{}, runs...))
				}
				return listRuns(a.stdout, runs)
			})
		},
	}
	c.Flags().StringVar(&filter.Scope, "scope", "", "only runs of this `scope`")
	c.Flags().IntVar(&filter.Limit, "limit", 30, "most runs; 0 is all (`n`)")
	c.Flags().StringVar(&format, "format", "text", "`format`: text or json")
	return c
}

func listRuns(out io.Writer, runs []history.Run) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "RUN\tSCOPE\tSTARTED\tPRESENT\tUNDETERMINED\tWORST\tEXIT CODE")
	for i := range runs {
		r := &runs[i]
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%s\t%d\n", short(r.ID), report.Clean(r.Scope), view.Stamp(r.StartedAt),
			r.Summary.Verdicts.Present, r.Summary.Verdicts.Undetermined, worstOf(&r.Summary), r.ExitCode)
	}
	return w.Flush()
}

// short is the beginning of an id, which names the run as well.
func short(id string) string { return id[:min(len(id), 8)] }

func worstOf(s *report.Summary) string {
	for _, severity := range checks.Severities() {
		if s.Severities[severity] > 0 {
			return string(severity)
		}
	}
	return "-"
}

func newHistoryShow(a *app, f *historyFlags) *cobra.Command {
	var o output
	c := &cobra.Command{
		Use:   "show RUN",
		Short: "Show the report of a run again, in any format",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			o.failOn = string(checks.Minor)
			if err := o.validate(); err != nil {
				return err
			}
			return f.with(c, func(ctx context.Context, store *history.Store) error {
				r, err := store.Report(ctx, args[0])
				if err != nil {
					return err
				}
				return o.write(a, r)
			})
		},
	}
	o.addFormatFlags(c)
	return c
}

func newHistoryCompare(a *app, f *historyFlags) *cobra.Command {
	var o compareOptions
	c := &cobra.Command{
		Use:   "compare OLD [NEW]",
		Short: "Say what changed between two runs, or between one and the last of its scope",
		Args:  cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			if err := o.validate(); err != nil {
				return err
			}
			return f.with(c, func(ctx context.Context, store *history.Store) error {
				older, err := store.Report(ctx, args[0])
				if err != nil {
					return err
				}
				newer, err := secondRun(ctx, store, args)
				if err != nil {
					return err
				}
				return writeComparison(a, &o, compare.Compare(older, newer))
			})
		},
	}
	o.addFlags(c)
	return c
}

// secondRun is the run that is named second, or else the last of the first
// one's scope.
func secondRun(ctx context.Context, store *history.Store, args []string) (*report.Report, error) {
	if len(args) > 1 {
		return store.Report(ctx, args[1])
	}
	run, err := store.Run(ctx, args[0])
	if err != nil {
		return nil, err
	}
	return store.Latest(ctx, run.Scope)
}

func newHistoryExport(a *app, f *historyFlags) *cobra.Command {
	var filter history.Filter
	var file string
	c := &cobra.Command{
		Use:   "export",
		Short: "Write runs with their reports as lines of JSON",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return f.with(c, func(ctx context.Context, store *history.Store) error {
				write := func(w io.Writer) error { return store.Export(ctx, w, filter) }
				if file == "" {
					return write(a.stdout)
				}
				return report.WriteFile(file, write)
			})
		},
	}
	c.Flags().StringVar(&filter.Scope, "scope", "", "only runs of this `scope`")
	c.Flags().StringVarP(&file, "output", "o", "", "write to this `file` instead of standard output")
	return c
}

func newHistoryPrune(a *app, f *historyFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "prune",
		Short: "Remove what the configuration does not keep",
		Long: `prune removes what history.keep-age, keep-runs and keep-reports of the configuration
do not keep, as each audit does. The last run of a scope always stays.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			store, cfg, err := f.open(c)
			if err != nil {
				return err
			}
			defer store.Close() //nolint:errcheck // what was removed is removed
			gone, err := prune(c.Context(), store, &cfg.History)
			if err != nil {
				return hinted(err)
			}
			_, err = fmt.Fprintf(a.stdout, "removed: %s, %s, %s\n", view.Count(gone.Runs, "run", "runs"),
				view.Count(gone.Reports, "report", "reports"), view.Count(gone.files, "facts file", "facts files"))
			return err
		},
	}
}

func newHistoryStale(a *app, f *historyFlags) *cobra.Command {
	var older time.Duration
	c := &cobra.Command{
		Use:   "stale",
		Short: "Tell whether audits have stopped",
		Long: `stale names the scopes whose last audit ended too long ago, so that it is noticed
when audits silently stop. Run it from another computer's monitoring.

Exit codes:
  0  every scope has been audited lately
  1  at least one has not
  2  usage error, or there is no history
  4  internal error`,
		Example: `  lcshealth history stale --older 26h`,
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if older <= 0 {
				return usagef("--older %s: it must be positive, such as 26h", older)
			}
			return f.with(c, func(ctx context.Context, store *history.Store) error {
				return tellStale(ctx, a, store, time.Now().Add(-older))
			})
		},
	}
	c.Flags().DurationVar(&older, "older", 26*time.Hour, "how old the last audit may be (`duration`)")
	return c
}

func tellStale(ctx context.Context, a *app, store *history.Store, since time.Time) error {
	scopes, err := store.Stale(ctx, since)
	if err != nil {
		return err
	}
	for _, s := range scopes {
		line := "no audit has ended yet"
		if s.Last != nil {
			line = "the last audit ended " + view.Stamp(s.Last.FinishedAt)
		}
		if s.Trouble != nil {
			line += fmt.Sprintf("; one was %s at %s", s.Trouble.State, view.Stamp(s.Trouble.At))
			if s.Trouble.Reason != "" {
				line += ": " + report.Clean(s.Trouble.Reason)
			}
		}
		fmt.Fprintf(a.stdout, "%s: %s\n", report.Clean(s.Name), line)
	}
	if len(scopes) > 0 {
		return errExit{checks.ExitPresent}
	}
	all, err := store.Scopes(ctx)
	if err == nil && len(all) == 0 {
		return usagef("the history is empty: nothing has been audited yet")
	}
	return err
}
