package main

import (
	"context"
	"crypto/x509"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/collect"
	"lcshealth/checks/collect/wire"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
	"lcshealth/config"

	"github.com/spf13/cobra"
)

// probeOptions are the flags of probe.
type probeOptions struct {
	transport string
	domains   []string
	roots     string
	cert      string
	key       string
	certSec   secretFlags
	user      probeUser
	resolver  string
	connect   time.Duration
	timeout   time.Duration
	format    string
}

func newProbe(a *app) *cobra.Command {
	var o probeOptions
	c := &cobra.Command{
		Use:   "probe [HOST[:PORT]...]",
		Short: "Show what a server's ports show: DNS, TLS, certificates, mutual TLS and SIP",
		Long: `probe connects to servers as a client or another server would, and says what
they show, without any other source: addresses, TLS version and suite, the whole
certificate chain, whether a client certificate is asked for and of which
authorities, and how OPTIONS and a REGISTER without credentials are answered.
TLS as old as that of Windows Server 2003, and older, is read too.

Without a port, 5060 (TCP) and 5061 (TLS) are tried. With --domain, what clients
of that SIP domain look up in DNS is told, and the servers it names are probed.

With --probe-user a sign-in is tried, once, with NTLM. IT SHOWS THE USER ONLINE
for a moment, and a wrong password counts towards the account's lockout: use an
account made for testing.

Exit codes:
  0  everything that was asked was answered
  1  a port refuses connections, or the sign-in was refused
  2  usage error
  3  something could not be observed
  4  internal error, or interrupted`,
		Example: `  lcshealth probe lcs01.contoso.com
  lcshealth probe lcs01.contoso.com:5061 --transport mtls --certificate lcs02.pfx --roots contoso-ca.pem
  lcshealth probe --domain contoso.com --format json
  lcshealth probe lcs01.contoso.com --probe-user sip:test@contoso.com --probe-account 'CONTOSO\test'`,
		RunE: func(c *cobra.Command, args []string) error { return runProbe(c.Context(), a, &o, args) },
	}
	f := c.Flags()
	f.StringVar(&o.transport, "transport", "", "`how` to speak to the given ports: tcp, tls or mtls (default: tls for 5061 and 443, else tcp)")
	f.StringArrayVar(&o.domains, "domain", nil, "SIP `domain` whose client records to look up and follow (repeatable)")
	f.StringVar(&o.roots, "roots", "", "trusted root authorities to check chains against, in PEM (`file`)")
	f.StringVar(&o.cert, "certificate", "", "client certificate for mutual TLS: PEM, or .pfx with its key (`file`)")
	f.StringVar(&o.key, "key", "", "private key of --certificate, if it is not in the same `file`")
	o.certSec.addFlags(c, "certificate-password", "password of a .pfx")
	o.user.addFlags(c)
	f.StringVar(&o.resolver, "resolver", "", "DNS server to ask (`address`)")
	f.DurationVar(&o.connect, "connect-timeout", 5*time.Second, "most time for each connection, handshake and answer (`duration`)")
	f.DurationVar(&o.timeout, "timeout", 2*time.Minute, "most time for everything (`duration`)")
	f.StringVar(&o.format, "format", "text", "`format`: text or json")
	must(c.RegisterFlagCompletionFunc("transport", cobra.FixedCompletions([]string{"tcp", "tls", "mtls"}, cobra.ShellCompDirectiveNoFileComp)))
	must(c.MarkFlagFilename("roots", "pem", "crt", "cer"))
	must(c.MarkFlagFilename("certificate", "pem", "pfx", "p12"))
	return c
}

func runProbe(ctx context.Context, a *app, o *probeOptions, args []string) error {
	if o.format != "text" && o.format != "json" {
		return usagef("--format %s: it is text or json", o.format)
	}
	if len(args) == 0 && len(o.domains) == 0 {
		return usagef("name a server, or a SIP domain with --domain")
	}
	targets, err := probeTargets(args, o.transport)
	if err != nil {
		return err
	}
	roots, err := readRoots(o.roots)
	if err != nil {
		return err
	}
	cfg := wire.Config{
		SIPDomains: o.domains, Resolver: o.resolver, ConnectTimeout: o.connect,
		SIP: true,
	}
	secrets := newSecrets(a)
	if err := clientCertificate(ctx, &cfg, secrets, "certificate password", config.ClientCertificate{File: o.cert, Key: o.key, Password: o.certSec.secret()}); err != nil {
		return err
	}
	var signIn config.Probe
	if err := o.user.into(&signIn); err != nil {
		return err
	}
	if cfg.ProbeUser, err = probedUser(signIn, secrets, targets); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	d, err := probe(ctx, a, cfg, targets)
	if err != nil {
		return err
	}
	if o.format == "json" {
		err = writeJSON(a, accountJSON(d, roots))
	} else {
		err = writeAccount(a, d, roots, time.Now())
	}
	if err != nil {
		return err
	}
	if code := probeExit(d); code != checks.ExitNothing {
		return errExit{code}
	}
	return nil
}

// probe asks the wire: first DNS, if servers are to be found there, and then
// the servers.
func probe(ctx context.Context, a *app, cfg wire.Config, targets []wire.Target) (*facts.Deployment, error) {
	p := newProgress(a)
	defer p.stop()
	runner := collect.Runner{Progress: p.step, Done: p.finished}
	if deadline, ok := ctx.Deadline(); ok {
		runner.Deadline = time.Until(deadline)
	}
	d := &facts.Deployment{}
	if len(cfg.SIPDomains) > 0 {
		names := cfg
		names.ProbeUser = nil
		if err := runner.Run(ctx, d, []collect.Source{wire.New(names)}); err != nil {
			return nil, err
		}
		targets = append(targets, recordTargets(d.Wire.Records)...)
	}
	records := d.Wire.Records
	cfg.Targets, cfg.SIPDomains = targets, cfg.SIPDomains[:0:0]
	if err := runner.Run(ctx, d, []collect.Source{wire.New(cfg)}); err != nil {
		return nil, err
	}
	d.Wire.Records = records
	return d, nil
}

// recordTargets are the servers that clients' DNS records name.
func recordTargets(records []facts.ClientRecord) (out []wire.Target) {
	for _, r := range records {
		found, _ := r.Targets.Get() // what is not known is shown as such
		for _, t := range found {
			if r.Type != "SRV" {
				continue
			}
			transport := facts.TCP
			if strings.Contains(strings.ToLower(r.Name), "tls.") {
				transport = facts.TLS
			}
			out = append(out, wire.Target{Host: t.Host, Port: t.Port, Transport: transport, Listener: true})
		}
	}
	return out
}

// probeTargets turns HOST[:PORT] into targets.
func probeTargets(args []string, transport string) (out []wire.Target, err error) {
	asked := facts.Transport(strings.ToUpper(transport))
	switch asked {
	case "", facts.TCP, facts.TLS, facts.MTLS:
	default:
		return nil, usagef("--transport %s: it is tcp, tls or mtls", transport)
	}
	for _, arg := range args {
		host, port, err := net.SplitHostPort(arg)
		if err != nil {
			host, port = strings.Trim(arg, "[]"), ""
		}
		number, bad := strconv.Atoi(port)
		switch {
		case host == "":
			return nil, usagef("%s: name a host, as HOST or HOST:PORT", arg)
		case port != "" && (bad != nil || number < 1 || number > 65535):
			return nil, usagef("%s: %q is not a port", arg, port)
		case port != "":
			t := asked
			if t == "" {
				t = map[int]facts.Transport{5061: facts.TLS, 443: facts.TLS}[number]
			}
			if t == "" {
				t = facts.TCP
			}
			out = append(out, wire.Target{Host: host, Port: number, Transport: t, Listener: true})
			continue
		}
		if asked == "" || asked == facts.TCP {
			out = append(out, wire.Target{Host: host, Port: 5060, Transport: facts.TCP, Listener: true})
		}
		if asked != facts.TCP {
			t := asked
			if t == "" {
				t = facts.TLS
			}
			out = append(out, wire.Target{Host: host, Port: 5061, Transport: t, Listener: true})
		}
	}
	return out, nil
}

func readRoots(file string) (roots []*x509.Certificate, err error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, usagef("--roots: %w", err)
	}
	if roots, err = pki.Read(text); err != nil {
		return nil, usagef("--roots: %s: %w", file, err)
	}
	return roots, nil
}

// clientCertificate loads what mutual TLS is tried with, if anything.
func clientCertificate(ctx context.Context, cfg *wire.Config, s *secrets, key string, c config.ClientCertificate) error {
	if c.File == "" {
		return nil
	}
	loaded, err := wire.LoadClientCertificate(c.File, c.Key, func() (string, error) { return s.read(ctx, key, c.Password) })
	if err != nil {
		return usage(err)
	}
	cfg.ClientCertificate = loaded
	return nil
}

// probeExit says how a probe ended.
func probeExit(d *facts.Deployment) checks.ExitCode {
	code := checks.ExitNothing
	for _, s := range d.Sources {
		if s.Status != facts.OK {
			code = checks.ExitIncomplete
		}
	}
	for _, e := range d.Wire.Endpoints {
		if open, why := e.Connected.Get(); why == nil && !open {
			code = checks.ExitPresent
		}
	}
	for _, p := range d.Wire.SignIns {
		if final, why := p.Final.Get(); why == nil && final.Code >= 300 {
			code = checks.ExitPresent
		}
	}
	return code
}

// secretFlags name a secret on the command line, never its value.
type secretFlags struct{ file, env string }

func (s *secretFlags) addFlags(c *cobra.Command, name, what string) {
	c.Flags().StringVar(&s.file, name+"-file", "", "`file` whose first line is the "+what+"; without it you are asked")
	c.Flags().StringVar(&s.env, name+"-env", "", "environment `variable` that holds the "+what)
}

func (s *secretFlags) secret() config.Secret { return config.Secret{File: s.file, Env: s.env} }
