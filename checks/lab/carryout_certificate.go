package lab

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
	"lcshealth/checks/preflight/plan"
)

var errNoCertificate = errors.New("the plan names no certificate for it")

// selectCertificate selects a certificate on a server, which is started again.
func (r *rollout) selectCertificate(p plan.Certificate) error {
	s, err := r.server(p.Server)
	if err != nil {
		return err
	}
	c, err := r.give(s, p.File, !p.NoKey)
	if err != nil {
		return err
	}
	n := 0
	for _, l := range s.listeners {
		if l.transport != facts.TCP && (p.Port == 0 || p.Port == l.port) {
			l.certificate, l.shown = c, nil
			n++
		}
	}
	switch {
	case p.Port == 0:
		s.outbound = c
	case n == 0:
		return fmt.Errorf("%s has no listener with TLS on port %d", s.fqdn, p.Port)
	}
	return nil
}

// give puts the certificates of a file in the stores of a server's computer. It
// returns that of the server, or nil if no file is named.
func (r *rollout) give(s *server, file string, key bool) (*certificate, error) {
	if file == "" {
		return nil, nil
	}
	all, err := r.parse(file)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(r.issued, func(c *certificate) bool { return bytes.Equal(c.Raw, all[0].Raw) })
	if at < 0 {
		return nil, fmt.Errorf("%s: the lab has not issued this certificate, and lacks its key", file)
	}
	s.keep(pki.My, all[0], key)
	for _, authority := range all[1:] {
		s.keep(pki.CA, authority, false)
	}
	return r.issued[at], nil
}

// parse reads the certificates of a file.
func (r *rollout) parse(file string) ([]*x509.Certificate, error) {
	text, ok := r.files[file]
	if !ok {
		return nil, fmt.Errorf("%s: the file is not there", file)
	}
	all, err := pki.Read(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return all, nil
}

// keep puts a certificate in a store of the server's computer, once.
func (s *server) keep(store string, c *x509.Certificate, key bool) {
	is := func(o facts.Certificate) bool { return o.Store == store && bytes.Equal(o.DER, c.Raw) }
	if !slices.ContainsFunc(s.certificates, is) {
		s.certificates = append(s.certificates, facts.Certificate{Store: store, DER: c.Raw, HasPrivateKey: &key})
	}
}
