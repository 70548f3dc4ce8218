package catalog

import (
	"crypto/x509"
	"fmt"
	"slices"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
)

// A certificate that is renewed while Live Communications Server runs gets a
// new serial number and a new key, and the settings go on naming the old one
// (KB 836410; autoenrolment does so). The server does not follow.

// renewal returns the certificate by which one that is no longer in the store
// was probably renewed: of the same issuer, to the server or its pool, valid
// now, and the newest of these. It is nil if there is none.
func renewal(s *facts.Server, mine []pki.Stored, gone facts.CertificateRef, now time.Time) *x509.Certificate {
	var newest *x509.Certificate
	for _, c := range mine {
		own := pki.IssuedTo(c.Certificate, s.FQDN) || s.PoolFQDN != "" && pki.IssuedTo(c.Certificate, s.PoolFQDN)
		if !own || string(c.RawIssuer) != string(gone.Issuer) || now.Before(c.NotBefore) || now.After(c.NotAfter) {
			continue
		}
		if c.HasPrivateKey != nil && !*c.HasPrivateKey {
			continue
		}
		if newest == nil || c.NotBefore.After(newest.NotBefore) || c.NotBefore.Equal(newest.NotBefore) && c.SerialNumber.Cmp(newest.SerialNumber) > 0 {
			newest = c.Certificate
		}
	}
	return newest
}

// renewed is the fault of a certificate that is gone, with another in its
// place.
func renewed(s *facts.Server, u use, by *x509.Certificate) fault {
	return fault{
		renewed:  unclaimed(s, by),
		reason:   "the certificate of " + u.what + " is not in the computer's store; it was probably renewed",
		observed: fmt.Sprintf("%s names %s, which is not in LocalMachine\\MY; it was probably renewed: %s, valid from %s, is there", u.what, pki.DescribeRef(u.ref), pki.Describe(by), day(by.NotBefore)),
		expected: "a certificate in that store",
		also:     transportEvents(s),
		steps:    []checks.Step{selectRenewed(s, by)},
	}
}

// unclaimed reports whether no setting names a certificate, as far as settings
// are known: a new one that nobody selected. One that another setting names may
// be what replaced the old one, or have nothing to do with it.
func unclaimed(s *facts.Server, c *x509.Certificate) bool {
	uses, _ := certificateUses(s)
	return !slices.ContainsFunc(uses, func(u use) bool {
		_, named := pki.Find([]pki.Stored{{Certificate: c}}, u.ref)
		return named
	})
}

// selectRenewed is the remedy of KB 836410.
func selectRenewed(s *facts.Server, by *x509.Certificate) checks.Step {
	return checks.Step{
		Text: fmt.Sprintf("The certificate was probably renewed while the server ran (KB 836410). Select the new one, %s, in place of the old one: for listeners on the Connections tab of the server's properties (General tab on LCS 2005), for outbound connections and routes on the Routing tab.", pki.Describe(by)),
		Host: s.FQDN,
	}
}

// transportIDs are those of the records that KB 836410 names, of a server that
// stopped to listen on its TLS port.
var transportIDs = []int{14336, 14347, 14352}

// transportEvents are the newest of these records, as evidence of what other
// facts show.
func transportEvents(s *facts.Server) []checks.Evidence {
	return records(s, isTransport, "no such record")
}

func isTransport(e facts.Event) bool { return isLCS(e) && slices.Contains(transportIDs, e.ID) }

// transportAge is how old a record may be that still tells of a port that is
// dead now.
const transportAge = 30 * 24 * time.Hour

// stoppedListening reports whether the log says that the server stopped to
// listen on a TLS port.
func stoppedListening(d *facts.Deployment, s *facts.Server) bool {
	last, found := newest(s, isTransport)
	return found && d.CollectedAt.Sub(last.At) <= transportAge
}

// deadByItself reports whether a port that is dead is so without
// server-service-stopped and certificate-renewed-in-place, as far as is known.
func deadByItself(d *facts.Deployment, s *facts.Server) bool {
	return runs(s) && !stoppedListening(d, s)
}
