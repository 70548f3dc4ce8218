package wire

import (
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
)

// gnutls starts a server and returns its port. It cannot say which free port it
// took, so it is given one that was free a moment ago, again if need be.
func gnutls(t *testing.T, program string, leaf tls.Certificate, args ...string) int {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(leaf.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var sent []byte
	for _, der := range leaf.Certificate {
		sent = append(sent, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	writeFile(t, filepath.Join(dir, "cert.pem"), sent)
	writeFile(t, filepath.Join(dir, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
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

func writeFile(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
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
