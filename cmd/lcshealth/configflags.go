package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"lcshealth/checks/collect/host"
	"lcshealth/config"

	"github.com/spf13/cobra"
)

// configFlags say where the configuration is, and what goes before it.
type configFlags struct {
	path      string
	timeout   time.Duration
	hostFiles []string
	allowOld  bool
	user      probeUser
}

func (f *configFlags) addFlags(c *cobra.Command) {
	c.Flags().StringVarP(&f.path, "config", "c", "lcshealth.yaml", "configuration `file`")
	c.Flags().DurationVar(&f.timeout, "timeout", 0, "most time for the whole run, instead of timeouts.run (`duration`)")
	c.Flags().StringArrayVar(&f.hostFiles, "host-file", nil, "also a host file, a folder of them or a pattern (`path`, repeatable); a configuration is then not needed")
	c.Flags().BoolVar(&f.allowOld, "allow-old", false, "accept host files that are older than hosts.max-age")
	f.user.addFlags(c)
	must(c.MarkFlagFilename("config", "yaml", "yml"))
	must(c.MarkFlagFilename("host-file", "ndjson", "gz"))
}

func (f *configFlags) load(c *cobra.Command) (*config.Config, error) {
	cfg, err := f.read(c.Flags().Changed("config"))
	if err != nil {
		return nil, usage(fmt.Errorf("%w\nlcshealth config init writes a configuration, lcshealth demo needs none", err))
	}
	if f.timeout < 0 {
		return nil, usagef("--timeout %s: it must be positive", f.timeout)
	}
	if f.timeout > 0 {
		cfg.Timeouts.Run = f.timeout
	}
	if f.allowOld {
		cfg.Hosts.AllowOld = true
	}
	ctx, cancel := context.WithTimeout(c.Context(), cfg.Timeouts.Source)
	defer cancel()
	for _, path := range f.hostFiles {
		if _, err := host.Find(ctx, path); err != nil {
			return nil, usagef("--host-file %s: %w", path, err)
		}
	}
	return cfg, nil
}

// read reads the configuration. One that nobody asked for need not be there if
// there are host files.
func (f *configFlags) read(asked bool) (*config.Config, error) {
	cfg, err := config.Load(f.path)
	if !asked && len(f.hostFiles) > 0 && errors.Is(err, fs.ErrNotExist) {
		cfg, err = config.Default(), nil
	}
	if err != nil {
		return nil, err
	}
	for _, path := range f.hostFiles {
		cfg.Hosts.Files = append(cfg.Hosts.Files, filepath.Clean(path))
	}
	if err := f.user.into(&cfg.Probe); err != nil {
		return nil, err
	}
	return cfg, cfg.Validate()
}
