package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/preflight/plan"

	"github.com/spf13/cobra"
)

// preflightOptions are the flags of preflight.
type preflightOptions struct {
	config   configFlags
	facts    string
	accounts string
	format   string
	reports  []string
	failOn   string
	verbose  bool
	after    bool
	before   string
	example  bool
	schema   bool
}

// preflightFormats are the formats of preflight.
var preflightFormats = []string{"text", "json", "html", "junit", "csv"}

func newPreflight(a *app) *cobra.Command {
	var o preflightOptions
	c := &cobra.Command{
		Use:   "preflight PLAN.yaml",
		Short: "Judge a roll-out before it is done",
		Long: `preflight reads the plan of a roll-out: users to enable or to move, SIP domains,
servers, certificates, static routes and gateways. It gathers the facts as check
does, or reads stored ones with --facts, applies the plan to them as if it were
done, and says line by line whether it is go: what the plan would bring about,
what it would cure, and what only a plan can get wrong. It changes nothing.

The accounts that the plan names are looked up in the directory, and so are next
hops and DNS records that it will need. Stored facts have them if they were
gathered with collect --plan. Without, a list of accounts tells whether they exist
and are not disabled, which a domain controller makes (one for each domain):

  csvde -f accounts.csv -r "(&(objectCategory=person)(objectClass=user))" -l DN,sAMAccountName,userPrincipalName,userAccountControl,objectSid,objectGUID

After the roll-out, --after judges the same plan by the facts of then: what was
not done, what was done differently, and with --before what was sound and is
broken.

A users' file is CSV with the columns account, uri, home and move-to, separated
by commas or semicolons, in UTF-8 or (with its mark) UTF-16.

Exit codes:
  0  go; risks below --fail-on do not count
  1  no go, or a risk at or above --fail-on
  2  usage error, or a plan that cannot be read
  3  cannot tell: nothing speaks against the plan, but something was not observed
  4  internal error, or interrupted`,
		Example: `  lcshealth preflight --example > plan.yaml
  lcshealth preflight plan.yaml --report html=preflight.html --report csv=users.csv
  lcshealth collect --plan plan.yaml -o before.lcsfacts && lcshealth preflight plan.yaml --facts before.lcsfacts
  lcshealth preflight plan.yaml --after --before before.lcsfacts`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return o.run(c, a, args) },
	}
	o.config.addFlags(c)
	f := c.Flags()
	f.StringVar(&o.facts, "facts", "", "judge stored facts instead of gathering them (`file` that collect wrote)")
	f.StringVar(&o.accounts, "accounts", "", "take accounts from a list, as csvde writes it, instead of the directory (`file`)")
	f.StringVar(&o.format, "format", "text", "`format` on standard output: "+strings.Join(preflightFormats, ", "))
	f.StringArrayVar(&o.reports, "report", nil, "also write a report to a file, as `FORMAT=FILE` (repeatable)")
	f.StringVar(&o.failOn, "fail-on", string(checks.Major), "exit with 1 on risks from this `severity` on: critical, major, minor or info")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "text: list every line, not just the first few alike")
	f.BoolVar(&o.after, "after", false, "judge whether the plan was carried out, and what became of it")
	f.StringVar(&o.before, "before", "", "with --after: the facts before the roll-out (`file` that collect wrote), to tell what was sound then")
	f.BoolVar(&o.example, "example", false, "write a plan with comments, and nothing else")
	f.BoolVar(&o.schema, "schema", false, "write the JSON Schema of plans, and nothing else")
	must(c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(preflightFormats, cobra.ShellCompDirectiveNoFileComp)))
	must(c.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions([]string{"critical", "major", "minor", "info"}, cobra.ShellCompDirectiveNoFileComp)))
	must(c.MarkFlagFilename("facts", "lcsfacts"))
	must(c.MarkFlagFilename("before", "lcsfacts"))
	must(c.MarkFlagFilename("accounts", "csv"))
	return c
}

func (o *preflightOptions) run(c *cobra.Command, a *app, args []string) error {
	if o.example || o.schema {
		text := plan.Example()
		if o.schema {
			text = plan.Schema()
		}
		_, err := a.stdout.Write(text)
		return err
	}
	if len(args) == 0 {
		return usagef("name the plan; lcshealth preflight --example writes one")
	}
	if err := o.validate(c); err != nil {
		return err
	}
	read, err := readPlan(c.Context(), args[0], o.accounts)
	if err != nil {
		return usageUnlessCanceled(c.Context(), err)
	}
	return o.judge(c, a, read)
}

// validate refuses wrong flags before anything is contacted.
func (o *preflightOptions) validate(c *cobra.Command) error {
	if o.facts != "" && (c.Flags().Changed("config") || len(o.config.hostFiles) > 0) {
		return usagef("--facts: stored facts are judged as they are, without --config and --host-file")
	}
	if o.before != "" && !o.after {
		return usagef("--before: it is for --after, which is not given")
	}
	if err := oneOf("--format", o.format, preflightFormats...); err != nil {
		return err
	}
	if err := oneOf("--fail-on", o.failOn, "critical", "major", "minor", "info"); err != nil {
		return err
	}
	for _, r := range o.reports {
		format, file, ok := strings.Cut(r, "=")
		if !ok || file == "" || !slices.Contains(preflightFormats, format) {
			return usagef("--report %s: write FORMAT=FILE, with one of %s as the format", r, strings.Join(preflightFormats, ", "))
		}
	}
	return nil
}

// usageUnlessCanceled makes what is wrong with a plan a mistake of the user, but
// not that he interrupted.
func usageUnlessCanceled(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, context.Canceled) {
		return err
	}
	return usage(fmt.Errorf("read the plan:\n%w", err))
}
