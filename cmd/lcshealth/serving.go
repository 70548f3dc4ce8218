package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/config"
	"lcshealth/report"
	"lcshealth/report/audit"
	"lcshealth/report/history"
	"lcshealth/report/notify"
	"lcshealth/report/schedule"
	"lcshealth/report/web/auth"
	"lcshealth/report/web/guard"
	"lcshealth/report/web/runner"
)

// serving is what the parts of a server have in common.
type serving struct {
	a       *app
	cfg     *config.Config
	log     *slog.Logger
	store   *history.Store
	auditor *audit.Auditor
	configs map[string]*config.Config // of the deployments, by scope
}

// scopes reads what is audited when. Without anything it is the deployment of
// the configuration itself, when somebody asks.
func (s *serving) scopes() (out []runner.Scope, err error) {
	if len(s.cfg.Serve.Audits) == 0 {
		s.configs["default"] = s.cfg
		return []runner.Scope{{Name: "default"}}, nil
	}
	for i, a := range s.cfg.Serve.Audits {
		at, err := schedule.Parse(a.Schedule, a.Zone)
		if err == nil {
			at, err = at.Jittered(a.Scope, a.Jitter)
		}
		if err != nil {
			return nil, fmt.Errorf("serve.audits[%d].schedule: %w", i, err)
		}
		of := s.cfg
		if a.Config != "" {
			other, err := config.Load(a.Config)
			if err != nil {
				return nil, fmt.Errorf("serve.audits[%d].config: %w", i, err)
			}
			other.History = s.cfg.History // one history, and one folder of facts, for all
			of = other
		}
		s.configs[a.Scope] = of
		out = append(out, runner.Scope{Name: a.Scope, Schedule: at})
	}
	return out, nil
}

// users returns who may sign in, or nil if nobody has to or can.
func (s *serving) users() (*auth.Service, error) {
	f, err := auth.ReadFile(s.cfg.Serve.Users)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil //nolint:nilnil // that there is nobody is for the rules to judge
	case err != nil:
		return nil, err
	case !f.Usable():
		return nil, nil //nolint:nilnil // as above
	}
	return auth.New(auth.Options{Path: s.cfg.Serve.Users, Log: s.log})
}

func (s *serving) certificate() (*guard.Certificate, error) {
	if s.cfg.Serve.Certificate == "" {
		return nil, nil //nolint:nilnil // TLS is not spoken then
	}
	return guard.LoadCertificate(s.cfg.Serve.Certificate, s.cfg.Serve.Key, s.log, nil)
}

// audit runs one audit of a scope.
func (s *serving) audit(ctx context.Context, scope string, watch runner.Watcher) (*audit.Outcome, error) {
	cfg := s.configs[scope]
	most := cfg.Timeouts.Run + 5*time.Minute
	ctx, cancel := context.WithTimeoutCause(ctx, most, fmt.Errorf("the audit took longer than its deadline of %s", most))
	defer cancel()
	job := newJob(s.a, cfg, scope, s.output(), watched{watch})
	out, err := performAudit(ctx, s.auditor, s.cfg, job)
	if err != nil {
		return out, deadline(ctx, err)
	}
	return out, nil
}

// output says how findings are judged, with the waivers as they are now.
func (s *serving) output() *output {
	return &output{format: "text", failOn: string(checks.Minor), waivers: waiversOf("", s.cfg)}
}

// watched tells the web page how an audit gets on.
type watched struct{ to runner.Watcher }

func (w watched) step(source, target, what string, n int) { w.to.Step(source, target, what, n) }
func (w watched) finished(f facts.Source)                 { w.to.Finished(f) }

// lookup judges the facts of the last run for one user, or returns nil if they
// are not kept.
func (s *serving) lookup(ctx context.Context, scope, user string) (made *report.Report, err error) {
	runs, err := s.store.Runs(ctx, history.Filter{Scope: scope, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(runs) == 0 {
		return nil, fmt.Errorf("look %s up: %w", scope, history.ErrNone)
	}
	if _, err := os.Stat(runs[0].FactsFile); runs[0].FactsFile == "" || errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // the page says what to do
	}
	limits := scopeOfUser(user)
	options, err := limits.options()
	if err != nil {
		return nil, err
	}
	err = analyze(runs[0].FactsFile, func(j judgement) error {
		j.options, j.scope, j.output = options, limits.report(), s.output()
		made, err = j.judged(ctx, s.a)
		return err
	})
	return made, err
}

func scopeOfUser(user string) *scope { return &scope{user: strings.TrimSpace(user)} }

// test tries a channel out.
func (s *serving) test(ctx context.Context, name string) ([]string, error) {
	for _, c := range s.auditor.Channels {
		if c.Name() == name {
			return notify.Test(ctx, c, "default", time.Now())
		}
	}
	return nil, fmt.Errorf("there is no channel %q", name)
}
