package tdsd_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"lcshealth/checks/facts/pki/pkitest"
	"lcshealth/checks/lab/tdsd"
)

// certificate makes a certificate for lcs01.contoso.com, and returns with it
// the file that holds its authority.
func certificate(t *testing.T) (cfg *tls.Config, caFile string) {
	t.Helper()
	root, err := pkitest.NewAuthority("Contoso Test CA")
	if err != nil {
		t.Fatal(err)
	}
	server, err := root.Issue(pkitest.Server("lcs01.contoso.com"))
	if err != nil {
		t.Fatal(err)
	}
	caFile = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, pkitest.PEM(root.Certificate), 0o600); err != nil {
		t.Fatal(err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{server.TLS()}}, caFile
}

// wiretap forwards connections to addr and keeps what clients send.
type wiretap struct {
	mu   sync.Mutex
	sent bytes.Buffer
}

func (w *wiretap) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sent.Write(p)
}

func (w *wiretap) contains(text string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return bytes.Contains(w.sent.Bytes(), utf16le(text))
}

func tap(t *testing.T, addr *net.TCPAddr) (*wiretap, *net.TCPAddr) {
	t.Helper()
	w := &wiretap{}
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	t.Cleanup(func() {
		_ = ln.Close()
		wg.Wait()
	})
	ctx := context.WithoutCancel(t.Context())
	wg.Go(func() {
		for {
			client, err := ln.Accept()
			if err != nil {
				return
			}
			server, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr.String())
			if err != nil {
				_ = client.Close()
				return
			}
			wg.Go(func() { forward(server, client, w) })
			wg.Go(func() { forward(client, server, nil) })
		}
	})
	return w, ln.Addr().(*net.TCPAddr)
}

func forward(dst, src net.Conn, copyTo *wiretap) {
	defer func() { _ = dst.Close() }()
	buf := make([]byte, 32<<10)
	for {
		n, err := src.Read(buf)
		if copyTo != nil {
			_, _ = copyTo.Write(buf[:n])
		}
		if _, werr := dst.Write(buf[:n]); err != nil || werr != nil {
			return
		}
	}
}

func TestEncryption(t *testing.T) {
	t.Parallel()
	cfg, ca := certificate(t)
	const nothing, loginOnly, all = "nothing", "login only", "all"
	tests := []struct {
		server tdsd.Encryption
		client string // the driver's encrypt option
		want   string
	}{
		{tdsd.EncryptNotSupported, "disable", nothing},
		{tdsd.EncryptNotSupported, "false", nothing},
		{tdsd.EncryptNotSupported, "true", "server does not support encryption"},
		{tdsd.EncryptOff, "disable", nothing},
		{tdsd.EncryptOff, "false", loginOnly},
		{tdsd.EncryptOff, "true", all},
		{tdsd.EncryptOn, "disable", "TLS Handshake failed"}, // the driver tries, but the server does not
		{tdsd.EncryptOn, "false", all},
		{tdsd.EncryptOn, "true", all},
	}
	for _, tt := range tests {
		for _, packetSize := range []string{"4096", "32767"} {
			t.Run(fmt.Sprintf("server %d, client %s, packet size %s", tt.server, tt.client, packetSize), func(t *testing.T) {
				t.Parallel()
				var session tdsd.Session
				_, addr := start(t, tdsd.Config{Encrypt: tt.server, TLS: cfg,
					Handler: func(_ context.Context, s tdsd.Session, _ string) []tdsd.Result {
						session = s
						return []tdsd.Result{allTypes()}
					}})
				wire, addr := tap(t, addr)
				// The login takes several packets of 4096 bytes.
				application := strings.Repeat("audit ", 500) + "tail"
				db := open(t, addr, map[string]string{"encrypt": tt.client, "packet size": packetSize, "certificate": ca,
					"hostnameincertificate": "lcs01.contoso.com", "app name": application})
				const statement = "select * from Everything"
				err := drain(t, db.QueryContext, statement)
				if tt.want != nothing && tt.want != loginOnly && tt.want != all {
					if err == nil || !strings.Contains(err.Error(), tt.want) {
						t.Errorf("got %v, want an error with %q", err, tt.want)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if session.Encrypted != (tt.want == all) || session.Application != application {
					t.Errorf("got session %+v", session)
				}
				if got := wire.contains(statement); got != (tt.want != all) {
					t.Errorf("statement readable: %t, want %s to be encrypted", got, tt.want)
				}
				if got := wire.contains("audit tail"); packetSize == "4096" && got != (tt.want != all) {
					t.Errorf("second packet of the login readable: %t, want %s to be encrypted", got, tt.want)
				}
				if got := wire.contains(testUser); got != (tt.want == nothing) {
					t.Errorf("user name readable: %t, want %s to be encrypted", got, tt.want)
				}
			})
		}
	}
}

func TestTLSVerification(t *testing.T) {
	t.Parallel()
	cfg, ca := certificate(t)
	_, otherCA := certificate(t)
	tests := map[string]struct {
		ca, host, want string
	}{
		"right":             {ca, "lcs01.contoso.com", ""},
		"other host":        {ca, "lcs02.contoso.com", "not lcs02.contoso.com"},
		"by address":        {ca, "127.0.0.1", "doesn't contain any IP SANs"},
		"unknown authority": {otherCA, "lcs01.contoso.com", "certificate signed by unknown authority"},
	}
	for name, tt := range tests {
		for _, mode := range []tdsd.Encryption{tdsd.EncryptOff, tdsd.EncryptOn} {
			_, addr := start(t, tdsd.Config{Encrypt: mode, TLS: cfg})
			err := open(t, addr, map[string]string{"encrypt": "true", "certificate": tt.ca, "hostnameincertificate": tt.host}).PingContext(t.Context())
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("%s: %v", name, err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("%s: got %v, want an error with %q", name, err, tt.want)
			}
		}
	}
}

// A session under TLS is resumed without trouble: the order of the handshake's
// last messages is then the other way round.
func TestTLSResumption(t *testing.T) {
	t.Parallel()
	cfg, ca := certificate(t)
	_, addr := start(t, tdsd.Config{Encrypt: tdsd.EncryptOn, TLS: cfg})
	pool := x509.NewCertPool()
	pemCA, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	pool.AppendCertsFromPEM(pemCA)
	client := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool, ServerName: "lcs01.contoso.com", ClientSessionCache: tls.NewLRUClientSessionCache(1)}
	for i := range 2 {
		c := dialRaw(t, addr)
		c.send(0x12, 1, []byte("\x00\x00\x0b\x00\x06\x01\x00\x11\x00\x01\xff\x09\x00\x00\x00\x00\x00\x01"))
		c.receive()
		wrapped := &wrappedConn{rawClient: c}
		tc := tls.Client(wrapped, client)
		if err := tc.HandshakeContext(t.Context()); err != nil {
			t.Fatal(err)
		}
		wrapped.bare = true
		if got := tc.ConnectionState().DidResume; got != (i == 1) {
			t.Errorf("connection %d: resumed %t", i, got)
		}
		if got := tc.ConnectionState().Version; got != tls.VersionTLS12 {
			t.Errorf("connection %d: TLS version %#x", i, got)
		}
		if reply := (rawClient{tc, t}).login(0x74000004); reply[0] != 0xE3 {
			t.Errorf("connection %d: got %x, want a login", i, reply)
		}
	}
}

// wrappedConn sends each write in a packet of its own.
type wrappedConn struct {
	rawClient
	bare bool
	rest []byte
}

func (c *wrappedConn) Write(p []byte) (int, error) {
	if c.bare {
		return c.rawClient.Write(p)
	}
	c.send(0x12, 1, p)
	return len(p), nil
}

func (c *wrappedConn) Read(p []byte) (int, error) {
	if c.bare {
		return c.rawClient.Read(p)
	}
	if len(c.rest) == 0 {
		_, _, c.rest = c.receive()
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}
