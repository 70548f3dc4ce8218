package wire

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"math/big"
	"net"
	"net/textproto"
	"sync/atomic"
	"testing"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/facts/pki/pkitest"
)

// The rules by which mutual TLS is told from TLS hold for every version.
func TestClientCertificate(t *testing.T) {
	t.Parallel()
	root := authority(t, pkitest.Options{CN: "Contoso Root CA"})
	server := issue(t, root, pkitest.Server("lcs01.contoso.com")).TLS()
	ours := issue(t, root, pkitest.Server("lcs02.contoso.com")).TLS()
	theirs := issue(t, authority(t, pkitest.Options{CN: "Fabrikam Root CA"}), pkitest.Server("lcs02.contoso.com")).TLS()
	pool := x509.NewCertPool()
	pool.AddCert(root.Certificate)
	const name = "CN=lcs02.contoso.com"
	tests := []struct {
		name          string
		auth          tls.ClientAuthType
		own           *tls.Certificate
		without, with string // how a handshake is refused up to TLS 1.2
		verdict       string // instead of without, in TLS 1.3
	}{
		{"not asked for", tls.NoClientCert, &ours, "", "", ""},
		{"asked for", tls.RequestClientCert, &ours, "", "", ""},
		{"asked for, none there", tls.RequestClientCert, nil, "", "", ""},
		{"required, any taken", tls.RequireAnyClientCert, &theirs, "handshake_failure (40)", "", "certificate_required (116)"},
		{"required, ours accepted", tls.RequireAndVerifyClientCert, &ours, "handshake_failure (40)", "", "certificate_required (116)"},
		{"required, ours refused", tls.RequireAndVerifyClientCert, &theirs, "handshake_failure (40)", "unknown_ca (48)", "certificate_required (116)"},
		{"refused if given", tls.VerifyClientCertIfGiven, &theirs, "", "unknown_ca (48)", ""},
	}
	for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS12, tls.VersionTLS13} {
		for _, test := range tests {
			t.Run(tls.VersionName(version)+" "+test.name, func(t *testing.T) {
				t.Parallel()
				port := serveTLS(t, &tls.Config{
					Certificates: []tls.Certificate{server}, ClientAuth: test.auth, ClientCAs: pool, MinVersion: version, MaxVersion: version,
					CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA},
				})
				got := get(t, only(t, Config{ClientCertificate: test.own}, Target{Host: "127.0.0.1", Port: port, Transport: facts.MTLS}).TLS)
				asked := test.auth != tls.NoClientCert
				if got.Version != version || got.ClientCertificate != asked || got.Incomplete || len(got.Chain) != 1 {
					t.Errorf("%x, asked for %t, incomplete %t, %d certificates", got.Version, got.ClientCertificate, got.Incomplete, len(got.Chain))
				}
				if asked && (len(got.AcceptableCAs) != 1 || !bytes.Equal(got.AcceptableCAs[0], root.Certificate.RawSubject)) {
					t.Errorf("authorities %q", got.AcceptableCAs)
				}
				without := test.without
				if version == tls.VersionTLS13 {
					without = test.verdict
				}
				ends(t, got.Handshake, "", without)
				if asked && test.own != nil {
					ends(t, got.WithCertificate, name, test.with)
				} else if got.WithCertificate != nil {
					t.Errorf("with a certificate: %+v", got.WithCertificate)
				}
			})
		}
	}
}

// What a server does after the handshake is told from what it does in it.
func TestAfterHandshake(t *testing.T) {
	t.Parallel()
	server := certificate(t, 1)
	shake := func(conn net.Conn) *tls.Conn {
		c := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{server}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS12,
			CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}})
		_ = c.HandshakeContext(t.Context())
		return c
	}
	tests := []struct {
		name  string
		serve func(net.Conn)
		want  facts.TLSHandshake
	}{
		{"silent", func(conn net.Conn) {
			c := shake(conn)
			_, _ = c.Read(make([]byte, 4096))
			_, _ = c.Read(make([]byte, 4096)) // until the client leaves
		}, facts.TLSHandshake{Done: true}},
		{"closes at once", func(conn net.Conn) { shake(conn).Close() }, facts.TLSHandshake{Done: true, Refused: closedIt, Stage: facts.TLSExchange}},
		{"closes at the request", func(conn net.Conn) { _, _ = shake(conn).Read(make([]byte, 4096)) },
			facts.TLSHandshake{Done: true, Refused: closedIt, Stage: facts.TLSExchange}},
		{"answers an OPTIONS", func(conn net.Conn) {
			c := shake(conn)
			said := textproto.NewReader(bufio.NewReader(c))
			start, _ := said.ReadLine()
			headers, err := said.ReadMIMEHeader()
			if start == "OPTIONS sip:127.0.0.1 SIP/2.0" && err == nil && headers.Get("Max-Forwards") == "0" && headers.Get("Content-Length") == "0" {
				_, _ = c.Write([]byte("S"))
			}
			_, _ = said.ReadLine() // until the client leaves
		}, facts.TLSHandshake{Done: true, Answered: true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			serve := test.serve
			port := accept(t, serve)
			got := get(t, only(t, Config{}, Target{Host: "127.0.0.1", Port: port, Transport: facts.TLS}).TLS)
			if got.Handshake == nil {
				t.Fatal("no handshake")
			}
			test.want.Version, test.want.CipherSuite = tls.VersionTLS12, tls.TLS_RSA_WITH_AES_128_CBC_SHA
			if *got.Handshake != test.want {
				t.Errorf("%+v; want %+v", got.Handshake, test.want)
			}
		})
	}
}

// If time runs out between the steps, what was seen is kept and nothing is said
// of the others.
func TestTimeRunsOut(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	first := true
	target := Target{Host: "127.0.0.1", Transport: facts.TLS, Port: accept(t, func(conn net.Conn) {
		if _, _ = conn.Read(make([]byte, 4096)); first {
			first = false
			_, _ = conn.Write(record(recordHandshake, whole()))
		} else {
			cancel()
		}
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = conn.Read(make([]byte, 4096)) // until the client leaves
	})}
	observed, err := New(Config{ConnectTimeout: time.Hour, Targets: []Target{target}}).Collect(ctx, session())
	if err != nil {
		t.Fatal(err)
	}
	var d facts.Deployment
	observed.AddTo(&d)
	got := get(t, d.Wire.Endpoints[0].TLS)
	if len(got.Chain) != 2 || !got.ClientCertificate || got.Handshake != nil || got.WithCertificate != nil {
		t.Errorf("%+v", got)
	}
}

// A server that falls silent is not asked again and again.
func TestSilentInHandshake(t *testing.T) {
	t.Parallel()
	var connections atomic.Int32
	port := accept(t, func(conn net.Conn) {
		if _, _ = conn.Read(make([]byte, 4096)); connections.Add(1) == 1 {
			_, _ = conn.Write(record(recordHandshake, whole()))
		}
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = conn.Read(make([]byte, 4096)) // until the client leaves
	})
	got := get(t, only(t, Config{ConnectTimeout: time.Second}, Target{Host: "127.0.0.1", Port: port, Transport: facts.TLS}).TLS)
	if len(got.Chain) != 2 || got.Handshake == nil || *got.Handshake != (facts.TLSHandshake{Unfinished: "no answer within 1s"}) {
		t.Errorf("%+v", got)
	}
	if n := connections.Load(); n != 2 {
		t.Errorf("%d connections", n)
	}
}

// Stored facts of before are read, and what was not observed takes no room.
func TestStoredForm(t *testing.T) {
	t.Parallel()
	const before = `{"version":769,"cipherSuite":5,"chain":["YWI="],"clientCertificate":true}`
	var answer facts.TLSAnswer
	if err := json.Unmarshal([]byte(before), &answer); err != nil {
		t.Fatal(err)
	}
	if after, err := json.Marshal(answer); err != nil || string(after) != before {
		t.Errorf("%s, %v", after, err)
	}
}

// What main allows for is all that keeps crypto/tls from old certificates.
func TestOldCertificatesAllowed(t *testing.T) {
	t.Setenv("GODEBUG", "rsa1024min=0,x509negativeserial=1")
	root := authority(t, pkitest.Options{CN: "Contoso Root CA"})
	for name, o := range map[string]pkitest.Options{
		"512 bits":        {CN: "lcs01.contoso.com", Signer: weakKey(t)},
		"negative serial": {CN: "lcs01.contoso.com", Serial: big.NewInt(0x7f)},
	} {
		own := issue(t, root, o).TLS()
		if o.Serial != nil {
			negate(t, own.Certificate[0])
		}
		port := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{own}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS12,
			CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}})
		got := get(t, only(t, Config{}, Target{Host: "127.0.0.1", Port: port, Transport: facts.TLS}).TLS)
		if len(got.Chain) != 1 || !bytes.Equal(got.Chain[0], own.Certificate[0]) {
			t.Errorf("%s: chain of %d", name, len(got.Chain))
		}
		ends(t, got.Handshake, "", "")
	}
}

// negate makes the serial number 127 of a certificate negative, as old Microsoft
// tools made them. The signature is then wrong.
func negate(t *testing.T, der []byte) {
	t.Helper()
	serial := bytes.Index(der, []byte{2, 1, 0x7f})
	if serial < 0 {
		t.Fatal("no serial number in the certificate")
	}
	der[serial+2] = 0x80
}
