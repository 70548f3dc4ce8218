package catalog

import (
	"crypto/x509"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki"
)

// certificateUses lists what a server has a certificate set for: its enabled
// listeners with TLS, its outbound connections, and its enabled routes that
// name one of their own. The reasons say why some may be missing.
func certificateUses(s *facts.Server) (uses []use, unknown []*facts.Unknown) {
	uses, unknown = ownUses(s)
	routes, why := s.Host.Routes.Get()
	if why != nil {
		unknown = append(unknown, why)
	}
	for _, r := range routes {
		if r.Enabled && r.Transport != facts.TCP && !r.Certificate.IsZero() { // without one it uses the default
			uses = append(uses, use{what: "the route for " + r.MatchURI, ref: r.Certificate, mutual: r.Transport == facts.MTLS})
		}
	}
	return uses, unknown
}

// ownUses are those that need no route.
func ownUses(s *facts.Server) (uses []use, unknown []*facts.Unknown) {
	add := func(u use) {
		if !u.ref.IsZero() { // that none is set is a cause of its own
			uses = append(uses, u)
		}
	}
	listeners, why := s.Host.Listeners.Get()
	if why != nil {
		unknown = append(unknown, why)
	}
	for _, l := range securedListeners(listeners) {
		add(use{what: describeListener(l), ref: l.Certificate, listener: &l})
	}
	routing, why := s.Host.Routing.Get()
	if why != nil {
		unknown = append(unknown, why)
	}
	add(use{what: outbound, ref: routing.Certificate, mutual: true})
	return uses, unknown
}

// isOf reports whether a use is that of a listener.
func (u use) isOf(l facts.Listener) bool {
	return u.listener != nil && u.listener.Port == l.Port && u.listener.Transport == l.Transport && u.listener.Address == l.Address
}

// outbound is what the default certificate of the Routing tab is for.
const outbound = "outbound connections"

// personal is the Personal store of a server's computer.
type personal struct {
	mine       []pki.Stored
	unreadable [][]byte
	from       facts.Origin
	unknown    *facts.Unknown // why it was not seen
}

func personalStore(s *facts.Server) (p personal) {
	var stored []facts.Certificate
	stored, p.unknown = s.Host.Certificates.Get()
	p.mine, p.unreadable = pki.Store(stored, pki.My)
	p.from = s.Host.Certificates.Origin()
	return p
}

// located is a certificate that a setting names, with where it was seen.
type located struct {
	*x509.Certificate
	from   facts.Origin
	stored bool // it is in the computer's store
}

// locate finds the certificate that a server uses for something: in its store,
// or on the wire if a listener shows the very one that it is configured with.
// A server goes on showing a certificate that is gone from the store. If there
// is none and no reason, then the certificate is known to be gone, of which
// other causes tell.
func locate(d *facts.Deployment, s *facts.Server, in personal, u use) (*located, *facts.Unknown) {
	if found, ok := pki.Find(in.mine, u.ref); ok {
		return &located{found.Certificate, in.from, true}, nil
	}
	why := in.unknown
	if u.listener != nil {
		v, notSeen := lookAt(d, s, *u.listener)
		if v.shows(u.ref) {
			return &located{v.leaf, v.from, false}, nil
		}
		if why == nil {
			why = notSeen
		}
	}
	if n := pki.Bearing(in.unreadable, u.ref.Issuer); why == nil && n > 0 {
		why = unreadableStore(s, n)
	}
	return nil, why
}
