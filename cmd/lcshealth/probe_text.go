package main

import (
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/sip"
	"lcshealth/report"
)

// probeAccount writes what servers showed, for people.
type probeAccount struct {
	w     io.Writer
	roots []*x509.Certificate
	now   time.Time
	err   error
}

func writeAccount(a *app, d *facts.Deployment, roots []*x509.Certificate, now time.Time) error {
	out := &probeAccount{w: a.stdout, roots: roots, now: now}
	for _, r := range d.Wire.Records {
		out.record(r)
	}
	for _, e := range d.Wire.Endpoints {
		out.title("%s (%s)", net.JoinHostPort(e.Host, strconv.Itoa(e.Port)), e.Transport)
		out.endpoint(e)
	}
	for i := range d.Wire.SignIns {
		out.signIn(&d.Wire.SignIns[i])
	}
	for _, s := range d.Sources {
		for _, warning := range s.Warnings {
			out.title("warning: %s", warning)
		}
	}
	return out.err
}

func (a *probeAccount) title(format string, args ...any) {
	a.print("%s\n", report.Clean(fmt.Sprintf(format, args...)))
}

// line writes a labelled line. What comes from outside is cleaned.
func (a *probeAccount) line(label, format string, args ...any) {
	a.print("  %-19s %s\n", label, report.Clean(fmt.Sprintf(format, args...)))
}

func (a *probeAccount) print(format string, args ...any) {
	if a.err == nil {
		_, a.err = fmt.Fprintf(a.w, format, args...)
	}
}

func (a *probeAccount) unknown(label string, why *facts.Unknown) {
	a.line(label, "not observed: %s", why.Message)
	if why.Settle != "" {
		a.line("", "to settle: %s", why.Settle)
	}
}

func (a *probeAccount) record(r facts.ClientRecord) {
	targets, why := r.Targets.Get()
	switch {
	case why != nil:
		a.title("%s %s: not observed: %s", r.Name, r.Type, why.Message)
	case len(targets) == 0:
		a.title("%s %s: none", r.Name, r.Type)
	}
	for _, t := range targets {
		if r.Type == "SRV" {
			a.title("%s %s: %s, priority %d, weight %d", r.Name, r.Type, net.JoinHostPort(t.Host, strconv.Itoa(t.Port)), t.Priority, t.Weight)
			continue
		}
		a.title("%s %s: %s", r.Name, r.Type, t.Host)
	}
}

func (a *probeAccount) endpoint(e *facts.Endpoint) {
	if addresses, why := e.Addresses.Get(); why != nil {
		a.unknown("addresses", why)
	} else if len(addresses) == 0 {
		a.line("addresses", "none: the name does not exist")
	} else {
		a.line("addresses", "%s", strings.Join(addresses, ", "))
	}
	open, why := e.Connected.Get()
	switch {
	case why != nil:
		a.unknown("connection", why)
		return
	case !open:
		a.line("connection", "refused")
		return
	}
	a.line("connection", "open")
	if e.Transport != facts.TCP {
		if answer, why := e.TLS.Get(); why != nil {
			a.unknown("TLS", why)
		} else {
			a.tls(e.Host, answer)
		}
	}
	a.sip("OPTIONS", e.Options)
	a.sip("REGISTER", e.Register)
}

func (a *probeAccount) sip(method string, v facts.Value[facts.SIPAnswer]) {
	answer, why := v.Get()
	if why != nil {
		if why.Class != facts.NotAsked {
			a.unknown(method, why)
		}
		return
	}
	a.answer(method, &answer)
}

func (a *probeAccount) answer(label string, s *facts.SIPAnswer) {
	a.line(label, "%d %s, in %d ms", s.Code, s.Reason, s.Milliseconds)
	if phrase := sip.Phrase(s.Code); phrase != "" && !strings.EqualFold(phrase, s.Reason) {
		a.line("", "%d is %s in RFC 3261", s.Code, phrase)
	}
	for _, field := range []struct{ name, value string }{
		{"redirected from", s.RedirectedFrom}, {"Server", s.Server}, {"User-Agent", s.UserAgent}, {"Allow", s.Allow}, {"Contact", s.Contact},
		{"Warning", strings.Join(s.Warnings, "; ")}, {"ms-diagnostics", strings.Join(s.Diagnostics, "; ")},
	} {
		if field.value != "" {
			a.line("", "%s: %s", field.name, field.value)
		}
	}
	for _, c := range s.Challenges {
		a.line("", "offers %s, realm %q, for %s", c.Scheme, c.Realm, c.TargetName)
	}
	if s.Date != nil {
		a.line("", "its clock: %s, %s", s.Date.UTC().Format(time.RFC3339), skew(s.Date.Sub(s.Received)))
	}
}

func skew(d time.Duration) string {
	switch d = d.Round(time.Second); {
	case d > time.Second:
		return d.String() + " ahead of ours"
	case d < -time.Second:
		return (-d).String() + " behind ours"
	}
	return "as ours"
}

func (a *probeAccount) signIn(p *facts.SignInProbe) {
	a.title("sign-in as %s (%s) at %s", p.URI, p.Account, net.JoinHostPort(p.Host, strconv.Itoa(p.Port)))
	for _, step := range p.Steps {
		a.line(string(step.Kind), "%d %s, from %s", step.Answer.Code, step.Answer.Reason, step.Server)
	}
	if final, why := p.Final.Get(); why != nil {
		a.unknown("result", why)
	} else if final.Code < 300 {
		a.line("result", "signed in")
	} else {
		a.answer("result", &final)
		a.line("", "lcshealth explain %d says what it may mean, lcshealth check --user %s which of it is so", final.Code, p.URI)
	}
	switch p.ServerProof {
	case facts.Verified:
		a.line("server", "it proved that it knows the account")
	case facts.Forged:
		a.line("server", "its signature is WRONG")
	}
	if n := p.Names; n != nil {
		a.line("", "it is %s (%s) in the domain %s (%s), forest %s", n.DNSComputer, n.NetBIOSComputer, n.DNSDomain, n.NetBIOSDomain, n.DNSForest)
	}
	if p.Left != "" {
		a.line("registration", "may still be there: %s", p.Left)
	}
}
