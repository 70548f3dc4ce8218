package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

// offer is what one ClientHello offers.
type offer struct {
	min, max uint16
	suites   []uint16
}

// offers are the ClientHellos to try until one is answered, each on a
// connection of its own.
//
// The first two are for the Schannel of Windows Server 2003: TLS 1.0, RSA key
// exchange, RC4 by preference. The first leaves out 3DES, since a server that
// has both may pick it and the one of Windows Server 2003 is said not to work.
// The second is for servers that mind being offered TLS 1.2, or have 3DES alone.
// The last is for anything newer. A maximum below TLS 1.3 keeps the hello
// small: with TLS 1.3 it is 1.5 KB, which old servers were never tried with.
func offers() []offer {
	rc4 := tls.TLS_RSA_WITH_RC4_128_SHA
	aes := []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_CBC_SHA}
	var every []uint16
	for _, suite := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		every = append(every, suite.ID)
	}
	return []offer{
		{tls.VersionTLS10, tls.VersionTLS12, append([]uint16{rc4}, aes...)},
		{tls.VersionTLS10, tls.VersionTLS10, append([]uint16{rc4, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA}, aes...)},
		{tls.VersionTLS10, tls.VersionTLS13, every},
	}
}

// askTLS returns what the TLS listener of a target shows on conn, which it
// closes, and on further connections to the address if it has to ask
// differently. A listener that showed its certificate has answered, even if it
// then refused us for having none.
//
// This is the place for a prober of its own, which reads the answer to a
// ClientHello without taking part in the handshake: it alone can speak to
// servers that know only what crypto/tls does not (RC4-MD5, DES, SSL 3.0).
func (p *prober) askTLS(ctx context.Context, t Target, address string, conn net.Conn) (facts.TLSAnswer, error) {
	var refusals []string
	for i, offer := range offers() {
		if i > 0 {
			next, err := p.dial(ctx, address)
			if err != nil {
				break // what was said before is the better reason
			}
			conn = next
		}
		answer, err := p.handshake(ctx, conn, offer, bare(t.Host))
		if err == nil {
			return answer, nil
		}
		if ended(ctx) {
			return answer, tooLate(ctx, "TLS handshake with "+address)
		}
		if plain, ok := errors.AsType[tls.RecordHeaderError](err); ok && plain.Conn != nil {
			return answer, collect.Fail(facts.Protocol, "look which program listens on the port",
				"%s did not answer with TLS but with %q", address, plain.RecordHeader[:])
		}
		if isTimeout(err) {
			return answer, collect.Fail(facts.Timeout, "look whether the program that listens on the port is alive",
				"%s accepted the connection but did not answer with TLS within %s", address, p.cfg.ConnectTimeout)
		}
		if text := refusal(err); !slices.Contains(refusals, text) {
			refusals = append(refusals, text)
		}
	}
	if ended(ctx) {
		return facts.TLSAnswer{}, tooLate(ctx, "TLS handshake with "+address)
	}
	return facts.TLSAnswer{}, collect.Fail(facts.Protocol,
		fmt.Sprintf("on %s: look whether the listener's certificate is there with its private key, and what Schannel logged", t.Host),
		"%s ended the TLS handshake: %s", address, strings.Join(refusals, "; "))
}

// refusal says how a handshake ended.
func refusal(err error) string {
	op, ok := errors.AsType[*net.OpError](err)
	if ok && (op.Op == "read" || op.Op == "write") || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "it closed the connection"
	}
	return err.Error()
}

// handshake makes one offer on a connection and closes it. There is no error if
// the server showed its certificate and all that it asks for.
func (p *prober) handshake(ctx context.Context, conn net.Conn, offer offer, host string) (facts.TLSAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.ConnectTimeout)
	defer cancel()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline) // a connection already dead fails at once
	}

	asked := false
	listening := &recorder{Conn: conn}
	client := tls.Client(listening, &tls.Config{
		ServerName:         host,
		InsecureSkipVerify: true, // the certificate is recorded here and judged elsewhere
		MinVersion:         offer.min,
		MaxVersion:         offer.max,
		CipherSuites:       offer.suites,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			asked = true
			return new(tls.Certificate), nil // we have none
		},
	})
	defer func() { _ = client.Close() }() // nothing was promised to the peer
	err := client.HandshakeContext(ctx)
	state := client.ConnectionState()
	answer := facts.TLSAnswer{Version: state.Version, CipherSuite: state.CipherSuite, ClientCertificate: asked}
	for _, certificate := range state.PeerCertificates {
		answer.Chain = append(answer.Chain, certificate.Raw)
	}
	if err == nil || asked && len(answer.Chain) > 0 {
		return answer, nil
	}
	// The certificate may have come and been more than Go can parse or use.
	if seen := listening.flight(); seen.done && len(seen.chain) > 0 {
		return facts.TLSAnswer{
			Version: seen.version, CipherSuite: seen.suite, Chain: seen.chain, ClientCertificate: seen.asked,
		}, nil
	}
	return facts.TLSAnswer{}, err
}
