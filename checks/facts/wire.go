package facts

import (
	"strings"
)

// Wire is what the network shows of the deployment.
type Wire struct {
	Endpoints []*Endpoint    `json:"endpoints,omitempty"` // listeners and next hops
	Records   []ClientRecord `json:"records,omitempty"`   // what clients of each SIP domain look up
}

// Endpoint is an address and port as seen from where lcshealth runs.
type Endpoint struct {
	Host      string    `json:"host"`
	Port      int       `json:"port"`
	Transport Transport `json:"transport"`
	// Addresses are the IP addresses of Host. An observed empty list means
	// that DNS says that the name does not exist or has no address.
	Addresses Value[[]string] `json:"addresses"`
	// Connected is true if the port accepted a connection and false if it
	// refused it. A connection attempt without an answer is not observed:
	// a firewall between may be the reason.
	Connected Value[bool]      `json:"connected"`
	TLS       Value[TLSAnswer] `json:"tls"`
}

// TLSAnswer is what a TLS listener showed of itself.
type TLSAnswer struct {
	Version           uint16   `json:"version"`     // as in RFC 8446: 0x0301 is TLS 1.0
	CipherSuite       uint16   `json:"cipherSuite"` // IANA number
	Chain             [][]byte `json:"chain"`       // DER, leaf first
	ClientCertificate bool     `json:"clientCertificate"`
}

// Endpoint returns what is known of an endpoint, or nil if it was not probed.
func (w *Wire) Endpoint(host string, port int, transport Transport) *Endpoint {
	for _, e := range w.Endpoints {
		if e.Port == port && e.Transport == transport && strings.EqualFold(e.Host, host) {
			return e
		}
	}
	return nil
}

// ClientRecord is a DNS name that clients look up to find their server, with
// the hosts that it names.
type ClientRecord struct {
	SIPDomain string          `json:"sipDomain"`
	Name      string          `json:"name"`
	Type      string          `json:"type"` // SRV or A
	Targets   Value[[]Target] `json:"targets"`
}

// Target is a host that a DNS record names.
type Target struct {
	Host     string `json:"host"`
	Port     int    `json:"port,omitempty"`
	Priority int    `json:"priority,omitempty"`
	Weight   int    `json:"weight,omitempty"`
}
