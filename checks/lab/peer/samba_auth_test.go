package peer

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/go-ldap/ldap/v3/gssapi"
	"github.com/jcmturner/gokrb5/v8/client"
)

func TestSimpleBindNeedsTLS(t *testing.T) {
	s := shared.Samba(t)
	conn, err := ldap.DialURL(s.LDAPURL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	err = conn.Bind(s.Reader.UPN, s.Reader.Password)
	if !ldap.IsErrorWithCode(err, ldap.LDAPResultStrongAuthRequired) {
		t.Fatalf("bind in the clear: %v, want strong authentication required", err)
	}
	if err := conn.StartTLS(s.TLSConfig()); err != nil {
		t.Fatal(err)
	}
	if err := conn.Bind(s.Reader.UPN, s.Reader.Password); err != nil {
		t.Errorf("bind after StartTLS: %v", err)
	}
}

func TestBindTellsAWrongPassword(t *testing.T) {
	s := shared.Samba(t)
	conn, err := s.Dial()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	err = conn.Bind(s.Reader.DN, "not "+s.Reader.Password)
	if !ldap.IsErrorWithCode(err, ldap.LDAPResultInvalidCredentials) {
		t.Errorf("bind: %v, want invalid credentials", err)
	}
}

func TestCertificateNamesTheHost(t *testing.T) {
	s := shared.Samba(t)
	dial := func(change func(*tls.Config)) error {
		config := s.TLSConfig()
		change(config)
		conn, err := ldap.DialURL(s.LDAPSURL(), ldap.DialWithTLSConfig(config))
		if err == nil {
			_ = conn.Close()
		}
		return err
	}
	if err := dial(func(*tls.Config) {}); err != nil {
		t.Errorf("as %s: %v", s.Host, err)
	}
	var wrongName x509.HostnameError
	if err := dial(func(c *tls.Config) { c.ServerName = "dc2.lcs.test" }); !errors.As(err, &wrongName) {
		t.Errorf("as another host: %v, want a wrong name", err)
	}
	var unknown x509.UnknownAuthorityError
	if err := dial(func(c *tls.Config) { c.RootCAs = x509.NewCertPool() }); !errors.As(err, &unknown) {
		t.Errorf("trusting nobody: %v, want an unknown authority", err)
	}
}

func TestGSSAPI(t *testing.T) {
	s := shared.Samba(t)
	for _, tt := range []struct {
		name   string
		client func(t *testing.T) (*gssapi.Client, error)
	}{
		{"password", func(*testing.T) (*gssapi.Client, error) {
			return gssapi.NewClientWithPassword(s.Reader.Account, s.Realm, s.Reader.Password, s.Krb5Conf, client.DisablePAFXFAST(true))
		}},
		{"keytab", func(*testing.T) (*gssapi.Client, error) {
			return gssapi.NewClientWithKeytab(s.Reader.Account, s.Realm, s.Keytab, s.Krb5Conf, client.DisablePAFXFAST(true))
		}},
		{"ccache of kinit with password", func(t *testing.T) (*gssapi.Client, error) {
			return gssapi.NewClientFromCCache(kinit(t, s, s.Reader.Password+"\n"), s.Krb5Conf, client.DisablePAFXFAST(true))
		}},
		{"ccache of kinit with keytab", func(t *testing.T) (*gssapi.Client, error) {
			return gssapi.NewClientFromCCache(kinit(t, s, "", "-k", "-t", s.Keytab), s.Krb5Conf, client.DisablePAFXFAST(true))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			krb5, err := tt.client(t)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = krb5.Close() }()
			conn, err := s.Dial()
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			if err := conn.GSSAPIBind(krb5, s.SPN(), ""); err != nil {
				t.Fatalf("bind: %v", err)
			}
			got := search(t, conn, s.DomainDN, "(sAMAccountName=alice)")[0]
			if address := got.GetAttributeValue("msRTCSIP-PrimaryUserAddress"); address != "sip:alice@contoso.com" {
				t.Errorf("Alice's address = %q", address)
			}
		})
	}
}

// kinit gets the reader a ticket as MIT Kerberos does and returns the cache it is in.
func kinit(t *testing.T, s *Samba, stdin string, args ...string) string {
	t.Helper()
	Need(t, "kinit")
	cache := filepath.Join(t.TempDir(), "ccache")
	cmd := exec.CommandContext(t.Context(), "kinit", append(args, "-c", cache, s.Reader.Account+"@"+s.Realm)...)
	cmd.Env = append(cmd.Environ(), "KRB5_CONFIG="+s.Krb5Conf)
	cmd.Stdin = strings.NewReader(stdin)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	return cache
}
