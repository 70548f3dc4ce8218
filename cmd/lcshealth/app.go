package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"lcshealth/checks"

	"github.com/spf13/cobra"
)

// app holds what the commands share.
type app struct {
	stdin  *os.File
	stdout *os.File
	stderr io.Writer
	quiet  bool
}

// errUsage marks a mistake of the user: wrong flags, arguments or
// configuration.
var errUsage = errors.New("usage")

// errExit ends a command with a code other than 0 without being a failure.
type errExit struct{ code checks.ExitCode }

func (e errExit) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// usage wraps an error that the user can mend.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", errUsage, err)
}

// usagef is [usage] of a new error.
func usagef(format string, args ...any) error { return usage(fmt.Errorf(format, args...)) }

// run runs the program and decides its exit code, in this one place.
func run(ctx context.Context, args []string, a *app) checks.ExitCode {
	root := newRoot(a)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var exit errExit
	switch {
	case err == nil:
		return checks.ExitNothing
	case errors.As(err, &exit):
		return exit.code
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(a.stderr, "lcshealth: interrupted; nothing was written")
		return checks.ExitInternal
	}
	text := strings.TrimPrefix(err.Error(), errUsage.Error()+": ")
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if i == 0 {
			line = "lcshealth: " + line
		}
		fmt.Fprintln(a.stderr, line)
	}
	if errors.Is(err, errUsage) {
		return checks.ExitUsage
	}
	return checks.ExitInternal
}

const exitCodes = `Exit codes:
  0  no cause is present
  1  at least one cause is present, at or above --fail-on
  2  usage or configuration error
  3  incomplete: none is present, but at least one could not be determined
  4  internal error, or interrupted`

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "lcshealth",
		Short: "Find out why users cannot sign in to Live Communications Server",
		Long: `lcshealth checks a Live Communications Server 2003 or 2005 deployment from
outside. It gathers facts from Active Directory, the RTC databases, the servers'
hosts and the network, and reports which documented causes of failed sign-in
(SIP 400, 401, 403, 404, 405, 480, 503, 504) are present, with evidence and
remedy. What it could not observe it calls undetermined, with the reason.

It only reads. Remedies are printed, never carried out.`,
		Example: `  lcshealth demo                                      see it at work on a simulated deployment
  lcshealth config init --directory dc1.contoso.com   write a configuration
  lcshealth check                                     check everything
  lcshealth check --user sip:kim@contoso.com          one user cannot sign in
  lcshealth explain 404                               what the articles say of a code`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.PersistentFlags().BoolVarP(&a.quiet, "quiet", "q", false, "no progress on standard error")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usagef("%w\nrun %q for its flags", err, c.CommandPath()+" --help")
	})
	for _, c := range []*cobra.Command{
		newCheck(a), newCollect(a), newAnalyze(a), newCompare(a), newWaive(a), newProbe(a), newScript(a), newDiagnose(a), newExplain(a), newList(a), newPlan(a),
		newConfig(a), newDemo(a), newLab(a), newAudit(a), newHistory(a), newNotify(a), newSchedule(a), newServe(a), newUser(a), newPreflight(a), newVersion(a),
	} {
		root.AddCommand(c)
	}
	forbidArguments(root)
	return root
}

// forbidArguments makes wrong arguments a usage error of every command.
func forbidArguments(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return usagef("%w\nrun %q for its arguments", err, c.CommandPath()+" --help")
			}
			return nil
		}
	}
	if c.HasSubCommands() && c.RunE == nil {
		c.RunE = func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("%q is not a command of %s%s", args[0], c.CommandPath(), suggestCommand(c, args[0]))
			}
			return c.Help()
		}
		c.Args = cobra.ArbitraryArgs
	}
	for _, sub := range c.Commands() {
		forbidArguments(sub)
	}
}

func suggestCommand(c *cobra.Command, name string) string {
	c.SuggestionsMinimumDistance = 2
	if s := c.SuggestionsFor(name); len(s) > 0 {
		return fmt.Sprintf("; did you mean %q?", s[0])
	}
	return fmt.Sprintf("; run %q", c.CommandPath()+" --help")
}

// writeJSON writes a value to standard output, indented for people.
func writeJSON(a *app, value any) error {
	e := json.NewEncoder(a.stdout)
	e.SetIndent("", "  ")
	return e.Encode(value)
}
