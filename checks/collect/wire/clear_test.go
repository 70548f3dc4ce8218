package wire

import (
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"lcshealth/checks/facts"
)

// flightOf serves one version with one suite: the flight in clear, and then
// what a server of that time does with a client that it has nothing in common
// with. It notes which versions it was offered.
func flightOf(t *testing.T, minor, suite byte, offered *atomic.Uint32) func(net.Conn) {
	alert := func(conn net.Conn, description byte) {
		_, _ = conn.Write([]byte{recordAlert, 3, minor, 0, 2, levelFatal, description})
	}
	return func(conn net.Conn) {
		stream := make([]byte, 4096)
		n, _ := conn.Read(stream)
		got, ok := parseClientHello(stream[:n])
		if !ok || !slices.Equal(got.suites, clearSuites) { // it is of crypto/tls
			alert(conn, 40)
			return
		}
		offered.Add(1 << (8 * (got.version & 3)))
		if got.version != versionSSL30 && minor == 0 {
			alert(conn, 70) // it minds what it does not know
			return
		}
		if !slices.Contains(got.suites, uint16(suite)) {
			t.Errorf("suite %x is not offered", suite)
		}
		for _, part := range split(slices.Concat(hello(minor, suite), chain(), request(), message(messageHelloDone, nil))) {
			if _, err := conn.Write([]byte{part}); err != nil {
				return
			}
		}
		_, _ = conn.Read(stream) // close_notify
	}
}

// Servers that only know what crypto/tls never knew are observed.
func TestClearFlight(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		minor, suite byte
		offers       uint32 // of TLS 1.2, 1.1, 1.0 and SSL 3.0, an octet for each
	}{
		{"SSL 3.0", 0, 0x05, 0x01_00_01_01},
		{"TLS 1.0 with DES", 1, 0x09, 0x01_00_00_00},
		{"TLS 1.0 with RC4-40", 1, 0x03, 0x01_00_00_00},
		{"TLS 1.0 with RC2-40", 1, 0x06, 0x01_00_00_00},
		{"TLS 1.0 with DES for export", 1, 0x62, 0x01_00_00_00},
		{"TLS 1.0 with RC4-56", 1, 0x64, 0x01_00_00_00},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var offered atomic.Uint32
			port := accept(t, flightOf(t, test.minor, test.suite, &offered))
			got := get(t, only(t, Config{}, Target{Host: "127.0.0.1", Port: port, Transport: facts.MTLS}).TLS)
			if got.Version != 0x0300+uint16(test.minor) || got.CipherSuite != uint16(test.suite) || !got.ClientCertificate ||
				got.Incomplete || len(got.Chain) != 2 || len(got.AcceptableCAs) != 2 || !slices.Equal(got.CertificateTypes, []int{1, 2}) {
				t.Errorf("%+v", got)
			}
			if offered.Load() != test.offers {
				t.Errorf("offered %08x", offered.Load())
			}
			if h := got.Handshake; h == nil || h.Done || h.Refused != "" || !strings.Contains(h.Unfinished, "no version and cipher suite in common") {
				t.Errorf("handshake %+v", h)
			}
		})
	}
}

// A flight that breaks off anywhere gives what came until then, and never an
// end that was not seen.
func TestClearFlightCut(t *testing.T) {
	t.Parallel()
	stream := split(whole())
	withChain := len(split(slices.Concat(hello(1, 4), chain())))
	var cut atomic.Int64
	port := accept(t, func(conn net.Conn) {
		n, _ := conn.Read(make([]byte, 4096))
		if n > 0 {
			_, _ = conn.Write(stream[:cut.Load()])
		}
	})
	target := Target{Host: "127.0.0.1", Port: port, Transport: facts.MTLS}
	for n := range stream {
		cut.Store(int64(n))
		e := only(t, Config{}, target)
		if n < withChain {
			unknown(t, e.TLS, facts.Protocol, closedIt)
			continue
		}
		got := get(t, e.TLS)
		if len(got.Chain) != 2 || !got.Incomplete || got.Handshake == nil || got.Handshake.Done {
			t.Fatalf("%d of %d octets: %+v", n, len(stream), got)
		}
	}
}
