package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lcshealth/checks"
	"lcshealth/config"
	"lcshealth/report"
	"lcshealth/report/audit"
	"lcshealth/report/history"
	"lcshealth/report/schedule"

	"github.com/spf13/cobra"
)

// auditOptions are the flags of audit.
type auditOptions struct {
	config   configFlags
	output   output
	history  string
	scope    string
	deadline time.Duration
}

func newAudit(a *app) *cobra.Command {
	var o auditOptions
	c := &cobra.Command{
		Use:   "audit",
		Short: "Check, store the run, and tell whom it concerns what has changed",
		Long: `audit is check for a scheduler: it checks everything, stores the run in the
history, compares it with the last run of the same scope, and sends mails and
calls webhooks, as the configuration says, about what is new, changed, resolved
or cannot be told any more. It prints one line if something has changed, and
nothing if not. lcshealth schedule prints what a scheduler needs to run it.

Two audits of one scope never run at the same time. What could not be sent waits
in the history and is tried again by later audits.

Findings are waived as with check, by --waivers or else by the file that
serve.waivers of the configuration names, if it is there.

Exit codes:
  0  no cause is present
  1  at least one cause is present, at or above --fail-on
  2  usage or configuration error
  3  incomplete: none is present, but at least one could not be determined
  4  internal error, interrupted, not stored, or another audit is running`,
		Example: `  lcshealth audit
  lcshealth audit --scope munich --config munich.yaml --report html=/var/www/health.html
  lcshealth history list`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := o.config.load(c)
			if err != nil {
				return err
			}
			return runAudit(c.Context(), a, cfg, &o)
		},
	}
	o.config.addFlags(c)
	o.output.addFileFlags(c)
	o.output.addJudgeFlags(c)
	f := c.Flags()
	f.StringVar(&o.history, "history", "", "history, an SQLite `file`, instead of the configuration's")
	f.StringVar(&o.scope, "scope", "default", "`name` under which runs are stored and compared")
	f.DurationVar(&o.deadline, "deadline", 0, "most time for all of it; without one, the time for gathering and 5 minutes (`duration`)")
	return c
}

func runAudit(ctx context.Context, a *app, cfg *config.Config, o *auditOptions) error {
	if err := o.prepare(cfg); err != nil {
		return err
	}
	o.output.waivers = waiversOf(o.output.waivers, cfg)
	ctx, cancel := context.WithTimeoutCause(ctx, o.deadline, fmt.Errorf("the audit took longer than its deadline of %s", o.deadline))
	defer cancel()
	store, err := openHistory(ctx, cfg, false)
	if err != nil {
		return o.withoutHistory(ctx, a, cfg, err)
	}
	defer store.Close() //nolint:errcheck // what was stored is stored
	auditor, err := newAuditor(store, &cfg.Notify)
	if err != nil {
		return err
	}
	out, err := performAudit(ctx, auditor, cfg, newJob(a, cfg, o.scope, &o.output, nil))
	if out != nil {
		for _, problem := range out.Problems {
			fmt.Fprintln(a.stderr, "lcshealth:", indented(hinted(problem)))
		}
	}
	if err != nil {
		return deadline(ctx, err)
	}
	return o.finish(a, out)
}

// prepare refuses wrong flags before anything is contacted.
func (o *auditOptions) prepare(cfg *config.Config) error {
	o.output.format = "text"
	if err := o.output.validate(); err != nil {
		return err
	}
	if strings.Contains(o.history, "://") {
		return usagef("--history takes the path of an SQLite file; the address of a database goes where history.postgres says")
	}
	if o.history != "" {
		cfg.History.Path, cfg.History.Postgres = o.history, config.Secret{}
	}
	if o.deadline < 0 {
		return usagef("--deadline %s: it must be positive", o.deadline)
	}
	if o.deadline == 0 {
		o.deadline = cfg.Timeouts.Run + 5*time.Minute
	}
	// What is left is for judging, storing and telling.
	cfg.Timeouts.Run = min(cfg.Timeouts.Run, o.deadline*4/5)
	return nil
}

// withoutHistory still makes the report when the history cannot be opened.
func (o *auditOptions) withoutHistory(ctx context.Context, a *app, cfg *config.Config, why error) error {
	if errors.Is(why, errUsage) {
		return why
	}
	fmt.Fprintln(a.stderr, "lcshealth:", indented(why))
	r, _, err := newJob(a, cfg, o.scope, &o.output, nil).Make(ctx)
	if err != nil {
		return deadline(ctx, err)
	}
	return o.finish(a, &audit.Outcome{Report: r})
}

// finish writes the reports and the line, and decides the exit code.
func (o *auditOptions) finish(a *app, out *audit.Outcome) error {
	if err := o.output.writeFiles(out.Report); err != nil {
		return err
	}
	if line := out.Line(); line != "" {
		fmt.Fprintf(a.stdout, "%s: %s (run %s)\n", o.scope, report.Clean(line), short(out.Report.Run.ID))
	}
	code := checks.ExitCode(out.Report.Run.ExitCode)
	if !out.Stored {
		code = checks.ExitInternal
	}
	if code != checks.ExitNothing {
		return errExit{code}
	}
	return nil
}

// performAudit does an audit unless the scope is being audited, and removes from
// the history what is not to be kept.
func performAudit(ctx context.Context, auditor *audit.Auditor, cfg *config.Config, job audit.Job) (*audit.Outcome, error) {
	ctx, release, err := holdScope(ctx, auditor.Store, cfg, job.Scope)
	if err != nil {
		return nil, err
	}
	defer release()
	out, err := auditor.Run(ctx, job)
	if err != nil {
		return out, err
	}
	if _, err := prune(ctx, auditor.Store, &cfg.History); err != nil {
		out.Problems = append(out.Problems, err)
	}
	return out, nil
}

// holdScope keeps others from auditing a scope: by a file beside an SQLite
// history, which is on this computer only, or in a PostgreSQL history that
// several share.
func holdScope(ctx context.Context, store *history.Store, cfg *config.Config, scope string) (held context.Context, release func(), err error) {
	if !cfg.History.Postgres.IsZero() {
		return audit.Hold(ctx, store, scope)
	}
	lock, err := schedule.Acquire(ctx, cfg.History.Path+".locks", scope)
	if err != nil {
		return nil, nil, err
	}
	return ctx, func() { _ = lock.Release() }, nil // else the system takes it back
}

// newJob is the audit of a configuration.
func newJob(a *app, cfg *config.Config, scope string, o *output, watch watcher) audit.Job {
	id := strings.ToLower(rand.Text())
	return audit.Job{Scope: scope, RunID: id, Make: func(ctx context.Context) (*report.Report, string, error) {
		return auditOnce(ctx, a, cfg, id, o, watch)
	}}
}

// auditOnce gathers and judges, and keeps the facts if they are to be kept.
func auditOnce(ctx context.Context, a *app, cfg *config.Config, id string, o *output, watch watcher) (*report.Report, string, error) {
	started := time.Now()
	g, err := gather(ctx, a, cfg, gathering{watch: watch})
	if err != nil {
		return nil, "", err
	}
	defer g.Close() //nolint:errcheck // temporary files
	var file string
	if cfg.History.Facts != "" {
		if err := os.MkdirAll(cfg.History.Facts, 0o700); err != nil {
			return nil, "", fmt.Errorf("make the folder for facts: %w", err)
		}
		file = filepath.Join(cfg.History.Facts, fmt.Sprintf("%s-%s.lcsfacts", started.UTC().Format("20060102T150405Z"), id))
		if err := report.WriteFile(file, func(w io.Writer) error { return g.store(ctx, w, cfg) }); err != nil {
			return nil, "", fmt.Errorf("store the facts: %w", err)
		}
	}
	j := judgement{
		id: id, started: started, config: cfg.Digest(), deployment: g.deployment, users: g.users.SignIns(ctx), output: o, settings: cfg,
	}
	made, err := j.judged(ctx, a)
	return made, file, err
}

// waiversOf is the file of waivers that was named or, if it is there, that of
// the configuration.
func waiversOf(named string, cfg *config.Config) string {
	if named != "" {
		return named
	}
	if _, err := os.Stat(cfg.Serve.Waivers); errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return cfg.Serve.Waivers
}

// deadline makes of a run that took too long an error that says so.
func deadline(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return context.Cause(ctx)
	}
	return err
}

// indented puts the lines of an error after the first below it.
func indented(err error) string { return strings.ReplaceAll(err.Error(), "\n", "\n  ") }
