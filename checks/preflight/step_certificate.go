package preflight

import (
	"slices"
	"strconv"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
	"lcshealth/checks/preflight/plan"
)

func certificateStep(c plan.Certificate, file []byte, valid terms, at plan.Ref) step {
	s := step{at: at, kind: SetCertificate, name: c.Server, target: c.File, judges: []string{"mtls-not-configured", "no-tls-listener", "outbound-certificate-missing"}}
	if c.Port != 0 {
		s.target += " for port " + strconv.Itoa(c.Port)
	}
	s.apply = func(d *facts.Deployment) []Issue {
		server := changed(d, c.Server)
		if server == nil {
			return []Issue{unknownServer(d, c.Server)}
		}
		b, err := parse(file)
		if err != nil {
			return []Issue{unreadable(c.File, err)}
		}
		mutual, missing := selected(server, c.Port)
		if missing != nil {
			return []Issue{*missing}
		}
		u := usage{file: c.File, server: server.FQDN, names: namesOf(server), mutual: mutual, noKey: c.NoKey, terms: valid}
		u.generation, _ = server.Generation.Get() // unknown: the stricter rules of LCS 2003
		stored, why := server.Host.Certificates.Get()
		u.rootsWhy = why
		u.roots, u.cas = authorities(stored)
		issues := certificateIssues(b, u)
		put(d, server, b, c.Port, !c.NoKey, from(at, d))
		return issues
	}
	s.done = func(d *facts.Deployment) (Done, []Issue) { return certificateDone(d, c, file) }
	return s
}

func unreadable(file string, err error) Issue {
	return noGo("certificate-unreadable", file+": "+err.Error(), checks.Step{Text: "Export the certificate as Base-64 encoded X.509 (.CER), without its private key."})
}

func unknownServer(d *facts.Deployment, name string) Issue {
	if _, why := d.Directory.Servers.Get(); why != nil {
		return cannotTell("server-unknown", why)
	}
	return noGo("server-unknown", name+" is no server of the deployment"+nearAny(d, name), checks.Step{Text: "Correct the name, or plan the server too (servers)."})
}

// noServer is what became of a line about a server that is not there.
func noServer(d *facts.Deployment, name string) (Done, []Issue) {
	i := unknownServer(d, name)
	if i.Verdict == CannotTell {
		return DoneUnknown, []Issue{i}
	}
	return NotDone, []Issue{i}
}

// namesOf are the names that a certificate for servers may be issued to.
func namesOf(s *facts.Server) []string {
	names := []string{s.FQDN}
	if s.PoolFQDN != "" && !strings.EqualFold(s.PoolFQDN, s.FQDN) {
		names = append(names, s.PoolFQDN)
	}
	return names
}

// selected says whether a certificate will be shown to servers, and why it will
// not be used at all.
func selected(s *facts.Server, port int) (mutual bool, missing *Issue) {
	if port == 0 {
		return true, nil // outbound connections
	}
	listeners, why := s.Host.Listeners.Get()
	if why != nil {
		i := cannotTell("listener-unknown", why)
		return false, &i
	}
	for _, l := range listeners {
		if l.Port == port && l.Transport != facts.TCP {
			return l.Transport == facts.MTLS, nil
		}
	}
	i := noGo("listener-unknown", s.FQDN+" has no listener with TLS on port "+strconv.Itoa(port), checks.Step{Text: "Correct the port."})
	return false, &i
}

// put places a certificate in the computer's store, selects it, and has the
// listeners show it, as after a restart.
func put(d *facts.Deployment, s *facts.Server, b *bundle, port int, key bool, origin facts.Origin) {
	if stored, why := s.Host.Certificates.Get(); why == nil {
		s.Host.Certificates = facts.Observed(append(slices.Clone(stored), storeOf(b, key)...), s.Host.Certificates.Origin())
	}
	ref := pki.RefTo(b.leaf)
	if listeners, why := s.Host.Listeners.Get(); why == nil {
		listeners = slices.Clone(listeners)
		for i := range listeners {
			l := &listeners[i]
			if l.Transport != facts.TCP && (port == 0 || l.Port == port) {
				l.Certificate = ref
				shows(d, s.FQDN, l.Port, b, origin)
			}
		}
		s.Host.Listeners = facts.Observed(listeners, s.Host.Listeners.Origin())
	}
	if routing, why := s.Host.Routing.Get(); why == nil && port == 0 {
		routing.Certificate = ref
		s.Host.Routing = facts.Observed(routing, s.Host.Routing.Origin())
	}
}

// storeOf are the certificates of a file as a computer's stores have them.
func storeOf(b *bundle, key bool) []facts.Certificate {
	out := []facts.Certificate{{Store: pki.My, DER: b.leaf.Raw, HasPrivateKey: &key}}
	for _, c := range b.others {
		out = append(out, facts.Certificate{Store: pki.CA, DER: c.Raw})
	}
	return out
}

// shows has an endpoint show a certificate, if it was seen to show one.
func shows(d *facts.Deployment, host string, port int, b *bundle, origin facts.Origin) {
	d.Wire.Endpoints = slices.Clone(d.Wire.Endpoints)
	for i, e := range d.Wire.Endpoints {
		if e.Port != port || !strings.EqualFold(e.Host, host) {
			continue
		}
		if answer, why := e.TLS.Get(); why == nil {
			c := *e
			answer.Chain = [][]byte{b.leaf.Raw}
			for _, other := range b.others {
				answer.Chain = append(answer.Chain, other.Raw)
			}
			c.TLS = facts.Observed(answer, origin)
			d.Wire.Endpoints[i] = &c
		}
	}
}

// certificateDone looks whether a certificate was selected.
func certificateDone(d *facts.Deployment, c plan.Certificate, file []byte) (Done, []Issue) {
	s := d.Server(c.Server)
	_, err := parse(file)
	switch {
	case s == nil:
		return noServer(d, c.Server)
	case err != nil:
		return DoneUnknown, []Issue{unreadable(c.File, err)}
	}
	var wrong []string
	n := 0
	listeners, why := s.Host.Listeners.Get()
	if why != nil {
		return DoneUnknown, []Issue{cannotTell("not-done", why)}
	}
	for _, l := range listeners {
		if l.Transport == facts.TCP || c.Port != 0 && l.Port != c.Port {
			continue
		}
		if n++; !selects(l.Certificate, file) {
			wrong = append(wrong, "the "+string(l.Transport)+" listener on port "+strconv.Itoa(l.Port))
		}
	}
	if c.Port == 0 {
		routing, why := s.Host.Routing.Get()
		if why != nil {
			return DoneUnknown, []Issue{cannotTell("not-done", why)}
		}
		if n++; !selects(routing.Certificate, file) {
			wrong = append(wrong, "outbound connections")
		}
	}
	switch {
	case len(wrong) == 0 && n > 0:
		return DoneAsPlanned, nil
	case len(wrong) == n:
		return NotDone, []Issue{noGo("not-done", "the certificate of "+c.File+" is not selected on "+s.FQDN)}
	}
	return DoneDifferently, []Issue{noGo("done-differently", "the certificate of "+c.File+" is not selected for "+strings.Join(wrong, ", "))}
}
