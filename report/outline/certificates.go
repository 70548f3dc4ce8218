package outline

import (
	"crypto/sha1"
	"crypto/x509"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
	"lcshealth/report"
)

// collection gathers certificates by what they are, wherever they were seen.
type collection struct {
	walker pki.Walker
	parsed map[string]*x509.Certificate // by DER; nil for what cannot be parsed
	at     map[string]*entry            // by DER
	order  []*entry
}

// entry is a certificate with the hosts and uses it was seen with.
type entry struct {
	report.Dated
	hosts map[string]bool
	uses  map[string]bool
}

func newCollection(d *facts.Deployment) *collection {
	return &collection{walker: pki.For(d), parsed: map[string]*x509.Certificate{}, at: map[string]*entry{}}
}

// parse parses a certificate once: the stores of a forest hold the same roots
// over and over.
func (c *collection) parse(der []byte) *x509.Certificate {
	key := string(der)
	if p, known := c.parsed[key]; known {
		return p
	}
	p, err := x509.ParseCertificate(der)
	if err != nil {
		p = nil // then its dates are not known, and it is not told of
	}
	c.parsed[key] = p
	return p
}

// note adds a certificate, or another use of one that is there.
func (c *collection) note(p *x509.Certificate, host, use string, inUse, authority bool) {
	e := c.at[string(p.Raw)]
	if e == nil {
		sum := sha1.Sum(p.Raw)
		e = &entry{hosts: map[string]bool{}, uses: map[string]bool{}, Dated: report.Dated{
			Kind: report.DateCertificate, Name: pki.RawName(p.RawSubject), Authority: true,
			Serial: fmt.Sprintf("%X", p.SerialNumber.Bytes()), Fingerprint: fmt.Sprintf("%X", sum[:]), NotBefore: p.NotBefore.UTC(), NotAfter: p.NotAfter.UTC(),
		}}
		c.at[string(p.Raw)] = e
		c.order = append(c.order, e)
	}
	e.hosts[strings.ToLower(host)] = true
	if use != "" {
		e.uses[use] = true
	}
	e.InUse = e.InUse || inUse
	e.Authority = e.Authority && authority
}

// use is something that a server has a certificate set for.
type use struct {
	what string
	ref  facts.CertificateRef
}

// usesOf lists them, of what is enabled.
func usesOf(h *facts.Host) (out []use) {
	listeners, _ := h.Listeners.Get() // none, if they were not observed
	for _, l := range listeners {
		if l.Enabled && l.Transport != facts.TCP {
			out = append(out, use{fmt.Sprintf("the %s listener on port %d", l.Transport, l.Port), l.Certificate})
		}
	}
	routing, _ := h.Routing.Get()
	out = append(out, use{"outbound connections", routing.Certificate})
	routes, _ := h.Routes.Get()
	for _, r := range routes {
		if r.Enabled && r.Transport != facts.TCP {
			out = append(out, use{"the route for " + r.MatchURI, r.Certificate})
		}
	}
	return slices.DeleteFunc(out, func(u use) bool { return u.ref.IsZero() })
}

// server notes the certificates of a server's store that it uses with their
// authorities, and those that are issued to it.
func (c *collection) server(s *facts.Server) {
	stored, _ := s.Host.Certificates.Get()
	var mine []pki.Stored
	var between, roots []*x509.Certificate
	for _, k := range stored {
		if k.Profile != "" {
			continue
		}
		p := c.parse(k.DER)
		switch {
		case p == nil:
		case strings.EqualFold(k.Store, pki.My):
			mine = append(mine, pki.Stored{Certificate: p, HasPrivateKey: k.HasPrivateKey})
		case strings.EqualFold(k.Store, pki.CA):
			between = append(between, p)
		case strings.EqualFold(k.Store, pki.Root):
			roots = append(roots, p)
		}
	}
	walked := map[*x509.Certificate]bool{}
	for _, u := range usesOf(&s.Host) {
		found, ok := pki.Find(mine, u.ref)
		if !ok {
			continue
		}
		c.note(found.Certificate, s.FQDN, u.what, true, false)
		if walked[found.Certificate] {
			continue
		}
		walked[found.Certificate] = true
		for _, above := range c.walker.Walk(found.Certificate, between, roots).Path[1:] {
			c.note(above, s.FQDN, "", true, true)
		}
	}
	for _, m := range mine {
		if pki.IssuedTo(m.Certificate, s.FQDN) && !walked[m.Certificate] {
			c.note(m.Certificate, s.FQDN, "", false, false)
		}
	}
}

// endpoint notes what was shown on the wire.
func (c *collection) endpoint(e *facts.Endpoint) {
	answer, _ := e.TLS.Get()
	for i, der := range answer.Chain {
		p := c.parse(der)
		switch {
		case p == nil:
		case i == 0:
			c.note(p, e.Host, "shown at "+net.JoinHostPort(e.Host, strconv.Itoa(e.Port)), true, false)
		default:
			c.note(p, e.Host, "", true, true)
		}
	}
}

// dates returns the certificates, with the first of their hosts and uses.
func (c *collection) dates() []report.Dated {
	out := make([]report.Dated, len(c.order))
	for i, e := range c.order {
		out[i] = e.Dated
		out[i].Hosts, out[i].HostCount = first(e.hosts, mostHosts), len(e.hosts)
		out[i].Uses = first(e.uses, mostUses)
	}
	return out
}

// first returns the first words in alphabetical order.
func first(words map[string]bool, limit int) []string {
	var out []string
	for word := range words {
		out = append(out, word)
	}
	slices.Sort(out)
	return out[:min(len(out), limit)]
}
