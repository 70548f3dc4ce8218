package main

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"slices"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/catalog"
	"lcshealth/checks/facts"
	"lcshealth/config"
	"lcshealth/report/diagnosis"

	"github.com/spf13/cobra"
)

// runDiagnose reads the log, asks what is asked, looks at the server side if
// there is one, and writes what came of it.
func runDiagnose(c *cobra.Command, a *app, o *diagnoseOptions) error {
	if err := o.validate(c); err != nil {
		return err
	}
	cfg, err := o.configuration(c)
	if err != nil {
		return err
	}
	var key config.Secret
	if cfg != nil {
		key = cfg.Redact.Key
	}
	r, err := o.redact.redactor(c.Context(), key)
	if err != nil {
		return err
	}
	run := diagnosing{app: a, o: o, cfg: cfg, redactor: r, started: time.Now()}
	d, err := run.diagnose(c.Context())
	if err != nil {
		return err
	}
	if err := o.write(a, d); err != nil {
		return err
	}
	if d.Run.ExitCode != checks.ExitNothing {
		return errExit{d.Run.ExitCode}
	}
	return nil
}

// configuration loads the configuration if one is named or lies here, and there
// are no facts instead.
func (o *diagnoseOptions) configuration(c *cobra.Command) (*config.Config, error) {
	if o.facts != "" {
		return nil, nil
	}
	if !c.Flags().Changed("config") && len(o.config.hostFiles) == 0 {
		if _, err := os.Stat(o.config.path); errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
	}
	return o.config.load(c)
}

// diagnosing is one run of diagnose.
type diagnosing struct {
	*app

	o        *diagnoseOptions
	cfg      *config.Config // nil: none
	redactor *redactor      // nil: names stay
	started  time.Time

	log *readLog // nil without one
}

func (r *diagnosing) diagnose(ctx context.Context) (*diagnosis.Diagnosis, error) {
	var users []string
	if len(r.o.logs) > 0 {
		var err error
		if r.log, err = r.o.read(ctx, r.app); err != nil {
			return nil, err
		}
		users = r.log.users()
	}
	if err := r.o.checkUser(users); err != nil {
		return nil, err
	}
	if r.log != nil {
		if err := r.log.holds(r.o.user); err != nil {
			return nil, err
		}
	}
	// The question with its own names says whether the server side matters,
	// and for whom.
	d := diagnosis.Of(r.question(nil))
	checked, err := r.check(ctx, d)
	if err != nil {
		return nil, err
	}
	if r.redactor != nil {
		if checked == nil {
			r.learn()
			r.redactor.begin(r.app, nil)
		}
		d = diagnosis.Of(r.question(r.redactor))
	}
	if checked != nil {
		d.Judge(*checked)
	}
	d.Advise(slices.Clone(r.o.logs), r.redactor != nil)
	d.Run = diagnosis.Run{StartedAt: second(r.started), Version: version(), Catalog: catalog.Version, ExitCode: d.Exit()}
	if r.redactor != nil {
		d.Run.Redacted = r.redactor.ID()
	}
	return d, nil
}

// question asks with pseudonyms if there is a redactor.
func (r *diagnosing) question(by *redactor) diagnosis.Question {
	var q diagnosis.Question
	if r.log != nil {
		q = r.log.question(by)
	}
	q.Code, q.Phrase, q.User, q.Server, q.Causes = r.o.code, r.o.phrase, r.o.user, r.o.server, catalog.All()
	if by != nil {
		q.Phrase = by.Text(q.Phrase)
		if q.User != "" {
			q.User = by.Address(q.User)
		}
		if q.Server != "" {
			q.Server = by.Host(q.Server)
		}
	}
	return q
}

// learn makes the names of the question known to the redactor.
func (r *diagnosing) learn() {
	if r.redactor == nil {
		return
	}
	if r.log != nil {
		r.redactor.Learn(diagnosis.Names(r.log.result)...)
	}
	r.redactor.Learn(r.o.user, r.o.server)
}

// check looks at the server side, or returns nil if there is none or nothing
// failed.
func (r *diagnosing) check(ctx context.Context, d *diagnosis.Diagnosis) (*diagnosis.Checked, error) {
	switch {
	case !d.Failure.Failed():
		return nil, nil
	case r.o.facts != "":
		var checked *diagnosis.Checked
		err := analyze(r.o.facts, func(j judgement) (err error) {
			checked, err = r.judge(ctx, j, d, "facts")
			return err
		})
		return checked, err
	case r.cfg != nil:
		g, err := gather(ctx, r.app, r.cfg, gathering{})
		if err != nil {
			return nil, err
		}
		defer g.Close() //nolint:errcheck // temporary files
		return r.judge(ctx, judgement{deployment: g.deployment, users: g.users.SignIns(ctx), settings: r.cfg}, d, "configuration")
	}
	return nil, nil
}

// judge judges every cause for the user of the failure.
func (r *diagnosing) judge(ctx context.Context, j judgement, d *diagnosis.Diagnosis, from string) (*diagnosis.Checked, error) {
	if r.o.server != "" {
		if err := knownServers(j.deployment, []string{r.o.server}); err != nil {
			return nil, err
		}
	}
	j.redactor = r.redactor
	j.options = checks.Options{User: d.Failure.User}
	checked := &diagnosis.Checked{From: from}
	if facts.AddressDomain(facts.NormalizeAddress(d.Failure.User)) == "" {
		j.options.User = ""
		checked.Notes = append(checked.Notes, "No user is known: users were judged all together.")
	}
	if red := j.deployment.Redacted; red != "" && (r.redactor == nil || r.redactor.ID() != red) {
		j.options.User, j.redactor = "", nil
		checked.Notes = append(checked.Notes, "The facts are redacted with another key ("+red+"): neither the user nor the server can be found in them. Give their key with --redact --redact-key-file.")
	}
	r.learn()
	end, err := j.redact(ctx, r.app)
	defer end()
	if err != nil {
		return nil, err
	}
	watch := homeWatch{asked: facts.NormalizeAddress(j.options.User)}
	checked.Findings, err = checks.Judge(ctx, catalog.All(), j.deployment, watch.pass(ahead(j.users)), j.options)
	checked.Deployment, checked.Homes, checked.Held = j.deployment, watch.homes, watch.held
	return checked, err
}

// homeWatch looks, as users pass, where the one is at home who was asked for.
type homeWatch struct {
	asked string
	homes []string
	held  bool
}

func (w *homeWatch) pass(users iter.Seq2[*facts.SignIn, error]) iter.Seq2[*facts.SignIn, error] {
	return func(yield func(*facts.SignIn, error) bool) {
		for u, err := range users {
			if err == nil && w.asked != "" && u.Address == w.asked {
				for _, account := range u.Accounts {
					w.held = true
					if account.HomeServer != "" && !slices.Contains(w.homes, account.HomeServer) {
						w.homes = append(w.homes, account.HomeServer)
					}
				}
			}
			if !yield(u, err) {
				return
			}
		}
	}
}
