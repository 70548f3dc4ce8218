package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

// askClear has a listener show itself without taking part in a handshake: it
// reads what the server says in clear to a ClientHello and leaves. That needs
// no cipher that still works, so that every server up to TLS 1.2 is reached,
// also those that know only what crypto/tls does not: RC4-MD5, DES, the export
// suites, SSL 3.0, keys of 512 bits and certificates that Go cannot parse.
//
// The first hello goes over conn, which it closes. Older ones follow, each on a
// connection of its own, while the server refuses. If there is no chain in the
// flight and no error, the refusals say why.
func (p *prober) askClear(ctx context.Context, address string, conn net.Conn, host string) (seen flight, refusals []string, err error) {
	for _, version := range []uint16{versionTLS12, versionTLS10, versionSSL30} {
		if conn == nil {
			if conn, _ = p.dial(ctx, address); conn == nil {
				break // what was said before is the better reason
			}
		}
		heard, err := p.clearFlight(ctx, conn, newClientHello(version, host))
		conn = nil
		switch {
		case len(heard.chain) > 0:
			return heard.flight, nil, nil
		case ended(ctx):
			return heard.flight, refusals, tooLate(ctx, "TLS handshake with "+address)
		case heard.text != "":
			return heard.flight, refusals, notTLS(address, heard.text)
		case isTimeout(err):
			return heard.flight, refusals, p.silent(address, heard.heard > 0)
		}
		if text := heard.refusal(err); !slices.Contains(refusals, text) {
			refusals = append(refusals, text)
		}
	}
	return seen, refusals, nil
}

// clearFlight says hello on a connection, hears the answer and closes it.
func (p *prober) clearFlight(ctx context.Context, conn net.Conn, hello clientHello) (*listener, error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.ConnectTimeout)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(past) })
	defer stop()
	defer func() { _ = conn.Close() }() // nothing was promised to the peer
	r := &recorder{Conn: conn}
	_, writing := conn.Write(hello.record())
	err := r.listen() // an alert may be there to read although writing failed
	if errors.Is(err, io.EOF) && writing != nil {
		err = writing
	}
	if r.done {
		// Not to leave the server with an attempt that was broken off.
		_, _ = conn.Write([]byte{recordAlert, byte(r.version >> 8), byte(r.version), 0, 2, levelWarning, alertCloseNotify})
	}
	return &r.listener, err
}

// refusal says how a server that showed no chain ended the connection.
func (l *listener) refusal(err error) string {
	switch {
	case l.alert != nil && !l.alert.closing():
		return "it sent the alert " + l.alert.String()
	case l.done:
		return "it showed no certificate"
	case l.over && err == nil:
		return "its answer was malformed"
	}
	return closedIt
}

// closedIt is the refusal of a server that gives no reason.
const closedIt = "it closed the connection"

func notTLS(address, text string) error {
	return collect.Fail(facts.Protocol, "look which program listens on the port",
		"%s did not answer with TLS but with %q", address, text)
}

// silent is the error of a server that accepted a connection and then kept the
// prober waiting.
func (p *prober) silent(address string, began bool) error {
	what := "did not answer with TLS"
	if began {
		what = "did not come to the end of a TLS handshake"
	}
	return collect.Fail(facts.Timeout, "look whether the program that listens on the port is alive",
		"%s accepted the connection but %s within %s", address, what, p.cfg.ConnectTimeout)
}

// answer returns what a flight shows.
func (f *flight) answer() facts.TLSAnswer {
	return facts.TLSAnswer{
		Version: f.version, CipherSuite: f.suite, Chain: f.chain, ClientCertificate: f.asked, CertificateTypes: f.types,
		AcceptableCAs: f.authorities, CAListBytes: listOctets(f.authorities), Incomplete: !f.done,
	}
}

// refused returns the error of a server that ended every handshake before it
// showed a certificate.
func refused(t Target, address, refusals string) error {
	return collect.Fail(facts.Protocol,
		fmt.Sprintf("on %s: look whether the listener's certificate is there with its private key, and what Schannel logged", t.Host),
		"%s ended the TLS handshake: %s", address, refusals)
}
