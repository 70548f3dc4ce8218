package wire

import (
	"crypto/tls"
	"slices"
)

// offer is what one ClientHello of crypto/tls offers.
type offer struct {
	min, max uint16
	suites   []uint16
}

// offers are the ClientHellos to try until one is answered, each on a
// connection of its own.
//
// The first two are for the Schannel of Windows Server 2003: TLS 1.0, RSA key
// exchange, RC4 by preference. The first leaves out 3DES, since a server that
// has both may pick it and the one of Windows Server 2003 is said not to work.
// The second is for servers that mind being offered TLS 1.2, or have 3DES alone.
// The last is for anything newer. A maximum below TLS 1.3 keeps the hello
// small: with TLS 1.3 it is 1.5 KB, which old servers were never tried with.
func offers() []offer {
	rc4 := tls.TLS_RSA_WITH_RC4_128_SHA
	aes := []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_CBC_SHA}
	var every []uint16
	for _, suite := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		every = append(every, suite.ID)
	}
	return []offer{
		{tls.VersionTLS10, tls.VersionTLS12, append([]uint16{rc4}, aes...)},
		{tls.VersionTLS10, tls.VersionTLS10, append([]uint16{rc4, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA}, aes...)},
		{tls.VersionTLS10, tls.VersionTLS13, every},
	}
}
