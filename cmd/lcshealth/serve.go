package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"sync"

	"lcshealth/checks/catalog"
	"lcshealth/config"
	"lcshealth/report/web"
	"lcshealth/report/web/auth"
	"lcshealth/report/web/guard"
	"lcshealth/report/web/runner"

	"github.com/spf13/cobra"
)

// serveOptions are the flags of serve.
type serveOptions struct {
	config   string
	listen   string
	users    string
	noSignIn bool
}

func newServe(a *app) *cobra.Command {
	var o serveOptions
	c := &cobra.Command{
		Use:   "serve",
		Short: "Audit by the clock, and show how things stand on a web page",
		Long: `serve does what lcshealth audit does, by the schedules under serve.audits of the
configuration, and shows on a web page how each scope stands, what changed since
when, and every report. Operators start audits there, waive findings and try
notifications out. The API below /api/v1 tells the same; it is described by
/api/v1/openapi.json. lcshealth user says who may use them.

An audit that was missed while serve was down is made up for once. Ctrl-C or
SIGTERM lets an audit that is under way finish for half a minute.

/healthz and /readyz are open to everybody. /metrics, for Prometheus, needs an
API token with the scope read, as "authorization: credentials_file" there.

Exit codes:
  0  it was asked to stop
  2  usage or configuration error, or an address that would not be safe
  4  internal error`,
		Example: `  lcshealth user add kim --role operator
  lcshealth serve
  lcshealth serve --listen 0.0.0.0:8443    with serve.certificate and serve.key
  lcshealth serve --no-sign-in             everybody on this host may read`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runServe(c.Context(), a, &o) },
	}
	f := c.Flags()
	f.StringVarP(&o.config, "config", "c", "lcshealth.yaml", "configuration `file`")
	f.StringVar(&o.listen, "listen", "", "`host:port`, instead of serve.listen")
	f.StringVar(&o.users, "users", "", "users `file`, instead of serve.users")
	f.BoolVar(&o.noSignIn, "no-sign-in", false, "nobody signs in, and everybody on this host may read; on a loopback address only")
	must(c.MarkFlagFilename("config", "yaml", "yml"))
	must(c.MarkFlagFilename("users", "yaml", "yml"))
	return c
}

func runServe(ctx context.Context, a *app, o *serveOptions) (err error) {
	cfg, err := config.Load(o.config)
	if err != nil {
		return usage(fmt.Errorf("%w\nlcshealth config init writes a configuration", err))
	}
	if o.listen != "" {
		cfg.Serve.Listen = o.listen
	}
	if o.users != "" {
		cfg.Serve.Users = o.users
	}
	log := slog.New(slog.NewTextHandler(a.stderr, nil))
	// What an audit does not find in the configuration, nobody is there to type.
	unattended := *a
	unattended.stdin, unattended.quiet = nil, true
	s := &serving{a: &unattended, cfg: cfg, log: log, configs: map[string]*config.Config{}}
	scopes, err := s.scopes()
	if err != nil {
		return usage(err)
	}
	users, err := s.users()
	if err != nil {
		return usage(err)
	}
	cert, err := s.certificate()
	if err != nil {
		return usage(err)
	}
	rules := guard.Rules{Addr: cfg.Serve.Listen, TLS: cert != nil, Users: users != nil, NoSignIn: o.noSignIn}
	if err := guard.ListenCheck(rules); err != nil {
		return usage(err)
	}
	if s.store, err = openHistory(ctx, cfg, false); err != nil {
		return err
	}
	defer s.store.Close() //nolint:errcheck // what was stored is stored
	if s.auditor, err = newAuditor(s.store, &cfg.Notify); err != nil {
		return err
	}
	l, err := guard.Listen(ctx, rules)
	if err != nil {
		return err
	}
	return s.serve(ctx, l, cert, users, scopes)
}

// serve serves until ctx ends, and then waits for what is under way.
func (s *serving) serve(ctx context.Context, l net.Listener, cert *guard.Certificate, users *auth.Service, scopes []runner.Scope) error {
	hosts := guard.Hosts(l.Addr(), s.cfg.Serve.Names, nil)
	scheme, host := "http", l.Addr().String()
	if cert != nil {
		hosts, scheme, host = guard.Hosts(l.Addr(), s.cfg.Serve.Names, cert.Leaf()), "https", named(l.Addr(), cert.Leaf())
	}
	o := web.Options{
		Store: s.store, Auditor: s.auditor, Auth: users, Hosts: hosts, TLS: cert != nil, Scopes: scopes, Start: s.audit, Causes: catalog.All(),
		Waivers: s.cfg.Serve.Waivers, NotifyTest: s.test, Version: version(), Log: s.log,
		Prune: func(ctx context.Context) error {
			_, err := prune(ctx, s.store, &s.cfg.History)
			return err
		},
	}
	if s.cfg.History.Facts != "" {
		o.Lookup = s.lookup
	}
	page, err := web.New(ctx, o)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	if err := s.a.say("%s://%s/", scheme, host); err != nil {
		return errors.Join(err, l.Close())
	}
	ctx, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { page.Run(ctx) })
	err = guard.Serve(ctx, guard.NewServer(page.Handler(), cert, s.log), l)
	stop()
	running.Wait()
	return err
}

// named is an address with the name of the certificate, if the address is every
// one of this computer.
func named(a net.Addr, c *x509.Certificate) string {
	tcp, ok := a.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() || len(c.DNSNames) == 0 {
		return a.String()
	}
	return net.JoinHostPort(c.DNSNames[0], strconv.Itoa(tcp.Port))
}
