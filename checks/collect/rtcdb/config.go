package rtcdb

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"time"
)

// Config says which database to read and how. The zero values of the optional
// fields are the recommended ones.
type Config struct {
	Name   string   // how reports call the database: the FQDN of the server or of the back end
	Serves []string // FQDNs of the home servers, or of the pool, whose users it holds

	// Address is host, host:port, host\instance or host\instance:port. Without
	// a port, the instance's port is asked of the browser on UDP 1434.
	Address  string
	Database string // rtc if empty

	Auth     Auth   // SQL if empty
	Username string // of a SQL login; DOMAIN\user for NTLM; user or user@REALM for Kerberos
	// Password is called once for each run. It may be nil where none is needed.
	Password func(ctx context.Context) (string, error)
	Kerberos Kerberos

	Encrypt Encrypt // required if empty
	// RootCAs are the authorities that may have issued the server's
	// certificate, besides those of CAFile. With neither, it is those that the
	// system trusts.
	RootCAs *x509.CertPool
	CAFile  string // PEM
	// ServerName is the name that the certificate must have, if it is not the
	// host of Address.
	ServerName string

	DialTimeout   time.Duration // for the browser and for the connection; 10 s if 0
	AnswerTimeout time.Duration // the longest silence while an answer is awaited; 1 min if 0

	// Dial opens connections, of network tcp or udp. It is that of a
	// [net.Dialer] if nil.
	Dial DialFunc
}

// DialFunc opens a network connection like [net.Dialer.DialContext].
type DialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// Auth is how to sign in to the database server.
type Auth string

// The ways to sign in. MSDE accepts Windows accounts only, unless it was set
// up otherwise.
const (
	AuthSQL        Auth = "sql"
	AuthNTLM       Auth = "ntlm"
	AuthKerberos   Auth = "kerberos"
	AuthIntegrated Auth = "integrated" // as the account that runs lcshealth; on Windows only
)

// Encrypt is how much of the connection must be under TLS. There is no way to
// accept a certificate without verifying it.
type Encrypt string

// The degrees of encryption.
const (
	EncryptAll     Encrypt = "true"    // everything; a server without TLS is refused
	EncryptLogin   Encrypt = "login"   // the login, if the server can; the rest if it insists
	EncryptDisable Encrypt = "disable" // nothing, unless the server insists
)

// Kerberos holds what signing in with Kerberos needs. With a user name, the
// credentials are its password or a keytab, else those of a cache.
type Kerberos struct {
	Realm      string // the default realm of the configuration if empty
	ConfigFile string // krb5.conf; that of the system if empty
	CCache     string // file
	Keytab     string // file
	SPN        string // MSSQLSvc/host:instance or MSSQLSvc/host:port if empty
}

// Validate reports what is wrong with a configuration, without asking anyone.
func (c Config) Validate() error {
	if _, err := parseAddress(c.Address); err != nil {
		return err
	}
	switch c.encrypt() {
	case EncryptAll, EncryptLogin, EncryptDisable:
	default:
		return fmt.Errorf("database server %q: encrypt %q is not known: it is %s, %s or %s",
			c.Address, c.Encrypt, EncryptAll, EncryptLogin, EncryptDisable)
	}
	if err := c.validateAuth(); err != nil {
		return fmt.Errorf("database server %q: %w", c.Address, err)
	}
	return nil
}

func (c Config) validateAuth() error {
	domain, user, qualified := strings.Cut(c.Username, `\`)
	switch auth := c.auth(); auth {
	case AuthSQL:
		switch {
		case c.Username == "":
			return errors.New("a SQL login needs a user name")
		case qualified:
			return fmt.Errorf("%s is a Windows account, not a SQL login: use %s or %s", c.Username, AuthNTLM, AuthKerberos)
		case c.Password == nil:
			return errors.New("a SQL login needs a password")
		}
	case AuthNTLM:
		switch {
		case !qualified || domain == "" || user == "":
			return fmt.Errorf(`ntlm needs a user name of the form DOMAIN\user, not %q`, c.Username)
		case c.Password == nil:
			return errors.New("ntlm needs a password")
		}
	case AuthKerberos:
		switch k := c.Kerberos; {
		case qualified:
			return fmt.Errorf("kerberos needs a user name of the form user@REALM, not %q", c.Username)
		case c.Username == "" && (k.Keytab != "" || c.Password != nil):
			return errors.New("kerberos needs a user name for a keytab or a password")
		}
	case AuthIntegrated:
		if runtime.GOOS != "windows" {
			return fmt.Errorf("integrated authentication is there on Windows only: use %s", AuthKerberos)
		}
	default:
		return fmt.Errorf("auth %q is not known: it is %s, %s, %s or %s", auth, AuthSQL, AuthNTLM, AuthKerberos, AuthIntegrated)
	}
	return nil
}

func (c Config) auth() Auth {
	if c.Auth == "" {
		return AuthSQL
	}
	return c.Auth
}

func (c Config) encrypt() Encrypt {
	if c.Encrypt == "" {
		return EncryptAll
	}
	return c.Encrypt
}

func (c Config) database() string {
	if c.Database == "" {
		return "rtc"
	}
	return c.Database
}

// account is how messages call who signs in.
func (c Config) account() string {
	switch {
	case c.auth() == AuthIntegrated:
		return "the account that runs lcshealth"
	case c.Username == "":
		return "the account of the Kerberos credentials"
	}
	return c.Username
}

// tls returns the TLS settings for the given host.
func (c Config) tls(host string) (*tls.Config, error) {
	name := c.ServerName
	if name == "" {
		name = host
	}
	roots := c.RootCAs
	if c.CAFile != "" {
		pem, err := os.ReadFile(c.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read the certificates of authorities: %w", err)
		}
		if roots == nil {
			roots = x509.NewCertPool()
		} else {
			roots = roots.Clone()
		}
		if !roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read the certificates of authorities: %s holds no certificate in PEM", c.CAFile)
		}
	}
	return &tls.Config{
		ServerName: name, RootCAs: roots, MinVersion: tls.VersionTLS12,
		// The server expects each of its packets in one record.
		DynamicRecordSizingDisabled: true,
	}, nil
}
