package lab_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/wire"
	"lcshealth/checks/facts"
	"lcshealth/checks/lab"
	"lcshealth/config"
)

// TestSIP looks whether every listener of a healthy lab answers as a server
// does, and whoever holds the port of another as a client.
func TestSIP(t *testing.T) {
	t.Parallel()
	o := check(t, start(t, "messenger-on-server"))
	listeners, clients := 0, 0
	for _, e := range o.deployment.Wire.Endpoints {
		options, why := e.Options.Get()
		register, whyNot := e.Register.Get()
		if why != nil || whyNot != nil {
			t.Errorf("%s:%d (%s): OPTIONS %v, REGISTER %v", e.Host, e.Port, e.Transport, why, whyNot)
			continue
		}
		listeners++
		switch {
		case options.Code == 405 && register.Code == 405 && options.UserAgent != "" && options.Server == "" && e.Host == "lcs01.contoso.com" && e.Transport == facts.TCP:
			clients++
		case options.Code != 200 || options.Server != "RTC/2.0" || register.Code != 401 || register.Date == nil || len(register.Challenges) != 2 ||
			register.Challenges[0].TargetName != e.Host || register.Challenges[1].TargetName != "sip/"+e.Host:
			t.Errorf("%s:%d (%s): OPTIONS %+v, REGISTER %+v", e.Host, e.Port, e.Transport, options, register)
		}
	}
	if listeners != 11 || clients != 1 {
		t.Errorf("%d listeners, %d of them clients", listeners, clients)
	}
}

// TestSignIn tries the sign-in that the configuration proposes.
func TestSignIn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fault string
		code  int
	}{{"none", 200}, {"clock-skew", 200}} {
		t.Run(test.fault, func(t *testing.T) {
			t.Parallel()
			l := start(t, test.fault)
			cfg := proposed(t, l)
			host, port, err := net.SplitHostPort(cfg.Probe.Server)
			if err != nil {
				t.Fatal(err)
			}
			number, err := strconv.Atoi(port)
			if err != nil {
				t.Fatal(err)
			}
			domain, user, _ := strings.Cut(cfg.Probe.Account, `\`)
			source := wire.New(wire.Config{Resolver: cfg.DNS.Resolver, ProbeUser: &wire.ProbeUser{
				URI: cfg.Probe.User, Domain: domain, User: user, Server: wire.Target{Host: host, Port: number, Transport: facts.TCP},
				Password: func(ctx context.Context) (string, error) { return cfg.Probe.Password.Read(ctx) },
			}})
			var d facts.Deployment
			if err := new(collect.Runner).Run(t.Context(), &d, []collect.Source{source}); err != nil {
				t.Fatal(err)
			}
			final, why := d.Wire.SignIns[0].Final.Get()
			if why != nil || final.Code != test.code || d.Wire.SignIns[0].ServerProof != facts.Verified || d.Wire.SignIns[0].Left != "" {
				t.Errorf("%v, %+v", why, d.Wire.SignIns[0])
			}
		})
	}
}

// proposed loads a lab's configuration with what it proposes.
func proposed(t *testing.T, l *lab.Lab) *config.Config {
	t.Helper()
	text, err := os.ReadFile(l.Config())
	if err != nil {
		t.Fatal(err)
	}
	at := strings.Index(string(text), "# probe:")
	if at < 0 {
		t.Fatalf("no sign-in is proposed in\n%s", text)
	}
	section, rest, _ := strings.Cut(string(text[at:]), "\n\n")
	section = regexp.MustCompile(`(?m)^# `).ReplaceAllString(section, "")
	file := filepath.Join(filepath.Dir(l.Config()), "proposed.yaml")
	if err := os.WriteFile(file, []byte(string(text[:at])+section+"\n\n"+rest), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}
