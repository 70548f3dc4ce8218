package main

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lcshealth/checks"
	"lcshealth/checks/collect"
	"lcshealth/checks/collect/host"
	"lcshealth/checks/facts"
	"lcshealth/checks/lab"
	"lcshealth/config"
	"lcshealth/report"
)

// probing is a lab with what a probe of it needs to know.
type probing struct {
	resolver string
	roots    string // file
	ports    map[facts.Transport]int
}

// startProbing starts a lab and finds the listeners of lcs01 in it.
func startProbing(t *testing.T, faults ...string) probing {
	t.Helper()
	l, err := lab.Start(t.Context(), lab.Options{Dir: t.TempDir(), Users: 20, Faults: faults})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	cfg, err := config.Load(l.Config())
	if err != nil {
		t.Fatal(err)
	}
	p := probing{resolver: cfg.DNS.Resolver, ports: map[facts.Transport]int{}, roots: filepath.Join(t.TempDir(), "roots.pem")}
	d := &facts.Deployment{}
	for _, s := range cfg.Servers {
		if s.Name != "lcs01.contoso.com" {
			continue
		}
		if err := (&collect.Runner{}).Run(t.Context(), d, []collect.Source{host.New(host.Config{FQDN: s.Name, File: s.HostFile}, nil)}); err != nil {
			t.Fatal(err)
		}
	}
	listeners, _ := d.Servers[0].Host.Listeners.Get()
	for _, listener := range listeners {
		if listener.Enabled {
			p.ports[listener.Transport] = listener.Port
		}
	}
	stored, _ := d.Servers[0].Host.Certificates.Get()
	var text bytes.Buffer
	for _, c := range stored {
		if c.Store == "ROOT" {
			if err := pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: c.DER}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.WriteFile(p.roots, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// lcshealth runs the program and returns what it wrote and its exit code.
func lcshealth(t *testing.T, args ...string) (stdout, stderr string, code checks.ExitCode) {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	var said bytes.Buffer
	code = run(t.Context(), append(args, "--quiet"), &app{stdout: out, stderr: &said})
	text, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text), said.String(), code
}

func (p *probing) at(transport facts.Transport) string {
	return fmt.Sprintf("lcs01.contoso.com:%d", p.ports[transport])
}

// What a probe of a healthy server says, without any other source.
func TestProbe(t *testing.T) {
	t.Parallel()
	p := startProbing(t)
	for _, tt := range []struct {
		name string
		args []string
		code checks.ExitCode
		want []string
	}{
		{"TCP", []string{p.at(facts.TCP)}, 0, []string{"addresses           127.0.", "connection          open", "OPTIONS             200", "REGISTER            401 Unauthorized", "offers NTLM", "offers Kerberos", "its clock: "}},
		{"TLS", []string{p.at(facts.TLS), "--transport", "tls", "--roots", p.roots}, 0, []string{
			"certificate 1       CN=lcs01.contoso.com", "for the names lcs01.contoso.com; for Server Authentication, Client Authentication",
			"chain               ends at the trusted root CN=Contoso Root CA, DC=contoso, DC=com", "client certificate  not asked for: no mutual TLS", "REGISTER            401",
		}},
		{"MTLS without a certificate", []string{p.at(facts.MTLS), "--transport", "mtls"}, 0, []string{"client certificate  asked for", "of 1 authorities", "CN=Contoso Root CA, DC=contoso, DC=com", "without a certificate: refused"}},
		{"a SIP domain", []string{"--domain", "contoso.com"}, 0, []string{"_sip._tls.contoso.com SRV: fe01.contoso.com:", "fe01.contoso.com:", "REGISTER            401"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stdout, stderr, code := lcshealth(t, append([]string{"probe", "--resolver", p.resolver}, tt.args...)...)
			if code != tt.code {
				t.Errorf("exit code %d, want %d: %s", code, tt.code, stderr)
			}
			for _, want := range tt.want {
				if !strings.Contains(stdout, want) {
					t.Errorf("no %q in\n%s", want, stdout)
				}
			}
		})
	}
	t.Run("JSON", func(t *testing.T) {
		t.Parallel()
		stdout, _, code := lcshealth(t, "probe", p.at(facts.TLS), "--transport", "tls", "--roots", p.roots, "--resolver", p.resolver, "--format", "json")
		var got probeJSON
		if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != 0 {
			t.Fatalf("%v, exit code %d\n%s", err, code, stdout)
		}
		e := got.Endpoints[0]
		if e.ChainEnd != "trusted" || len(e.Certificates) != 2 || e.Certificates[0].Subject != "CN=lcs01.contoso.com" || !e.Register.IsObserved() {
			t.Errorf("%+v", e)
		}
	})
}

func TestProbeFailures(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	silent := ln.Addr().String()
	none := filepath.Join(t.TempDir(), "none.pem")
	for _, tt := range []struct {
		name string
		args []string
		code checks.ExitCode
		want string
	}{
		{"nothing to probe", nil, checks.ExitUsage, "name a server, or a SIP domain with --domain"},
		{"transport", []string{"x", "--transport", "udp"}, checks.ExitUsage, "--transport udp: it is tcp, tls or mtls"},
		{"port", []string{"x:99999"}, checks.ExitUsage, `x:99999: "99999" is not a port`},
		{"roots", []string{"x", "--roots", none}, checks.ExitUsage, "--roots: open " + none},
		{"certificate", []string{"x", "--certificate", none}, checks.ExitUsage, none},
		{"format", []string{"x", "--format", "xml"}, checks.ExitUsage, "--format xml: it is text or json"},
		{"user", []string{"x", "--probe-user", "kim"}, checks.ExitUsage, "--probe-user kim: a sign-in name has the form sip:user@domain"},
		{"account", []string{"x", "--probe-user", "sip:kim@contoso.com"}, checks.ExitUsage, "--probe-account"},
		{"silent", []string{silent, "--connect-timeout", "300ms"}, checks.ExitIncomplete, "did not answer OPTIONS within 300ms"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stdout, stderr, code := lcshealth(t, append([]string{"probe"}, tt.args...)...)
			if code != tt.code || !strings.Contains(stdout+stderr, tt.want) {
				t.Errorf("exit code %d, want %d with %q:\n%s%s", code, tt.code, tt.want, stdout, stderr)
			}
		})
	}
}

// A sign-in is tried when it is asked for, and the report says what came of it
// and which causes the answer stands for.
func TestProbeUser(t *testing.T) {
	t.Parallel()
	l, err := lab.Start(t.Context(), lab.Options{Dir: t.TempDir(), Users: 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	text, err := os.ReadFile(l.Config())
	if err != nil {
		t.Fatal(err)
	}
	head, proposed, ok := strings.Cut(string(text), "# probe:")
	if !ok {
		t.Fatal("the lab proposes nobody to sign in as")
	}
	file := filepath.Join(filepath.Dir(l.Config()), "probe.yaml")
	if err := os.WriteFile(file, []byte(head+"probe:"+strings.ReplaceAll(proposed, "\n#", "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		args []string
		want report.SignInOutcome
	}{
		{"accepted", nil, report.SignInAccepted},
		{"somebody else's address", []string{"--probe-user", "sip:nobody@contoso.com"}, report.SignInRefused},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stdout, stderr, code := lcshealth(t, append([]string{"check", "-c", file, "--format", "json"}, tt.args...)...)
			var got report.Report
			if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != checks.ExitNothing || len(got.SignIns) != 1 {
				t.Fatalf("exit code %d, %v, %d sign-ins: %s", code, err, len(got.SignIns), stderr)
			}
			s := got.SignIns[0]
			if s.Outcome != tt.want || !s.Attempted || s.Code == 0 {
				t.Errorf("%+v, want %s", s, tt.want)
			}
			if tt.want == report.SignInRefused && len(s.Present)+len(s.Undetermined)+len(s.Absent) == 0 {
				t.Errorf("no cause of %d is named: %+v", s.Code, s)
			}
		})
	}
}
