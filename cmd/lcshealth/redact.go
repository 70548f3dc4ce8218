package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"iter"
	"os"
	"slices"

	"lcshealth/checks"
	"lcshealth/checks/catalog"
	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/redact"
	"lcshealth/config"

	"github.com/spf13/cobra"
)

// redactFlags say whether names are replaced by pseudonyms, and by which.
type redactFlags struct {
	on      bool
	keyFile string
}

func (f *redactFlags) addFlags(c *cobra.Command) {
	c.Flags().BoolVar(&f.on, "redact", false, "replace names, addresses and identifiers by pseudonyms in all that is written")
	c.Flags().StringVar(&f.keyFile, "redact-key-file", "", "`file` whose first line is the key of the pseudonyms; without one, those of each run differ")
}

// redactor makes pseudonyms. Its key may be that of this run only.
type redactor struct {
	*redact.Redactor
	passing bool
}

// redactor returns nil if nothing is to be replaced. The key is that of the
// file, else the configured one, else a new one.
func (f *redactFlags) redactor(ctx context.Context, configured config.Secret) (*redactor, error) {
	if !f.on {
		if f.keyFile != "" {
			return nil, usagef("--redact-key-file: it is for --redact, which is not given")
		}
		return nil, nil
	}
	if f.keyFile != "" {
		configured = config.Secret{File: f.keyFile}
	}
	key, passing := rand.Text(), configured.IsZero()
	if !passing {
		var err error
		if key, err = configured.Read(ctx); err != nil {
			return nil, usagef("the key for --redact: %w", err)
		}
	}
	r, err := redact.New([]byte(key))
	if err != nil {
		return nil, usagef("--redact: %w", err)
	}
	return &redactor{r, passing}, nil
}

// begin tells of a key that is used once, and makes known what facts do not
// tell and messages may name.
func (r *redactor) begin(a *app, cfg *config.Config) {
	if r.passing {
		fmt.Fprintln(a.stderr, "lcshealth: the pseudonyms of this run cannot be compared with those of others; for that, give a key with --redact-key-file, or redact.key in the configuration")
	}
	if name, err := os.Hostname(); err == nil {
		r.Learn(name)
	}
	if cfg == nil {
		return
	}
	r.Learn(cfg.Directory.Username, cfg.Database.Username, cfg.WMI.Username, cfg.Probe.User, cfg.Probe.Account, cfg.Probe.Server, cfg.DNS.Resolver)
	r.Learn(cfg.Directory.ServerName, cfg.Database.ServerName, cfg.Directory.Kerberos.Realm, cfg.Database.Kerberos.Realm, cfg.WMI.Kerberos.Realm)
	r.Learn(cfg.Directory.Controllers...)
	for _, s := range cfg.Servers {
		r.Learn(s.Name, s.Database)
	}
	for _, p := range cfg.Pools {
		r.Learn(p.Name, p.Database)
	}
}

// redact replaces the names in what is to be judged, in the questions as well as
// in the facts. The returned function removes what was put aside on disk.
func (j *judgement) redact(ctx context.Context, a *app) (end func(), err error) {
	end = func() {}
	r := j.redactor
	switch {
	case r == nil:
		return end, nil
	case j.deployment.Redacted == r.ID():
		j.ask(r)
		fmt.Fprintln(a.stderr, "lcshealth: the facts are redacted already, with this key")
		return end, nil
	case j.deployment.Redacted != "":
		fmt.Fprintf(a.stderr, "lcshealth: the facts are redacted already, with another key (%s); their pseudonyms stay\n", j.deployment.Redacted)
		return end, nil
	}
	if err := knownServers(j.deployment, j.options.Servers); err != nil {
		return end, err // with the names that were given
	}
	r.begin(a, j.settings)
	original, questions, users := j.deployment, j.options, j.users
	j.deployment = r.Deployment(original)
	spool := collect.NewUsers("")
	end = func() { _ = spool.Close() } // temporary files
	users = r.spool(users, spool)
	if slices.ContainsFunc(j.accepted, func(w acceptance) bool { return w.Fingerprint != "" }) {
		// What was accepted was the evidence with its names.
		j.named, err = checks.Judge(ctx, catalog.All(), original, users, questions)
	} else {
		for _, err = range users {
			if err != nil {
				break
			}
		}
	}
	if err != nil {
		return end, err
	}
	j.users = spool.SignIns(ctx)
	j.ask(r)
	return end, nil
}

// ask replaces the names in questions.
func (j *judgement) ask(r *redactor) {
	servers := make([]string, 0, len(j.options.Servers))
	for _, s := range j.options.Servers {
		servers = append(servers, r.Host(s))
	}
	j.options.Servers, j.scope.Servers = servers, servers
	if j.options.User != "" {
		j.options.User = r.Address(j.options.User)
		j.scope.User = j.options.User
	}
	j.redactWaivers(r)
}

// spool passes users on as they are, and has each put aside with pseudonyms:
// their order becomes another one.
func (r *redactor) spool(users iter.Seq2[*facts.SignIn, error], to *collect.Users) iter.Seq2[*facts.SignIn, error] {
	return func(yield func(*facts.SignIn, error) bool) {
		for u, err := range ahead(users) {
			if err == nil {
				err = put(to, r.SignIn(u))
			}
			if !yield(u, err) || err != nil {
				return
			}
		}
	}
}

func put(to *collect.Users, u *facts.SignIn) error {
	for _, account := range u.Accounts {
		if err := to.AddAccount(account); err != nil {
			return err
		}
	}
	for _, entry := range u.Entries {
		if err := to.AddEntry(entry); err != nil {
			return err
		}
	}
	return nil
}

// redact replaces the names in gathered facts.
func (g *gathered) redact(ctx context.Context, a *app, r *redactor, cfg *config.Config) error {
	if r == nil {
		return nil
	}
	r.begin(a, cfg)
	g.deployment = r.Deployment(g.deployment)
	spool := collect.NewUsers("")
	for _, err := range r.spool(g.users.SignIns(ctx), spool) {
		if err != nil {
			_ = spool.Close() // the error that led here says more
			return err
		}
	}
	err := g.users.Close()
	g.users = spool
	return err
}
