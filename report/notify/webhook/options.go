package webhook

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"lcshealth/report/notify"
)

// Options say where notifications are posted.
type Options struct {
	Name   string // of the channel
	Format string // generic, slack or teams; empty means generic
	// URL is the address, or ReadURL reads it, where knowing it is all that
	// one needs to post there, as with Slack and Teams.
	URL     string
	ReadURL func(context.Context) (string, error)
	// PlainHTTP allows an http address of another computer. Anybody on the way
	// can then read and change what is posted.
	PlainHTTP bool
	CAFile    string            // PEM; authorities that are trusted instead of the system's
	Headers   map[string]string // sent with each request
	// SecretHeaders are read at each request, such as an Authorization.
	SecretHeaders map[string]func(context.Context) (string, error)
	// Secret reads the key of the signature; nil means that requests are not
	// signed. See [Sign].
	Secret func(context.Context) (string, error)

	// Transport makes the connections; nil means one of its own. CAFile is of
	// no use with it.
	Transport http.RoundTripper
}

// The words of Options.Format.
const (
	Generic = "generic"
	Slack   = "slack"
	Teams   = "teams"
)

// own are the headers that lcshealth sets itself.
var own = []string{"Content-Type", "Content-Length", "Host", "Idempotency-Key", "User-Agent", SignatureHeader, "Connection", "Transfer-Encoding"}

// Validate names the first option that cannot be right.
func (o Options) Validate() error {
	switch {
	case o.Name == "":
		return notify.Wrong("name", "the channel has no name")
	case !slices.Contains([]string{Generic, Slack, Teams}, o.format()):
		return notify.Wrong("format", "%q is none of generic, slack and teams", o.Format)
	case o.URL == "" && o.ReadURL == nil:
		return notify.Wrong("url", "it is not set")
	case o.URL != "" && o.ReadURL != nil:
		return notify.Wrong("url", "it is given twice")
	}
	if o.URL != "" {
		if _, err := o.parse(o.URL); err != nil {
			return notify.Wrong("url", "%v", err)
		}
	}
	names := map[string]bool{}
	for name, value := range o.Headers {
		if err := header(name, value, names); err != nil {
			return err
		}
	}
	for name := range o.SecretHeaders {
		if err := header(name, "", names); err != nil {
			return err
		}
	}
	return nil
}

func header(name, value string, names map[string]bool) error {
	field, canonical := "headers."+strings.ToLower(name), http.CanonicalHeaderKey(name)
	switch {
	case !httpguts.ValidHeaderFieldName(name):
		return notify.Wrong("headers", "%q is no name of a header", name)
	case !httpguts.ValidHeaderFieldValue(value):
		return notify.Wrong(field, "its value holds characters that no header may have")
	case slices.Contains(own, canonical):
		return notify.Wrong(field, "it is set by lcshealth")
	case names[canonical]:
		return notify.Wrong(field, "it is given twice")
	}
	names[canonical] = true
	return nil
}

func (o Options) format() string {
	if o.Format == "" {
		return Generic
	}
	return o.Format
}

// parse reads the address. The error does not hold it, as it may be a secret.
func (o Options) parse(address string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	switch {
	case err != nil || u.Host == "":
		return nil, fmt.Errorf("it is no web address")
	case u.Scheme == "http" && !o.PlainHTTP && !loopback(u.Hostname()):
		return nil, fmt.Errorf("%s is not encrypted; use https, or allow plain HTTP", masked(u))
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("it is no http or https address")
	}
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// masked is what may be said of an address: who it belongs to.
func masked(u *url.URL) string {
	out := u.Scheme + "://" + u.Host
	if u.Path != "" && u.Path != "/" || u.RawQuery != "" {
		out += "/…"
	}
	return out
}

func (o Options) transport() (http.RoundTripper, error) {
	if o.Transport != nil {
		return o.Transport, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.CAFile != "" {
		pem, err := os.ReadFile(o.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read the authorities that the receiver's certificate may be from: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read the authorities that the receiver's certificate may be from: %s holds no certificate", o.CAFile)
		}
	}
	// A connection of its own for each message: hours lie between them.
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSClientConfig: config, DisableKeepAlives: true, ForceAttemptHTTP2: true,
		MaxResponseHeaderBytes: 64 << 10,
	}, nil
}
