package lab_test

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/catalog"
	"lcshealth/checks/collect"
	"lcshealth/checks/collect/directory"
	"lcshealth/checks/collect/host"
	"lcshealth/checks/collect/rtcdb"
	"lcshealth/checks/collect/wire"
	"lcshealth/checks/facts"
	"lcshealth/checks/lab"
	"lcshealth/config"
)

// start starts a lab with the given faults that ends with the test.
func start(t *testing.T, faults ...string) *lab.Lab {
	t.Helper()
	l, err := lab.Start(t.Context(), lab.Options{Dir: t.TempDir(), Faults: faults})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// outcome is what a check of a lab gives.
type outcome struct {
	deployment *facts.Deployment
	users      []*facts.SignIn
	findings   []checks.Finding
}

// check does what lcshealth check does, with the lab's own configuration.
func check(t *testing.T, l *lab.Lab) outcome {
	t.Helper()
	o, err := tryCheck(t, l)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// tryCheck is check for a goroutine of its own.
func tryCheck(t *testing.T, l *lab.Lab) (o outcome, err error) {
	cfg, err := config.Load(l.Config())
	if err != nil {
		return o, err
	}
	ctx, cancel := context.WithTimeout(t.Context(), cfg.Timeouts.Run)
	defer cancel()
	users := collect.NewUsers(t.TempDir())
	defer users.Close()
	w := wiring{t: t, cfg: cfg, users: users}
	d := &facts.Deployment{CollectedAt: time.Now().UTC().Truncate(time.Second)}
	runner := collect.Runner{Deadline: cfg.Timeouts.Source}
	from := facts.Origin{Source: "configuration", At: d.CollectedAt}
	if err := runner.Run(ctx, d, w.first()); err != nil {
		return o, err
	}
	collect.Assemble(d, w.known(), from)
	if err := runner.Run(ctx, d, []collect.Source{w.wire(d)}); err != nil {
		return o, err
	}
	collect.Assemble(d, w.known(), from)
	o.deployment = d
	for u, err := range users.SignIns(ctx) {
		if err != nil {
			return o, err
		}
		o.users = append(o.users, u)
	}
	o.findings, err = checks.Judge(ctx, catalog.All(), d, func(yield func(*facts.SignIn, error) bool) {
		for _, u := range o.users {
			if !yield(u, nil) {
				return
			}
		}
	}, checks.Options{Sample: -1})
	return o, err
}

// wiring makes the sources of a configuration, as the command does.
type wiring struct {
	t     *testing.T
	cfg   *config.Config
	users *collect.Users
}

func (w wiring) first() []collect.Source {
	dial := collect.Dialer(w.cfg.DNS.Resolver, w.cfg.Timeouts.Connect).DialContext
	c := w.cfg.Directory
	out := []collect.Source{directory.New(directory.Config{
		Controllers: c.Controllers, Security: directory.LDAPS, Auth: directory.Simple,
		Username: c.Username, Password: c.Password.Read, RootCAs: w.roots(c.CAFile),
		PageSize: c.PageSize, Connections: c.Connections, Dial: dial,
	}, w.users)}
	db := w.cfg.Database
	for _, s := range w.cfg.Servers {
		if s.Database != "" {
			out = append(out, rtcdb.New(rtcdb.Config{
				Name: s.Name, Serves: []string{s.Name}, Address: s.Database, Database: db.Name,
				Auth: rtcdb.Auth(db.Auth), Username: db.Username, Password: db.Password.Read,
				Encrypt: rtcdb.Encrypt(db.Encrypt), RootCAs: w.roots(db.CAFile),
				DialTimeout: w.cfg.Timeouts.Connect, Dial: dial,
			}, w.users))
		}
		var entries rtcdb.Entries = w.users
		if s.Database != "" {
			entries = nil // they are read directly
		}
		out = append(out, host.New(host.Config{FQDN: s.Name, File: s.HostFile, MaxAge: w.cfg.Hosts.MaxAge}, entries))
	}
	return out
}

func (w wiring) wire(d *facts.Deployment) collect.Source {
	domains, _ := d.Directory.SIPDomains.Get()
	var names []string
	for _, domain := range domains {
		names = append(names, domain.Name)
	}
	c := w.cfg.Wire.Certificate
	own, err := wire.LoadClientCertificate(c.File, c.Key, nil)
	if err != nil {
		w.t.Error(err)
	}
	return wire.New(wire.Config{
		Targets: wire.Targets(d), SIPDomains: names, Resolver: w.cfg.DNS.Resolver, ConnectTimeout: w.cfg.Timeouts.Connect,
		ClientCertificate: own, SIP: w.cfg.Wire.SIP,
	})
}

func (w wiring) known() (out []collect.Known) {
	for _, s := range w.cfg.Servers {
		if s.Generation != "" {
			w.t.Errorf("the configuration says that %s is of generation %s, which the directory should tell", s.Name, s.Generation)
		}
		out = append(out, collect.Known{FQDN: s.Name, Role: facts.Role(s.Role)})
	}
	return out
}

func (w wiring) roots(file string) *x509.CertPool {
	pem, err := os.ReadFile(file)
	if err != nil {
		w.t.Error(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		w.t.Errorf("%s holds no certificate", file)
	}
	return pool
}

// shows lists the findings of the verdicts, each as
//
//	ID (severity) for causes in their own right
//	ID (verdict, of CAUSE) for what follows from another cause
//
// with the number of users that it concerns.
func (o outcome) shows() (out []string) {
	for _, f := range o.findings {
		if f.Verdict != checks.Present && f.Verdict != checks.Undetermined {
			continue
		}
		note := string(f.Severity)
		if f.Verdict == checks.Undetermined {
			note = string(f.Verdict)
		}
		if f.ConsequenceOf != "" {
			note = string(f.Verdict) + ", of " + f.ConsequenceOf
		}
		if f.Affected != nil {
			note += fmt.Sprintf(", %d users", f.Affected.Count)
		}
		out = append(out, fmt.Sprintf("%s (%s)", f.ID, note))
	}
	slices.Sort(out)
	return out
}

// causes lists the causes that have a finding of the given verdict.
func (o outcome) causes(v checks.Verdict) (out []string) {
	for _, f := range o.findings {
		if f.Verdict == v {
			out = append(out, f.Cause)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// explain shows why the findings of a verdict are there, for a failure.
func (o outcome) explain() string {
	var b strings.Builder
	for _, f := range o.findings {
		if f.Verdict != checks.Present && f.Verdict != checks.Undetermined {
			continue
		}
		fmt.Fprintf(&b, "\n%s: %s", f.ID, cmp.Or(f.Reason, f.Title))
		for _, e := range f.Evidence {
			fmt.Fprintf(&b, "\n\t%s", e.Observed)
		}
	}
	return b.String()
}
