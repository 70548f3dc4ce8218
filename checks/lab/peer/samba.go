package peer

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"
)

// The ports a [Samba] serves on its address.
const (
	LDAPPort          = 389
	LDAPSPort         = 636
	GlobalCatalogPort = 3268
	KerberosPort      = 88
)

// SambaOptions says what the directory holds. The zero value is a forest that is
// prepared for LCS 2005 (schema) and has none.
type SambaOptions struct {
	// Realm is the Kerberos realm and, in lower case, the forest's DNS name. It is LCS.TEST
	// when empty.
	Realm string
	// NoSchema leaves the LCS schema out: a forest never prepared for LCS.
	NoSchema bool
	// Forest is the LCS deployment.
	Forest *Forest
	// LDIF holds further change records, loaded after Forest. Each element is
	// committed before the next is read. DC=X at the end of a line stands for the base DN.
	LDIF []string
}

// Samba is a running domain controller, the only one of its forest. Its certificate
// names Host and IP.
type Samba struct {
	Realm     string // LCS.TEST
	DomainDN  string // DC=lcs,DC=test
	DomainSID string
	Host      string // the controller's name, dc1.lcs.test, which no resolver knows
	IP        netip.Addr

	CA     []byte         // the issuer of its certificate, as PEM
	CAFile string         // the same as a file
	Roots  *x509.CertPool // the same as a pool

	Admin  Login // a domain administrator
	Reader Login // an ordinary user

	Krb5Conf string // a krb5.conf that leads to this controller
	Keytab   string // the keys of Reader

	dir     string
	server  *process
	release func()
}

// Login is an account somebody can log on with.
type Login struct {
	Account  string // sAMAccountName
	UPN      string // account@realm
	DN       string
	Password string
}

// StartSamba starts a domain controller and stops it when the test ends. It takes some
// seconds: [Share] one where tests do not change it. Without the programs, or
// without root, the test ends as [Need] says.
func StartSamba(t testing.TB, opt SambaOptions) *Samba {
	t.Helper()
	needSamba(t)
	s, err := startSamba(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("log of samba:\n%s", s.Log())
		}
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func needSamba(t testing.TB) {
	t.Helper()
	Need(t, "samba", "samba-tool", "ldbmodify")
	NeedRoot(t)
}

// LDAPURL returns where LDAP is served in the clear, and with StartTLS.
func (s *Samba) LDAPURL() string { return "ldap://" + s.Addr(LDAPPort) }

// LDAPSURL returns where LDAP over TLS is served.
func (s *Samba) LDAPSURL() string { return "ldaps://" + s.Addr(LDAPSPort) }

// Addr returns the controller's address with a port.
func (s *Samba) Addr(port int) string {
	return net.JoinHostPort(s.IP.String(), strconv.Itoa(port))
}

// TLSConfig returns a configuration that trusts the controller's certificate and expects it to
// be for Host, whatever address the connection is made to.
func (s *Samba) TLSConfig() *tls.Config {
	return &tls.Config{RootCAs: s.Roots, ServerName: s.Host, MinVersion: tls.VersionTLS12}
}

// SPN returns the service principal name of the controller's LDAP service.
func (s *Samba) SPN() string { return "ldap/" + s.Host }

func (s *Samba) login(account, password string) Login {
	return Login{
		Account:  account,
		UPN:      account + "@" + strings.ToLower(s.Realm),
		DN:       resolve(userDN(account), s.DomainDN),
		Password: password,
	}
}
