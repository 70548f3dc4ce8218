package main

import (
	"context"
	"fmt"
	"io"

	"lcshealth/checks/facts"
	"lcshealth/config"
	"lcshealth/report"

	"github.com/spf13/cobra"
)

func newCollect(a *app) *cobra.Command {
	var flags configFlags
	var redact redactFlags
	var file, plan string
	c := &cobra.Command{
		Use:   "collect",
		Short: "Gather the facts of the deployment and store them in a file",
		Long: `collect asks the same sources as check and stores what they said, to be judged
later or elsewhere with analyze. The file holds no password. It does hold names,
addresses and SIDs of users: treat it as you treat the directory, or give
--redact, which replaces them by pseudonyms.

With --plan it also looks up what preflight needs to judge that plan by the
stored facts alone: the accounts that it names, whether they have to do with Live
Communications Server or not, next hops and DNS records.

Exit codes:
  0  stored, and every source was read
  2  usage or configuration error
  3  stored, but a source failed or was read in part
  4  internal error, or interrupted`,
		Example: `  lcshealth collect -o contoso.lcsfacts
  lcshealth analyze contoso.lcsfacts --report html=health.html
  lcshealth collect --plan plan.yaml -o before.lcsfacts && lcshealth preflight plan.yaml --facts before.lcsfacts`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := flags.load(c)
			if err != nil {
				return err
			}
			var how gathering
			if plan != "" {
				if redact.on {
					return usagef("--plan: redacted facts cannot judge a plan, whose names are not in them; leave out --redact")
				}
				p, err := readPlan(c.Context(), plan, "")
				if err != nil {
					return usageUnlessCanceled(c.Context(), err)
				}
				how = p.gathering(false)
			}
			return runCollect(c.Context(), a, cfg, how, &redact, file)
		},
	}
	flags.addFlags(c)
	redact.addFlags(c)
	c.Flags().StringVarP(&file, "output", "o", "lcshealth.lcsfacts", "`file` to write")
	c.Flags().StringVar(&plan, "plan", "", "also look up what preflight needs to judge this plan (`file`)")
	must(c.MarkFlagFilename("plan", "yaml", "yml"))
	return c
}

func runCollect(ctx context.Context, a *app, cfg *config.Config, how gathering, redact *redactFlags, file string) error {
	r, err := redact.redactor(ctx, cfg.Redact.Key)
	if err != nil {
		return err
	}
	g, err := gather(ctx, a, cfg, how)
	if err != nil {
		return err
	}
	defer func() { _ = g.Close() }() // temporary files
	sources := g.deployment.Sources  // told with their names to whoever runs this
	if err := g.redact(ctx, a, r, cfg); err != nil {
		return err
	}
	if err := report.WriteFile(file, func(w io.Writer) error { return g.store(ctx, w, cfg) }); err != nil {
		return fmt.Errorf("store the facts: %w", err)
	}
	incomplete := false
	for _, s := range sources {
		if s.Status != facts.OK {
			incomplete = true
			fmt.Fprintf(a.stderr, "lcshealth: %s %s: %s: %s\n", s.Name, s.Target, s.Status, report.Clean(s.Message))
		}
	}
	fmt.Fprintf(a.stdout, "%s\n", file)
	if incomplete {
		return errExit{3}
	}
	return nil
}
