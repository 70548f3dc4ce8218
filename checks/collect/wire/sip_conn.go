package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
	"lcshealth/checks/sip"
)

// sipConn is a connection over which one SIP request at a time is sent.
type sipConn struct {
	net.Conn
	reader    *sip.Reader
	address   string
	transport string // TCP or TLS
	// uncertified is true if the server asked for a client certificate and got
	// none, since none is configured.
	uncertified bool
}

// openSIP connects to the address of a target for SIP. It takes conn as the
// first connection, which may be nil, and closes it if that comes to nothing.
func (p *prober) openSIP(ctx context.Context, t Target, address string, conn net.Conn) (*sipConn, error) {
	c := &sipConn{Conn: conn, address: address, transport: "TCP"}
	if t.Transport == facts.TCP {
		if conn == nil {
			var err error
			if c.Conn, err = p.dial(ctx, address); err != nil {
				return nil, p.notAgain(ctx, t, address, err)
			}
		}
	} else {
		c.transport = "TLS"
		if err := p.secure(ctx, t, c); err != nil {
			return nil, err
		}
	}
	c.reader = sip.NewReader(c.Conn, sip.Limits{})
	return c, nil
}

// notAgain explains that no further connection to an address could be made.
func (p *prober) notAgain(ctx context.Context, t Target, address string, err error) error {
	if ended(ctx) {
		return tooLate(ctx, "connect to "+address)
	}
	return p.unanswered(t, address, err)
}

// secure shakes hands with the server, with the offers that the TLS probe makes
// too, until one is taken.
func (p *prober) secure(ctx context.Context, t Target, c *sipConn) error {
	conn := c.Conn
	var refusals []string
	for _, offer := range offers() {
		if conn == nil {
			var err error
			if conn, err = p.dial(ctx, c.address); err != nil {
				return p.notAgain(ctx, t, c.address, err)
			}
		}
		asked := false
		client := tls.Client(conn, p.clientConfig(offer, bare(t.Host), &asked))
		err := p.greet(ctx, client)
		c.uncertified = asked && p.cfg.ClientCertificate == nil
		if err == nil {
			c.Conn = client
			return nil
		}
		_ = client.Close() // nothing was promised to the peer
		conn = nil
		switch {
		case ended(ctx):
			return tooLate(ctx, "TLS handshake with "+c.address)
		case isTimeout(err):
			return p.silent(c.address, asked)
		case asked:
			return c.turnedAway("it "+ending(err), "during the TLS handshake")
		}
		refusals = append(refusals, ending(err))
	}
	return refused(t, c.address, "it "+strings.Join(refusals, "; it "))
}

// greet shakes hands within the time for that.
func (p *prober) greet(ctx context.Context, client *tls.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.ConnectTimeout)
	defer cancel()
	return client.HandshakeContext(ctx)
}

// clientConfig is how a client makes an offer. Whether the server asked for a
// certificate is noted in asked.
func (p *prober) clientConfig(o offer, host string, asked *bool) *tls.Config {
	return &tls.Config{
		ServerName:         host,
		InsecureSkipVerify: true, // the certificate is a fact of its own and judged elsewhere
		MinVersion:         o.min,
		MaxVersion:         o.max,
		CipherSuites:       o.suites,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			*asked = true
			if p.cfg.ClientCertificate == nil {
				return new(tls.Certificate), nil
			}
			return p.cfg.ClientCertificate, nil
		},
	}
}

// ending says how a server ended a connection, as what follows "it".
func ending(err error) string {
	said, isAlert := remoteAlert(err)
	switch {
	case isAlert && !said.closing():
		return "sent the alert " + said.String()
	case isAlert, closed(err):
		return "closed the connection"
	}
	return "was not understood: " + strings.TrimPrefix(err.Error(), "tls: ")
}

// turnedAway is the error of a server that asks for a client certificate and
// ends the connection.
func (c *sipConn) turnedAway(how, when string) error {
	if c.uncertified {
		return collect.Fail(facts.NotAsked, "name a certificate that the server trusts with wire.certificate.file",
			"%s asks for a client certificate, and none is configured: %s %s", c.address, how, when)
	}
	return collect.Fail(facts.Protocol, "see how the handshake with the client certificate ended",
		"%s does not go on with the client certificate: %s %s", c.address, how, when)
}

// reply is the final response to a request.
type reply struct {
	*sip.Message
	request     *sip.Message
	provisional []int
	cut         bool // the response ended before its end
	took        time.Duration
}

// maxProvisional bounds how many provisional responses are kept.
const maxProvisional = 16

// ask sends a request and waits for the final response to it. Requests of the
// server in between, and responses to others, are skipped. After an error the
// connection is of no more use.
func (c *sipConn) ask(ctx context.Context, request *sip.Message, within time.Duration) (*reply, error) {
	defer context.AfterFunc(ctx, func() { _ = c.SetDeadline(past) })()
	arm(ctx, c, within)
	began := time.Now()
	_, writing := c.Write(request.Raw) // an answer may be there although that fails
	r := &reply{request: request}
	for {
		m, err := c.reader.Read()
		if m != nil && m.Answers(request) {
			if m.Code >= 200 {
				r.Message, r.cut, r.took = m, err != nil, time.Since(began)
				return r, nil
			}
			if len(r.provisional) < maxProvisional {
				r.provisional = append(r.provisional, m.Code)
			}
		}
		if err != nil {
			if writing != nil && !isTimeout(writing) && !isGarbage(err) {
				err = writing
			}
			return r, err
		}
	}
}

func isGarbage(err error) bool {
	_, ok := errors.AsType[*sip.GarbageError](err)
	return ok
}
