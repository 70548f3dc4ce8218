package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"lcshealth/config"
	"lcshealth/report/history"

	"github.com/spf13/cobra"
)

// historyFlags say which history is meant.
type historyFlags struct {
	config string
	path   string
}

func (f *historyFlags) addFlags(c *cobra.Command) {
	c.PersistentFlags().StringVarP(&f.config, "config", "c", "lcshealth.yaml", "configuration `file`, which says where the history is")
	c.PersistentFlags().StringVar(&f.path, "history", "", "history, an SQLite `file`, instead of the configuration's")
	must(c.MarkPersistentFlagFilename("config", "yaml", "yml"))
	must(c.MarkPersistentFlagFilename("history", "db"))
}

// load reads the configuration, which is not needed if --history names a file.
func (f *historyFlags) load(c *cobra.Command) (*config.Config, error) {
	if strings.Contains(f.path, "://") {
		return nil, usagef("--history takes the path of an SQLite file: the address of a database holds a password, so history.postgres in the configuration says where it is found")
	}
	cfg, err := config.Load(f.config)
	if f.path != "" && !c.Flags().Changed("config") && errors.Is(err, fs.ErrNotExist) {
		cfg, err = config.Default(), nil
	}
	if err != nil {
		return nil, usage(fmt.Errorf("%w\nname the history with --history, or the configuration with --config", err))
	}
	if f.path != "" {
		cfg.History.Path, cfg.History.Postgres = f.path, config.Secret{}
	}
	return cfg, nil
}

// open opens a history that must be there.
func (f *historyFlags) open(c *cobra.Command) (*history.Store, *config.Config, error) {
	cfg, err := f.load(c)
	if err != nil {
		return nil, nil, err
	}
	store, err := openHistory(c.Context(), cfg, true)
	return store, cfg, err
}

// with calls a function with a history that must be there, and closes it.
func (f *historyFlags) with(c *cobra.Command, do func(context.Context, *history.Store) error) error {
	store, _, err := f.open(c)
	if err != nil {
		return err
	}
	defer store.Close() //nolint:errcheck // what was stored is stored
	return hinted(do(c.Context(), store))
}

// openHistory opens the history of a configuration.
func openHistory(ctx context.Context, cfg *config.Config, mustExist bool) (*history.Store, error) {
	options := history.Options{DSN: cfg.History.Path, MustExist: mustExist}
	if !cfg.History.Postgres.IsZero() {
		ctx, cancel := context.WithTimeout(ctx, cfg.Timeouts.Source)
		defer cancel()
		dsn, err := cfg.History.Postgres.Read(ctx)
		if err != nil {
			return nil, usage(fmt.Errorf("history.postgres: %w", err))
		}
		options.DSN = dsn
	}
	store, err := history.Open(ctx, options)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usage(fmt.Errorf("%w\nlcshealth audit makes it", err))
	}
	return store, hinted(err)
}

// hinted adds to an error of the history what to do about it, and makes what
// the user can mend a usage error.
func hinted(err error) error {
	for _, mistake := range []error{history.ErrNone, history.ErrAmbiguous, history.ErrPruned} {
		if errors.Is(err, mistake) {
			return usage(err)
		}
	}
	if e, ok := errors.AsType[*history.Error](err); ok && e.Hint() != "" {
		return fmt.Errorf("%w\n%s", err, e.Hint())
	}
	return err
}
