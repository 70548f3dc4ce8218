package directory

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/facts"
)

// authority issues certificates.
type authority struct {
	cert *x509.Certificate
	key  *rsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{key: key}
	a.cert = a.issue(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "Contoso CA"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	})
	return a
}

// issue signs a certificate with the authority's own key, which is as good as
// another for a test.
func (a *authority) issue(t *testing.T, template *x509.Certificate) *x509.Certificate {
	t.Helper()
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	if template.NotAfter.IsZero() {
		template.NotAfter = time.Now().Add(time.Hour)
	}
	template.NotBefore = template.NotAfter.Add(-48 * time.Hour)
	parent := a.cert
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, a.key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func pool(certs ...*x509.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	for _, c := range certs {
		p.AddCert(c)
	}
	return p
}

func TestControllerCertificates(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	leaf := func(change func(*x509.Certificate)) *x509.Certificate {
		template := &x509.Certificate{
			Subject: pkix.Name{CommonName: "dc1.contoso.com"}, DNSNames: []string{"dc1.contoso.com"},
			KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		}
		change(template)
		return ca.issue(t, template)
	}
	good := leaf(func(*x509.Certificate) {})
	old := leaf(func(c *x509.Certificate) { c.SignatureAlgorithm = x509.SHA1WithRSA })
	for _, tt := range []struct {
		name         string
		cert         *x509.Certificate
		roots        *x509.CertPool
		want, settle string // empty: it works
	}{
		{"good", good, pool(ca.cert), "", ""},
		{"of an unknown authority", good, pool(), "its certificate cannot be trusted: x509: certificate signed by unknown authority", "with ca-file"},
		{"expired", leaf(func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Hour) }), pool(ca.cert),
			"x509: certificate has expired", "renew the controller's certificate"},
		{"of another host", leaf(func(c *x509.Certificate) { c.DNSNames = []string{"dc7.contoso.com"} }), pool(ca.cert),
			"its certificate is not for this name but for dc7.contoso.com", "name the controller as its certificate does"},
		{"without names", leaf(func(c *x509.Certificate) { c.DNSNames = nil }), pool(ca.cert),
			"its certificate has no subject alternative name", "issue one that has dc1.contoso.com"},
		// As the authorities of Windows Server 2003 sign.
		{"SHA-1", old, pool(ca.cert), "its certificate is signed with SHA1-RSA", "put the certificate of dc1.contoso.com itself into ca-file"},
		{"SHA-1 and trusted itself", old, pool(old), "", ""},
	} {
		for _, security := range []Security{LDAPS, StartTLS} {
			t.Run(fmt.Sprintf("%s %d", tt.name, security), func(t *testing.T) {
				l := oneDomain(t)
				l.root.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{tt.cert.Raw}, PrivateKey: ca.key}}}
				serve(t, l.root, &l.network, "dc1.contoso.com:636")
				serve(t, l.root, &l.network, "dc1.contoso.com:389")
				cfg := l.config()
				cfg.Security, cfg.RootCAs = security, tt.roots
				o := gather(t, cfg)
				if tt.want == "" {
					if o.source.Status != facts.OK || len(o.source.Warnings) > 0 {
						t.Errorf("source = %+v", o.source)
					}
					return
				}
				why := whyNot(t, o.Users)
				if why.Class != facts.Unreachable || !strings.HasPrefix(why.Message, "connect to dc1.contoso.com:") ||
					!strings.Contains(why.Message, tt.want) || !strings.Contains(why.Settle, tt.settle) {
					t.Errorf("reason = %+v, want %q and %q", why, tt.want, tt.settle)
				}
			})
		}
	}
}

// oneDomain is a lab whose forest is contoso.com alone.
func oneDomain(t *testing.T) *lab {
	l := newLab(t, 1)
	without(&l.root, "CN=CHILD,CN=Partitions,"+configDN)
	return l
}

// Windows Server 2003 has TLS 1.0 with RC4 or 3DES and RSA key exchange.
func TestOldTLS(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	cert := ca.issue(t, &x509.Certificate{
		DNSNames: []string{"dc1.contoso.com"}, KeyUsage: x509.KeyUsageKeyEncipherment, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	for _, suite := range []uint16{tls.TLS_RSA_WITH_RC4_128_SHA, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA} {
		t.Run(tls.CipherSuiteName(suite), func(t *testing.T) {
			l := oneDomain(t)
			l.root.TLS = &tls.Config{
				Certificates: []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: ca.key}},
				MinVersion:   tls.VersionTLS10, MaxVersion: tls.VersionTLS10, CipherSuites: []uint16{suite},
			}
			serve(t, l.root, &l.network, "dc1.contoso.com:636")
			cfg := l.config()
			cfg.Security, cfg.RootCAs = LDAPS, pool(ca.cert)
			why := whyNot(t, gather(t, cfg).Users)
			if why.Class != facts.Protocol || !strings.Contains(why.Message, "the controller has no TLS 1.2") || !strings.Contains(why.Settle, "directory.old-tls") {
				t.Errorf("without being asked for, reason = %+v", why)
			}
			cfg.OldTLS = true
			o := gather(t, cfg)
			want := "dc1.contoso.com offers nothing better than TLS 1.0 with " + tls.CipherSuiteName(suite)
			if o.source.Status != facts.OK || !slices.Contains(o.source.Warnings, want) {
				t.Errorf("source = %+v, want warning %q", o.source, want)
			}
		})
	}
}

func TestRefusedSecurity(t *testing.T) {
	t.Parallel()
	l := oneDomain(t)
	serve(t, l.root, &l.network, "dc1.contoso.com:389")
	cfg := l.config()
	cfg.Security = StartTLS
	o := gather(t, cfg)
	if why := whyNot(t, o.Users); why.Class != facts.Unreachable || !strings.Contains(why.Message, "the controller refuses starttls: ") || why.Settle == "" {
		t.Errorf("reason = %+v", why)
	}
	cfg.Security, cfg.Auth = Plain, NTLM
	o = gather(t, cfg)
	if why := whyNot(t, o.Users); why.Class != facts.Rights || !strings.Contains(why.Message, "the controller does not offer this way to sign in (LDAP 7)") {
		t.Errorf("reason = %+v", why)
	}
}
