package wire

import (
	"crypto/tls"
	"net"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"
)

// parseClientHello reads a hello as a server would, with nothing left over.
func parseClientHello(stream []byte) (h clientHello, ok bool) {
	var kind, messageKind uint8
	var version uint16
	var record, body, session, suites, compression, extensions cryptobyte.String
	s := cryptobyte.String(stream)
	ok = s.ReadUint8(&kind) && s.ReadUint16(&version) && s.ReadUint16LengthPrefixed(&record) && s.Empty() &&
		record.ReadUint8(&messageKind) && record.ReadUint24LengthPrefixed(&body) && record.Empty() &&
		body.ReadUint16(&h.version) && body.CopyBytes(h.random[:]) && body.ReadUint8LengthPrefixed(&session) &&
		body.ReadUint16LengthPrefixed(&suites) && body.ReadUint8LengthPrefixed(&compression)
	if !ok || kind != recordHandshake || messageKind != messageClientHello || version != min(h.version, versionTLS10) || len(compression) != 1 {
		return h, false
	}
	for !suites.Empty() {
		var suite uint16
		if !suites.ReadUint16(&suite) {
			return h, false
		}
		h.suites = append(h.suites, suite)
	}
	if body.Empty() {
		return h, true
	}
	if !body.ReadUint16LengthPrefixed(&extensions) || !body.Empty() {
		return h, false
	}
	for !extensions.Empty() {
		var extension uint16
		var content, list, name cryptobyte.String
		if !extensions.ReadUint16(&extension) || !extensions.ReadUint16LengthPrefixed(&content) {
			return h, false
		}
		if extension == extensionServerName {
			if !content.ReadUint16LengthPrefixed(&list) || !content.Empty() || !list.Skip(1) || !list.ReadUint16LengthPrefixed(&name) || !list.Empty() {
				return h, false
			}
			h.serverName = string(name)
		}
	}
	return h, true
}

func TestClientHello(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a.", 100) + "contoso.com"
	tests := []struct {
		version    uint16
		host, name string
	}{
		{versionTLS12, "lcs01.contoso.com", "lcs01.contoso.com"},
		{versionTLS10, "lcs01.contoso.com", "lcs01.contoso.com"},
		{versionSSL30, "lcs01.contoso.com", ""}, // there are no extensions
		{versionTLS12, "192.0.2.10", ""},
		{versionTLS10, "[2001:db8::1]", ""},
		{versionTLS10, long, ""}, // the hello stays small
		{versionTLS12, "", ""},
	}
	for _, test := range tests {
		sent := newClientHello(test.version, test.host)
		stream := sent.record()
		got, ok := parseClientHello(stream)
		if !ok || !reflect.DeepEqual(got, sent) || got.serverName != test.name || len(stream) >= 250 {
			t.Errorf("%04x %s: %t, name %q, %d octets", test.version, test.host, ok, got.serverName, len(stream))
		}
		if test.version < versionTLS12 && test.name == "" && len(stream) != 5+4+2+32+1+2+2*len(clearSuites)+2 {
			t.Errorf("%04x %s: there are extensions", test.version, test.host)
		}
	}
	if first := clearSuites[:4]; !slices.Equal(first, []uint16{4, 5, 10, 9}) {
		t.Errorf("the suites begin with %x", first)
	}
}

// crypto/tls is a server that reads every field.
func TestClientHelloIsUnderstood(t *testing.T) {
	t.Parallel()
	here, there := net.Pipe()
	defer here.Close()
	defer there.Close()
	seen := make(chan *tls.ClientHelloInfo, 1)
	go func() {
		_ = tls.Server(there, &tls.Config{MinVersion: tls.VersionTLS10, GetConfigForClient: func(info *tls.ClientHelloInfo) (*tls.Config, error) {
			seen <- info
			return nil, net.ErrClosed
		}}).HandshakeContext(t.Context())
		close(seen)
	}()
	if _, err := here.Write(newClientHello(versionTLS12, "lcs01.contoso.com").record()); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = here.Read(make([]byte, 1024)) }() // the alert
	info := <-seen
	if info == nil {
		t.Fatal("not understood")
	}
	if info.ServerName != "lcs01.contoso.com" || !slices.Equal(info.CipherSuites, clearSuites) ||
		!slices.Equal(info.SupportedVersions, []uint16{tls.VersionTLS12, tls.VersionTLS11, tls.VersionTLS10}) ||
		len(info.SupportedCurves) != 3 || len(info.SignatureSchemes) != 10 {
		t.Errorf("%+v", info)
	}
}

func FuzzClientHello(f *testing.F) {
	f.Add(uint16(versionTLS12), "lcs01.contoso.com", []byte{0, 4, 0, 5})
	f.Add(uint16(versionSSL30), "192.0.2.10", []byte{})
	f.Fuzz(func(t *testing.T, version uint16, host string, suites []byte) {
		sent := newClientHello(version, host)
		if n := len(sent.record()); n >= maxHello {
			t.Errorf("%d octets", n)
		}
		for pair := range slices.Chunk(suites[:min(len(suites), 1<<12)&^1], 2) {
			sent.suites = append(slices.Clip(sent.suites), uint16(pair[0])<<8|uint16(pair[1]))
		}
		if got, ok := parseClientHello(sent.record()); !ok || !reflect.DeepEqual(got, sent) {
			t.Errorf("sent %+v, got %+v", sent, got)
		}
	})
}
