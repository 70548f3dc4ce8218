package catalog

import (
	"crypto/x509"
	"fmt"
	"time"

	"lcshealth/checks"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
)

// shown is what the wire shows of a TLS listener or next hop.
type shown struct {
	closed bool              // it refuses connections, so that there is nothing more to see
	ended  string            // how it ended every handshake before it showed a certificate
	leaf   *x509.Certificate // nil if it showed none, or one that cannot be read
	answer facts.TLSAnswer
	from   facts.Origin
}

// look returns what the wire shows of an endpoint for TLS. The reason is not
// nil if the wire does not tell.
func look(d *facts.Deployment, host string, port int, transport facts.Transport) (v shown, unknown *facts.Unknown) {
	at := fmt.Sprintf("%s:%d", host, port)
	e := d.Wire.Endpoint(host, port, transport)
	if e == nil {
		return v, &facts.Unknown{
			Class: facts.NotAsked, Source: "wire", Target: at,
			Message: "the listener was not probed", Settle: "run the check with the wire source",
		}
	}
	if connected, why := e.Connected.Get(); why == nil && !connected {
		v.closed, v.from = true, e.Connected.Origin()
		return v, nil
	}
	answer, why := e.TLS.Get()
	if why != nil {
		if _, unreached := e.Connected.Get(); unreached != nil {
			why = unreached // which came first
		}
		return v, why
	}
	v.answer, v.from = answer, e.TLS.Origin()
	switch h := answer.Handshake; {
	case len(answer.Chain) > 0:
		v.leaf, _ = x509.ParseCertificate(answer.Chain[0]) // nil: unreadableLeaf
	case h != nil && h.Refused != "" && h.Stage == facts.TLSHello:
		v.ended = h.Refused
	default:
		return v, &facts.Unknown{
			Class: facts.Protocol, Source: "wire", Target: at,
			Message: "it answered with TLS and showed no certificate", Settle: "look which program listens on the port",
		}
	}
	return v, nil
}

// lookAt returns what the wire shows of a server's own listener.
func lookAt(d *facts.Deployment, s *facts.Server, l facts.Listener) (shown, *facts.Unknown) {
	return look(d, s.FQDN, l.Port, l.Transport)
}

// dead reports whether no client gets as far as the listener's certificate.
func (v shown) dead() bool { return v.closed || v.ended != "" }

// deadness says how a listener is dead.
func (v shown) deadness() string {
	if v.closed {
		return "refuses connections"
	}
	return "ends every handshake before it shows a certificate (" + v.ended + ")"
}

// refusal is the evidence of a listener that is dead, with what the application
// log says of a TLS listener that could not be started (KB 836410).
func (v shown) refusal(s *facts.Server, l facts.Listener) []checks.Evidence {
	expected := "connections are accepted"
	if !v.closed {
		expected = "its certificate is shown"
	}
	return append([]checks.Evidence{checks.Saw(v.from, describeListener(l)+" "+v.deadness(), expected)}, transportEvents(s)...)
}

// shows reports whether the certificate on the wire is the one that ref names.
func (v shown) shows(ref facts.CertificateRef) bool {
	if v.leaf == nil {
		return false
	}
	_, same := pki.Find([]pki.Stored{{Certificate: v.leaf}}, ref)
	return same
}

// asks reports whether the listener asks clients for a certificate. The reason
// is not nil if it fell silent before it could.
func (v shown) asks(at string) (bool, *facts.Unknown) {
	if v.answer.ClientCertificate || !v.answer.Incomplete {
		return v.answer.ClientCertificate, nil
	}
	return false, &facts.Unknown{
		Class: facts.Timeout, Source: "wire", Target: at,
		Message: "the handshake broke off before it could ask for a client certificate", Settle: "run the check again",
	}
}

// refusesStrangers reports whether the listener refused a client that had no
// certificate to show, and how.
func (v shown) refusesStrangers() (string, bool) {
	h := v.answer.Handshake
	if !v.answer.ClientCertificate || h == nil || h.Refused == "" || h.Stage == facts.TLSHello {
		return "", false
	}
	return h.Refused, true
}

// unreadableLeaf is the reason why nothing can be said of a certificate that a
// listener shows.
func unreadableLeaf(at string) *facts.Unknown {
	return &facts.Unknown{
		Class: facts.Protocol, Source: "wire", Target: at,
		Message: "the certificate that it shows could not be read", Settle: "look at the certificate with another program, such as openssl s_client",
	}
}

// describeLeaf names a certificate on the wire, with what clients judge it by.
func describeLeaf(c *x509.Certificate, now time.Time) string {
	until := "valid until "
	if now.After(c.NotAfter) {
		until = "expired on "
	}
	return fmt.Sprintf("%s, to %q, %s%s", pki.Describe(c), pki.Names(c), until, day(c.NotAfter))
}

// reasonOnce keeps the first of several reasons of one kind. A network that was
// not looked at is one reason, however many listeners a server has.
type reasonOnce struct{ first *facts.Unknown }

func (r *reasonOnce) note(why *facts.Unknown) {
	if r.first == nil {
		r.first = why
	}
}
