package peer

import (
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// ldapTimeout bounds a connection, and each answer, of the tests' own clients.
const ldapTimeout = 10 * time.Second

// Dial connects to the directory over TLS, without logging on.
func (s *Samba) Dial() (*ldap.Conn, error) {
	conn, err := ldap.DialURL(s.LDAPSURL(),
		ldap.DialWithDialer(&net.Dialer{Timeout: ldapTimeout}),
		ldap.DialWithTLSConfig(s.TLSConfig()))
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", s.LDAPSURL(), err)
	}
	conn.SetTimeout(ldapTimeout)
	return conn, nil
}

// Connect logs on with a password over TLS. The connection is closed with the test.
func (s *Samba) Connect(t testing.TB, who Login) *ldap.Conn {
	t.Helper()
	conn, err := s.Dial()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.Bind(who.DN, who.Password); err != nil {
		t.Fatalf("bind to %s as %s: %v", s.LDAPSURL(), who.DN, err)
	}
	return conn
}
