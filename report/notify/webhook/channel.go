package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"

	"lcshealth/report"
	"lcshealth/report/notify"
	"lcshealth/report/notify/render"
)

// New returns a channel that posts to a web address.
func New(o Options) (notify.Channel, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	return &channel{o}, nil
}

type channel struct{ o Options }

func (c *channel) Name() string { return c.o.Name }

// Send posts one message.
func (c *channel) Send(ctx context.Context, e notify.Envelope) (string, error) {
	body, err := c.body(e.Notification)
	if err != nil {
		return "", err
	}
	s := &secrets{}
	u, err := c.address(ctx, s)
	if err != nil {
		return "", fmt.Errorf("post to channel %s: %w", c.o.Name, err)
	}
	reply, err := c.post(ctx, u, body, e, s)
	if err != nil {
		return "", s.mask(u, err)
	}
	return s.hide(reply), nil
}

func (c *channel) body(n *notify.Notification) ([]byte, error) {
	switch c.o.format() {
	case Slack:
		return render.Slack(n)
	case Teams:
		return render.Teams(n)
	default:
		return render.JSON(n)
	}
}

func (c *channel) address(ctx context.Context, s *secrets) (*url.URL, error) {
	address := c.o.URL
	if c.o.ReadURL != nil {
		var err error
		if address, err = c.o.ReadURL(ctx); err != nil {
			return nil, fmt.Errorf("read the address: %w", err)
		}
	}
	u, err := c.o.parse(address)
	if err != nil {
		return nil, fmt.Errorf("read the address: %w", err)
	}
	s.add(address, strings.TrimSpace(address), u.RequestURI(), u.RawQuery)
	if u.Path != "/" {
		s.add(u.Path, u.EscapedPath())
	}
	if u.User != nil {
		password, _ := u.User.Password()
		s.add(u.User.String(), password)
	}
	return u, nil
}

func (c *channel) post(ctx context.Context, u *url.URL, body []byte, e notify.Envelope, s *secrets) (string, error) {
	request, err := http.NewRequestWithContext(traced(ctx, e.Steps), http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "lcshealth")
	request.Header.Set("Idempotency-Key", e.Key)
	for name, value := range c.o.Headers {
		request.Header.Set(name, value)
	}
	for name, read := range c.o.SecretHeaders {
		value, err := read(ctx)
		if err != nil {
			return "", fmt.Errorf("read the header %s: %w", name, err)
		}
		s.add(value)
		request.Header.Set(name, value)
	}
	if c.o.Secret != nil {
		secret, err := c.o.Secret(ctx)
		if err != nil {
			return "", fmt.Errorf("read the key of the signature: %w", err)
		}
		s.add(secret)
		request.Header.Set(SignatureHeader, Sign(secret, e.Now, body))
	}
	transport, err := c.o.transport()
	if err != nil {
		return "", err
	}
	client := &http.Client{Transport: transport, CheckRedirect: redirect}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	said, err := io.ReadAll(io.LimitReader(response.Body, mostReply))
	if err != nil && response.StatusCode < 300 {
		// It has taken the message, whatever else it wanted to say.
		said = append(said, "…"...)
	}
	reply := strings.TrimSpace(response.Status + ": " + report.Clean(string(said)))
	reply = strings.TrimSuffix(reply, ":")
	e.Steps.Add("answered: %s", s.hide(reply))
	return reply, verdict(response, reply, e.Now)
}

// mostReply is how much of an answer is read, in bytes.
const mostReply = 500

// errRedirect is what a receiver gets who sends lcshealth elsewhere.
var errRedirect = errors.New("the receiver sends elsewhere, and what is told is not for anybody else; correct the address")

// redirect follows a receiver only within its own host, and only if the message
// goes along (307, 308).
func redirect(request *http.Request, via []*http.Request) error {
	first := via[0]
	if request.URL.Scheme != first.URL.Scheme || request.URL.Host != first.URL.Host || request.Method != http.MethodPost || len(via) > 3 {
		return &notify.Refusal{Permanent: true, Err: errRedirect}
	}
	return nil
}

// traced notes what happens on the way.
func traced(ctx context.Context, steps *notify.Steps) context.Context {
	if steps == nil {
		return ctx
	}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			steps.Add("connected to %s", info.Conn.RemoteAddr())
			if secure, ok := info.Conn.(*tls.Conn); ok {
				state := secure.ConnectionState()
				who := "nobody"
				if len(state.PeerCertificates) > 0 {
					who = state.PeerCertificates[0].Subject.String() + ", issued by " + state.PeerCertificates[0].Issuer.String()
				}
				steps.Add("secured by %s with %s: %s", tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite), who)
			}
		},
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			if info.Err == nil {
				steps.Add("request sent")
			}
		},
	})
}
