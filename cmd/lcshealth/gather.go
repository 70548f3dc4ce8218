package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
	"lcshealth/checks/preflight/plan"
	"lcshealth/config"

	"golang.org/x/term"
)

// wireShare is the part of the run's time that is kept for the sources that
// need what the first ones found.
const wireShare = 4

// gathered are the facts of one run. Close removes what it put aside on disk.
type gathered struct {
	deployment *facts.Deployment
	users      *collect.Users
}

func (g *gathered) Close() error { return g.users.Close() }

// watcher is told how a run gets on.
type watcher interface {
	step(source, target, what string, n int)
	finished(facts.Source)
}

// gathering is how facts are gathered.
type gathering struct {
	watch  watcher    // nil stands for progress on standard error
	wanted []string   // accounts to look up in the directory
	ahead  *plan.Plan // whose needs of the network are looked up too; nil: there is none
}

// gather asks every source of the configuration.
func gather(ctx context.Context, a *app, cfg *config.Config, how gathering) (_ *gathered, err error) {
	users := collect.NewUsers("")
	defer func() {
		if err != nil {
			_ = users.Close() // the error that led here says more
		}
	}()
	s := &sources{cfg: cfg, users: users, secrets: newSecrets(a), wanted: how.wanted}
	ctx, cancel := context.WithTimeout(ctx, cfg.Timeouts.Run)
	defer cancel()
	first, err := s.first(ctx)
	if err != nil {
		return nil, err
	}
	watch := how.watch
	if watch == nil {
		p := newProgress(a)
		defer p.stop()
		watch = p
	}

	started := time.Now().UTC().Truncate(time.Second)
	d := &facts.Deployment{CollectedAt: started}
	runner := collect.Runner{Deadline: min(cfg.Timeouts.Source, cfg.Timeouts.Run-cfg.Timeouts.Run/wireShare), Progress: watch.step, Done: watch.finished}
	if err := runner.Run(ctx, d, first); err != nil {
		return nil, err
	}
	from := facts.Origin{Source: "configuration", At: started}
	collect.Assemble(d, known(cfg), from)
	runner.Deadline = cfg.Timeouts.Source
	if err := runner.Run(ctx, d, s.then(d)); err != nil {
		return nil, err
	}
	if s.unasked != "" {
		warnOfWire(d, s.unasked)
	}
	collect.Assemble(d, known(cfg), from) // the hosts that came in late
	if how.ahead != nil && cfg.Wire.Enabled {
		if err := lookAhead(ctx, &runner, cfg, how.ahead, d); err != nil {
			return nil, err
		}
	}
	return &gathered{d, users}, nil
}

// known is what the configuration says of the servers.
func known(cfg *config.Config) (out []collect.Known) {
	for _, s := range cfg.Servers {
		k := collect.Known{FQDN: s.Name, Role: facts.Role(s.Role)}
		switch s.Generation {
		case "2003":
			k.Generation = facts.LCS2003
		case "2005":
			k.Generation = facts.LCS2005
		}
		out = append(out, k)
	}
	return out
}

// secrets reads each secret once, and asks for one at the terminal that
// nothing else gives.
type secrets struct {
	a  *app
	mu sync.Mutex

	known map[string]string
}

func newSecrets(a *app) *secrets { return &secrets{a: a, known: map[string]string{}} }

func (s *secrets) read(ctx context.Context, key string, secret config.Secret) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if value, ok := s.known[key]; ok {
		return value, nil
	}
	value, err := s.get(ctx, key, secret)
	if err == nil {
		s.known[key] = value
	}
	return value, err
}

func (s *secrets) get(ctx context.Context, key string, secret config.Secret) (string, error) {
	if !secret.IsZero() {
		value, err := secret.Read(ctx)
		if err != nil {
			return "", collect.Fail(facts.Missing, "mend "+key+" in the configuration", "%s: %w", key, err)
		}
		return value, nil
	}
	if s.a.stdin == nil || !term.IsTerminal(int(s.a.stdin.Fd())) {
		return "", collect.Fail(facts.NotAsked, "say with file, env or command below "+key+" where the password is", "%s is not set", key)
	}
	fmt.Fprintf(s.a.stderr, "%s: ", strings.Replace(key, ".", " ", 1))
	value, err := term.ReadPassword(int(s.a.stdin.Fd()))
	fmt.Fprintln(s.a.stderr)
	if err != nil {
		return "", fmt.Errorf("%s: read the password from the terminal: %w", key, err)
	}
	return string(value), nil
}

// store writes gathered facts in their stored form.
func (g *gathered) store(ctx context.Context, w io.Writer, cfg *config.Config) error {
	out, err := facts.NewWriter(w, facts.Header{Tool: "lcshealth " + version(), CollectedAt: g.deployment.CollectedAt, Config: cfg.Digest(), Redacted: g.deployment.Redacted})
	if err != nil {
		return err
	}
	if err := out.Deployment(g.deployment); err != nil {
		return err
	}
	for u, err := range ahead(g.users.SignIns(ctx)) {
		if err != nil {
			return err
		}
		if err := out.SignIn(u); err != nil {
			return err
		}
	}
	return out.Close()
}
