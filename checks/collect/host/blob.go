package host

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The properties of a registry certificate that matter (MS-GPEF 2.2.1.1.1).
const (
	propKeyProvider = 2  // names the private key's container
	propCertificate = 32 // the certificate itself, in DER
)

// parseBlob takes a certificate out of the Blob value that Windows keeps for
// it in the registry, below SystemCertificates. A script can read that value
// through StdRegProv on any Windows, while nothing on Windows Server 2003 lists
// certificates. key says whether the blob names a private key.
//
// A blob is a sequence of properties: identifier, reserved and length, each of
// 4 octets in little endian, and the value (MS-GPEF 2.2.1.1.1.1).
func parseBlob(blob []byte) (der []byte, key bool, err error) {
	for rest := blob; len(rest) > 0; {
		if len(rest) < 12 {
			return nil, false, fmt.Errorf("the blob ends within a property, %d octets before its end", len(rest))
		}
		id, length := binary.LittleEndian.Uint32(rest), binary.LittleEndian.Uint32(rest[8:])
		rest = rest[12:]
		if uint64(length) > uint64(len(rest)) {
			return nil, false, fmt.Errorf("property %d of the blob has %d octets, but %d follow", id, length, len(rest))
		}
		switch id {
		case propKeyProvider:
			key = true
		case propCertificate:
			der = rest[:length]
		}
		rest = rest[length:]
	}
	if len(der) == 0 {
		return nil, false, errors.New("the blob holds no certificate")
	}
	return der, key, nil
}
