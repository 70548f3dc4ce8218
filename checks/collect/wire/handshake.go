package wire

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"slices"
	"strings"

	"lcshealth/checks/facts"
)

// attempt is one handshake with what it showed.
type attempt struct {
	facts.TLSHandshake
	shown   facts.TLSAnswer // without a chain: it did not come to that
	refusal string          // for a server that never showed a certificate
}

// rank orders attempts by how much they tell of the server.
func (a *attempt) rank() int {
	switch {
	case a.Done:
		return 3
	case a.Refused != "" && a.Stage != facts.TLSHello:
		return 2
	case a.Unfinished != "" && len(a.shown.Chain) > 0:
		return 1
	}
	return 0
}

// shake carries a handshake through, with the client certificate if it is not
// nil, and returns the attempt that tells most with all that is said against
// the others. Offers are made one after the other while the server refuses
// them. Nil: time ran out.
func (p *prober) shake(ctx context.Context, address, host string, own *tls.Certificate) (best *attempt, refusals []string) {
	for _, offer := range offers() {
		conn, err := p.dial(ctx, address)
		if err != nil {
			if best == nil && !ended(ctx) {
				best = &attempt{TLSHandshake: facts.TLSHandshake{Unfinished: "no further connection could be made: " + err.Error()}}
			}
			break // what was said before is the better reason
		}
		a := p.handshake(ctx, conn, offer, host, own)
		if ended(ctx) && !a.Answered && a.Refused == "" {
			return best, refusals // it was cut short
		}
		if a.refusal != "" && !slices.Contains(refusals, a.refusal) {
			refusals = append(refusals, a.refusal)
		}
		if best == nil || a.rank() > best.rank() {
			best = a
		}
		if best.rank() >= 2 || a.refusal == "" {
			break // it has told enough, or is silent and would be again
		}
	}
	return best, refusals
}

// handshake makes one offer on a connection and closes it.
func (p *prober) handshake(ctx context.Context, conn net.Conn, offer offer, host string, own *tls.Certificate) *attempt {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.ConnectTimeout)
	defer cancel()
	if limit, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(limit) // a connection already dead fails at once
	}

	a := new(attempt)
	var chain, authorities [][]byte
	heard := &recorder{Conn: conn}
	client := tls.Client(heard, &tls.Config{
		ServerName:         host,
		InsecureSkipVerify: true, // the certificate is recorded here and judged elsewhere
		MinVersion:         offer.min,
		MaxVersion:         offer.max,
		CipherSuites:       offer.suites,
		VerifyPeerCertificate: func(certificates [][]byte, _ [][]*x509.Certificate) error {
			chain = certificates
			return nil
		},
		GetClientCertificate: func(request *tls.CertificateRequestInfo) (*tls.Certificate, error) {
			a.Asked, authorities = true, request.AcceptableCAs
			if own == nil {
				return new(tls.Certificate), nil
			}
			a.Certificate, a.NotOfList = p.cfg.ClientCertificateName, !listed(own, authorities)
			return own, nil // whatever the list says: the server's verdict is asked for
		},
	})
	defer func() { _ = client.Close() }() // nothing was promised to the peer
	err := client.HandshakeContext(ctx)
	state := client.ConnectionState()
	a.Version, a.CipherSuite, a.Done = state.Version, state.CipherSuite, err == nil
	switch {
	case err == nil:
		err = exchange(ctx, client, host)
		a.Answered = err == nil
	case !isTimeout(err):
		_ = heard.listen() // the certificate may have come, and have been more than Go can use
	}
	a.shown = heard.answer()
	if len(a.shown.Chain) == 0 && len(chain) > 0 { // TLS 1.3
		a.shown = facts.TLSAnswer{
			Version: a.Version, CipherSuite: a.CipherSuite, Chain: chain, ClientCertificate: a.Asked,
			AcceptableCAs: authorities, CAListBytes: listOctets(authorities),
		}
	}
	if err != nil {
		p.explain(a, &heard.listener, err)
	}
	return a
}

// explain tells a refusal of the server from a limit of crypto/tls and from
// silence.
func (p *prober) explain(a *attempt, heard *listener, err error) {
	said, isAlert := remoteAlert(err)
	if !isAlert && heard.alert != nil && heard.alert.level != levelWarning && closed(err) {
		said, isAlert = *heard.alert, true // and the connection broke before it was read
	}
	switch {
	case isTimeout(err):
		if !a.Done { // else it only did not answer
			a.Unfinished = "no answer within " + p.cfg.ConnectTimeout.String()
		}
		return
	case isAlert && !said.closing():
		a.Refused, a.Alert = said.String(), int(said.description)
		a.refusal = "it sent the alert " + a.Refused
	case isAlert, closed(err):
		a.Refused, a.refusal = closedIt, closedIt
	default: // of crypto/tls itself
		a.Unfinished, a.refusal = strings.TrimPrefix(err.Error(), "tls: "), err.Error()
		return
	}
	switch {
	case a.Done:
		a.Stage = facts.TLSExchange
	case a.Asked || heard.done:
		a.Stage = facts.TLSCertificate
	default:
		a.Stage = facts.TLSHello
	}
}

// closed reports whether an error says that the peer closed the connection.
func closed(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && (op.Op == "read" || op.Op == "write") || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// listed reports whether a list of authorities has an issuer of a certificate,
// or of one sent with it. An empty list has every one.
func listed(own *tls.Certificate, authorities [][]byte) bool {
	for _, der := range own.Certificate {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return true // not known to be missing
		}
		if slices.ContainsFunc(authorities, func(name []byte) bool { return bytes.Equal(name, c.RawIssuer) }) {
			return true
		}
	}
	return len(authorities) == 0
}
