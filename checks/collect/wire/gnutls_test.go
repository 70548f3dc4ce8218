package wire

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"lcshealth/checks/facts"
)

// The servers of LCS's time are stood in for by gnutls-serv with their
// versions, suites and certificates.
func TestGnuTLS(t *testing.T) {
	t.Parallel()
	program := need(t, "gnutls-serv")
	const old = "NORMAL:-VERS-ALL:+VERS-TLS1.0:+SIGN-RSA-SHA1:-KX-ALL:+RSA:-CIPHER-ALL:-MAC-ALL:%VERIFY_ALLOW_SIGN_WITH_SHA1:"
	tests := []struct {
		name     string
		priority string
		args     []string
		suite    uint16
		asked    bool
		refused  string // instead of an answer
	}{
		{name: "RC4-SHA", priority: old + "+ARCFOUR-128:+SHA1", args: []string{"--disable-client-cert"}, suite: tls.TLS_RSA_WITH_RC4_128_SHA},
		{name: "3DES-SHA", priority: old + "+3DES-CBC:+SHA1", args: []string{"--disable-client-cert"}, suite: tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA},
		{name: "AES128-SHA", priority: old + "+AES-128-CBC:+SHA1", args: []string{"--disable-client-cert"}, suite: tls.TLS_RSA_WITH_AES_128_CBC_SHA},
		{name: "RC4-SHA, certificate asked for", priority: old + "+ARCFOUR-128:+SHA1", suite: tls.TLS_RSA_WITH_RC4_128_SHA, asked: true},
		{name: "RC4-SHA, certificate required", priority: old + "+ARCFOUR-128:+SHA1", args: []string{"--require-client-cert"}, suite: tls.TLS_RSA_WITH_RC4_128_SHA, asked: true},
		{name: "RC4-SHA before 3DES-SHA", priority: old + "+3DES-CBC:+ARCFOUR-128:+SHA1", args: []string{"--disable-client-cert"}, suite: tls.TLS_RSA_WITH_RC4_128_SHA},
		{name: "RC4-MD5 is beyond crypto/tls", priority: old + "+ARCFOUR-128:+MD5", refused: "remote error: tls: handshake failure"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			leaf := certificate(t, x509.SHA1WithRSA, 1)
			port := gnutls(t, program, leaf, append(test.args, "--priority", test.priority)...)
			e := only(t, Config{}, Target{Host: "127.0.0.1", Port: port, Transport: facts.MTLS})
			if test.refused != "" {
				unknown(t, e.TLS, facts.Protocol, test.refused)
				return
			}
			got := get(t, e.TLS)
			if got.Version != tls.VersionTLS10 || got.CipherSuite != test.suite || got.ClientCertificate != test.asked {
				t.Errorf("got %x %x %v; want TLS 1.0, %x, %v", got.Version, got.CipherSuite, got.ClientCertificate, test.suite, test.asked)
			}
			if len(got.Chain) != 1 || !bytes.Equal(got.Chain[0], leaf.Certificate[0]) {
				t.Errorf("chain of %d certificates", len(got.Chain))
			}
		})
	}
}

// gnutls starts a server and returns its port. It cannot say which free port it
// took, so it is given one that was free a moment ago, again if need be.
func gnutls(t *testing.T, program string, leaf tls.Certificate, args ...string) int {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(leaf.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: leaf.Certificate[0]},
		"key.pem":  {Type: "PRIVATE KEY", Bytes: key},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 {
		free, err := net.Listen("tcp", ":0")
		if err != nil {
			t.Fatal(err)
		}
		port := free.Addr().(*net.TCPAddr).Port
		_ = free.Close()
		if startGnuTLS(t, dir, program, append(args, "--port", strconv.Itoa(port), "--echo",
			"--x509certfile", "cert.pem", "--x509keyfile", "key.pem")...) {
			return port
		}
	}
	t.Fatal("gnutls-serv found no free port")
	return 0
}

// startGnuTLS reports whether the server came to listen. It is stopped when the
// test ends.
func startGnuTLS(t *testing.T, dir, program string, args ...string) bool {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	command := exec.CommandContext(ctx, program, args...)
	command.Dir = dir
	output, input := io.Pipe()
	command.Stdout, command.Stderr = input, input
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ready, ended := make(chan bool, 1), make(chan struct{})
	go func() {
		defer close(ended)
		_ = command.Wait() // it is always killed in the end
		_ = input.Close()
	}()
	go func() {
		var said strings.Builder
		buffer := make([]byte, 4096)
		for {
			n, err := output.Read(buffer)
			said.Write(buffer[:n])
			// "done" stands after each socket, IPv4 and IPv6, or the only one.
			if strings.Contains(said.String(), "...done") {
				select {
				case ready <- true:
				default:
				}
			}
			if err != nil {
				select {
				case ready <- false:
				default:
				}
				return
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	return <-ready
}
