package directory

import (
	"fmt"

	"lcshealth/checks/facts"
)

// guidText gives an objectGUID as text.
func guidText(b []byte) (string, error) {
	if len(b) != 16 {
		return "", fmt.Errorf("GUID of %d octets, not 16", len(b))
	}
	return facts.GUIDString([16]byte(b)), nil
}
