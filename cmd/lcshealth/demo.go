package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"lcshealth/checks/lab"
	"lcshealth/checks/lab/tdsd"
	"lcshealth/config"

	"github.com/spf13/cobra"
)

// labFlags are the flags that say what the simulated deployment is like.
type labFlags struct {
	faults    []string
	tds       string
	clientLog string
	carryOut  string // a plan; only of lab
}

func newDemo(a *app) *cobra.Command {
	var l labFlags
	var s scope
	var o output
	var flags configFlags
	c := &cobra.Command{
		Use:   "demo",
		Short: "Check a simulated deployment with faults planted in it",
		Long: `demo starts a small Live Communications Server forest on loopback, in this
process: domain controllers, databases, listeners with certificates, host files
and DNS. It then runs the ordinary check against it over the ordinary protocols.

--fault plants a cause of the catalogue, or makes a source hang (source:directory)
or answer nonsense (garbage:rtcdb); --fault none plants nothing. Without it, a
telling handful is planted. lcshealth demo --fault help lists them.

` + clientLogHelp + `

` + exitCodes,
		Example: `  lcshealth demo
  lcshealth demo --fault sql-service-stopped
  lcshealth demo --fault stale-user-entry --format json
  lcshealth demo --fault none
  lcshealth demo --fault user-sid-invalid --client-log Rtcdll0.log
  lcshealth demo --report html=demo.html`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if slices.Contains(l.faults, "help") {
				return listFaults(a)
			}
			return runDemo(c, a, &l, &flags, &s, &o)
		},
	}
	l.addFlags(c)
	s.addFlags(c)
	o.addFlags(c)
	c.Flags().DurationVar(&flags.timeout, "timeout", 0, "most time for the whole run (`duration`)")
	return c
}

func (l *labFlags) addFlags(c *cobra.Command) {
	c.Flags().StringVar(&l.clientLog, "client-log", "", "write the log of a client whom the fault keeps from signing in to this `file`")
	c.Flags().StringVar(&l.tds, "tds", "7.4", "`version` of the database protocol: 7.1 is that of MSDE 2000, 7.4 a newer one")
	must(c.RegisterFlagCompletionFunc("tds", cobra.FixedCompletions([]string{"7.1", "7.4"}, cobra.ShellCompDirectiveNoFileComp)))
	c.Flags().StringSliceVar(&l.faults, "fault", nil, "plant this fault, by its `id` (repeatable); none plants nothing, help lists them")
	must(c.RegisterFlagCompletionFunc("fault", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		out := []string{"none\tplant nothing"}
		for _, f := range lab.Faults() {
			out = append(out, f.ID+"\t"+f.Plants)
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}))
}

func listFaults(a *app) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, f := range lab.Faults() {
		fmt.Fprintf(w, "%s\t%s\n", f.ID, f.Plants)
	}
	return w.Flush()
}

// start starts the lab in a folder of its own. The returned function ends it
// and removes the folder.
func (l *labFlags) start(ctx context.Context) (*lab.Lab, func(), error) {
	layouts := map[string]tdsd.Layout{"7.1": tdsd.TDS71, "7.4": tdsd.TDS74}
	layout, known := layouts[l.tds]
	if !known {
		return nil, nil, usagef("--tds %s: it is 7.1 or 7.4", l.tds)
	}
	faults := l.faults
	switch {
	case len(faults) == 0:
		faults = lab.Handful()
	case slices.Equal(faults, []string{"none"}):
		faults = nil
	}
	dir, err := os.MkdirTemp("", "lcshealth-lab-*")
	if err != nil {
		return nil, nil, err
	}
	running, err := lab.Start(ctx, lab.Options{Dir: dir, Faults: faults, Layout: layout})
	if err != nil {
		_ = os.RemoveAll(dir) // the error that led here says more
		return nil, nil, usage(err)
	}
	end := func() {
		_ = running.Close()
		_ = os.RemoveAll(dir)
	}
	if err := l.complete(ctx, running); err != nil {
		end()
		return nil, nil, err
	}
	return running, end, nil
}

// complete carries the plan out that the flags name, and writes the log.
func (l *labFlags) complete(ctx context.Context, running *lab.Lab) error {
	if l.carryOut != "" {
		p, err := readPlan(ctx, l.carryOut, "")
		if err != nil {
			return usageUnlessCanceled(ctx, err)
		}
		if err := running.CarryOut(ctx, p.plan, p.users, p.files, nil); err != nil {
			return usage(err)
		}
	}
	return l.writeClientLog(ctx, running)
}

func runDemo(c *cobra.Command, a *app, what *labFlags, flags *configFlags, s *scope, o *output) error {
	if _, err := s.options(); err != nil {
		return err
	}
	if err := o.validate(); err != nil {
		return err
	}
	l, end, err := what.start(c.Context())
	if err != nil {
		return err
	}
	defer end()
	flags.path = l.Config()
	cfg, err := flags.load(c)
	if err != nil {
		return err
	}
	return runCheck(c.Context(), a, cfg, s, o)
}

func newLab(a *app) *cobra.Command {
	var l labFlags
	var file string
	c := &cobra.Command{
		Use:   "lab",
		Short: "Run the simulated deployment until interrupted",
		Long: `lab starts the deployment that demo checks and leaves it running, for trying
lcshealth and other tools against it. It writes a configuration for it.

--carry-out has it be as it is when a plan of preflight is done: its users are
enabled and moved, its SIP domains, routes and gateways set up. Servers and
certificates of plans it cannot take, since it lacks their keys.

` + clientLogHelp,
		Example: `  lcshealth lab --fault user-sid-invalid --config lab.yaml --client-log Rtcdll0.log &
  lcshealth check -c lab.yaml
  lcshealth diagnose --log Rtcdll0.log -c lab.yaml

  lcshealth lab --fault none --config lab.yaml --carry-out plan.yaml &
  lcshealth preflight plan.yaml -c lab.yaml --after`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if slices.Contains(l.faults, "help") {
				return listFaults(a)
			}
			return runLab(c.Context(), a, &l, file)
		},
	}
	l.addFlags(c)
	c.Flags().StringVarP(&file, "config", "c", "", "write the configuration to this `file` too")
	c.Flags().StringVar(&l.carryOut, "carry-out", "", "carry this plan of preflight out first (`file`)")
	must(c.MarkFlagFilename("carry-out", "yaml", "yml"))
	return c
}

func runLab(ctx context.Context, a *app, what *labFlags, file string) error {
	l, end, err := what.start(ctx)
	if err != nil {
		return err
	}
	defer end()
	path := l.Config()
	if file != "" {
		cfg, err := config.Load(path)
		if err != nil {
			return err
		}
		cfg.History, cfg.Serve = config.Default().History, config.Default().Serve // beside the file, not in the lab's own folder
		if err := writeConfig(file, cfg); err != nil {
			return err
		}
		path = file
	}
	fmt.Fprintf(a.stdout, "the lab is running; try: lcshealth check -c %s\n", path)
	if !a.quiet {
		fmt.Fprintln(a.stderr, strings.TrimSpace(l.Describe()))
		fmt.Fprintln(a.stderr, "Ctrl-C ends it")
	}
	<-ctx.Done()
	return nil
}
