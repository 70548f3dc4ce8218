package ldapd_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"lcshealth/checks/facts/pki/pkitest"
	"lcshealth/checks/lab/ldapd"
)

const (
	domainDN = "DC=contoso,DC=com"
	configDN = "CN=Configuration," + domainDN
	schemaDN = "CN=Schema," + configDN
	peopleDN = "OU=People," + domainDN
	readerDN = "CN=Reader,CN=Users," + domainDN
	poolDN   = "CN=LC Services,CN=Microsoft,CN=pool01,CN=Pools,CN=RTC Service,CN=Microsoft,CN=System," + domainDN

	reader   = `CONTOSO\reader`
	password = "s3cret"
)

// sid is a domain SID of contoso.com: S-1-5-21-1-2-3-rid.
func sid(rid byte) string {
	return "\x01\x05\x00\x00\x00\x00\x00\x05\x15\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00" + string([]byte{rid, 4, 0, 0})
}

func entry(dn string, pairs ...string) ldapd.Entry {
	e := ldapd.Entry{DN: dn, Attributes: map[string][]string{}}
	for i := 0; i < len(pairs); i += 2 {
		e.Attributes[pairs[i]] = append(e.Attributes[pairs[i]], pairs[i+1])
	}
	return e
}

// forest is a domain with n users and what is around them.
func forest(n int) []ldapd.Entry {
	entries := []ldapd.Entry{
		entry(configDN, "objectClass", "top", "objectClass", "configuration"),
		entry(domainDN, "objectClass", "top", "objectClass", "domainDNS", "dc", "contoso"),
		entry(schemaDN, "objectClass", "top", "objectClass", "dMD"),
		entry("CN=Users,"+domainDN, "objectClass", "container", "cn", "Users"),
		entry(readerDN, "objectClass", "top", "objectClass", "person", "objectClass", "user", "cn", "Reader",
			"objectCategory", "CN=Person,"+schemaDN),
		entry(peopleDN, "objectClass", "organizationalUnit", "ou", "People",
			"objectCategory", "CN=Organizational-Unit,"+schemaDN),
	}
	for i := range n {
		entries = append(entries, person(i))
	}
	return entries
}

func person(i int) ldapd.Entry {
	cn := fmt.Sprintf("User %03d", i)
	return entry("CN="+cn+","+peopleDN,
		"objectClass", "top", "objectClass", "person", "objectClass", "organizationalPerson", "objectClass", "user",
		"cn", cn, "sAMAccountName", fmt.Sprintf("user%03d", i), "userAccountControl", "512",
		"objectCategory", "CN=Person,"+schemaDN, "objectSid", sid(byte(i)),
		"msRTCSIP-PrimaryUserAddress", fmt.Sprintf("sip:user%03d@contoso.com", i),
		"msRTCSIP-UserEnabled", "TRUE", "msRTCSIP-PrimaryHomeServer", poolDN)
}

func config(entries []ldapd.Entry) ldapd.Config {
	return ldapd.Config{
		Entries:        entries,
		NamingContexts: []string{domainDN, configDN, schemaDN},
		RootDSE: map[string][]string{
			"dnsHostName":                {"dc01.contoso.com"},
			"defaultNamingContext":       {domainDN},
			"rootDomainNamingContext":    {domainDN},
			"configurationNamingContext": {configDN},
			"schemaNamingContext":        {schemaDN},
			"supportedSASLMechanisms":    {"GSSAPI", "GSS-SPNEGO"},
		},
		Users: map[string]string{
			reader: password, "reader@contoso.com": password, readerDN: password,
		},
	}
}

// start serves cfg in clear and returns the server and its address.
func start(t testing.TB, cfg ldapd.Config) (*ldapd.Server, string) {
	t.Helper()
	s := newServer(t, cfg)
	return s, listen(t, s, s.Serve)
}

func newServer(t testing.TB, cfg ldapd.Config) *ldapd.Server {
	t.Helper()
	s, err := ldapd.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// listen lets s serve on a free port until the test is over.
func listen(t testing.TB, s *ldapd.Server, serve func(net.Listener) error) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- serve(ln) }()
	t.Cleanup(func() {
		if err := errors.Join(s.Close(), <-ended); err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return ln.Addr().String()
}

func dial(t testing.TB, url string, opts ...ldap.DialOpt) *ldap.Conn {
	t.Helper()
	c, err := ldap.DialURL(url, opts...)
	if err != nil {
		t.Fatal(err)
	}
	c.SetTimeout(20 * time.Second)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// bound dials and binds as the reader.
func bound(t testing.TB, addr string) *ldap.Conn {
	t.Helper()
	c := dial(t, "ldap://"+addr)
	if err := c.Bind(reader, password); err != nil {
		t.Fatal(err)
	}
	return c
}

// resultOf returns code and text of an LDAP error.
func resultOf(t *testing.T, err error) *ldap.Error {
	t.Helper()
	var e *ldap.Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %v, want an LDAP result", err)
	}
	return e
}

func wantResult(t *testing.T, err error, code uint16, text string) {
	t.Helper()
	if e := resultOf(t, err); e.ResultCode != code || !strings.Contains(e.Err.Error(), text) {
		t.Errorf("result is %d %q, want %d with %q", e.ResultCode, e.Err, code, text)
	}
}

// certificate makes a certificate for dc01.contoso.com at 127.0.0.1, and the
// authority that a client is to trust.
func certificate(t *testing.T) (server *tls.Config, client *tls.Config, caPEM []byte) {
	t.Helper()
	root, err := pkitest.NewAuthority("Contoso Root CA")
	if err != nil {
		t.Fatal(err)
	}
	options := pkitest.Server("dc01.contoso.com")
	options.IPs = []net.IP{net.IPv4(127, 0, 0, 1)}
	issued, err := root.Issue(options)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(root.Certificate)
	return &tls.Config{Certificates: []tls.Certificate{issued.TLS()}},
		&tls.Config{RootCAs: roots, ServerName: "dc01.contoso.com"}, pkitest.PEM(root.Certificate)
}

// waitFor returns the record once it holds a request that has no answer.
func waitFor(t *testing.T, s *ldapd.Server, kind ldapd.Kind) []ldapd.Request {
	t.Helper()
	for {
		all := s.Requests()
		for _, r := range all {
			if r.Kind == kind {
				return all
			}
		}
		select {
		case <-t.Context().Done():
			t.Fatalf("no %s was recorded", kind)
		case <-time.After(time.Millisecond):
		}
	}
}
