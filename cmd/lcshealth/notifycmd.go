package main

import (
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"lcshealth/report"
	"lcshealth/report/history"
	"lcshealth/report/notify"
	"lcshealth/report/view"

	"github.com/spf13/cobra"
)

func newNotify(a *app) *cobra.Command {
	var f historyFlags
	c := &cobra.Command{
		Use:   "notify",
		Short: "Try the notifications out, and look at those that wait",
		Example: `  lcshealth notify test
  lcshealth notify test operators
  lcshealth notify outbox`,
	}
	f.addFlags(c)
	c.AddCommand(newNotifyTest(a, &f), newNotifyOutbox(a, &f))
	return c
}

func newNotifyTest(a *app, f *historyFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "test [CHANNEL]",
		Short: "Send a test message to every channel, or to one",
		Long: `test sends a message that says that it is a test, and tells step by step what
happened.

Exit codes:
  0  every channel took it
  1  at least one did not
  2  usage or configuration error`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := f.load(c)
			if err != nil {
				return err
			}
			auditor, err := newAuditor(nil, &cfg.Notify)
			if err != nil {
				return err
			}
			channels := auditor.Channels
			if len(args) > 0 {
				channels = slices.DeleteFunc(channels, func(c notify.Channel) bool { return c.Name() != args[0] })
			}
			if len(channels) == 0 {
				return usagef("there is no such channel: the configuration names %d under notify.mail and %d under notify.webhooks", len(cfg.Notify.Mail), len(cfg.Notify.Webhooks))
			}
			failed := false
			for _, channel := range channels {
				steps, err := notify.Test(c.Context(), channel, "default", time.Now())
				fmt.Fprintf(a.stdout, "%s\n", report.Clean(channel.Name()))
				for _, step := range steps {
					fmt.Fprintf(a.stdout, "  %s\n", step)
				}
				if err != nil {
					failed = true
					fmt.Fprintf(a.stdout, "  failed: %s\n", report.Clean(err.Error()))
				}
			}
			if failed {
				return errExit{1}
			}
			return nil
		},
	}
}

func newNotifyOutbox(a *app, f *historyFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "outbox",
		Short: "List the messages that have not arrived, with the reason",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			store, _, err := f.open(c)
			if err != nil {
				return err
			}
			defer store.Close() //nolint:errcheck // only read
			w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "CHANNEL\tSCOPE\tSINCE\tSTATE\tATTEMPTS\tNEXT\tREASON")
			for _, state := range []history.State{history.Pending, history.GivenUp} {
				messages, err := store.Messages(c.Context(), "", state, 100)
				if err != nil {
					return hinted(err)
				}
				for _, m := range messages {
					next := "-"
					if state == history.Pending {
						next = view.Stamp(m.NotBefore)
					}
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\t%s\n", report.Clean(m.Channel), report.Clean(m.Scope), view.Stamp(m.CreatedAt), state, m.Attempts, next, report.Clean(m.LastError))
				}
			}
			return w.Flush()
		},
	}
}
