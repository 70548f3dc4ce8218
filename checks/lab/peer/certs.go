package peer

import (
	"net"
	"net/netip"

	"lcshealth/checks/facts/pki/pkitest"
)

// certificates are a server's own, and the authority that issued it, as PEM.
type certificates struct {
	authority, server, key []byte
}

// issue makes a certificate authority and a certificate for host and ip.
func issue(host string, ip netip.Addr) (*certificates, error) {
	root, err := pkitest.NewAuthority("Test CA of " + host)
	if err != nil {
		return nil, err
	}
	options := pkitest.Server(host)
	// Programs that cannot be told a name to verify connect to the address.
	options.IPs = []net.IP{ip.AsSlice()}
	server, err := root.Issue(options)
	if err != nil {
		return nil, err
	}
	key, err := server.KeyPEM()
	if err != nil {
		return nil, err
	}
	return &certificates{authority: pkitest.PEM(root.Certificate), server: pkitest.PEM(server.Certificate), key: key}, nil
}
