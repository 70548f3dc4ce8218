package ldapd_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"

	"lcshealth/checks/lab/ldapd"
)

// talk sends octets and returns the messages that come back until the server closes.
func talk(t *testing.T, addr string, octets ...string) []*ber.Packet {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = nc.Close() }()
	if err := nc.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(nc, strings.Join(octets, "")); err != nil {
		t.Fatal(err)
	}
	if err := nc.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(nc)
	if err != nil {
		t.Fatalf("read until the server closes: %v", err)
	}
	var packets []*ber.Packet
	for r := bytes.NewReader(all); r.Len() > 0; {
		p, err := ber.ReadPacket(r)
		if err != nil {
			t.Fatalf("answer % x: %v", all, err)
		}
		packets = append(packets, p)
	}
	return packets
}

// element is a BER element with a length in the short or the three-octet form.
func element(tag byte, parts ...string) string {
	content := strings.Join(parts, "")
	if n := len(content); n >= 0x80 {
		return string([]byte{tag, 0x82, byte(n >> 8), byte(n)}) + content
	}
	return string([]byte{tag, byte(len(content))}) + content
}

func message(id byte, op ...string) string {
	return element(0x30, "\x02\x01"+string([]byte{id}), strings.Join(op, ""))
}

func bindRequest(name, password string) string {
	return message(1, element(0x60, "\x02\x01\x03", element(0x04, name), element(0x80, password)))
}

// searchRequest asks for all below base; the empty one for the rootDSE.
func searchRequest(base, filter string) string {
	scope := "\x0a\x01\x02"
	if base == "" {
		scope = "\x0a\x01\x00"
	}
	return message(2, element(0x63, element(0x04, base), scope, "\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00", filter, "\x30\x00"))
}

const (
	anyClass = "\x87\x0bobjectClass"
	unbind   = "\x42\x00"
)

func TestLengthsOfWindows(t *testing.T) {
	t.Parallel()
	_, addr := start(t, config(forest(0)))
	// wldap32 writes every length in five octets.
	answers := talk(t, addr, "\x30\x84\x00\x00\x00\x10\x02\x01\x07\x60\x84\x00\x00\x00\x07\x02\x01\x03\x04\x00\x80\x00")
	if len(answers) != 1 || answers[0].Children[0].Value != int64(7) || answers[0].Children[1].Tag != 1 {
		t.Fatalf("answers: %v", answers)
	}
	if code := answers[0].Children[1].Children[0].Value; code != int64(0) {
		t.Errorf("bind ended with %v", code)
	}
}

func TestPipelinedRequests(t *testing.T) {
	t.Parallel()
	_, addr := start(t, config(forest(0)))
	abandon := message(5, element(0x50, "\x02"))
	answers := talk(t, addr, bindRequest("", ""), abandon, searchRequest("", anyClass))
	if len(answers) != 3 || answers[1].Children[1].Tag != 4 || answers[2].Children[1].Tag != 5 {
		t.Fatalf("answers: %v", answers)
	}
}

func TestMessageNumbers(t *testing.T) {
	t.Parallel()
	_, addr := start(t, config(forest(0)))
	bind := "\x60\x07\x02\x01\x03\x04\x00\x80\x00"
	for id, encoded := range map[int64]string{
		0: "\x00", 127: "\x7f", 128: "\x00\x80", 255: "\x00\xff", 256: "\x01\x00", 1<<31 - 1: "\x7f\xff\xff\xff",
	} {
		answers := talk(t, addr, element(0x30, element(0x02, encoded), bind))
		if len(answers) != 1 || answers[0].Children[0].Value != id {
			t.Errorf("answers to %d: %v", id, answers)
		}
	}
}

func TestBindRequests(t *testing.T) {
	t.Parallel()
	s, addr := start(t, config(forest(0)))
	anonymous := element(0x04) + element(0x80)
	for what, tt := range map[string]struct {
		op, controls string
		code         int64
	}{
		"version 2":        {op: "\x02\x01\x02" + anonymous},
		"version 4":        {op: "\x02\x01\x04" + anonymous, code: 2},
		"unknown choice":   {op: "\x02\x01\x03" + element(0x04) + element(0x85, "x"), code: 7},
		"universal choice": {op: "\x02\x01\x03" + element(0x04) + element(0x04, "x"), code: 7},
		"empty SASL":       {op: "\x02\x01\x03" + element(0x04) + element(0xa3), code: 7},
		"critical control": {
			op:       "\x02\x01\x03" + element(0x04, reader) + element(0x80, password),
			controls: element(0xa0, element(0x30, element(0x04, "1.2.3.4"), "\x01\x01\xff")), code: 12,
		},
	} {
		answers := talk(t, addr, message(1, element(0x60, tt.op), tt.controls), searchRequest(domainDN, anyClass))
		if len(answers) != 2 || answers[0].Children[1].Children[0].Value != tt.code {
			t.Errorf("%s: answers %v, want code %d", what, answers, tt.code)
			continue
		}
		if code := answers[1].Children[1].Children[0].Value; code != int64(1) {
			t.Errorf("%s: a search after it ended with %v", what, code)
		}
	}
	for _, r := range s.Requests() {
		if r.User != "" {
			t.Errorf("bound as %q", r.User)
		}
	}
}

func TestMalformed(t *testing.T) {
	t.Parallel()
	for what, octets := range map[string]string{
		"http":                    "GET / HTTP/1.0\r\n\r\n",
		"tls":                     "\x16\x03\x01\x00\x05hello",
		"indefinite length":       "\x30\x80\x02\x01\x01\x42\x00\x00\x00",
		"length of five octets":   "\x30\x85\x00\x00\x00\x00\x00",
		"more than a megabyte":    "\x30\x83\x10\x00\x01",
		"empty message":           "\x30\x00",
		"no operation":            "\x30\x03\x02\x01\x01",
		"negative message number": "\x30\x05\x02\x01\xff\x42\x00",
		"number of nine octets":   "\x30\x0d\x02\x09\x01\x01\x01\x01\x01\x01\x01\x01\x01\x42\x00",
		"number without octets":   "\x30\x04\x02\x00\x42\x00",
		"element too long":        "\x30\x05\x02\x01\x01\x42\x05",
		"tag of two octets":       "\x30\x06\x02\x01\x01\x7f\x21\x00",
		"unknown operation":       "\x30\x05\x02\x01\x01\x5e\x00",
		"response as request":     "\x30\x05\x02\x01\x01\x65\x00",
		"operation not of LDAP":   "\x30\x05\x02\x01\x01\x04\x00",
		"primitive bind":          "\x30\x05\x02\x01\x01\x40\x00",
		"empty bind":              "\x30\x05\x02\x01\x01\x60\x00",
		"empty search":            "\x30\x05\x02\x01\x01\x63\x00",
		"empty modify":            "\x30\x05\x02\x01\x01\x66\x00",
		"empty extended":          "\x30\x05\x02\x01\x01\x77\x00",
		"primitive control":       "\x30\x09\x02\x01\x01\x42\x00\xa0\x02\x04\x00",
		"text that is none":       message(1, element(0x60, element(0x0c, "\xff"))),
		"nested too deep":         nested(200),
		"scope 3":                 strings.Replace(searchRequest("", anyClass), "\x0a\x01\x00", "\x0a\x01\x03", 1),
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s, addr := start(t, config(forest(0)))
			answers := talk(t, addr, octets)
			if len(answers) != 1 {
				t.Fatalf("%d answers, want a notice of disconnection", len(answers))
			}
			id, op := answers[0].Children[0].Value, answers[0].Children[1]
			if id != int64(0) || op.Tag != 24 || op.Children[0].Value != int64(2) ||
				op.Children[len(op.Children)-1].Data.String() != "1.3.6.1.4.1.1466.20036" {
				t.Errorf("answer: id %v, tag %d, code %v", id, op.Tag, op.Children[0].Value)
			}
			all := s.Requests()
			if last := all[len(all)-1]; last.Kind != ldapd.KindMalformed {
				t.Errorf("recorded: %+v", all)
			}
		})
	}
}

// nested is a search whose filter has that many negations.
func nested(depth int) string {
	filter := anyClass
	for range depth {
		filter = element(0xa2, filter)
	}
	return searchRequest("", filter)
}

// A message that ends too early is no fault of anybody: the client is gone.
func TestHangUp(t *testing.T) {
	t.Parallel()
	s, addr := start(t, config(forest(0)))
	for _, octets := range []string{"", "\x30", "\x30\x84\x00", "\x30\x0c\x02\x01"} {
		if answers := talk(t, addr, octets); len(answers) != 0 {
			t.Errorf("% x was answered", octets)
		}
	}
	if answers := talk(t, addr, message(1, unbind), bindRequest("", "")); len(answers) != 0 {
		t.Error("a request after unbind was answered")
	}
	if r := s.Requests(); len(r) != 1 || r[0].Kind != ldapd.KindUnbind {
		t.Errorf("recorded %+v", r)
	}
}

func TestMalformedFilter(t *testing.T) {
	t.Parallel()
	s, addr := start(t, config(forest(0)))
	for what, filter := range map[string]string{
		"unknown choice":       "\xaa\x00",
		"universal":            "\x04\x01a",
		"negation of nothing":  "\xa2\x00",
		"negation of two":      "\xa2\x06\x87\x01a\x87\x01a",
		"primitive and":        "\x80\x00",
		"constructed presence": "\xa7\x00",
		"equality of nothing":  "\xa3\x00",
		"no substrings":        "\xa4\x05\x04\x01a\x30\x00",
		"two initials":         "\xa4\x0b\x04\x01a\x30\x06\x80\x01a\x80\x01b",
		"final first":          "\xa4\x0b\x04\x01a\x30\x06\x82\x01a\x81\x01b",
		"rule without value":   "\xa9\x03\x82\x01a",
	} {
		answers := talk(t, addr, searchRequest("", filter), bindRequest("", ""))
		if len(answers) != 2 || answers[0].Children[1].Tag != 5 || answers[0].Children[1].Children[0].Value != int64(2) {
			t.Errorf("%s: answers %v", what, answers)
		}
	}
	for _, r := range s.Requests() {
		if r.Kind == ldapd.KindMalformed {
			t.Errorf("recorded %+v", r)
		}
	}
}

// What comes in clear behind StartTLS may have been put there by anybody.
func TestStartTLSInjection(t *testing.T) {
	t.Parallel()
	cfg := config(forest(0))
	cfg.TLS, _, _ = certificate(t)
	s, addr := start(t, cfg)
	answers := talk(t, addr, message(1, element(0x77, element(0x80, "1.3.6.1.4.1.1466.20037"))), bindRequest("", ""))
	if len(answers) != 1 {
		t.Errorf("%d answers", len(answers))
	}
	if r := s.Requests(); len(r) != 1 || r[0].Kind != ldapd.KindStartTLS {
		t.Errorf("recorded %+v", r)
	}
}

// A server can be closed while a client does not take its answer.
func TestCloseDuringAnswer(t *testing.T) {
	t.Parallel()
	big := entry("CN=big,"+domainDN, "objectClass", "top", "info", strings.Repeat("x", 32<<20)) // more than any socket buffers
	s, addr := start(t, config(append(forest(0), big)))
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = nc.Close() }()
	if _, err := io.WriteString(nc, bindRequest(reader, password)+searchRequest(domainDN, anyClass)); err != nil {
		t.Fatal(err)
	}
	waitFor(t, s, ldapd.KindSearch)
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

func TestIdleConnectionEnds(t *testing.T) {
	t.Parallel()
	cfg := config(forest(0))
	cfg.IdleTimeout = 10 * time.Millisecond
	cfg.TLS, _, _ = certificate(t)
	s, addr := start(t, cfg)
	for _, addr := range []string{addr, listen(t, s, s.ServeTLS)} {
		nc, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if err := nc.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if n, err := nc.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("read from an idle connection: %d, %v", n, err)
		}
		_ = nc.Close()
	}
}
