package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"lcshealth/report/web/auth"

	"github.com/spf13/cobra"
)

// userOptions are the flags of user and its commands.
type userOptions struct {
	file, config string
	role         string
	disable      bool
	enable       bool
	token        tokenOptions
}

// userWait is how long a command waits for another that changes the file.
const userWait = 30 * time.Second

func newUser(a *app) *cobra.Command {
	var o userOptions
	c := &cobra.Command{
		Use:   "user",
		Short: "Say who may use the web page and its API",
		Long: `user keeps the file of those who may use the web page of lcshealth serve: people,
with a password and a role, and API tokens, with a scope. A viewer reads; an
operator also starts runs, waives findings and sends notifications.

Passwords are asked for at the terminal, or are one line of standard input; they
have at least 12 characters. The file holds no password and no token, only their
hashes. A server that runs sees changes at once: who has a new password or role,
is disabled or removed, has to sign in again.`,
		Example: `  lcshealth user add kim --role operator
  lcshealth user token add monitoring --owner kim --scope read --days 30
  lcshealth user list`,
	}
	f := c.PersistentFlags()
	f.StringVar(&o.file, "users", "", "users `file`; else users.yaml beside the configuration")
	f.StringVarP(&o.config, "config", "c", "lcshealth.yaml", "configuration `file`")
	must(c.MarkPersistentFlagFilename("users", "yaml", "yml"))
	c.AddCommand(newUserAdd(a, &o), newUserPassword(a, &o), newUserChange(a, &o), newUserList(a, &o), newUserRemove(a, &o), newUserToken(a, &o))
	return c
}

// path returns the users file.
func (o *userOptions) path() string {
	if o.file != "" {
		return o.file
	}
	return filepath.Join(filepath.Dir(o.config), "users.yaml")
}

// update changes the users file.
func (o *userOptions) update(ctx context.Context, change func(*auth.File) error) error {
	ctx, cancel := context.WithTimeout(ctx, userWait)
	defer cancel()
	return usage(auth.Update(ctx, o.path(), change))
}

func newUserAdd(a *app, o *userOptions) *cobra.Command {
	c := &cobra.Command{
		Use:   "add NAME",
		Short: "Add a user",
		Args:  cobra.ExactArgs(1),
		RunE:  func(c *cobra.Command, args []string) error { return runUserAdd(c.Context(), a, o, args[0]) },
	}
	c.Flags().StringVar(&o.role, "role", "", "what he may do: viewer or operator (`role`)")
	return c
}

func runUserAdd(ctx context.Context, a *app, o *userOptions, name string) error {
	role := auth.Role(o.role)
	if !role.Valid() {
		return usagef("--role %q: it is viewer or operator", o.role)
	}
	if err := auth.CheckName(name); err != nil {
		return usage(err)
	}
	// Before anybody types a password for nothing.
	if f, err := auth.ReadFile(o.path()); err == nil {
		if err := absent(f, name); err != nil {
			return usage(err)
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return usage(err)
	}
	hash, err := newPassword(ctx, a, name)
	if err != nil {
		return err
	}
	if err := o.update(ctx, func(f *auth.File) error {
		if err := absent(f, name); err != nil {
			return err
		}
		f.Users = append(f.Users, auth.User{Name: name, Password: hash, Role: role})
		return nil
	}); err != nil {
		return err
	}
	return a.say("%s: %s is added as %s", o.path(), name, role)
}

func absent(f *auth.File, name string) error {
	if _, ok := f.User(name); ok {
		return fmt.Errorf("there is a user %s already\nlcshealth user password and lcshealth user change change one", name)
	}
	return nil
}

func newUserPassword(a *app, o *userOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "password NAME",
		Short: "Give a user a new password, which ends the sessions that he has",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if f, err := auth.ReadFile(o.path()); err != nil {
				return usage(err)
			} else if _, ok := f.User(args[0]); !ok {
				return usage(noUser(o, args[0]))
			}
			hash, err := newPassword(c.Context(), a, args[0])
			if err != nil {
				return err
			}
			if err := o.change(c.Context(), args[0], func(u *auth.User) { u.Password = hash }); err != nil {
				return err
			}
			return a.say("%s: %s has a new password", o.path(), args[0])
		},
	}
}

func newUserChange(a *app, o *userOptions) *cobra.Command {
	c := &cobra.Command{
		Use:   "change NAME",
		Short: "Give a user another role, disable him or enable him again",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case o.role == "" && !o.disable && !o.enable:
				return usagef("nothing is to be changed: give --role, --disable or --enable")
			case o.disable && o.enable:
				return usagef("--disable and --enable: give one of them")
			case o.role != "" && !auth.Role(o.role).Valid():
				return usagef("--role %q: it is viewer or operator", o.role)
			}
			if err := o.change(c.Context(), args[0], func(u *auth.User) {
				if o.role != "" {
					u.Role = auth.Role(o.role)
				}
				u.Disabled = o.disable || u.Disabled && !o.enable
			}); err != nil {
				return err
			}
			return a.say("%s: %s is changed", o.path(), args[0])
		},
	}
	c.Flags().StringVar(&o.role, "role", "", "what he may do from now on: viewer or operator (`role`)")
	c.Flags().BoolVar(&o.disable, "disable", false, "he may not sign in, and his tokens are not valid")
	c.Flags().BoolVar(&o.enable, "enable", false, "he may sign in again")
	return c
}

// change changes one user.
func (o *userOptions) change(ctx context.Context, name string, change func(*auth.User)) error {
	return o.update(ctx, func(f *auth.File) error {
		i := slices.IndexFunc(f.Users, func(u auth.User) bool { return u.Name == name })
		if i < 0 {
			return noUser(o, name)
		}
		change(&f.Users[i])
		return nil
	})
}

func noUser(o *userOptions, name string) error {
	return fmt.Errorf("%s: there is no user %q\nlcshealth user list lists them", o.path(), name)
}

func newUserList(a *app, o *userOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the users",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			f, err := auth.ReadFile(o.path())
			if err != nil {
				return usage(fmt.Errorf("%w\nlcshealth user add makes the file", err))
			}
			w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "NAME\tROLE\tSTATE\tTOKENS")
			for _, u := range f.Users {
				tokens, state := 0, "enabled"
				for _, t := range f.Tokens {
					if t.Owner == u.Name {
						tokens++
					}
				}
				if u.Disabled {
					state = "disabled"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%d\n", u.Name, u.Role, state, tokens)
			}
			return w.Flush()
		},
	}
}

func newUserRemove(a *app, o *userOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "remove NAME",
		Short: "Remove a user with his tokens",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			tokens := 0
			err := o.update(c.Context(), func(f *auth.File) error {
				if _, ok := f.User(args[0]); !ok {
					return noUser(o, args[0])
				}
				tokens = len(f.Tokens)
				f.Users = slices.DeleteFunc(f.Users, func(u auth.User) bool { return u.Name == args[0] })
				f.Tokens = slices.DeleteFunc(f.Tokens, func(t auth.Token) bool { return t.Owner == args[0] })
				tokens -= len(f.Tokens)
				return nil
			})
			if err != nil {
				return err
			}
			return a.say("%s: %s is removed, with %d tokens", o.path(), args[0], tokens)
		},
	}
}

// say writes one line to standard output.
func (a *app) say(format string, args ...any) error {
	_, err := fmt.Fprintf(a.stdout, format+"\n", args...)
	return err
}
