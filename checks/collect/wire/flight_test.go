package wire

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// record and message frame what a server of TLS 1.0 says.
func record(kind byte, body []byte) []byte {
	return append([]byte{kind, 3, 1, byte(len(body) >> 8), byte(len(body))}, body...)
}

func message(kind byte, body []byte) []byte {
	return append([]byte{kind, byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}, body...)
}

// hello is a ServerHello of a version with a suite.
func hello(minor, suite byte) []byte {
	body := append([]byte{3, minor}, make([]byte, 32)...)
	return message(messageServerHello, append(body, 2, 'i', 'd', 0, suite, 0))
}

// chain is a Certificate message of two short stand-ins for certificates.
func chain() []byte {
	return message(messageCertificate, []byte{0, 0, 9, 0, 0, 2, 'a', 'b', 0, 0, 1, 'c'})
}

// request is a CertificateRequest of TLS 1.0 for RSA and DSS with two names.
func request() []byte {
	return message(messageCertRequest, []byte{2, 1, 2, 0, 7, 0, 3, 'o', 'n', 'e', 0, 0})
}

// whole is a flight with everything in it.
func whole() []byte {
	return bytes.Join([][]byte{hello(1, 4), chain(), message(12, []byte("key")), request(), message(messageHelloDone, nil)}, nil)
}

// split puts each octet into a record of its own.
func split(messages []byte) (out []byte) {
	for _, b := range messages {
		out = append(out, record(recordHandshake, []byte{b})...)
	}
	return out
}

func TestParseFlight(t *testing.T) {
	t.Parallel()
	warned := append(record(recordAlert, []byte{levelWarning, 112}), record(recordHandshake, whole())...)
	for name, stream := range map[string][]byte{
		"one record": record(recordHandshake, whole()), "many records": split(whole()), "after a warning": warned,
	} {
		got := parseFlight(stream)
		want := flight{
			version: 0x0301, suite: 4, chain: [][]byte{[]byte("ab"), []byte("c")}, asked: true, types: []int{1, 2},
			authorities: [][]byte{[]byte("one"), {}}, alert: got.alert, done: true, over: true,
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v", name, got)
		}
		if n := listOctets(got.authorities); n != 7 {
			t.Errorf("%s: the list takes %d octets", name, n)
		}
		for n := range stream {
			cut := parseFlight(stream[:n])
			if cut.done || cut.over || cut.text != "" {
				t.Fatalf("%s: %d of %d octets pass for the whole: %+v", name, n, len(stream), cut)
			}
		}
	}
	if alert := parseFlight(warned).alert; alert == nil || alert.String() != "unrecognized_name (112)" {
		t.Errorf("warning %v", alert)
	}
}

// TLS 1.2 lists algorithms before the authorities.
func TestParseFlightTLS12(t *testing.T) {
	t.Parallel()
	stream := record(recordHandshake, slices.Concat(hello(3, 4),
		message(messageCertRequest, []byte{1, 1, 0, 4, 4, 1, 2, 1, 0, 5, 0, 3, 'o', 'n', 'e'}), message(messageHelloDone, nil)))
	got := parseFlight(stream)
	if !got.done || len(got.authorities) != 1 || string(got.authorities[0]) != "one" {
		t.Errorf("%+v", got)
	}
}

// An alert is heard after the flight too, until encryption begins.
func TestParseFlightAlert(t *testing.T) {
	t.Parallel()
	refusal := record(recordAlert, []byte{levelFatal, 48})
	flight := record(recordHandshake, whole())
	if got := parseFlight(slices.Concat(flight, refusal)).alert; got == nil || got.String() != "unknown_ca (48)" {
		t.Errorf("after the flight: %v", got)
	}
	if got := parseFlight(slices.Concat(flight, record(recordChangeCipherSpec, []byte{1}), refusal)).alert; got != nil {
		t.Errorf("an encrypted record passes for an alert: %v", got)
	}
}

func TestParseFlightEnds(t *testing.T) {
	t.Parallel()
	serverHello := record(recordHandshake, hello(1, 4))
	for name, stream := range map[string][]byte{
		"alert":              slices.Concat(serverHello, record(recordAlert, []byte{levelFatal, 40})),
		"closing":            slices.Concat(serverHello, record(recordAlert, []byte{levelWarning, 0})),
		"encrypted":          slices.Concat(serverHello, record(23, []byte{1, 2, 3})),
		"no more TLS":        slices.Concat(serverHello, []byte("SIP/2.0 400\r\n")),
		"malformed":          record(recordHandshake, message(messageCertificate, []byte{0, 0, 9, 0, 0, 8, 1})),
		"a record too long":  {recordHandshake, 3, 1, 0xff, 0xff},
		"plain":              []byte("SIP/2.0 400 Bad Request\r\n"),
		"more than is taken": bytes.Repeat(record(recordHandshake, message(messageCertificate, make([]byte, 1<<14))[:1<<14]), 17),
	} {
		if got := parseFlight(stream); got.done || !got.over {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestParsePlain(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 300)
	tests := []struct {
		stream, text string
		over         bool
	}{
		{"SIP/2.0 400 Bad Request\r\nVia: x", "SIP/2.0 400 Bad Request", true},
		{"SIP/2.0 400 Bad", "SIP/2.0 400 Bad", false},
		{"\r\n\r\nSIP/2.0 400\n", "SIP/2.0 400", true},
		{"\r\n\r\n", "", false},
		{"\x00\x01", "\x00", true},
		{"\x80\x2e\x04\x05", "\x80\x2e\x04", true},
		{"\x16SIP", "\x16", true},
		{long, long[:200], true},
	}
	for _, test := range tests {
		if got := parseFlight([]byte(test.stream)); got.text != test.text || got.over != test.over {
			t.Errorf("%q: %q, over %t", test.stream, got.text, got.over)
		}
	}
}

// What is understood does not depend on the portions in which it comes, and
// takes no more than came.
func FuzzFlight(f *testing.F) {
	for _, stream := range [][]byte{
		{}, record(recordHandshake, whole()), split(whole()), record(recordHandshake, hello(3, 4)),
		slices.Concat(record(recordHandshake, hello(1, 4)), record(recordAlert, []byte{2, 40})),
		record(recordHandshake, message(messageCertificate, []byte{0, 0, 9, 0, 0, 8, 1})),
		[]byte("SIP/2.0 400 Bad Request\r\n"),
	} {
		f.Add(stream, uint8(1))
	}
	f.Add([]byte("\r0\x000"), uint8(0))
	f.Fuzz(func(t *testing.T, stream []byte, portion uint8) {
		var l listener
		for part := range slices.Chunk(stream, int(portion)+1) {
			l.hear(part)
		}
		got := parseFlight(stream)
		if !reflect.DeepEqual(got, l.flight) {
			t.Errorf("at once %+v, in portions %+v", got, l.flight)
		}
		size := 0
		for _, piece := range slices.Concat(got.chain, got.authorities, [][]byte{[]byte(got.text)}) {
			size += len(piece)
		}
		if size > len(stream) {
			t.Errorf("%d octets out of %d", size, len(stream))
		}
		if got.done && !got.over {
			t.Error("done but not over")
		}
	})
}
