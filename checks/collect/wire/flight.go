package wire

import (
	"bytes"

	"golang.org/x/crypto/cryptobyte"
)

// maxFlight bounds what is looked at of a server's first flight, in octets. A
// chain takes a few thousand, a list of acceptable authorities up to 65,535.
const maxFlight = 256 << 10

// maxRecord is the most that a record may hold (RFC 5246, section 6.2.3).
const maxRecord = 1<<14 + 2048

// The record types of RFC 5246, section 6.2.1.
const (
	recordChangeCipherSpec = 20
	recordAlert            = 21
	recordHandshake        = 22
	recordApplicationData  = 23
)

// flight is what a server says before encryption begins, up to TLS 1.2.
type flight struct {
	version, suite uint16
	chain          [][]byte // DER, leaf first
	asked          bool     // for a client certificate
	types          []int    // of certificates it asks for
	authorities    [][]byte // DER names that it accepts
	alert          *alert   // the last one
	text           string   // first line of what is not TLS at all
	done           bool     // ServerHelloDone was seen: nothing is missing
	over           bool     // more octets would not tell more, but for an alert
}

// listener reads a server's octets as they come, whatever their portions, and
// keeps what they say in clear.
type listener struct {
	flight
	heard   int    // octets so far
	records []byte // that are not whole yet
	message []byte // handshake messages that are not whole yet
	began   bool   // with a record of TLS
	deaf    bool   // nothing more can be understood
}

// hear takes in what was received next.
func (l *listener) hear(received []byte) {
	l.heard += len(received)
	if l.deaf {
		return
	}
	l.records = append(l.records, received...)
	for !l.deaf && l.record() {
	}
	if l.deaf || l.heard >= maxFlight {
		l.over, l.deaf = true, true
		l.records, l.message = nil, nil
	}
}

// record takes in the next whole record and reports whether there was one.
func (l *listener) record() bool {
	if len(l.records) == 0 {
		return false
	}
	if kind := l.records[0]; kind < recordChangeCipherSpec || kind > recordApplicationData || len(l.records) > 1 && l.records[1] != 3 {
		if l.deaf = l.began; !l.began {
			l.plain()
		}
		return false
	}
	var kind uint8
	var version, length uint16
	rest := cryptobyte.String(l.records)
	if !rest.ReadUint8(&kind) || !rest.ReadUint16(&version) || !rest.ReadUint16(&length) {
		return false
	}
	if length > maxRecord {
		l.deaf = true
		return false
	}
	var body []byte
	if !rest.ReadBytes(&body, int(length)) {
		return false
	}
	l.records, l.began = rest, true
	switch {
	case kind == recordAlert && len(body) == 2:
		l.alert = &alert{body[0], body[1]}
		l.deaf = l.alert.fatal()
	case kind == recordHandshake && !l.done:
		l.message = append(l.message, body...)
		l.messages()
	default: // encryption begins, or nothing that belongs here
		l.deaf = true
	}
	return true
}

// messages takes in the handshake messages that are whole by now.
func (l *listener) messages() {
	for messages := cryptobyte.String(l.message); !l.done; l.message = messages {
		var kind uint8
		var body cryptobyte.String
		if !messages.ReadUint8(&kind) || !messages.ReadUint24LengthPrefixed(&body) {
			return
		}
		if !l.take(kind, body) {
			l.deaf = true
			return
		}
		l.over = l.done
	}
}

// plain takes in what is not TLS: at most its first line, if it is text.
func (l *listener) plain() {
	const longest = 200
	line, _, ended := bytes.Cut(bytes.TrimLeft(l.records, "\r\n"), []byte("\n"))
	line = bytes.TrimRight(line, "\r")
	if i := bytes.IndexFunc(line, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }); i >= 0 {
		line, ended = line[:i+1], true // no text, or no more
	}
	l.text = string(line[:min(len(line), longest)])
	l.deaf = ended || len(line) > longest
}

// parseFlight reads the beginning of a server's octets.
func parseFlight(stream []byte) flight {
	var l listener
	l.hear(stream)
	return l.flight
}
