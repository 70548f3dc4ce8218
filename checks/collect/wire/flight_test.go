package wire

import (
	"bytes"
	"testing"
)

// record and message frame what a server of TLS 1.0 says.
func record(kind byte, body []byte) []byte {
	return append([]byte{kind, 3, 1, byte(len(body) >> 8), byte(len(body))}, body...)
}

func message(kind byte, body []byte) []byte {
	return append([]byte{kind, byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}, body...)
}

func hello() []byte {
	body := append([]byte{3, 1}, make([]byte, 32)...)
	return message(messageServerHello, append(body, 2, 'i', 'd', 0, 4, 0))
}

// chain is a Certificate message of two short stand-ins for certificates.
func chain() []byte {
	return message(messageCertificate, []byte{0, 0, 9, 0, 0, 2, 'a', 'b', 0, 0, 1, 'c'})
}

func TestParseFlight(t *testing.T) {
	t.Parallel()
	whole := bytes.Join([][]byte{hello(), chain(), message(messageCertRequest, []byte{1, 1, 0, 0}), message(messageHelloDone, nil)}, nil)
	var split []byte // across records, each of one byte
	for _, b := range whole {
		split = append(split, record(recordHandshake, []byte{b})...)
	}
	for name, stream := range map[string][]byte{"one record": record(recordHandshake, whole), "many records": split} {
		got := parseFlight(stream)
		if got.version != 0x0301 || got.suite != 4 || !got.asked || !got.done || !got.over ||
			len(got.chain) != 2 || string(got.chain[0]) != "ab" || string(got.chain[1]) != "c" {
			t.Errorf("%s: %+v", name, got)
		}
		for n := range stream {
			if cut := parseFlight(stream[:n]); cut.done || cut.over {
				t.Fatalf("%s: %d of %d bytes pass for the whole", name, n, len(stream))
			}
		}
	}
}

func TestParseFlightEnds(t *testing.T) {
	t.Parallel()
	for name, stream := range map[string][]byte{
		"alert":     append(record(recordHandshake, hello()), record(21, []byte{2, 40})...),
		"encrypted": append(record(recordHandshake, hello()), record(23, []byte{1, 2, 3})...),
		"malformed": record(recordHandshake, message(messageCertificate, []byte{0, 0, 9, 0, 0, 8, 1})),
		"plain":     []byte("SIP/2.0 400 Bad Request\r\n"),
	} {
		if got := parseFlight(stream); got.done || !got.over {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func FuzzParseFlight(f *testing.F) {
	f.Add([]byte{})
	f.Add(record(recordHandshake, bytes.Join([][]byte{hello(), chain(), message(messageHelloDone, nil)}, nil)))
	f.Add(append(record(recordHandshake, hello()), record(21, []byte{2, 40})...))
	f.Add(record(recordHandshake, message(messageCertificate, []byte{0, 0, 9, 0, 0, 8, 1})))
	f.Add([]byte("SIP/2.0 400 Bad Request\r\n"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		got := parseFlight(stream)
		size := 0
		for _, der := range got.chain {
			size += len(der)
		}
		if size > len(stream) {
			t.Errorf("%d bytes of certificates out of %d", size, len(stream))
		}
		if got.done && !got.over {
			t.Error("done but not over")
		}
	})
}
