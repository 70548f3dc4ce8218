package wire

import (
	"crypto/rand"

	"golang.org/x/crypto/cryptobyte"
)

// The versions that a clientHello can offer.
const (
	versionSSL30 = 0x0300
	versionTLS10 = 0x0301
)

// clearSuites are what is offered to have a listener show itself. The first are
// those of Windows 2000 and 2003 in the order in which its clients offer them,
// since a server may go by the client's order; AES came with KB 948963. Most
// are beyond crypto/tls, and many are broken: nothing is ever encrypted here.
var clearSuites = []uint16{
	0x0004, 0x0005, // RSA with RC4-128 and MD5, SHA-1
	0x000a, 0x0009, // RSA with 3DES, DES
	0x0064, 0x0062, // export, 1024-bit: RSA with RC4-56, DES
	0x0003, 0x0006, // export: RSA with RC4-40, RC2-40
	0x0013, 0x0012, // DHE-DSS with 3DES, DES
	0x002f, 0x0035, // RSA with AES-CBC
	0x003c, 0x003d, 0x009c, 0x009d, // TLS 1.2: RSA with AES and SHA-256, AES-GCM
	0x0016, 0x0033, 0x0039, // DHE-RSA with 3DES, AES-CBC
	0xc013, 0xc014, 0xc009, 0xc00a, // ECDHE with AES-CBC
	0xc02f, 0xc030, 0xc02b, 0xc02c, 0xcca8, 0xcca9, // ECDHE with AES-GCM, ChaCha20
	0x009e, 0x009f, // DHE-RSA with AES-GCM
	0x00ff, // no renegotiation yet (RFC 5746, section 3.3)
}

// The extensions of a clientHello (RFC 6066, section 3; RFC 8422, section 5.1;
// RFC 5246, section 7.4.1.4.1).
const (
	extensionServerName          = 0
	extensionSupportedGroups     = 10
	extensionPointFormats        = 11
	extensionSignatureAlgorithms = 13
)

// clientHello is what opens a handshake.
type clientHello struct {
	version    uint16 // the newest that is offered
	random     [32]byte
	suites     []uint16
	serverName string // of DNS; empty: none is said
}

// maxHello is the length that a hello stays below, in octets: some old servers
// and balancers mind a record of 256 or more (RFC 7685).
const maxHello = 250

// newClientHello returns the hello for a host. SSL 3.0 knows no extensions, an
// address is no server name, and a very long name is left out.
func newClientHello(version uint16, host string) clientHello {
	hello := clientHello{version: version, suites: clearSuites}
	_, _ = rand.Read(hello.random[:]) // it never fails
	if _, address := parseIP(host); !address && version > versionSSL30 {
		hello.serverName = host
	}
	if len(hello.serverName) >= maxHello || len(hello.record()) >= maxHello {
		hello.serverName = ""
	}
	return hello
}

// record returns the hello in a record. The record's own version is at most TLS
// 1.0, since the server's choice is not known yet (RFC 5246, appendix E.1).
func (h clientHello) record() []byte {
	var b cryptobyte.Builder
	b.AddUint8(recordHandshake)
	b.AddUint16(min(h.version, versionTLS10))
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
		b.AddUint8(messageClientHello)
		b.AddUint24LengthPrefixed(h.body)
	})
	return b.BytesOrPanic() // every length was bounded
}

func (h clientHello) body(b *cryptobyte.Builder) {
	b.AddUint16(h.version)
	b.AddBytes(h.random[:])
	b.AddUint8(0) // no session
	addNumbers(b, h.suites...)
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddUint8(0) }) // no compression
	if h.version > versionSSL30 && (h.serverName != "" || h.version >= versionTLS12) {
		b.AddUint16LengthPrefixed(h.extensions)
	}
}

// extensions adds the server's name and, for TLS 1.2, what servers need to pick
// one of the newer suites. Older servers pass over what they do not know.
func (h clientHello) extensions(b *cryptobyte.Builder) {
	if h.serverName != "" {
		addExtension(b, extensionServerName, func(b *cryptobyte.Builder) {
			b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
				b.AddUint8(0) // a host name
				b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(h.serverName)) })
			})
		})
	}
	if h.version < versionTLS12 {
		return
	}
	addExtension(b, extensionSupportedGroups, func(b *cryptobyte.Builder) {
		addNumbers(b, 0x001d, 0x0017, 0x0018) // X25519, P-256, P-384
	})
	addExtension(b, extensionPointFormats, func(b *cryptobyte.Builder) {
		b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddUint8(0) })
	})
	addExtension(b, extensionSignatureAlgorithms, func(b *cryptobyte.Builder) {
		// RSA with SHA-256, 384, 512 and SHA-1, PSS, ECDSA, DSA with SHA-1
		addNumbers(b, 0x0401, 0x0501, 0x0601, 0x0201, 0x0804, 0x0805, 0x0403, 0x0503, 0x0203, 0x0202)
	})
}

func addExtension(b *cryptobyte.Builder, kind uint16, content cryptobyte.BuilderContinuation) {
	b.AddUint16(kind)
	b.AddUint16LengthPrefixed(content)
}

// addNumbers adds a list of numbers of two octets.
func addNumbers(b *cryptobyte.Builder, numbers ...uint16) {
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
		for _, n := range numbers {
			b.AddUint16(n)
		}
	})
}
