package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"lcshealth/report/notify"
	"lcshealth/report/view"
)

// longest bounds a session for a context without a deadline.
const longest = 5 * time.Minute

// hand goes through one SMTP session.
func (c *channel) hand(ctx context.Context, m *gomail.Msg, e notify.Envelope, password string) (string, error) {
	var text bytes.Buffer
	if _, err := m.WriteTo(&text); err != nil {
		return "", notify.Permanent("write the mail: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	client, hangUp, err := c.open(ctx, e.Steps, password)
	if err != nil {
		return "", err
	}
	defer hangUp() // and no QUIT before all is said: it would end the data, and half a mail would be sent
	rest, err := c.envelope(client, m, e)
	if err != nil {
		return "", err
	}
	w, err := client.Data()
	if err != nil {
		return "", fmt.Errorf("the server does not want the mail: %w", refused{err})
	}
	if _, err := w.Write(text.Bytes()); err != nil {
		return "", fmt.Errorf("write the mail: %w", err)
	}
	if err := w.Close(); err != nil {
		return "", fmt.Errorf("the server does not take the mail: %w", refused{err})
	}
	_ = client.Quit() // the mail is the server's now, whatever it says to this
	reply := "taken"
	if closer, ok := w.(*smtp.DataCloser); ok {
		reply = "250 " + strings.TrimSpace(closer.ServerResponse())
	}
	if rest != "" {
		reply += "; " + rest
	}
	return reply, nil
}

// open connects, secures the connection and authenticates.
func (c *channel) open(ctx context.Context, steps *notify.Steps, password string) (client *smtp.Client, hangUp func(), err error) {
	config, err := c.o.tls()
	if err != nil {
		return nil, nil, err
	}
	hang := func() {}
	dial := func(dialing context.Context, network, address string) (net.Conn, error) {
		raw, err := c.o.Dial(dialing, network, address)
		if err != nil {
			return nil, fmt.Errorf("connect: %w", err)
		}
		// go-mail's own context ends when the session has begun; ctx ends the
		// session.
		stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
		hang = func() {
			stop()
			_ = raw.Close()
		}
		steps.Add("connected to %s (%s)", address, raw.RemoteAddr())
		if c.o.security() != TLS {
			return raw, nil
		}
		secure := tls.Client(raw, config)
		if err := secure.HandshakeContext(dialing); err != nil {
			return nil, fmt.Errorf("begin TLS: %w", err)
		}
		return secure, nil
	}
	options := []gomail.Option{
		gomail.WithPort(c.o.port()), gomail.WithHELO(c.o.Hello), gomail.WithTLSConfig(config), gomail.WithDialContextFunc(dial),
		gomail.WithTLSPolicy(gomail.TLSMandatory), gomail.WithTimeout(left(ctx)), gomail.WithoutSMTPUTF8(),
	}
	if c.o.security() == NoTLS {
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if c.o.security() == TLS {
		options = append(options, gomail.WithSSL())
	}
	if c.o.Auth != "" {
		options = append(options, gomail.WithSMTPAuth(authentication(c.o.Auth)), gomail.WithUsername(c.o.Username), gomail.WithPassword(password))
	}
	dialer, err := gomail.NewClient(c.o.Host, options...)
	if err != nil {
		return nil, nil, fmt.Errorf("prepare the session: %w", err)
	}
	client, err = dialer.DialToSMTPClientWithContext(ctx)
	if err != nil {
		hang()
		return nil, nil, err
	}
	c.admitted(client, steps)
	return client, hang, nil
}

func left(ctx context.Context) time.Duration {
	end, _ := ctx.Deadline() // hand has set one
	return max(time.Until(end), time.Millisecond)
}

// admitted notes how far the session has come.
func (c *channel) admitted(client *smtp.Client, steps *notify.Steps) {
	if state, err := client.GetTLSConnectionState(); err == nil {
		who := "nobody"
		if len(state.PeerCertificates) > 0 {
			leaf := state.PeerCertificates[0]
			who = leaf.Subject.String() + ", issued by " + leaf.Issuer.String() + ", valid until " + view.Stamp(leaf.NotAfter)
		}
		steps.Add("secured by %s with %s (%s): %s", tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite), c.o.security(), who)
	} else {
		steps.Add("not secured: security is none")
	}
	if c.o.Auth != "" {
		steps.Add("authenticated as %s by %s", c.o.Username, c.o.Auth)
	}
}

// envelope names sender and recipients. rest tells who was refused though
// others were not.
func (c *channel) envelope(client *smtp.Client, m *gomail.Msg, e notify.Envelope) (rest string, err error) {
	from, err := m.GetSender(false)
	if err != nil {
		return "", notify.Permanent("name the sender: %w", err)
	}
	if err := client.Mail(from); err != nil {
		return "", fmt.Errorf("the server refuses the sender %s: %w", from, refused{err})
	}
	e.Steps.Add("sender %s taken", from)
	recipients, err := m.GetRecipients()
	if err != nil {
		return "", notify.Permanent("name the recipients: %w", err)
	}
	var refusals []error
	taken, later := 0, false
	for _, to := range recipients {
		if err := client.Rcpt(to); err != nil {
			var reply *textproto.Error
			if !errors.As(err, &reply) {
				return "", fmt.Errorf("name the recipient %s: %w", to, err)
			}
			e.Steps.Add("recipient %s refused: %s", to, reply)
			refusals = append(refusals, fmt.Errorf("%s: %w", to, err))
			later = later || reply.Code < 500
			continue
		}
		taken++
		e.Steps.Add("recipient %s taken", to)
	}
	all := errors.Join(refusals...)
	switch {
	case all == nil:
		return "", nil
	case later && (taken == 0 || e.Attempt <= 2):
		return "", fmt.Errorf("the server refuses recipients for now: %w", all)
	case taken == 0:
		return "", fmt.Errorf("the server refuses every recipient: %w", refused{all})
	default:
		return fmt.Sprintf("but not for everybody: %v", all), nil
	}
}
