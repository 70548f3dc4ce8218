package preflight

import (
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
)

// bundle is a file of certificates: that of a server, and authorities with it.
type bundle struct {
	leaf   *x509.Certificate
	others []*x509.Certificate
}

// parse reads certificates in PEM or DER form. The first is that of the server.
func parse(file []byte) (*bundle, error) {
	all, err := pki.Read(file)
	if err != nil {
		return nil, err
	}
	return &bundle{all[0], all[1:]}, nil
}

// terms say when a certificate must be valid: now, and for how long from now on.
type terms struct {
	now     time.Time
	expires time.Duration
}

// usage is what a planned certificate is for.
type usage struct {
	file       string
	server     string
	names      []string // the server's FQDN and that of its pool
	generation facts.Generation
	mutual     bool // for servers: an MTLS listener, or outbound connections
	noKey      bool
	terms      terms
	roots      []*x509.Certificate
	cas        []*x509.Certificate
	rootsWhy   *facts.Unknown // why the roots are not known
}

// certificateIssues looks at a certificate before it is selected.
func certificateIssues(b *bundle, u usage) (issues []Issue) {
	c, now := b.leaf, u.terms.now
	seen := func(observed, expected string) checks.Evidence {
		return checks.Saw(facts.Origin{Source: sourcePlan, Target: u.file, At: now}, observed, expected)
	}
	add := func(i Issue, expected string) {
		issues = append(issues, i.saw(seen(pki.Describe(c), expected)))
	}
	fresh := checks.Step{Text: "Obtain a certificate issued to " + u.server + ", for Server Authentication and Client Authentication, with its private key in the computer's Personal store, and plan that one.", Host: u.server}
	if u.noKey {
		add(noGo("certificate-without-key", "the certificate comes without its private key", fresh), "a private key")
	}
	switch {
	case now.After(c.NotAfter):
		add(noGo("certificate-expired", "the certificate expired on "+day(c.NotAfter), fresh), "one that is valid")
	case now.Before(c.NotBefore):
		add(noGo("certificate-not-yet-valid", "the certificate is not valid before "+day(c.NotBefore), checks.Step{Text: "Do it after that day, or obtain another certificate."}), "one that is valid now")
	case c.NotAfter.Sub(now) < u.terms.expires:
		add(risk("certificate-expires", checks.Minor, "the certificate expires on "+day(c.NotAfter), fresh), fmt.Sprintf("one that is valid for %d days more", int(u.terms.expires/(24*time.Hour))))
	}
	if !slices.ContainsFunc(u.names, func(n string) bool { return pki.IssuedTo(c, n) }) {
		i := noGo("certificate-name", fmt.Sprintf("the certificate is issued to %s, not to %s", strings.Join(pki.Names(c), ", "), u.server), fresh)
		if !u.mutual {
			i = risk("certificate-name", checks.Minor, fmt.Sprintf("the certificate is issued to %s, not to %s: clients must be told one of its names", strings.Join(pki.Names(c), ", "), u.server), fresh)
		}
		add(i, "issued to "+strings.Join(u.names, " or "))
	}
	purposes := []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	if u.mutual && u.generation != facts.LCS2005 {
		purposes = append(purposes, x509.ExtKeyUsageClientAuth)
	}
	for _, p := range purposes {
		if !pki.HasPurpose(c, p) {
			add(noGo("certificate-purpose", "the certificate is not for "+pki.PurposeName(p), fresh), "the purpose "+pki.PurposeName(p))
		}
	}
	return append(issues, chainIssues(b, u, seen)...)
}

// chainIssues follows the certificate to a root that the server's computer
// trusts.
func chainIssues(b *bundle, u usage, seen func(observed, expected string) checks.Evidence) []Issue {
	if u.rootsWhy != nil {
		return []Issue{cannotTell("certificate-chain", u.rootsWhy)}
	}
	chain := pki.Walk(b.leaf, slices.Concat(b.others, u.cas), u.roots)
	trust := checks.Step{Text: "Place the certificate of the root authority in the Trusted Root store, and those between in the Intermediate store, of the computer (not of a user).", Host: u.server}
	last := chain.Last()
	var said string
	switch chain.End {
	case pki.Trusted:
		return nil
	case pki.Unchecked:
		return []Issue{cannotTell("certificate-chain", &facts.Unknown{Source: sourcePlan, Target: u.file, Message: "the signature of " + pki.Describe(last) + " is of a kind that cannot be checked", Settle: "look at the certificate on " + u.server})}
	case pki.SelfSigned:
		said = "its chain ends at " + pki.Describe(last) + ", which the server does not trust"
	case pki.WrongIssuer:
		said = "an authority of the issuer's name did not sign " + pki.Describe(last)
	default:
		said = "the issuer of " + pki.Describe(last) + " is neither in the file nor in a store of the server"
	}
	return []Issue{noGo("certificate-chain", said, trust).saw(seen(pki.Describe(b.leaf), "a chain to a root in the computer's Trusted Root store"))}
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// ofCertificates are the causes of the catalogue that say again what a check of
// a planned certificate has said.
var ofCertificates = []string{
	"mtls-not-configured", "no-tls-listener", "outbound-certificate-missing", "certificate-expiring", "root-ca-in-user-store",
	"client-authentication-missing", "certificate-name-mismatch", "certificate-renewed-in-place", "static-route-invalid",
}

// saidAlready reports whether a check of the plan has told what a cause would,
// and nothing less.
func saidAlready(told []Issue, cause *Issue) bool {
	return slices.ContainsFunc(told, func(i Issue) bool {
		switch {
		case i.Check == outboundNotNamed && cause.Check == "outbound-certificate-missing",
			i.Check == listenerNotNamed && (cause.Check == "mtls-not-configured" || cause.Check == "no-tls-listener"):
			return true // the facts lack it because the plan does
		case i.Verdict.rank() > cause.Verdict.rank(), i.Verdict == Risk && !i.Severity.AtLeast(cause.Severity):
			return false
		}
		return i.Check == cause.Check || strings.HasPrefix(i.Check, "certificate-") && slices.Contains(ofCertificates, cause.Check)
	})
}
