package catalog

import (
	"fmt"
	"strings"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
)

// certificateExpiring tells of what will be no-tls-listener,
// mtls-not-configured, outbound-certificate-missing or static-route-invalid
// soon.
var certificateExpiring = checks.Cause{
	ID:       "certificate-expiring",
	Title:    "A certificate that the server uses will expire soon",
	Codes:    []int{400, 504},
	Article:  checks.Article{URL: certificateIssues, Section: "expired certificates"},
	Severity: checks.Minor,
	Scope:    checks.ScopeServer,

	Meaning: "Once it has expired, users who sign in with TLS cannot connect, and messages between servers fail with 400 or 504.",
	Detection: "A certificate that a TLS listener, outbound connections or a route use is valid now and expires within 30 days (minor) or 7 days (major), by the date in the computer's store or, " +
		"where a listener shows the certificate that is set for it, on the wire. One that is not valid now is told by the causes that it brings about.",
	Needs:   []checks.Need{needListeners, needRouting, needCertificates, needReach},
	After:   []string{"certificate-renewed-in-place"},
	Blinded: []string{"sql-service-stopped"}, // as static-route-invalid is
	Fix: []string{
		"Obtain a new certificate for the same names and purposes, and place it with its private key in the computer's Personal store.",
		"Select it wherever the old one is set, on the Connections and Routing tabs (General tab on LCS 2005), and restart rtcsrv: it does not follow a renewal by itself (KB 836410).",
	},

	JudgeServer: judgeCertificateExpiring,
}

// certificateIssues is the LCS team's list of common faults of certificates of
// LCS 2005.
const certificateIssues = "http://communicationsserverteam.com/archive/2008/01/17/71.aspx"

// How long before its end a certificate is told of.
const (
	expiresSoon = 30 * 24 * time.Hour
	expiresNow  = 7 * 24 * time.Hour
)

// ending is a certificate that will expire soon, with all that it is used for.
type ending struct {
	*located
	what []string
}

func judgeCertificateExpiring(d *facts.Deployment, s *facts.Server) (j checks.Judgement) {
	uses, unknown := certificateUses(s)
	for _, why := range unknown {
		j.Unknown(why)
	}
	in := personalStore(s)
	var notSeen reasonOnce
	var soon []*ending
	for _, u := range uses {
		c, why := locate(d, s, in, u)
		notSeen.note(why)
		if c == nil {
			continue
		}
		if left := c.NotAfter.Sub(d.CollectedAt); left < 0 || left > expiresSoon || d.CollectedAt.Before(c.NotBefore) {
			j.Note(checks.Saw(c.from, fmt.Sprintf("the certificate of %s is valid until %s", u.what, day(c.NotAfter)), ""))
			continue
		}
		soon = addEnding(soon, c, u.what)
	}
	j.Unknown(notSeen.first)
	for _, e := range soon {
		left := e.NotAfter.Sub(d.CollectedAt)
		severity := checks.Minor
		if left <= expiresNow {
			severity = checks.Major
		}
		expires := fmt.Sprintf("expires %s, on %s", inDays(left), day(e.NotAfter))
		what := strings.Join(e.what, ", ")
		j.Present(severity, fmt.Sprintf("the certificate of %s %s", what, expires),
			checks.Saw(e.from, fmt.Sprintf("%s: %s %s", what, pki.Describe(e.Certificate), expires), "a certificate that is valid for more than 30 days"))
		j.Remedy(checks.Step{
			Text: fmt.Sprintf("Before %s, obtain a certificate to take the place of %s, for the same names and purposes, and place it with its private key in the computer's Personal store. Then select it for %s.", day(e.NotAfter), pki.Describe(e.Certificate), what),
			Host: s.FQDN,
		})
		if e.stored {
			j.StandsAlone()
		}
	}
	if len(soon) > 0 {
		j.Remedy(restart(restartServer, s.FQDN)...)
	}
	if len(uses) == 0 && len(unknown) == 0 {
		j.NotApplicable("no certificate is set on the server")
	}
	return j
}

// addEnding adds a certificate, or another use of one that is there already.
func addEnding(soon []*ending, c *located, what string) []*ending {
	for _, e := range soon {
		if e.Equal(c.Certificate) {
			e.what = append(e.what, what)
			return soon
		}
	}
	return append(soon, &ending{c, []string{what}})
}

// inDays says how long something lasts that ends soon.
func inDays(left time.Duration) string {
	days := int(left / (24 * time.Hour))
	if days == 0 {
		return "in less than a day"
	}
	return "in " + count(days, "day")
}
