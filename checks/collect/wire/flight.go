package wire

import (
	"net"

	"golang.org/x/crypto/cryptobyte"
)

// maxFlight bounds what is kept of a server's first flight, in bytes. A chain
// takes a few KB, a list of acceptable authorities up to 64 KB.
const maxFlight = 256 << 10

// recorder keeps the first bytes that a connection receives.
type recorder struct {
	net.Conn
	heard []byte
}

func (r *recorder) Read(b []byte) (int, error) {
	n, err := r.Conn.Read(b)
	r.heard = append(r.heard, b[:min(n, maxFlight-len(r.heard))]...)
	return n, err
}

// flight returns what the server said in clear, after reading on to the end of
// its first flight if a handshake stopped before.
func (r *recorder) flight() flight {
	buffer := make([]byte, 16<<10)
	for {
		seen := parseFlight(r.heard)
		if seen.over || len(r.heard) >= maxFlight {
			return seen
		}
		if n, err := r.Read(buffer); n == 0 || err != nil {
			return parseFlight(r.heard)
		}
	}
}

// flight is what a server says before encryption begins, up to TLS 1.2.
type flight struct {
	version, suite uint16
	chain          [][]byte // DER, leaf first
	asked          bool     // for a client certificate
	done           bool     // ServerHelloDone was seen: nothing is missing
	over           bool     // more bytes would not tell more
}

// The record and handshake types of RFC 5246, sections 6.2.1 and 7.4.
const (
	recordHandshake    = 22
	messageServerHello = 2
	messageCertificate = 11
	messageCertRequest = 13
	messageHelloDone   = 14
)

// parseFlight reads the beginning of a server's byte stream.
func parseFlight(stream []byte) flight {
	var out flight
	var handshake []byte
	records := cryptobyte.String(stream)
	for !records.Empty() {
		var kind uint8
		var version uint16
		var body cryptobyte.String
		rest := records
		if !rest.ReadUint8(&kind) {
			break
		}
		if kind != recordHandshake { // an alert, or encryption begins
			out.over = true
			break
		}
		if !rest.ReadUint16(&version) || !rest.ReadUint16LengthPrefixed(&body) {
			break
		}
		handshake = append(handshake, body...)
		records = rest
	}
	for messages := cryptobyte.String(handshake); !out.done; {
		var kind uint8
		var body cryptobyte.String
		if !messages.ReadUint8(&kind) || !messages.ReadUint24LengthPrefixed(&body) {
			break
		}
		if !out.message(kind, body) {
			out.over = true
			break
		}
	}
	out.over = out.over || out.done
	return out
}

// message takes in one handshake message and reports whether it was well
// formed.
func (f *flight) message(kind uint8, body cryptobyte.String) bool {
	switch kind {
	case messageServerHello:
		var session cryptobyte.String
		return body.ReadUint16(&f.version) && body.Skip(32) &&
			body.ReadUint8LengthPrefixed(&session) && body.ReadUint16(&f.suite)
	case messageCertificate:
		var list cryptobyte.String
		if !body.ReadUint24LengthPrefixed(&list) {
			return false
		}
		f.chain = nil
		for !list.Empty() {
			var der cryptobyte.String
			if !list.ReadUint24LengthPrefixed(&der) {
				return false
			}
			f.chain = append(f.chain, der)
		}
	case messageCertRequest:
		f.asked = true
	case messageHelloDone:
		f.done = true
	}
	return true
}
