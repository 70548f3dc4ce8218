package tds71

import "encoding/binary"

// Where the fields of LOGIN7 are (MS-TDS 2.2.6.4). The fixed part of TDS 7.1
// has 86 octets; that of 7.2, eight octets longer, is accepted as well, since
// all strings are found by their offsets.
const (
	loginSize           = 94
	loginVersion        = 4
	loginPacketSize     = 8
	loginTypeFlags      = 26
	loginOptionFlags3   = 27
	loginExtension      = 56 // offset and length
	loginSSPILength     = 80
	loginPasswordLength = 88 // of the new password
	loginLongSSPILength = 90

	typeFlagReadOnly     = 0x20
	optionChangePassword = 0x01
)

// translateLogin makes a LOGIN7 message one of TDS 7.1, in place, and returns
// the packet size that the client asks for.
func translateLogin(b []byte) (packetSize int, err error) {
	le := binary.LittleEndian
	if len(b) < loginSize || uint64(le.Uint32(b)) > uint64(len(b)) {
		return 0, badRequest("LOGIN7 of %d octets", len(b))
	}
	const firstTranslated = 0x72000000
	if v := le.Uint32(b[loginVersion:]); v < firstTranslated {
		return 0, refused("a client of TDS version 0x%08X, which needs no translator", v)
	}
	if b[loginOptionFlags3]&optionChangePassword != 0 || le.Uint16(b[loginPasswordLength:]) != 0 {
		return 0, refused("to change a password while logging in")
	}
	const seeLongLength = 0xFFFF
	if le.Uint16(b[loginSSPILength:]) == seeLongLength && le.Uint32(b[loginLongSSPILength:]) != 0 {
		return 0, refused("an authentication of %d octets", le.Uint32(b[loginLongSSPILength:]))
	}
	le.PutUint32(b[loginVersion:], version71)
	b[loginTypeFlags] &^= typeFlagReadOnly
	b[loginOptionFlags3] = 0
	le.PutUint32(b[loginExtension:], 0)
	packetSize = int(min(le.Uint32(b[loginPacketSize:]), maxSize))
	if packetSize == 0 {
		packetSize = defaultSize
	}
	return max(packetSize, minSize), nil
}
