package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
)

func (a *probeAccount) tls(host string, t facts.TLSAnswer) {
	a.line("TLS", "%s, %s", tls.VersionName(t.Version), suiteName(t.CipherSuite))
	var chain []*x509.Certificate
	for i, der := range t.Chain {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			a.line(fmt.Sprintf("certificate %d", i+1), "%d octets that cannot be parsed: %v", len(der), err)
			continue
		}
		chain = append(chain, c)
		a.certificate(fmt.Sprintf("certificate %d", i+1), c)
	}
	if len(chain) > 0 {
		if !pki.IssuedTo(chain[0], host) {
			a.line("name", "the certificate is for %s, not for %s", nameList(pki.Names(chain[0])), host)
		}
		a.chain(pki.Walk(chain[0], chain[1:], a.roots))
	}
	if t.Incomplete {
		a.line("", "the server stopped before the end of its first flight")
	}
	a.clientCertificate(t)
}

func (a *probeAccount) certificate(label string, c *x509.Certificate) {
	a.line(label, "%s", pki.Describe(c))
	left := c.NotAfter.Sub(a.now)
	validity := fmt.Sprintf("%d days left", left/(24*time.Hour))
	switch {
	case left < 0:
		validity = "EXPIRED"
	case a.now.Before(c.NotBefore):
		validity = "NOT YET VALID"
	}
	a.line("", "valid %s to %s (%s); %s %d bits; signed with %s", c.NotBefore.UTC().Format(time.DateOnly), c.NotAfter.UTC().Format(time.DateOnly), validity, c.PublicKeyAlgorithm, pki.KeyBits(c), c.SignatureAlgorithm)
	if names := pki.Names(c); len(names) > 0 && !c.IsCA {
		a.line("", "for the names %s; %s", nameList(names), purposes(c))
	}
}

// chain says where a chain ends. Roots are only checked if they were given.
func (a *probeAccount) chain(c pki.Chain) {
	last := pki.RawName(c.Last().RawSubject)
	switch c.End {
	case pki.Trusted:
		a.line("chain", "ends at the trusted root %s", last)
	case pki.SelfSigned:
		if len(a.roots) == 0 {
			a.line("chain", "ends at the self-signed %s (--roots checks whether it is trusted)", last)
		} else {
			a.line("chain", "ends at %s, which is NOT among the given roots", last)
		}
	case pki.IssuerMissing:
		a.line("chain", "goes on with %s, which was not sent%s", pki.RawName(c.Last().RawIssuer), map[bool]string{true: " and is NOT among the given roots", false: " (--roots checks whether it is trusted)"}[len(a.roots) > 0])
	case pki.WrongIssuer:
		a.line("chain", "BROKEN: there is a certificate of %s, but it did not sign %s", pki.RawName(c.Last().RawIssuer), last)
	case pki.Unchecked:
		a.line("chain", "the signature on %s is of a kind that cannot be checked (%s)", last, c.Last().SignatureAlgorithm)
	}
	for _, weak := range c.Weak {
		a.line("", "weak, but right: %s is signed with %s", pki.RawName(weak.RawSubject), weak.SignatureAlgorithm)
	}
	for _, issuer := range c.NotAuthorities() {
		a.line("", "%s signs without being an authority", pki.RawName(issuer.RawSubject))
	}
}

func (a *probeAccount) clientCertificate(t facts.TLSAnswer) {
	const label = "client certificate"
	switch {
	case !t.ClientCertificate && t.Incomplete:
		a.line(label, "not asked for, as far as the server came")
	case !t.ClientCertificate:
		a.line(label, "not asked for: no mutual TLS")
	case t.Handshake != nil && t.Handshake.Refused == "" && t.Handshake.Done:
		a.line(label, "asked for, not required")
	default:
		a.line(label, "asked for")
	}
	if t.ClientCertificate {
		if len(t.AcceptableCAs) == 0 {
			a.line("", "of any authority")
		} else {
			a.line("", "of %d authorities (a list of %d octets)", len(t.AcceptableCAs), t.CAListBytes)
		}
		const most = 8
		for _, name := range t.AcceptableCAs[:min(most, len(t.AcceptableCAs))] {
			a.line("", "  %s", pki.RawName(name))
		}
		if more := len(t.AcceptableCAs) - most; more > 0 {
			a.line("", "  and %d more (--format json has them all)", more)
		}
	}
	a.handshake("handshake", "without a certificate", t.Handshake)
	if t.WithCertificate != nil {
		a.handshake("", "with "+t.WithCertificate.Certificate, t.WithCertificate)
	}
}

func (a *probeAccount) handshake(label, how string, h *facts.TLSHandshake) {
	switch {
	case h == nil:
		a.line(label, "%s: not tried", how)
	case h.Refused != "":
		a.line(label, "%s: refused after the %s: %s", how, map[facts.TLSStage]string{facts.TLSHello: "hello", facts.TLSCertificate: "certificate", facts.TLSExchange: "handshake"}[h.Stage], h.Refused)
	case h.Done:
		a.line(label, "%s: done, %s, %s", how, tls.VersionName(h.Version), suiteName(h.CipherSuite))
	default:
		a.line(label, "%s: came to no end: %s", how, h.Unfinished)
	}
	if h != nil && h.NotOfList {
		a.line("", "  the list names no authority that issued it")
	}
}

func nameList(names []string) string {
	const most = 6
	if len(names) == 0 {
		return "nobody"
	}
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

// purposes are what a certificate says it may be used for.
func purposes(c *x509.Certificate) string {
	if len(c.ExtKeyUsage)+len(c.UnknownExtKeyUsage) == 0 {
		return "for every purpose"
	}
	var texts []string
	for _, usage := range c.ExtKeyUsage {
		switch usage {
		case x509.ExtKeyUsageAny:
			texts = append(texts, "every purpose")
		case x509.ExtKeyUsageServerAuth:
			texts = append(texts, "Server Authentication")
		case x509.ExtKeyUsageClientAuth:
			texts = append(texts, "Client Authentication")
		default:
			texts = append(texts, fmt.Sprintf("purpose %d", usage))
		}
	}
	for _, id := range c.UnknownExtKeyUsage {
		texts = append(texts, id.String())
	}
	return "for " + strings.Join(texts, ", ")
}

// suiteName names a cipher suite, also those of 2003 that Go does not have.
func suiteName(id uint16) string {
	if name, ok := oldSuites[id]; ok {
		return name
	}
	return tls.CipherSuiteName(id)
}

var oldSuites = map[uint16]string{
	0x0003: "TLS_RSA_EXPORT_WITH_RC4_40_MD5",
	0x0004: "TLS_RSA_WITH_RC4_128_MD5",
	0x0006: "TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5",
	0x0009: "TLS_RSA_WITH_DES_CBC_SHA",
	0x0062: "TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA",
	0x0064: "TLS_RSA_EXPORT1024_WITH_RC4_56_SHA",
}
