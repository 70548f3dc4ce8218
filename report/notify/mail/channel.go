package mail

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"os"
	"strconv"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"lcshealth/report"
	"lcshealth/report/notify"
)

// New returns a channel that sends mails.
func New(o Options) (notify.Channel, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if o.Hello == "" {
		o.Hello = greeting()
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	return &channel{o}, nil
}

// greeting is this computer's name if a mail server can be greeted with it.
func greeting() string {
	name, err := os.Hostname()
	if err != nil || name == "" || !printable(name) || strings.Contains(name, " ") {
		return "localhost"
	}
	return name
}

type channel struct{ o Options }

func (c *channel) Name() string { return c.o.Name }

func (c *channel) server() string { return net.JoinHostPort(c.o.Host, strconv.Itoa(c.o.port())) }

// Send hands the mail to the server. If it takes some recipients and refuses
// others for good, those whom it takes get the mail; if it refuses some for
// now, all wait for two attempts, since a mail that was sent to some would
// otherwise be sent to them again.
func (c *channel) Send(ctx context.Context, e notify.Envelope) (string, error) {
	m, err := c.compose(ctx, e)
	if err != nil {
		return "", err
	}
	password := ""
	if c.o.Auth != "" {
		if password, err = c.o.Password(ctx); err != nil {
			return "", fmt.Errorf("send mail by %s: %w", c.server(), err)
		}
	}
	reply, err := c.hand(ctx, m, e, password)
	if err != nil {
		return "", c.failure(err, password)
	}
	return reply, nil
}

// failure says what went wrong without the password, whoever repeats it.
func (c *channel) failure(err error, password string) error {
	words := report.Clean(err.Error())
	if password != "" {
		encode := base64.StdEncoding.EncodeToString
		for _, secret := range []string{password, encode([]byte(password)), encode([]byte("\x00" + c.o.Username + "\x00" + password))} {
			words = strings.ReplaceAll(words, secret, "…")
		}
	}
	return &notify.Refusal{Permanent: forGood(err), Err: fmt.Errorf("send mail by %s: %s", c.server(), words)}
}

// refused is what the server said to the mail itself: the sender, the
// recipients or the contents. Only this can be for good. A server that does
// not let lcshealth in may do so when somebody has mended it.
type refused struct{ error }

func (r refused) Unwrap() error { return r.error }

func forGood(err error) bool {
	var r refused
	var reply *textproto.Error
	var known *notify.Refusal
	if errors.As(err, &known) {
		return known.Permanent
	}
	return errors.As(err, &r) && errors.As(err, &reply) && reply.Code >= 500
}

func authentication(name string) gomail.SMTPAuthType {
	switch name {
	case "plain":
		return gomail.SMTPAuthPlain
	case "login":
		return gomail.SMTPAuthLogin
	case "cram-md5":
		return gomail.SMTPAuthCramMD5
	}
	return gomail.SMTPAuthNoAuth
}
