package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"lcshealth/checks/lab"
	"lcshealth/config"

	"github.com/spf13/cobra"
)

func newDemo(a *app) *cobra.Command {
	var faults []string
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

` + exitCodes,
		Example: `  lcshealth demo
  lcshealth demo --fault sql-service-stopped
  lcshealth demo --fault stale-user-entry --format json
  lcshealth demo --fault none
  lcshealth demo --report html=demo.html`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if slices.Contains(faults, "help") {
				return listFaults(a)
			}
			return runDemo(c.Context(), a, faults, &flags, &s, &o)
		},
	}
	addFaultFlag(c, &faults)
	s.addFlags(c)
	o.addFlags(c)
	c.Flags().DurationVar(&flags.timeout, "timeout", 0, "most time for the whole run (`duration`)")
	return c
}

func addFaultFlag(c *cobra.Command, faults *[]string) {
	c.Flags().StringSliceVar(faults, "fault", nil, "plant this fault, by its `id` (repeatable); none plants nothing, help lists them")
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

// startLab starts a lab in a folder of its own. The returned function ends it
// and removes the folder.
func startLab(ctx context.Context, faults []string) (*lab.Lab, func(), error) {
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
	l, err := lab.Start(ctx, lab.Options{Dir: dir, Faults: faults})
	if err != nil {
		_ = os.RemoveAll(dir) // the error that led here says more
		return nil, nil, usage(err)
	}
	return l, func() {
		_ = l.Close()
		_ = os.RemoveAll(dir)
	}, nil
}

func runDemo(ctx context.Context, a *app, faults []string, flags *configFlags, s *scope, o *output) error {
	if _, err := s.options(); err != nil {
		return err
	}
	if err := o.validate(); err != nil {
		return err
	}
	l, end, err := startLab(ctx, faults)
	if err != nil {
		return err
	}
	defer end()
	flags.path = l.Config()
	cfg, err := flags.load()
	if err != nil {
		return err
	}
	return runCheck(ctx, a, cfg, s, o)
}

func newLab(a *app) *cobra.Command {
	var faults []string
	var file string
	c := &cobra.Command{
		Use:   "lab",
		Short: "Run the simulated deployment until interrupted",
		Long: `lab starts the deployment that demo checks and leaves it running, for trying
lcshealth and other tools against it. It writes a configuration for it.`,
		Example: `  lcshealth lab --fault user-sid-invalid --config lab.yaml &
  lcshealth check -c lab.yaml`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if slices.Contains(faults, "help") {
				return listFaults(a)
			}
			return runLab(c.Context(), a, faults, file)
		},
	}
	addFaultFlag(c, &faults)
	c.Flags().StringVarP(&file, "config", "c", "", "write the configuration to this `file` too")
	return c
}

func runLab(ctx context.Context, a *app, faults []string, file string) error {
	l, end, err := startLab(ctx, faults)
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
