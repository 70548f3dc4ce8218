package diagnosis

import (
	"fmt"
	"net"
	"slices"

	"lcshealth/checks/sip"
	"lcshealth/checks/sip/signin"
)

// Pseudonyms replaces names, as the redactor of the facts does.
type Pseudonyms interface {
	Address(string) string // user@domain
	Host(string) string    // also host:port and IP addresses
	Name(string) string    // whatever names somebody or something
	Text(string) string    // prose that may hold names
}

// Names are what a log tells of people and hosts. Text that holds them can be
// redacted once they are known.
func Names(r *signin.Result) (out []string) {
	add := func(names ...string) {
		for _, n := range names {
			if host, _, err := net.SplitHostPort(n); err == nil {
				n = host
			}
			if n != "" && net.ParseIP(n) == nil {
				out = append(out, n)
			}
		}
	}
	for _, a := range r.Attempts {
		add(a.User, a.Target, a.Peer, a.Local)
		add(a.Contacts...)
	}
	for _, o := range r.Observations {
		add(o.From, o.To)
	}
	for _, f := range r.Faults {
		add(f.Peer)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Redact returns what a log tells with pseudonyms. Files are numbered, since
// their names may hold anything.
func Redact(r *signin.Result, by Pseudonyms, file func(string) string) *signin.Result {
	p := &redaction{by, file}
	out := *r
	out.Attempts = slices.Clone(r.Attempts)
	for i := range out.Attempts {
		p.attempt(&out.Attempts[i])
	}
	out.Observations = slices.Clone(r.Observations)
	for i := range out.Observations {
		o := &out.Observations[i]
		o.From, o.To, o.CallID, o.Reason = p.uri(o.From), p.uri(o.To), p.token(o.CallID), p.Text(o.Reason)
		o.Diagnostics, o.Steps = each(o.Diagnostics, p.Text), p.steps(o.Steps)
	}
	out.Faults = slices.Clone(r.Faults)
	for i := range out.Faults {
		f := &out.Faults[i]
		f.File, f.Text, f.StartLine = p.file(f.File), p.Text(f.Text), p.Text(f.StartLine)
		f.CallID, f.Peer = p.token(f.CallID), p.host(f.Peer)
		f.Data = slices.Clone(f.Data)
		for n, d := range f.Data {
			f.Data[n] = sip.Param{Name: d.Name, Value: p.Text(d.Value), Quoted: d.Quoted}
		}
	}
	out.Clocks = slices.Clone(r.Clocks)
	for i := range out.Clocks {
		out.Clocks[i].File = p.file(out.Clocks[i].File)
	}
	return &out
}

// redaction replaces what a log tells.
type redaction struct {
	Pseudonyms

	file func(string) string
}

func (p *redaction) attempt(a *signin.Attempt) {
	a.CallID, a.Epid, a.User, a.Target = p.token(a.CallID), p.token(a.Epid), p.uri(a.User), p.host(a.Target)
	a.Peer, a.Local, a.Client, a.Server, a.Reason = p.host(a.Peer), p.host(a.Local), p.Text(a.Client), p.Text(a.Server), p.Text(a.Reason)
	a.Warnings, a.Diagnostics, a.Contacts = each(a.Warnings, p.Text), each(a.Diagnostics, p.Text), each(a.Contacts, p.Text)
	a.Steps = p.steps(a.Steps)
}

func (p *redaction) steps(list []signin.Step) []signin.Step {
	out := slices.Clone(list)
	for i := range out {
		s := &out[i]
		s.File, s.Peer, s.Reason = p.file(s.File), p.host(s.Peer), p.Text(s.Reason)
	}
	return out
}

func (p *redaction) uri(s string) string {
	if s == "" {
		return ""
	}
	return sipURI(p.Address(s))
}

func (p *redaction) host(s string) string {
	if s == "" {
		return ""
	}
	return p.Host(s)
}

// token stands for an identifier that may hold the name of a host.
func (p *redaction) token(s string) string {
	if s == "" {
		return ""
	}
	return p.Name(s)
}

func each(list []string, by func(string) string) (out []string) {
	for _, s := range list {
		out = append(out, by(s))
	}
	return out
}

// Numbered names the files of a log by their number, in the order in which
// they are asked for.
func Numbered() func(string) string {
	known := map[string]string{}
	return func(name string) string {
		if known[name] == "" {
			known[name] = fmt.Sprintf("log-%d", len(known)+1)
		}
		return known[name]
	}
}
