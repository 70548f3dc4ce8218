package directory

import (
	"encoding/binary"
	"fmt"
)

// guidText gives an objectGUID as text, in lower case with dashes. Its first
// three fields are stored little endian (MS-DTYP 2.3.4.2).
func guidText(b []byte) (string, error) {
	if len(b) != 16 {
		return "", fmt.Errorf("GUID of %d octets, not 16", len(b))
	}
	return fmt.Sprintf("%08x-%04x-%04x-%x-%x",
		binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint16(b[4:]), binary.LittleEndian.Uint16(b[6:]),
		b[8:10], b[10:]), nil
}
