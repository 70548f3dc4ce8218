package wire

import (
	"bytes"

	"golang.org/x/crypto/cryptobyte"
)

// The handshake types of RFC 5246, section 7.4.
const (
	messageClientHello = 1
	messageServerHello = 2
	messageCertificate = 11
	messageCertRequest = 13
	messageHelloDone   = 14
)

// versionTLS12 is the first version whose CertificateRequest lists algorithms.
const versionTLS12 = 0x0303

// take takes in one handshake message and reports whether it was well formed.
// Messages of other kinds are passed over.
func (f *flight) take(kind uint8, body cryptobyte.String) bool {
	switch kind {
	case messageServerHello:
		var session cryptobyte.String
		return body.ReadUint16(&f.version) && body.Skip(32) &&
			body.ReadUint8LengthPrefixed(&session) && body.ReadUint16(&f.suite)
	case messageCertificate:
		var ok bool
		f.chain, ok = readList(body, (*cryptobyte.String).ReadUint24LengthPrefixed)
		return ok
	case messageCertRequest:
		f.asked = true
		return f.certificateRequest(body)
	case messageHelloDone:
		f.done = true
	}
	return true
}

// certificateRequest reads which client certificates the server would take
// (RFC 5246, section 7.4.4; the list of algorithms is not in older versions).
func (f *flight) certificateRequest(body cryptobyte.String) bool {
	var types, algorithms cryptobyte.String
	if !body.ReadUint8LengthPrefixed(&types) {
		return false
	}
	f.types = nil
	for _, t := range types {
		f.types = append(f.types, int(t))
	}
	if f.version >= versionTLS12 && !body.ReadUint16LengthPrefixed(&algorithms) {
		return false
	}
	var ok bool
	f.authorities, ok = readList(body, (*cryptobyte.String).ReadUint16LengthPrefixed)
	return ok
}

// listOctets returns what a list of authorities takes in a handshake, in
// octets.
func listOctets(authorities [][]byte) (n int) {
	for _, name := range authorities {
		n += 2 + len(name)
	}
	return n
}

// readList reads a list and its elements, whose lengths are written alike, and
// returns copies of the elements.
func readList(body cryptobyte.String, read func(*cryptobyte.String, *cryptobyte.String) bool) (out [][]byte, ok bool) {
	var list, element cryptobyte.String
	if !read(&body, &list) {
		return nil, false
	}
	for !list.Empty() {
		if !read(&list, &element) {
			return out, false
		}
		out = append(out, bytes.Clone(element))
	}
	return out, true
}
