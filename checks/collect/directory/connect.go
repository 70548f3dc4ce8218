package directory

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

const (
	// connectTimeout bounds each step to a usable connection with one
	// controller, so that a dead one leaves time for the next.
	connectTimeout = 10 * time.Second
	// requestTimeout bounds one request. Active Directory itself gives up a
	// search after 120 seconds (MaxQueryDuration, KB 315071).
	requestTimeout = 150 * time.Second
)

// endpoint is where a controller is asked.
type endpoint struct {
	host, port string
	configured bool // so that ServerName and SPN are meant for it
}

func (e endpoint) String() string { return net.JoinHostPort(e.host, e.port) }

// endpoint reads a configured controller: a name or an address, with or
// without a port.
func (c *Config) endpoint(controller string) endpoint {
	host, port, err := net.SplitHostPort(controller)
	if err != nil {
		host, port = strings.Trim(controller, "[]"), "389"
		if c.Security == LDAPS {
			port = "636"
		}
	}
	return endpoint{host: strings.TrimSuffix(host, "."), port: port, configured: true}
}

// controller is a connection to a domain controller.
type controller struct {
	at    endpoint
	conn  *ldap.Conn
	tap   *tap
	raw   net.Conn
	dse   rootDSE
	bound bool
	end   func() bool // stops watching the context

	streaming sync.Mutex // held during a search
}

// open connects and reads the rootDSE, which needs no signing in. The
// connection ends with ctx.
func (r *reader) open(ctx context.Context, at endpoint) (*controller, error) {
	if at.port == "3268" || at.port == "3269" {
		return nil, collect.Fail(facts.Missing, "use port 636 or 389",
			"connect to %s: this is the global catalog, which holds only part of each account", at)
	}
	return r.dial(ctx, at)
}

func (r *reader) dial(ctx context.Context, at endpoint) (_ *controller, err error) {
	within, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	defer func() {
		if err != nil && ctx.Err() != nil {
			err = explain(ctx, err)
		} else if err != nil {
			err = connectError(at, err)
		}
	}()
	raw, err := r.cfg.Dial(within, "tcp", at.String())
	if err != nil {
		return nil, err
	}
	// The library knows no context: what ends a request is the end of its
	// connection. Closing it below TLS cannot block.
	watch := context.AfterFunc(within, func() { _ = raw.Close() })
	stream, err := r.protect(within, raw, at)
	if err != nil {
		_ = raw.Close()
		return nil, cmpErr(within, err)
	}
	c := &controller{at: at, raw: raw, tap: newTap(stream), end: func() bool { return true }}
	c.conn = ldap.NewConn(c.tap, r.cfg.Security != Plain)
	c.conn.SetTimeout(requestTimeout)
	c.conn.Start()
	if c.dse, err = c.readRootDSE(within, r.session.Now); err == nil && !watch() {
		err = within.Err()
	}
	if err != nil {
		c.close()
		return nil, cmpErr(within, err)
	}
	c.end = context.AfterFunc(ctx, func() { _ = raw.Close() })
	r.keep(c)
	return c, nil
}

// cmpErr prefers the context's error to that of the connection which it ended.
func cmpErr(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// protect puts TLS on a connection, as configured.
func (r *reader) protect(ctx context.Context, raw net.Conn, at endpoint) (net.Conn, error) {
	switch r.cfg.Security {
	case Plain:
		return raw, nil
	case StartTLS:
		if err := askForTLS(raw); err != nil {
			return nil, err
		}
	}
	secured := tls.Client(raw, r.tlsConfig(at))
	if err := secured.HandshakeContext(ctx); err != nil {
		if !r.cfg.OldTLS && isOldTLS(err) {
			return nil, collect.Fail(facts.Protocol,
				"use a newer controller; or accept the TLS 1.0 of Windows Server 2003, which protects the password badly, with directory.old-tls",
				"the controller has no TLS 1.2: %w", err)
		}
		return nil, fmt.Errorf("tls handshake: %w", err)
	}
	if state := secured.ConnectionState(); state.Version < tls.VersionTLS12 {
		r.warnOnce("%s offers nothing better than %s with %s", at.host, tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite))
	}
	return secured, nil
}

// isOldTLS reports a handshake that failed because the controller has only
// versions or suites that are not accepted.
func isOldTLS(err error) bool {
	text := err.Error()
	return strings.Contains(text, "unsupported protocol version") || strings.Contains(text, "protocol version not supported") || strings.Contains(text, "handshake failure")
}

// tlsConfig is strict unless the configuration accepts what Windows Server
// 2003 has: TLS 1.0 with RC4 or 3DES and RSA key exchange. Better versions and
// suites are preferred even then, and the certificate is verified as ever.
func (r *reader) tlsConfig(at endpoint) *tls.Config {
	config := &tls.Config{RootCAs: r.cfg.RootCAs, ServerName: at.host, MinVersion: tls.VersionTLS12}
	if r.cfg.OldTLS {
		config.MinVersion = tls.VersionTLS10
		for _, s := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
			config.CipherSuites = append(config.CipherSuites, s.ID)
		}
	}
	if at.configured && r.cfg.ServerName != "" {
		config.ServerName = r.cfg.ServerName
	}
	return config
}

const startTLSOID = "1.3.6.1.4.1.1466.20037"

// askForTLS does the StartTLS operation (RFC 4511 section 4.14). The library's
// own takes no context and drops the type of a certificate error.
func askForTLS(raw net.Conn) error {
	request := ber.NewSequence("LDAP Request")
	request.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 1, "MessageID"))
	extended := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationExtendedRequest, nil, "Start TLS")
	extended.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 0, startTLSOID, "OID"))
	request.AppendChild(extended)
	if _, err := raw.Write(request.Bytes()); err != nil {
		return fmt.Errorf("ask for tls: %w", err)
	}
	// Nothing is read ahead, so that what follows the answer is left to TLS.
	response, err := ber.ReadPacket(raw)
	if err != nil {
		return fmt.Errorf("ask for tls: %w", err)
	}
	if refusal := ldap.GetLDAPError(response); refusal != nil {
		return collect.Fail(facts.Unreachable, "use ldaps, or install a certificate on the controller",
			"the controller refuses starttls: %s", oneLine(refusal))
	}
	return nil
}

// connect opens the first controller that can be reached and signs in.
func (r *reader) connect(ctx context.Context) (*controller, error) {
	var failed []error
	for _, name := range r.cfg.Controllers {
		at := r.cfg.endpoint(name)
		c, err := r.open(ctx, at)
		if err == nil {
			err = r.bind(ctx, c)
		}
		r.tried[at] = err
		switch {
		case err == nil:
			for _, f := range failed {
				r.session.Warn("%s; %s was asked instead", oneLine(f), at.host)
			}
			return c, nil
		case ctx.Err() != nil, refused(err):
			return nil, err
		}
		failed = append(failed, err)
	}
	return nil, joined("no domain controller can be used: ", failed)
}

// close ends the connection. It may be called more than once.
func (c *controller) close() {
	c.end()
	_ = c.raw.Close() // first, so that nothing can hang on a controller that takes no more
	_ = c.conn.Close()
}
