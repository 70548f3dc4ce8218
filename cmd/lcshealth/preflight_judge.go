package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"iter"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/catalog"
	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
	"lcshealth/checks/preflight"
	"lcshealth/report"
	out "lcshealth/report/preflight"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// judge judges a plan by the facts that the flags name, and reports.
func (o *preflightOptions) judge(c *cobra.Command, a *app, p *readablePlan) error {
	ctx, started := c.Context(), time.Now()
	if o.facts != "" {
		return analyze(o.facts, func(j judgement) error { return o.report(ctx, a, p, j.deployment, j.users, started) })
	}
	cfg, err := o.config.load(c)
	if err != nil {
		return err
	}
	g, err := gather(ctx, a, cfg, p.gathering(o.after))
	if err != nil {
		return err
	}
	defer g.Close() //nolint:errcheck // temporary files
	return o.report(ctx, a, p, g.deployment, g.users.SignIns(ctx), started)
}

// report judges a plan by facts and writes the report everywhere it goes.
func (o *preflightOptions) report(ctx context.Context, a *app, p *readablePlan, d *facts.Deployment, users iter.Seq2[*facts.SignIn, error], started time.Time) error {
	if d.Redacted != "" {
		return usagef("the facts are redacted: the names of a plan are not to be found in them")
	}
	result, err := o.result(ctx, p, d, users)
	if err != nil {
		return err
	}
	code := result.Exit(checks.Severity(o.failOn))
	r := &out.Report{Result: *result, Run: out.Run{
		ID: strings.ToLower(rand.Text()), StartedAt: second(started), FinishedAt: second(time.Now()), CollectedAt: d.CollectedAt,
		Version: version(), Catalog: catalog.Version, Plan: p.plan.File, Digest: p.digest, After: o.after, ExitCode: int(code),
	}}
	if err := o.write(a, r); err != nil {
		return err
	}
	if code != checks.ExitNothing {
		return errExit{code}
	}
	return nil
}

// result judges a plan before or after the roll-out.
func (o *preflightOptions) result(ctx context.Context, p *readablePlan, d *facts.Deployment, users iter.Seq2[*facts.SignIn, error]) (result *preflight.Result, err error) {
	if !o.after {
		return judgePlan(ctx, p, d, users)
	}
	in := preflight.Input{
		Causes: catalog.All(), Plan: p.plan, Users: p.users, Lookups: p.lookups(d), Files: p.files,
		Facts: preflight.Facts{Deployment: d, Users: ahead(users)}, Now: time.Now(),
	}
	if o.before == "" {
		return preflight.After(ctx, in, preflight.Facts{})
	}
	err = analyze(o.before, func(j judgement) error {
		if j.deployment.Redacted != "" {
			return usagef("--before: the facts are redacted")
		}
		result, err = preflight.After(ctx, in, preflight.Facts{Deployment: j.deployment, Users: ahead(j.users)})
		return err
	})
	return result, err
}

// judgePlan judges a plan by facts. What does not fit in memory is put aside on
// disk meanwhile.
func judgePlan(ctx context.Context, p *readablePlan, d *facts.Deployment, users iter.Seq2[*facts.SignIn, error]) (*preflight.Result, error) {
	// The lines of the plan are kept, unlike users that stream by: what main
	// grants for those would cost twice as much here.
	if os.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(50))
	}
	spool := collect.NewUsers("")
	defer spool.Close() //nolint:errcheck // temporary files
	return preflight.Judge(ctx, preflight.Input{
		Causes: catalog.All(), Plan: p.plan, Users: p.users, Lookups: p.lookups(d), Files: p.files,
		Facts: preflight.Facts{Deployment: d, Users: ahead(users)}, Now: time.Now(), Spool: spool,
		Spooled: func(ctx context.Context) iter.Seq2[*facts.SignIn, error] { return ahead(spool.SignIns(ctx)) },
	})
}

func (o *preflightOptions) write(a *app, r *out.Report) error {
	for _, target := range o.reports {
		format, file, _ := strings.Cut(target, "=")
		if err := report.WriteFile(file, func(w io.Writer) error { return o.render(w, format, r, 100) }); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	width := 0
	if w, _, err := term.GetSize(int(a.stdout.Fd())); err == nil {
		width = min(w, 120)
	}
	return o.render(a.stdout, o.format, r, width)
}

func (o *preflightOptions) render(w io.Writer, format string, r *out.Report, width int) error {
	switch format {
	case "json":
		return out.WriteJSON(w, r)
	case "html":
		return out.WriteHTML(w, r)
	case "junit":
		return out.WriteJUnit(w, r, checks.Severity(o.failOn))
	case "csv":
		return out.WriteCSV(w, r)
	}
	return out.WriteText(w, r, out.TextOptions{Width: width, Verbose: o.verbose})
}
