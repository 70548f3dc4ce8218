package lab

import (
	"encoding/binary"
	"strings"

	"github.com/google/uuid"
)

// guid is a GUID that is made of what it stands for, so that it is the same in
// every lab.
type guid struct{ uuid.UUID }

func newGUID(what string) guid { return guid{uuid.NewSHA1(uuid.NameSpaceDNS, []byte(what))} }

// registry writes it as Windows does, in capitals and braces.
func (g guid) registry() string { return "{" + strings.ToUpper(g.String()) + "}" }

// octets are those of objectGUID, whose first three fields are little endian
// (MS-DTYP 2.3.4.2).
func (g guid) octets() string {
	b := make([]byte, 0, 16)
	b = binary.LittleEndian.AppendUint32(b, binary.BigEndian.Uint32(g.UUID[:]))
	b = binary.LittleEndian.AppendUint16(b, binary.BigEndian.Uint16(g.UUID[4:]))
	b = binary.LittleEndian.AppendUint16(b, binary.BigEndian.Uint16(g.UUID[6:]))
	return string(append(b, g.UUID[8:]...))
}
