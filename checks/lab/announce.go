package lab

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks/facts/pki/pkitest"
)

// Announce has DNS know a server that is not installed yet. It returns the
// address that the server will have, and as many ports there as it will have
// listeners, which nobody else can get. [Lab.CarryOut] installs it.
func (l *Lab) Announce(ctx context.Context, fqdn string, listeners int) (address string, ports []int, err error) {
	address = l.forest.addresses.assign(strings.ToLower(fqdn))
	for range listeners {
		port, err := l.sockets.reserve(ctx, address, 0)
		if err != nil {
			return "", nil, fmt.Errorf("announce %s: %w", fqdn, err)
		}
		ports = append(ports, port)
	}
	return address, ports, l.serveNames()
}

// AnnounceDomain has DNS know the names by which clients of a SIP domain find
// their server, before the domain is listed.
func (l *Lab) AnnounceDomain(name string) error {
	if name = strings.ToLower(name); !slices.Contains(l.domains, name) {
		l.domains = append(l.domains, name)
	}
	return l.serveNames()
}

// Issue makes a certificate for a host, for what servers of LCS 2003 use theirs
// for. It is PEM, followed by that of the authority which issued it. The lab
// keeps the key, so that a server can be given the certificate. A server that is
// yet to come is announced first, since its address is in the certificate too.
func (l *Lab) Issue(fqdn string) ([]byte, error) {
	c, err := l.forest.issue(strings.ToLower(fqdn))
	if err != nil {
		return nil, err
	}
	l.issued = append(l.issued, c)
	return pkitest.PEM(c.Certificate, l.forest.authority.issuing.Certificate), nil
}

// Root is the certificate of the root authority, in PEM.
func (l *Lab) Root() []byte { return pkitest.PEM(l.forest.authority.root.Certificate) }
