package facts

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// guidOrder is where the octets of a stored GUID stand in its text: the first
// three fields are little endian (MS-DTYP 2.3.4.2).
var guidOrder = [16]int{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15}

// GUIDString gives a GUID, as Active Directory and SQL Server store it, as
// text in lower case with dashes.
func GUIDString(stored [16]byte) string {
	var text [36]byte
	at := 0
	for i, from := range guidOrder {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			text[at] = '-'
			at++
		}
		hex.Encode(text[at:], stored[from:from+1])
		at += 2
	}
	return string(text[:])
}

// GUIDFromOctets gives a GUID, as Active Directory stores it, as text. It fails
// if there are not 16 octets.
func GUIDFromOctets(b []byte) (string, error) {
	if len(b) != 16 {
		return "", fmt.Errorf("GUID of %d octets, not 16", len(b))
	}
	return GUIDString([16]byte(b)), nil
}

// ParseGUID reads a GUID from text, with or without braces, and returns it as
// Active Directory and SQL Server store it. It reports false for anything else.
func ParseGUID(s string) (stored [16]byte, ok bool) {
	if rest, braced := strings.CutPrefix(s, "{"); braced {
		if s, ok = strings.CutSuffix(rest, "}"); !ok {
			return stored, false
		}
	}
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return stored, false
	}
	text, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil || len(text) != 16 {
		return stored, false
	}
	for i, from := range guidOrder {
		stored[from] = text[i]
	}
	return stored, true
}
