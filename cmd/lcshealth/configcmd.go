package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
	"lcshealth/config"
	"lcshealth/report"

	"github.com/spf13/cobra"
)

func newConfig(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Write, check or show the configuration",
	}
	c.AddCommand(newConfigInit(a), newConfigCheck(a), newConfigShow(a))
	return c
}

func newConfigCheck(a *app) *cobra.Command {
	var flags configFlags
	c := &cobra.Command{
		Use:     "check",
		Short:   "Check the configuration file, without contacting anybody",
		Example: "  lcshealth config check -c contoso.yaml",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := flags.load(c)
			if err != nil {
				return err
			}
			s := &sources{cfg: cfg, users: collect.NewUsers(""), secrets: newSecrets(a)}
			if _, err := s.first(c.Context()); err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.stdout, "%s: ok, %d controllers, %d servers, %d pools\n", cfg.Path(), len(cfg.Directory.Controllers), len(cfg.Servers), len(cfg.Pools))
			return err
		},
	}
	flags.addFlags(c)
	return c
}

func newConfigShow(a *app) *cobra.Command {
	var flags configFlags
	c := &cobra.Command{
		Use:   "show",
		Short: "Show the configuration that is in force: file, environment and defaults",
		Long: `show writes the configuration as check would use it, with what the environment
sets and with every default, as a commented file. Passwords are not in it, only
where they are found.`,
		Example: "  LCSHEALTH_TIMEOUTS_RUN=5m lcshealth config show",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := flags.load(c)
			if err != nil {
				return err
			}
			return config.Write(a.stdout, cfg)
		},
	}
	flags.addFlags(c)
	return c
}

// initOptions are the flags of config init.
type initOptions struct {
	file         string
	force        bool
	controllers  []string
	security     string
	auth         string
	username     string
	passwordFile string
	passwordEnv  string
	caFile       string
	resolver     string
	timeout      time.Duration
}

func newConfigInit(a *app) *cobra.Command {
	var o initOptions
	c := &cobra.Command{
		Use:   "init",
		Short: "Write a commented configuration file, from what the directory says if it is named",
		Long: `init writes a commented configuration file. With --directory it signs in to that
domain controller and fills in the servers and pools that it finds; the ways
into their hosts and databases are then to be added by hand.`,
		Example: `  lcshealth config init
  lcshealth config init --directory dc1.contoso.com --username 'CONTOSO\reader'
  lcshealth config init --directory dc1.contoso.com --username 'CONTOSO\reader' --password-file reader.secret --ca-file ca.pem -o contoso.yaml`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runConfigInit(c.Context(), a, &o) },
	}
	f := c.Flags()
	f.StringVarP(&o.file, "output", "o", "lcshealth.yaml", "`file` to write; - is standard output")
	f.BoolVar(&o.force, "force", false, "replace the file if it exists")
	f.StringSliceVar(&o.controllers, "directory", nil, "domain `controller` to read (repeatable)")
	f.StringVar(&o.security, "security", "ldaps", "ldaps, starttls or plain (`how`)")
	f.StringVar(&o.auth, "auth", "simple", "simple, ntlm or kerberos (`how`)")
	f.StringVar(&o.username, "username", "", "`account` to sign in with")
	f.StringVar(&o.passwordFile, "password-file", "", "`file` whose first line is the password; without it you are asked")
	f.StringVar(&o.passwordEnv, "password-env", "", "environment `variable` that holds the password")
	f.StringVar(&o.caFile, "ca-file", "", "authorities to trust, in PEM (`file`)")
	f.StringVar(&o.resolver, "resolver", "", "DNS server to ask (`address`)")
	f.DurationVar(&o.timeout, "timeout", time.Minute, "most time for reading the directory (`duration`)")
	return c
}

func runConfigInit(ctx context.Context, a *app, o *initOptions) error {
	if o.file != "-" && !o.force {
		if _, err := os.Stat(o.file); err == nil {
			return usagef("%s exists; --force replaces it, -o names another file", o.file)
		}
	}
	cfg := config.Default()
	cfg.Timeouts.Source = o.timeout
	d := &cfg.Directory
	d.Controllers, d.Security, d.Auth, d.Username, d.CAFile = o.controllers, o.security, o.auth, o.username, o.caFile
	d.Password = config.Secret{File: o.passwordFile, Env: o.passwordEnv}
	cfg.DNS.Resolver = o.resolver
	if len(o.controllers) > 0 {
		if err := cfg.Validate(); err != nil {
			return usagef("%s", asFlags(err.Error()))
		}
		if err := discover(ctx, a, cfg); err != nil {
			return err
		}
		cfg.Timeouts.Source = config.Default().Timeouts.Source
	} else {
		d.Controllers = []string{"dc1.example.com"}
		d.Username = `EXAMPLE\reader`
	}
	cfg.Database.Username = d.Username
	if o.file == "-" {
		return config.Write(a.stdout, cfg)
	}
	if err := writeConfig(o.file, cfg); err != nil {
		return err
	}
	_, err := fmt.Fprintf(a.stdout, "%s: %d servers, %d pools; add host-file and database to each, then run lcshealth plan\n", o.file, len(cfg.Servers), len(cfg.Pools))
	return err
}

// asFlags turns the keys in a message into the flags of init.
func asFlags(message string) string {
	return strings.NewReplacer("directory.controllers", "--directory", "directory.", "--").Replace(message)
}

// discover reads the directory and fills in the servers and pools.
func discover(ctx context.Context, a *app, cfg *config.Config) error {
	ctx, cancel := context.WithTimeout(ctx, cfg.Timeouts.Source)
	defer cancel()
	users := collect.NewUsers("")
	defer users.Close() //nolint:errcheck // temporary files
	s := &sources{cfg: cfg, users: users, secrets: newSecrets(a)}
	source, err := s.directory()
	if err != nil {
		return err
	}
	p := newProgress(a)
	d := &facts.Deployment{CollectedAt: time.Now().UTC()}
	runner := collect.Runner{Deadline: cfg.Timeouts.Source, Progress: p.step, Done: p.finished}
	err = runner.Run(ctx, d, []collect.Source{source})
	p.stop()
	if err != nil {
		return err
	}
	if account := d.Sources[0]; account.Status == facts.Failed || account.Status == facts.Skipped {
		return usagef("read the directory: %s", account.Message)
	}
	collect.Assemble(d, nil, facts.Origin{})
	pools, _ := d.Directory.Pools.Get() // none, if they were not observed
	for _, pool := range pools {
		if pool.BackEnd != "" && !strings.HasPrefix(strings.ToLower(pool.BackEnd), "(local)") {
			cfg.Pools = append(cfg.Pools, config.Pool{Name: pool.FQDN, Database: pool.BackEnd})
		}
	}
	for _, server := range d.Servers {
		cfg.Servers = append(cfg.Servers, config.Server{Name: server.FQDN})
	}
	return nil
}

func writeConfig(file string, cfg *config.Config) error {
	if err := report.WriteFile(file, func(w io.Writer) error { return config.Write(w, cfg) }); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	return nil
}
