package facts

import (
	"strings"
)

// Wire is what the network shows of the deployment.
type Wire struct {
	Endpoints []*Endpoint    `json:"endpoints,omitempty"` // listeners and next hops
	Records   []ClientRecord `json:"records,omitempty"`   // what clients of each SIP domain look up
	SignIns   []SignInProbe  `json:"signIns,omitempty"`   // tried as the user that was configured
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
	// Options and Register are the answers to OPTIONS and to a REGISTER without
	// credentials, which the server challenges whoever the user is.
	Options  Value[SIPAnswer] `json:"options"`
	Register Value[SIPAnswer] `json:"register"`
}

// TLSAnswer is what a TLS listener showed of itself, and how handshakes with it
// ended. What it asks of clients follows from three fields:
//
//	ClientCertificate  Handshake  WithCertificate
//	false              any        nil              not asked for: no mutual TLS
//	true               done       any              asked for, not required
//	true               refused    done             required, and the one presented was taken
//	true               refused    refused          the one presented is not accepted
//	true               refused    nil              asked for; that it is required is likely
//
// Done and refused are those of [TLSHandshake]. A handshake that is neither, or
// nil, tells nothing.
type TLSAnswer struct {
	// Version and CipherSuite are what the server chose from an offer of SSL
	// 3.0 to TLS 1.2 with the suites of 2003 before all others. Only a server
	// that answers no such offer is asked for TLS 1.3.
	Version           uint16   `json:"version"`           // as in RFC 8446: 0x0301 is TLS 1.0
	CipherSuite       uint16   `json:"cipherSuite"`       // IANA number
	Chain             [][]byte `json:"chain"`             // DER, leaf first, as sent
	ClientCertificate bool     `json:"clientCertificate"` // the server asks for one
	// CertificateTypes are the kinds of certificate that it asks for, by the
	// numbers of RFC 5246, section 7.4.4: 1 is RSA. TLS 1.3 has none.
	CertificateTypes []int `json:"certificateTypes,omitempty"`
	// AcceptableCAs are the names (DER) of the authorities that it accepts
	// client certificates of. None: any authority, or its list was empty.
	AcceptableCAs [][]byte `json:"acceptableCAs,omitempty"`
	// CAListBytes is what AcceptableCAs took in the handshake, in octets: each
	// name with the two octets of its length. Windows cuts a long list short
	// (KB 933430).
	CAListBytes int `json:"caListBytes,omitempty"`
	// Incomplete is true if the server stopped before the end of its first
	// flight (ServerHelloDone): that it asked for no certificate then only
	// means that it had not yet.
	Incomplete bool `json:"incomplete,omitempty"`
	// Handshake is how a handshake without a client certificate ended. Nil: it
	// was not tried, since time ran out.
	Handshake *TLSHandshake `json:"handshake,omitempty"`
	// WithCertificate is how a handshake with a client certificate ended. Nil:
	// none was configured, the server does not ask for one, or time ran out.
	WithCertificate *TLSHandshake `json:"withCertificate,omitempty"`
}

// TLSHandshake is how one handshake ended, on a connection of its own. It is
// refused if Refused says how, and done if Done is true and Refused is empty:
// in TLS 1.3 a server judges the client's certificate after the client's part
// of the handshake is over.
type TLSHandshake struct {
	// Certificate names the client certificate that was presented when the
	// server asked. Empty: none was.
	Certificate string `json:"certificate,omitempty"`
	Version     uint16 `json:"version,omitempty"`     // agreed on; 0 if it did not come to that
	CipherSuite uint16 `json:"cipherSuite,omitempty"` // agreed on
	Asked       bool   `json:"asked,omitempty"`       // the server asked for a certificate in this one
	// NotOfList is true if the certificate was presented although the list of
	// acceptable authorities names none of its issuers.
	NotOfList bool `json:"notOfList,omitempty"`
	Done      bool `json:"done,omitempty"` // the client's part came to its end
	// Answered is true if the server then answered a SIP request with
	// anything. Done and not answered: it kept the connection and was silent.
	Answered bool `json:"answered,omitempty"`
	// Refused is how the server ended the handshake or, with Done, the
	// connection right after: the alert by the name and number of RFC 8446,
	// section 6, such as "unknown_ca (48)", or that it closed the connection.
	Refused string   `json:"refused,omitempty"`
	Alert   int      `json:"alert,omitempty"` // the number of that alert; 0 if there was none
	Stage   TLSStage `json:"stage,omitempty"` // when the server refused
	// Unfinished is why the handshake came to no end though the server did not
	// refuse it: lcshealth's library lacks what the server speaks, or the
	// server fell silent. With Done it is what the library did not understand
	// after it.
	Unfinished string `json:"unfinished,omitempty"`
}

// TLSStage is a part of a handshake.
type TLSStage string

// The stages at which a server may refuse.
const (
	TLSHello       TLSStage = "hello"       // before it had sent its certificate
	TLSCertificate TLSStage = "certificate" // after it was sent the client's certificate, or that there is none
	TLSExchange    TLSStage = "exchange"    // after the client's part of the handshake
)

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
// the hosts that it names, or such a host with its addresses.
//
// A record of the type A stands for the addresses of a name, whether IPv4 (A)
// or IPv6 (AAAA): its targets hold both, IPv4 first.
//
// One without a SIPDomain is no client's: a host whose addresses were looked up
// for another reason.
type ClientRecord struct {
	SIPDomain string          `json:"sipDomain"` // whose clients look it up, or are led to it
	Name      string          `json:"name"`
	Type      string          `json:"type"` // SRV or A
	Targets   Value[[]Target] `json:"targets"`
	// RCode is how the DNS server answered, by the names of the IANA registry:
	// NOERROR, NXDOMAIN, SERVFAIL. Empty: it did not, or this computer's own
	// resolver was asked, which does not tell.
	RCode string `json:"rcode,omitempty"`
	// TTL is for how many seconds others may keep the answer: the least of its
	// records. 0: not known, or there were none.
	TTL int `json:"ttl,omitempty"`
	// Resolver is the DNS server that answered, as configured. Empty where
	// RCode is.
	Resolver string `json:"resolver,omitempty"`
}

// Target is a host that a DNS record names.
type Target struct {
	Host     string `json:"host"`
	Port     int    `json:"port,omitempty"`
	Priority int    `json:"priority,omitempty"`
	Weight   int    `json:"weight,omitempty"`
}
