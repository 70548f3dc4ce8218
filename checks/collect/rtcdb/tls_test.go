package rtcdb_test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lcshealth/checks/collect/rtcdb"
	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki/pkitest"
	"lcshealth/checks/lab/tdsd"
)

// certificate makes a certificate for the given name, and the PEM file and the
// pool of its authority.
func certificate(t *testing.T, name string) (server *tls.Config, file string, pool *x509.CertPool) {
	t.Helper()
	root, err := pkitest.NewAuthority("Contoso Root")
	if err != nil {
		t.Fatal(err)
	}
	options := pkitest.Server(name)
	if ip := net.ParseIP(name); ip != nil {
		options.SAN, options.IPs = nil, []net.IP{ip}
	}
	issued, err := root.Issue(options)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pkitest.PEM(root.Certificate), 0o600); err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AddCert(root.Certificate)
	return &tls.Config{Certificates: []tls.Certificate{issued.TLS()}}, file, pool
}

const (
	plainRows  = "the connection to 127.0.0.1:* is not encrypted: sign-in names and SIDs travelled readable"
	plainLogin = "the password of the SQL login reader travelled to 127.0.0.1:* without TLS: anybody on the way can read it"
)

func TestEncryption(t *testing.T) {
	t.Parallel()
	const name = "lcs01.contoso.com"
	served, file, pool := certificate(t, name)
	served127, file127, _ := certificate(t, "127.0.0.1")
	trust := func(c *rtcdb.Config) { c.RootCAs, c.ServerName = pool, name }
	tests := []struct {
		name     string
		server   tdsd.Encryption
		cert     *tls.Config
		encrypt  rtcdb.Encrypt
		client   func(*rtcdb.Config)
		warnings []string
		failure  string // part of the message; empty is success
		settle   string
	}{
		{name: "all", server: tdsd.EncryptOff, cert: served, client: trust},
		{name: "all, asked for", server: tdsd.EncryptOn, cert: served, encrypt: rtcdb.EncryptAll, client: trust},
		{name: "authority in a file", server: tdsd.EncryptOff, cert: served127, client: func(c *rtcdb.Config) { c.CAFile = file127 }},
		{name: "authority in a file and in a pool", server: tdsd.EncryptOff, cert: served127, client: func(c *rtcdb.Config) { c.CAFile, c.RootCAs = file127, pool }},
		{name: "login", server: tdsd.EncryptOff, cert: served, encrypt: rtcdb.EncryptLogin, client: trust, warnings: []string{plainRows}},
		{name: "login, and the server insists", server: tdsd.EncryptOn, cert: served, encrypt: rtcdb.EncryptLogin, client: trust},
		{name: "nothing", server: tdsd.EncryptOff, cert: served, encrypt: rtcdb.EncryptDisable, client: trust, warnings: []string{plainLogin, plainRows}},
		{name: "nothing, of a server without TLS", server: tdsd.EncryptNotSupported, encrypt: rtcdb.EncryptDisable, warnings: []string{plainLogin, plainRows}},

		{name: "unknown authority", server: tdsd.EncryptOff, cert: served, client: func(c *rtcdb.Config) { c.ServerName = name },
			failure: "the server's certificate cannot be trusted: certificate signed by unknown authority", settle: "ca-file"},
		{name: "unknown authority, login", server: tdsd.EncryptOff, cert: served, encrypt: rtcdb.EncryptLogin, client: func(c *rtcdb.Config) { c.ServerName = name },
			failure: "the server's certificate cannot be trusted: certificate signed by unknown authority", settle: "ca-file"},
		{name: "another name", server: tdsd.EncryptOff, cert: served, client: func(c *rtcdb.Config) { c.CAFile, c.ServerName = file, "lcs02.contoso.com" },
			failure: "the server's certificate cannot be trusted: certificate is valid for lcs01.contoso.com, not lcs02.contoso.com", settle: "server-name"},
		{name: "the address instead of the name", server: tdsd.EncryptOff, cert: served, client: func(c *rtcdb.Config) { c.CAFile = file },
			failure: "the server's certificate cannot be trusted: cannot validate certificate for 127.0.0.1", settle: "server-name"},
		{name: "nothing but RC4", server: tdsd.EncryptOff, client: trust,
			cert:    &tls.Config{Certificates: served.Certificates, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA}},
			failure: "no TLS connection: remote error: tls: handshake failure", settle: "too old for TLS 1.2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := serve(t, users(t), func(c *tdsd.Config) { c.Encrypt, c.TLS = tt.server, tt.cert })
			l.cfg.Encrypt = tt.encrypt
			if tt.client != nil {
				tt.client(&l.cfg)
			}
			db, source := l.run(t)
			if n := l.conns.Load(); n != 1 {
				t.Errorf("%d connections, want 1", n)
			}
			if tt.failure != "" {
				failed(t, db, source, facts.Protocol, tt.failure, tt.settle)
				return
			}
			if source.Status != facts.OK || len(l.sink.entries) != 5 {
				t.Errorf("the source ended %s: %s", source.Status, source.Message)
			}
			_, port, _ := strings.Cut(l.cfg.Address, ":")
			var got []string
			for _, w := range source.Warnings {
				got = append(got, strings.ReplaceAll(w, port, "*"))
			}
			if !slices.Equal(got, tt.warnings) {
				t.Errorf("warnings %q, want %q", got, tt.warnings)
			}
		})
	}
}

func TestBadAuthorityFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	l := serve(t, nil, nil)
	l.cfg.CAFile = file
	db, source := l.run(t)
	failed(t, db, source, facts.Protocol, "ca.pem holds no certificate in PEM", "")
}
