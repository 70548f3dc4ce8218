package main

import (
	"context"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"lcshealth/report/web/auth"

	"github.com/spf13/cobra"
)

// tokenOptions are the flags of user token add.
type tokenOptions struct {
	owner, scope string
	days         int
}

// mostDays is how long a token may last.
const mostDays = 730

func newUserToken(a *app, o *userOptions) *cobra.Command {
	c := &cobra.Command{
		Use:   "token",
		Short: "Make and remove tokens for the API",
		Long: `A token lets a program use the API: read reads reports, run may also start a run,
and admin may do all that an operator does. It belongs to a user: it may never do
more than he may, and ends with him.`,
	}
	c.AddCommand(newTokenAdd(a, o), newTokenList(a, o), newTokenRemove(a, o))
	return c
}

func newTokenAdd(a *app, o *userOptions) *cobra.Command {
	c := &cobra.Command{
		Use:   "add NAME",
		Short: "Make a token, and print it this once",
		Args:  cobra.ExactArgs(1),
		RunE:  func(c *cobra.Command, args []string) error { return runTokenAdd(c.Context(), a, o, args[0]) },
	}
	f := c.Flags()
	f.StringVar(&o.token.owner, "owner", "", "the `user` that it belongs to; may be left out if there is only one")
	f.StringVar(&o.token.scope, "scope", "", "what it may do: read, run or admin (`scope`)")
	f.IntVar(&o.token.days, "days", 90, "how many days it is valid (`number`)")
	return c
}

func runTokenAdd(ctx context.Context, a *app, o *userOptions, name string) error {
	scope := auth.Scope(o.token.scope)
	switch err := auth.CheckName(name); {
	case err != nil:
		return usage(err)
	case !scope.Valid():
		return usagef("--scope %q: it is read, run or admin", o.token.scope)
	case o.token.days < 1 || o.token.days > mostDays:
		return usagef("--days %d: it is 1 to %d", o.token.days, mostDays)
	}
	now := time.Now()
	var made auth.Token
	var text string
	if err := o.update(ctx, func(f *auth.File) error {
		owner, err := tokenOwner(f, o, scope)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(f.Tokens, func(t auth.Token) bool { return t.Name == name }) {
			return fmt.Errorf("%s: there is a token %s already", o.path(), name)
		}
		made, text = auth.NewToken(name, owner, scope, now, now.AddDate(0, 0, o.token.days))
		f.Tokens = append(f.Tokens, made)
		return nil
	}); err != nil {
		return err
	}
	if !a.quiet {
		fmt.Fprintf(a.stderr, "%s: token %s of %s, scope %s, valid until %s; it is shown this once\n",
			o.path(), name, made.Owner, scope, made.Expires.Format(time.RFC3339))
	}
	return a.say("%s", text)
}

// tokenOwner returns whose the token is to be. One who may not do what it is
// for cannot have it.
func tokenOwner(f *auth.File, o *userOptions, scope auth.Scope) (string, error) {
	name := o.token.owner
	if name == "" && len(f.Users) == 1 {
		name = f.Users[0].Name
	}
	owner, ok := f.User(name)
	switch {
	case name == "" && len(f.Users) == 0:
		return "", fmt.Errorf("%s: a token belongs to a user, and there is none\nlcshealth user add adds one", o.path())
	case name == "":
		return "", fmt.Errorf("%s: there are %d users; say with --owner whose the token is", o.path(), len(f.Users))
	case !ok:
		return "", noUser(o, name)
	case !slices.Contains(owner.Role.Scopes(), scope):
		return "", fmt.Errorf("--scope %s: %s is %s and may not do that himself", scope, name, owner.Role)
	}
	return name, nil
}

func newTokenList(a *app, o *userOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the tokens, without what is secret of them",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			f, err := auth.ReadFile(o.path())
			if err != nil {
				return usage(err)
			}
			now := time.Now()
			w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "NAME\tOWNER\tSCOPE\tENDS WITH\tCREATED\tEXPIRES\tSTATE")
			for _, t := range f.Tokens {
				state := "valid"
				if owner, _ := f.User(t.Owner); owner.Disabled {
					state = "disabled with its owner"
				}
				if !now.Before(t.Expires) {
					state = "expired"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", t.Name, t.Owner, t.Scope, t.Last,
					t.Created.Format(time.DateOnly), t.Expires.Format(time.DateOnly), state)
			}
			return w.Flush()
		},
	}
}

func newTokenRemove(a *app, o *userOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "remove NAME",
		Short: "Remove a token, which is not valid any more at once",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := o.update(c.Context(), func(f *auth.File) error {
				before := len(f.Tokens)
				f.Tokens = slices.DeleteFunc(f.Tokens, func(t auth.Token) bool { return t.Name == args[0] })
				if len(f.Tokens) == before {
					return fmt.Errorf("%s: there is no token %q\nlcshealth user token list lists them", o.path(), args[0])
				}
				return nil
			}); err != nil {
				return err
			}
			return a.say("%s: token %s is removed", o.path(), args[0])
		},
	}
}
