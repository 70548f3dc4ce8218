package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"iter"
	"strings"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/catalog"
	"lcshealth/checks/facts"
	"lcshealth/config"
	"lcshealth/report"
	"lcshealth/report/outline"
	"lcshealth/report/waiver"

	"github.com/spf13/cobra"
)

// checkOptions are the flags of check.
type checkOptions struct {
	scope  scope
	output output
	config configFlags
}

func newCheck(a *app) *cobra.Command {
	var o checkOptions
	c := &cobra.Command{
		Use:   "check",
		Short: "Gather the facts of the deployment and report which causes are present",
		Long: `check asks every source that the configuration names, judges every cause of the
catalogue, and writes the report to standard output and to the files named with
--report. Sources run side by side, each within its own time; one that fails
leaves undetermined what needs it, and stops nothing else.

` + exitCodes,
		Example: `  lcshealth check
  lcshealth check --code 404 --server lcs01.contoso.com
  lcshealth check --user sip:kim@contoso.com
  lcshealth check --quiet --report html=health.html --report json=health.json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := o.config.load(c)
			if err != nil {
				return err
			}
			return runCheck(c.Context(), a, cfg, &o.scope, &o.output)
		},
	}
	o.config.addFlags(c)
	o.scope.addFlags(c)
	o.output.addFlags(c)
	return c
}

func runCheck(ctx context.Context, a *app, cfg *config.Config, s *scope, o *output) error {
	options, err := s.options()
	if err != nil {
		return err
	}
	if err := o.validate(); err != nil {
		return err
	}
	r, err := o.redact.redactor(ctx, cfg.Redact.Key)
	if err != nil {
		return err
	}
	started := time.Now()
	g, err := gather(ctx, a, cfg, gathering{})
	if err != nil {
		return err
	}
	defer g.Close() //nolint:errcheck // temporary files
	return judge(ctx, a, judgement{
		started: started, config: cfg.Digest(), deployment: g.deployment, users: g.users.SignIns(ctx), options: options, scope: s.report(), output: o,
		redactor: r, settings: cfg,
	})
}

// judgement is what check and analyze have in common: facts to be judged and
// reported.
type judgement struct {
	id         string // of the run; empty: a new one
	started    time.Time
	config     string
	deployment *facts.Deployment
	users      iter.Seq2[*facts.SignIn, error]
	options    checks.Options
	scope      report.Scope
	output     *output
	accepted   []acceptance

	redactor *redactor        // nil: names stay
	settings *config.Config   // whose names messages may have; nil for stored facts
	named    []checks.Finding // of the facts before names were replaced, as far as waivers need them
}

func judge(ctx context.Context, a *app, j judgement) error {
	r, err := j.judged(ctx, a)
	if err != nil {
		return err
	}
	if err := j.output.write(a, r); err != nil {
		return err
	}
	if code := j.output.exit(r); code != checks.ExitNothing {
		return errExit{code}
	}
	return nil
}

// judged judges the facts with the waivers.
func (j *judgement) judged(ctx context.Context, a *app) (*report.Report, error) {
	accepted, err := readWaivers(j.output.waivers)
	if err != nil {
		return nil, err
	}
	j.accepted = accept(accepted)
	end, err := j.redact(ctx, a)
	defer end()
	if err != nil {
		return nil, err
	}
	r, err := j.report(ctx)
	if err != nil {
		return nil, err
	}
	if j.output.waivers != "" {
		waiver.Apply(r, j.carry(r.Findings), time.Now())
		r.Run.ExitCode = int(checks.Exit(r.Findings, checks.Severity(j.output.failOn)))
	}
	return r, nil
}

// report judges the facts.
func (j *judgement) report(ctx context.Context) (*report.Report, error) {
	findings, err := checks.Judge(ctx, catalog.All(), j.deployment, ahead(j.users), j.options)
	if err != nil {
		return nil, err
	}
	if err := knownServers(j.deployment, j.options.Servers); err != nil {
		return nil, err
	}
	return outline.Add(report.New(report.Run{
		ID: cmp.Or(j.id, strings.ToLower(rand.Text())), StartedAt: second(j.started), FinishedAt: second(time.Now()), CollectedAt: j.deployment.CollectedAt,
		Version: version(), Catalog: catalog.Version, Config: j.config, Scope: j.scope, Redacted: j.deployment.Redacted,
		ExitCode: int(checks.Exit(findings, checks.Severity(j.output.failOn))),
	}, findings, j.deployment.Sources), j.deployment), nil
}

// knownServers refuses a server that no source knows: its findings would be
// empty, which looks like health.
func knownServers(d *facts.Deployment, names []string) error {
	for _, name := range names {
		if d.Server(name) != nil {
			continue
		}
		var known []string
		for _, s := range d.Servers {
			known = append(known, s.FQDN)
		}
		return usagef("--server %s: no such server; known are %s", name, strings.Join(known, ", "))
	}
	return nil
}

func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
