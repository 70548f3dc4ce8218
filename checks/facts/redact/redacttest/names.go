// Package redacttest finds out whether redacted facts and reports still hold a
// name. It knows by itself what facts name, and nothing of how they are
// redacted.
package redacttest

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"lcshealth/checks/facts"
)

// Names are what must not be found again.
type Names struct {
	words   map[string]bool // in lower case
	phrases []string        // with blanks or punctuation, in lower case
	octets  map[string]bool // of certificates: keys, identifiers and names
}

// public are words in names that are no secret.
var public = strings.Fields(`com net example test invalid localhost sip sipinternal sipexternal system services computers users microsoft rtc service
	global settings configuration administrator root issuing lab people nobody authority server local localsystem localservice networkservice
	builtin default live communications der that certification authorities company department gateway lang`)

// Of gathers the names of a deployment and its users.
func Of(d *facts.Deployment, users []*facts.SignIn) *Names {
	n := &Names{words: map[string]bool{}, octets: map[string]bool{}}
	n.directory(&d.Directory)
	for _, s := range d.Servers {
		n.server(s)
	}
	for _, db := range d.Databases {
		n.add(append(db.Serves, db.Name)...)
	}
	n.wire(&d.Wire)
	for _, s := range d.Sources {
		n.add(s.Target)
	}
	for _, u := range users {
		n.user(u)
	}
	return n
}

func (n *Names) directory(d *facts.Directory) {
	forest, _ := d.Forest.Get() // what was not observed names nobody
	n.add(forest.RootDomain, forest.RootDN)
	for _, domain := range forest.Domains {
		n.add(domain.Name, domain.DN, domain.SID)
	}
	domains, _ := d.SIPDomains.Get()
	for _, domain := range domains {
		n.add(domain.Name, domain.DN)
	}
	servers, _ := d.Servers.Get()
	for _, s := range servers {
		n.add(s.FQDN, s.DN, s.PoolDN)
	}
	pools, _ := d.Pools.Get()
	for _, p := range pools {
		n.add(p.FQDN, p.DN, p.BackEnd)
		n.add(p.Members...)
	}
	trusted, _ := d.TrustedServers.Get()
	for _, t := range trusted {
		n.add(t.FQDN, t.DN)
	}
	homes, _ := d.HomeServers.Get()
	for _, h := range homes {
		n.add(h.Name)
	}
}

func (n *Names) server(s *facts.Server) {
	n.add(s.FQDN, s.PoolFQDN)
	h := &s.Host
	listeners, _ := h.Listeners.Get()
	for _, l := range listeners {
		n.add(l.ID, l.Address)
		n.octets[string(l.Certificate.Issuer)] = true
		n.octets[string(l.Certificate.Serial)] = true
	}
	routes, _ := h.Routes.Get()
	for _, r := range routes {
		n.add(r.ID, r.NextHop)
	}
	authorized, _ := h.AuthorizedHosts.Get()
	for _, a := range authorized {
		n.add(a.ID, a.Host)
	}
	moves, _ := h.Moves.Get()
	for _, m := range moves {
		n.add(m.Address, m.AccountDN, m.Target, m.HomeServer)
	}
	events, _ := h.Events.Get()
	for _, e := range events {
		if strings.Count(e.Message, " ") > 3 {
			n.phrases = append(n.phrases, strings.ToLower(e.Message))
		}
	}
	own, _ := h.Certificates.Get()
	theirs, _ := h.UserRoots.Get()
	for _, c := range slices.Concat(own, theirs) {
		n.certificate(c.DER)
	}
}

func (n *Names) wire(w *facts.Wire) {
	for _, e := range w.Endpoints {
		n.add(e.Host)
		addresses, _ := e.Addresses.Get()
		n.add(addresses...)
		answer, _ := e.TLS.Get()
		for _, der := range answer.Chain {
			n.certificate(der)
		}
		for _, name := range answer.AcceptableCAs {
			n.octets[string(name)] = true
		}
	}
	for _, r := range w.Records {
		n.add(r.SIPDomain, r.Name, r.Resolver)
		targets, _ := r.Targets.Get()
		for _, t := range targets {
			n.add(t.Host)
		}
	}
	for _, p := range w.SignIns {
		n.add(p.URI, p.Account)
	}
}

func (n *Names) user(u *facts.SignIn) {
	n.add(u.Address)
	for _, a := range u.Accounts {
		n.add(a.DN, a.Name, a.GUID, a.SID, a.OriginatorSID, a.Address)
	}
	for _, e := range u.Entries {
		n.add(e.Address)
		for _, s := range []*string{e.SID, e.GUID} {
			if s != nil {
				n.add(*s)
			}
		}
	}
}

func (n *Names) certificate(der []byte) {
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return
	}
	n.add(c.Subject.CommonName, c.Issuer.CommonName)
	n.add(slices.Concat(c.DNSNames, c.EmailAddresses, c.Subject.Organization)...)
	for _, o := range [][]byte{c.Raw, c.RawSubject, c.RawIssuer, c.RawSubjectPublicKeyInfo, c.SubjectKeyId, c.AuthorityKeyId, c.SerialNumber.Bytes()} {
		n.octets[string(o)] = true
	}
}

var (
	word    = regexp.MustCompile(`[\p{L}\p{M}\p{N}_]+`)
	account = regexp.MustCompile(`S-1-5-21-\d+-\d+-\d+(-\d{4,})?`)
	guid    = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	parts   = regexp.MustCompile(`[\p{L}\p{M}\p{N}_-]+`)
)

// add notes names with their words.
func (n *Names) add(names ...string) {
	for _, name := range names {
		lower := strings.ToLower(strings.TrimSpace(name))
		switch a, err := netip.ParseAddr(lower); {
		case err == nil && (a.IsLoopback() || a.IsUnspecified()):
			continue
		case strings.HasPrefix(name, "S-1-") && !account.MatchString(name): // the same everywhere
			continue
		case err == nil, account.MatchString(name), guid.MatchString(lower):
			n.phrases = append(n.phrases, strings.Trim(lower, "{}"))
			continue
		}
		for _, w := range parts.FindAllString(lower, -1) {
			if len([]rune(w)) > 2 && strings.Trim(w, "0123456789-_") != "" && !slices.Contains(public, strings.Trim(w, "_")) && w[0] != '_' {
				n.words[w] = true
			}
		}
	}
}

// Len is how many names there are.
func (n *Names) Len() int { return len(n.words) + len(n.phrases) + len(n.octets) }

// In returns the names that a text holds, as words of their own.
func (n *Names) In(text string) (found []string) {
	lower := strings.ToLower(text)
	for _, pattern := range []*regexp.Regexp{word, parts} {
		for _, w := range pattern.FindAllString(lower, -1) {
			if n.words[w] && !slices.Contains(found, w) {
				found = append(found, w)
			}
		}
	}
	for _, p := range n.phrases {
		if strings.Contains(lower, p) && !slices.Contains(found, p) {
			found = append(found, p)
		}
	}
	return found
}

// InOctets returns the names, and the keys and the like of certificates, that
// octets hold.
func (n *Names) InOctets(b []byte) (found []string) {
	lower := bytes.ToLower(b)
	for w := range n.words {
		if len(w) > 4 && bytes.Contains(lower, []byte(w)) { // shorter ones come about by chance
			found = append(found, w)
		}
	}
	for o := range n.octets {
		if len(o) >= 6 && bytes.Contains(b, []byte(o)) {
			found = append(found, hex.EncodeToString([]byte(o)))
		}
	}
	return found
}
