package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	netmail "net/mail"
	"os"
	"slices"
	"strings"
	"unicode"

	"lcshealth/report/notify"
)

// Options say how mails are sent.
type Options struct {
	Name string // of the channel
	Host string // of the mail server
	Port int    // 0 means 465 for tls, else 587 with authentication and 25 without
	// Security is starttls, which is the default and then mandatory; tls, from
	// the first byte (RFC 8314); or none, which has to be said.
	Security string
	CAFile   string // PEM; authorities that are trusted instead of the system's
	// Auth is plain, login or cram-md5; empty means none.
	Auth     string
	Username string
	Password func(context.Context) (string, error) // reads it at each mail
	From     string                                // an address, or a name and <an address>
	To       []string
	Cc       []string
	Hello    string   // the name to greet with; empty means this computer's
	Attach   []string // the report as html, json or both
	// MostAttached is the largest attachment, in bytes; a larger one is left
	// out, and the mail says so. 0 means 10 MiB.
	MostAttached int

	// Dial opens the connection; nil means TCP.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// The words of Options.Security.
const (
	StartTLS = "starttls"
	TLS      = "tls"
	NoTLS    = "none"
)

// Validate names the first option that cannot be right.
func (o Options) Validate() error {
	secure := o.security() != NoTLS
	switch {
	case o.Name == "":
		return notify.Wrong("name", "the channel has no name")
	case o.Host == "":
		return notify.Wrong("host", "it is not set")
	case !printable(o.Host) || strings.ContainsAny(o.Host, " /@"):
		return notify.Wrong("host", "%q is no name of a host", o.Host)
	case o.Port < 0 || o.Port > 65535:
		return notify.Wrong("port", "%d is no port", o.Port)
	case !slices.Contains([]string{StartTLS, TLS, NoTLS}, o.security()):
		return notify.Wrong("security", "%q is none of starttls, tls and none", o.Security)
	case !slices.Contains([]string{"", "plain", "login", "cram-md5"}, o.Auth):
		return notify.Wrong("auth", "%q is none of plain, login and cram-md5", o.Auth)
	case (o.Auth == "plain" || o.Auth == "login") && !secure:
		return notify.Wrong("auth", "%s sends the password as it is, and with security none anybody on the way can read it; use starttls or tls", o.Auth)
	case o.Auth != "" && o.Username == "":
		return notify.Wrong("username", "it is not set, and auth is %s", o.Auth)
	case o.Auth != "" && o.Password == nil:
		return notify.Wrong("password", "nothing says where it is, and auth is %s", o.Auth)
	case o.Auth == "" && o.Username != "":
		return notify.Wrong("auth", "it is not set, and there is a username")
	case o.Hello != "" && (!printable(o.Hello) || strings.Contains(o.Hello, " ")):
		return notify.Wrong("hello", "%q is no name of a host", o.Hello)
	case len(o.To) == 0:
		return notify.Wrong("to", "there is nobody to send to")
	case o.MostAttached < 0:
		return notify.Wrong("most-attached", "%d is negative", o.MostAttached)
	}
	if _, err := address(o.From); err != nil {
		return notify.Wrong("from", "%q is no mail address", o.From)
	}
	for field, list := range map[string][]string{"to": o.To, "cc": o.Cc} {
		for i, a := range list {
			if _, err := address(a); err != nil {
				return notify.Wrong(fmt.Sprintf("%s.%d", field, i), "%q is no mail address", a)
			}
		}
	}
	for i, format := range o.Attach {
		if format != "html" && format != "json" {
			return notify.Wrong(fmt.Sprintf("attach.%d", i), "%q is neither html nor json", format)
		}
	}
	return nil
}

// address reads a mail address. None of it can end a line of a header or of a
// command.
func address(s string) (*netmail.Address, error) {
	a, err := netmail.ParseAddress(s)
	if err == nil && !printable(a.Name+a.Address) {
		err = fmt.Errorf("%q holds characters that cannot be shown", s)
	}
	return a, err
}

func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

func (o Options) security() string {
	if o.Security == "" {
		return StartTLS
	}
	return o.Security
}

func (o Options) port() int {
	switch {
	case o.Port != 0:
		return o.Port
	case o.security() == TLS:
		return 465
	case o.Auth != "":
		return 587
	default:
		return 25
	}
}

func (o Options) tls() (*tls.Config, error) {
	config := &tls.Config{ServerName: o.Host, MinVersion: tls.VersionTLS12}
	if o.CAFile == "" {
		return config, nil
	}
	pem, err := os.ReadFile(o.CAFile)
	if err != nil {
		return nil, fmt.Errorf("read the authorities that the mail server's certificate may be from: %w", err)
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read the authorities that the mail server's certificate may be from: %s holds no certificate", o.CAFile)
	}
	return config, nil
}
