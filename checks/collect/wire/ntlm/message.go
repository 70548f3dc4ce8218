package ntlm

import (
	"encoding/binary"
	"fmt"
	"math"
)

// authenticateMessage is an AUTHENTICATE_MESSAGE, type 3 ([MS-NLMP] 2.2.1.3),
// without a message integrity code.
type authenticateMessage struct {
	domain, user, workstation []byte
	lm, nt, sessionKey        []byte
	flags                     Flags
}

// productVersion is what the message says of the system that made it, for the
// eyes of a reader only: Windows Server 2003 (5.2.3790), NTLM revision 15.
var productVersion = [8]byte{5, 2, 0xCE, 0x0E, 0, 0, 0, 15}

// encode lays the message out in Communicator's order.
func (m authenticateMessage) encode() ([]byte, error) {
	const fixed, typeAuthenticate = 72, 3
	fields := [...]struct {
		part   string
		octets []byte
		header int // where its length and offset are
	}{
		{"domain", m.domain, 28},
		{"user", m.user, 36},
		{"workstation", m.workstation, 44},
		{"LM response", m.lm, 12},
		{"NT response", m.nt, 20},
		{"session key", m.sessionKey, 52},
	}
	out := make([]byte, fixed)
	copy(out, messageSignature)
	binary.LittleEndian.PutUint32(out[8:], typeAuthenticate)
	binary.LittleEndian.PutUint32(out[60:], uint32(m.flags))
	if m.flags.Has(Version) {
		copy(out[64:], productVersion[:])
	}
	for _, f := range fields {
		if len(f.octets) > math.MaxUint16 {
			return nil, fmt.Errorf("make ntlm authenticate message: the %s has %d octets, more than fit", f.part, len(f.octets))
		}
		length := uint16(len(f.octets))
		binary.LittleEndian.PutUint16(out[f.header:], length)
		binary.LittleEndian.PutUint16(out[f.header+2:], length)
		binary.LittleEndian.PutUint32(out[f.header+4:], uint32(len(out)))
		out = append(out, f.octets...)
	}
	return out, nil
}
