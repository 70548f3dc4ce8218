package wire

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki/pkitest"
)

// certificate makes a certificate with the given serial number.
func certificate(t *testing.T, serial int64) tls.Certificate {
	t.Helper()
	root := authority(t, pkitest.Options{CN: "Contoso Root CA"})
	return issue(t, root, pkitest.Options{CN: "lcs01.contoso.com", Serial: big.NewInt(serial)}).TLS()
}

// serveTLS serves TLS on loopback, answers what is said and returns the port.
func serveTLS(t *testing.T, config *tls.Config) int {
	t.Helper()
	return accept(t, func(conn net.Conn) {
		server := tls.Server(conn, config)
		defer func() { _ = server.Close() }()
		_ = server.HandshakeContext(t.Context()) // how it ends is what the client tells
		if n, _ := server.Read(make([]byte, 4096)); n > 0 {
			_, _ = server.Write([]byte("SIP/2.0 400 Bad Request\r\n\r\n"))
			_, _ = server.Read(make([]byte, 1)) // until the client leaves
		}
	})
}

func TestTLS(t *testing.T) {
	t.Parallel()
	sha256 := certificate(t, 1)
	rsaOnly := []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}
	tests := []struct {
		name   string
		config *tls.Config
		want   facts.TLSAnswer // but for the chain
	}{
		{
			name:   "old, no client certificate",
			config: &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10, CipherSuites: rsaOnly},
			want:   facts.TLSAnswer{Version: tls.VersionTLS10, CipherSuite: tls.TLS_RSA_WITH_AES_128_CBC_SHA},
		},
		{
			name: "old, client certificate asked for",
			config: &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10, CipherSuites: rsaOnly,
				ClientAuth: tls.RequestClientCert},
			want: facts.TLSAnswer{Version: tls.VersionTLS10, CipherSuite: tls.TLS_RSA_WITH_AES_128_CBC_SHA, ClientCertificate: true},
		},
		{
			name: "old, client certificate required",
			config: &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10, CipherSuites: rsaOnly,
				ClientAuth: tls.RequireAnyClientCert},
			want: facts.TLSAnswer{Version: tls.VersionTLS10, CipherSuite: tls.TLS_RSA_WITH_AES_128_CBC_SHA, ClientCertificate: true},
		},
		{
			name: "TLS 1.2 with ECDHE alone",
			config: &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256},
				ClientAuth: tls.RequireAnyClientCert},
			want: facts.TLSAnswer{Version: tls.VersionTLS12, CipherSuite: tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, ClientCertificate: true},
		},
		{
			name:   "TLS 1.3 alone",
			config: &tls.Config{MinVersion: tls.VersionTLS13},
			want:   facts.TLSAnswer{Version: tls.VersionTLS13},
		},
		{
			name:   "TLS 1.3 alone, client certificate required",
			config: &tls.Config{MinVersion: tls.VersionTLS13, ClientAuth: tls.RequireAnyClientCert},
			want:   facts.TLSAnswer{Version: tls.VersionTLS13, ClientCertificate: true},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			config := test.config.Clone()
			config.Certificates = []tls.Certificate{sha256}
			port := serveTLS(t, config)
			for _, transport := range []facts.Transport{facts.TLS, facts.MTLS} {
				e := only(t, Config{}, Target{Host: "127.0.0.1", Port: port, Transport: transport})
				if !get(t, e.Connected) {
					t.Error("not connected")
				}
				got := get(t, e.TLS)
				if len(got.Chain) != 1 || !bytes.Equal(got.Chain[0], sha256.Certificate[0]) {
					t.Errorf("chain of %d certificates", len(got.Chain))
				}
				if got.Version != test.want.Version || got.ClientCertificate != test.want.ClientCertificate ||
					test.want.CipherSuite != 0 && got.CipherSuite != test.want.CipherSuite {
					t.Errorf("got %x %x %v; want %+v", got.Version, got.CipherSuite, got.ClientCertificate, test.want)
				}
			}
		})
	}
}

// A certificate that Go cannot parse is recorded all the same, with whether a
// certificate of the client is asked for after it.
func TestUnparsableCertificate(t *testing.T) {
	t.Parallel()
	broken := certificate(t, 0x7f)
	der := broken.Certificate[0]
	serial := bytes.Index(der, []byte{2, 1, 0x7f})
	if serial < 0 {
		t.Fatal("no serial number in the certificate")
	}
	der[serial+1+1] = 0x80 // now negative, as old Microsoft tools made them
	if _, err := x509.ParseCertificate(der); err == nil {
		t.Skip("this Go parses negative serial numbers")
	}
	for _, required := range []bool{false, true} {
		config := &tls.Config{
			Certificates: []tls.Certificate{broken}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS12,
			CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA},
		}
		if required {
			config.ClientAuth = tls.RequireAnyClientCert
		}
		e := only(t, Config{}, Target{Host: "127.0.0.1", Port: serveTLS(t, config), Transport: facts.MTLS})
		got := get(t, e.TLS)
		if len(got.Chain) != 1 || !bytes.Equal(got.Chain[0], der) {
			t.Fatalf("chain %x", got.Chain)
		}
		if got.Version != tls.VersionTLS12 || got.CipherSuite != tls.TLS_RSA_WITH_AES_128_CBC_SHA || got.ClientCertificate != required {
			t.Errorf("%x %x %v", got.Version, got.CipherSuite, got.ClientCertificate)
		}
	}
}

func TestNoTLS(t *testing.T) {
	t.Parallel()
	say := func(text string) func(net.Conn) {
		return func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 4096))
			_, _ = conn.Write([]byte(text))
			_, _ = conn.Read(make([]byte, 4096))
		}
	}
	tests := []struct {
		name  string
		serve func(net.Conn)
		class facts.Class
		text  string
	}{
		{"plain SIP", say("SIP/2.0 400 Bad Request\r\nVia: x\r\n\r\n"), facts.Protocol, `did not answer with TLS but with "SIP/2.0 400 Bad Request"`},
		{"text without an end", func(conn net.Conn) { _, _ = conn.Write([]byte("220 ready")) }, facts.Protocol, `did not answer with TLS but with "220 ready"`},
		{"garbage", say("\x00\x01\x02\x03\x04\x05\x06\x07"), facts.Protocol, "did not answer with TLS"},
		{"closes at the hello", func(conn net.Conn) { _, _ = conn.Read(make([]byte, 4096)) }, facts.Protocol, "ended the TLS handshake: it closed the connection"},
		{"closes at once", func(net.Conn) {}, facts.Protocol, "ended the TLS handshake: it closed the connection"},
		{"an alert", say("\x15\x03\x01\x00\x02\x02\x28"), facts.Protocol, "ended the TLS handshake: it sent the alert handshake_failure (40)"},
		{"malformed", say("\x16\x03\x01\x00\x05\x0b\x00\x00\x01\x09"), facts.Protocol, "its answer was malformed"},
		{"no certificate", say(string(record(recordHandshake, slices.Concat(hello(1, 4), message(messageHelloDone, nil))))), facts.Protocol, "it showed no certificate"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := only(t, Config{}, Target{Host: "127.0.0.1", Port: accept(t, test.serve), Transport: facts.TLS})
			if !get(t, e.Connected) {
				t.Error("not connected")
			}
			unknown(t, e.TLS, test.class, test.text)
			if _, why := e.TLS.Get(); why != nil && why.Settle == "" {
				t.Error("nothing is said that would settle it")
			}
		})
	}
}

// A peer that accepts and says nothing costs the time for one handshake, or
// less if the source's own time ends.
func TestTLSHang(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	connections := 0
	port := accept(t, func(conn net.Conn) {
		mu.Lock()
		connections++
		mu.Unlock()
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = conn.Read(make([]byte, 4096)) // until the client leaves
	})
	target := Target{Host: "127.0.0.1", Port: port, Transport: facts.TLS}

	e := only(t, Config{ConnectTimeout: 300 * time.Millisecond}, target)
	if !get(t, e.Connected) {
		t.Error("not connected")
	}
	unknown(t, e.TLS, facts.Timeout, "accepted the connection but did not answer with TLS within 300ms")
	mu.Lock()
	if connections != 1 {
		t.Errorf("%d connections to a peer that hangs", connections)
	}
	mu.Unlock()

	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	observed, err := New(Config{ConnectTimeout: time.Hour, Targets: []Target{target}}).Collect(ctx, session())
	if err != nil {
		t.Fatal(err)
	}
	var d facts.Deployment
	observed.AddTo(&d)
	e = d.Wire.Endpoint(target.Host, target.Port, target.Transport)
	if !get(t, e.Connected) {
		t.Error("not connected")
	}
	unknown(t, e.TLS, facts.Timeout, "the time for the network ended")
}
